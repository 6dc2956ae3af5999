//===- GenerateRandom.cpp - Ops that draw, and schedules ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

#define DLC_NAME(x) static constexpr char k_##x[] = #x

//===----------------------------------------------------------------------===//
// Random numbers
//===----------------------------------------------------------------------===//

static RankedTensorType fresh(Generator &g) {
  return g.type(g.shape(0, 3), g.real());
}

static void randomBits(Generator &g) {
  auto scalar = g.type({}, g.integer(64));
  Value seed = g.source(scalar, {0, 50}), step = g.source(scalar, {0, 50});
  g.op("random_bits", {seed, step},
       "number = " + std::to_string(g.random.below(100)) +
           ", word = " + std::to_string(g.random.below(4)),
       {g.type(g.shape(0, 3), g.integer(32))});
}

static void uniform(Generator &g) {
  auto type = fresh(g);
  if (Value y = g.op("uniform", {}, "low = -1.0, high = 2.0", {type}))
    g.setRange(y, {-1, 2});
}
static void normal(Generator &g) {
  auto type = fresh(g);
  if (Value y = g.op("normal", {}, "mean = 0.5, deviation = 0.5", {type}))
    g.setRange(y, {-4, 5});
}
static void gumbel(Generator &g) {
  auto type = fresh(g);
  if (Value y = g.op("gumbel", {}, "", {type}))
    g.setRange(y, {-4, 20});
}

static void bernoulli(Generator &g) {
  bool logical = g.random.chance(0.3);
  if (g.random.chance(0.5)) {
    Value p = g.value(0, 3, kProbability);
    if (p)
      g.op("bernoulli", {p}, "",
           {g.type(dl::tensorType(p).getShape(),
                   logical ? g.boolean() : g.real())});
    return;
  }
  g.op("bernoulli", {}, "p = 0.3",
       {g.type(g.shape(0, 3), logical ? g.boolean() : g.real())});
}

static void categorical(Generator &g) {
  g.op("categorical", {g.value(1, 3, kTame, false)});
}

static void permutation(Generator &g) {
  g.op("permutation", {}, "", {g.type({g.extent()}, g.integer(32))});
}

template <const char *name>
static void dropout(Generator &g) {
  bool channels = g.random.chance(0.3);
  Value x = channels ? g.value(3, 4) : g.value(0, 4);
  std::string attributes = "p = " + g.number(g.random.real(0.1, 0.9));
  attributes += g.mode();
  if (channels)
    attributes += ", channels";
  g.op(name, {x}, attributes, x ? TypeRange{x.getType()} : TypeRange());
}

DLC_NAME(dropout);
DLC_NAME(alpha_dropout);

ArrayRef<OpGenerator> dlc::fuzz::randomGenerators() {
  static constexpr OpGenerator ops[] = {
      {"random_bits", randomBits},
      {"uniform", uniform},
      {"normal", normal},
      {"gumbel", gumbel},
      {"bernoulli", bernoulli},
      {"categorical", categorical},
      {"permutation", permutation},
      {"dropout", dropout<k_dropout>},
      {"alpha_dropout", dropout<k_alpha_dropout>},
  };
  return ops;
}

//===----------------------------------------------------------------------===//
// Schedules, and what else training takes
//===----------------------------------------------------------------------===//

template <const char *name, const char *attributes>
static void schedule(Generator &g) {
  Value lr = g.value(ArrayRef<int64_t>(), kPositive);
  Value t;
  if (g.random.chance(0.4) && !g.inLoop())
    t = g.op("step_count", {}, "", {g.type({}, g.integer(64))});
  else
    t = g.source(g.type(g.shape(0, 1),
                        g.random.chance(0.5) ? g.integer(64) : g.integer(32)),
                 {0, 20});
  std::string text = attributes;
  if (g.random.chance(0.3))
    text += ", warmup_iters = 3";
  if (g.random.chance(0.3))
    text += ", every = 2";
  g.op(name, {lr, t}, text);
}

static void stepCount(Generator &g) {
  if (!g.inLoop())
    g.op("step_count", {}, "", {g.type({}, g.integer(64))});
}

static void clipByGlobalNorm(Generator &g) {
  SmallVector<Value> operands;
  for (int n = g.random.between(1, 3); n > 0; --n)
    operands.push_back(g.value(0, 3));
  if (llvm::is_contained(operands, Value()))
    return;
  SmallVector<Type> types = {g.type({}, g.real())};
  for (Value operand : operands)
    types.push_back(operand.getType());
  operands.push_back(g.value(ArrayRef<int64_t>(), kPositive));
  g.make("clip_by_global_norm", operands, "", types);
}

DLC_NAME(constant_lr);
DLC_NAME(linear_lr);
DLC_NAME(step_lr);
DLC_NAME(multi_step_lr);
DLC_NAME(exponential_lr);
DLC_NAME(polynomial_lr);
DLC_NAME(inverse_sqrt_lr);
DLC_NAME(cosine_annealing_lr);
DLC_NAME(cosine_annealing_warm_restarts);
DLC_NAME(one_cycle_lr);
static constexpr char kConstant[] = "factor = 0.5, total_iters = 3";
static constexpr char kLinear[] =
    "start_factor = 0.25, end_factor = 0.75, total_iters = 7";
static constexpr char kStep[] = "step_size = 3, gamma = 0.5";
static constexpr char kMultiStep[] = "milestones = [2, 5], gamma = 0.5";
static constexpr char kExponential[] = "gamma = 0.9";
static constexpr char kPolynomial[] = "total_iters = 9, power = 0.9";
static constexpr char kInverseSqrt[] = "timescale = 5";
static constexpr char kCosine[] = "T_max = 9, eta_min = 1.0e-2";
static constexpr char kRestarts[] = "T_0 = 3, T_mult = 2";
static constexpr char kOneCycle[] = "total_steps = 15, three_phase";

ArrayRef<OpGenerator> dlc::fuzz::scheduleGenerators() {
  static constexpr OpGenerator ops[] = {
      {"constant_lr", schedule<k_constant_lr, kConstant>},
      {"linear_lr", schedule<k_linear_lr, kLinear>},
      {"step_lr", schedule<k_step_lr, kStep>},
      {"multi_step_lr", schedule<k_multi_step_lr, kMultiStep>},
      {"exponential_lr", schedule<k_exponential_lr, kExponential>},
      {"polynomial_lr", schedule<k_polynomial_lr, kPolynomial>},
      {"inverse_sqrt_lr", schedule<k_inverse_sqrt_lr, kInverseSqrt>},
      {"cosine_annealing_lr", schedule<k_cosine_annealing_lr, kCosine>},
      {"cosine_annealing_warm_restarts",
       schedule<k_cosine_annealing_warm_restarts, kRestarts>},
      {"one_cycle_lr", schedule<k_one_cycle_lr, kOneCycle>},
      {"step_count", stepCount},
      {"clip_by_global_norm", clipByGlobalNorm},
  };
  return ops;
}
