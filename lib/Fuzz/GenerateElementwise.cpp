//===- GenerateElementwise.cpp - Elementwise ops and activations ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

/// Numbers whose exponential is of moderate size.
static constexpr Bounds kExponent = {-8, 8};
static constexpr Bounds kReal = kTame;

/// An integer value of numbers.
static Value integers(Generator &g, int leastRank = 0, int mostRank = 3) {
  if (g.random.chance(0.5))
    if (Value found = g.existing([](Value v) {
          auto element = dl::tensorType(v).getElementType();
          return isa<IntegerType>(element) && !element.isInteger(1);
        }))
      return found;
  Type element = g.random.pick<Type>(
      {g.integer(8), g.integer(8, true), g.integer(32), g.integer(64)});
  return g.source(g.type(g.shape(leastRank, mostRank), element), {-5, 5});
}

template <const char *name, const Bounds &range>
static void unary(Generator &g) {
  g.op(name, {g.value(0, 4, range)});
}

/// As unary, of integers too.
template <const char *name>
static void numeric(Generator &g) {
  g.op(name, {g.random.chance(0.3) ? integers(g) : g.value(0, 4)});
}

/// A shape that broadcasts to `shape`.
static Shape broadcastable(Generator &g, ArrayRef<int64_t> shape) {
  Shape result(shape);
  if (g.random.chance(0.6))
    return result;
  result.erase(result.begin(),
               result.begin() + g.random.below(result.size() + 1));
  for (int64_t &extent : result)
    if (g.random.chance(0.3))
      extent = 1;
  return result;
}

/// Two values of one element type whose shapes broadcast, in any order.
static std::pair<Value, Value> pair(Generator &g, Bounds a, Bounds b,
                                    bool integersToo = true) {
  Value x =
      integersToo && g.random.chance(0.2) ? integers(g) : g.value(0, 4, a);
  if (!x)
    return {};
  auto type = dl::tensorType(x);
  Value y =
      g.value(g.type(broadcastable(g, type.getShape()), type.getElementType()),
              isa<FloatType>(type.getElementType()) ? b : Bounds{-5, 5});
  return {x, y};
}

template <const char *name, const Bounds &a, const Bounds &b>
static void binary(Generator &g) {
  auto [x, y] = pair(g, a, b);
  if (&a == &b && g.random.chance(0.5))
    std::swap(x, y);
  g.op(name, {x, y});
}

static void pow(Generator &g) {
  auto [x, y] = pair(g, kPositive, {-3, 3}, false);
  g.op("pow", {x, y});
}

template <const char *name>
static void logical(Generator &g) {
  Value x = g.booleans(g.shape(0, 3));
  if (x)
    g.op(name, {x, g.booleans(broadcastable(g, dl::tensorType(x).getShape()))});
}

static void logicalNot(Generator &g) {
  g.op("not", {g.booleans(g.shape(0, 3))});
}

static void compare(Generator &g) {
  auto [x, y] = pair(g, kTame, kTame);
  static constexpr StringLiteral predicates[] = {"eq", "ne", "lt",
                                                 "le", "gt", "ge"};
  g.op("compare", {x, y},
       "predicate = #dl<predicate " + g.random.pick<StringLiteral>(predicates) +
           ">");
}

static void select(Generator &g) {
  auto [x, y] = pair(g, kTame, kTame);
  if (!x || !y)
    return;
  Shape shape(dl::tensorType(x).getShape());
  g.op("select", {g.booleans(broadcastable(g, shape)), x, y});
}

static void cast(Generator &g) {
  Value x = g.random.chance(0.3)   ? integers(g)
            : g.random.chance(0.2) ? g.booleans(g.shape(0, 3))
                                   : g.value(0, 4);
  if (!x)
    return;
  Type to =
      g.random.pick<Type>({g.real(), g.real(), g.builder.getF32Type(),
                           g.builder.getF64Type(), g.boolean(), g.integer(8),
                           g.integer(8, true), g.integer(32), g.integer(64)});
  g.op("cast", {x}, "", {g.type(dl::tensorType(x).getShape(), to)});
}

static void scale(Generator &g) {
  g.op("scale", {g.value(0, 4)},
       "factor = " + g.number(g.random.chance(0.1) ? 1 : g.random.real(-2, 2)));
}
static void offset(Generator &g) {
  g.op("offset", {g.value(0, 4)},
       "term = " + g.number(g.random.chance(0.1) ? 0 : g.random.real(-2, 2)));
}

static void clamp(Generator &g) {
  bool whole = g.random.chance(0.2);
  Value x = whole ? integers(g) : g.value(0, 4);
  double low = whole ? g.random.between(0, 2) : g.random.real(-1.5, 0);
  double high = whole ? g.random.between(2, 6) : g.random.real(0, 1.5);
  int which = g.random.below(3);
  g.op("clamp", {x},
       (which != 0 ? "min = " + g.number(low) : "") + (which == 1 ? ", " : "") +
           (which != 2 ? "max = " + g.number(high) : ""));
}

#define DLC_NAME(x) static constexpr char k_##x[] = #x
#define DLC_UNARY(x, range) {#x, unary<k_##x, range>}

DLC_NAME(neg);
DLC_NAME(abs);
DLC_NAME(sign);
DLC_NAME(square);
DLC_NAME(reciprocal);
DLC_NAME(sqrt);
DLC_NAME(rsqrt);
DLC_NAME(exp);
DLC_NAME(expm1);
DLC_NAME(log);
DLC_NAME(log1p);
DLC_NAME(sin);
DLC_NAME(cos);
DLC_NAME(tanh);
DLC_NAME(erf);
DLC_NAME(floor);
DLC_NAME(ceil);
DLC_NAME(round);
DLC_NAME(copy);
DLC_NAME(stop_gradient);
DLC_NAME(add);
DLC_NAME(sub);
DLC_NAME(mul);
DLC_NAME(div);
DLC_NAME(max);
DLC_NAME(min);
DLC_NAME(and);
DLC_NAME(or);
DLC_NAME(xor);
DLC_NAME(relu);
DLC_NAME(relu6);
DLC_NAME(selu);
DLC_NAME(hard_sigmoid);
DLC_NAME(hard_swish);
DLC_NAME(sigmoid);
DLC_NAME(silu);
DLC_NAME(mish);
DLC_NAME(softsign);

ArrayRef<OpGenerator> dlc::fuzz::elementwiseGenerators() {
  static constexpr OpGenerator ops[] = {
      {"neg", numeric<k_neg>},
      {"abs", numeric<k_abs>},
      {"sign", numeric<k_sign>},
      {"square", numeric<k_square>},
      DLC_UNARY(reciprocal, kPositive),
      DLC_UNARY(sqrt, kPositive),
      DLC_UNARY(rsqrt, kPositive),
      DLC_UNARY(exp, kExponent),
      DLC_UNARY(expm1, kExponent),
      DLC_UNARY(log, kPositive),
      DLC_UNARY(log1p, kPositive),
      DLC_UNARY(sin, kReal),
      DLC_UNARY(cos, kReal),
      DLC_UNARY(tanh, kReal),
      DLC_UNARY(erf, kReal),
      DLC_UNARY(floor, kReal),
      DLC_UNARY(ceil, kReal),
      DLC_UNARY(round, kReal),
      DLC_UNARY(copy, kReal),
      DLC_UNARY(stop_gradient, kReal),
      {"scale", scale},
      {"offset", offset},
      {"clamp", clamp},
      {"add", binary<k_add, kReal, kReal>},
      {"sub", binary<k_sub, kReal, kReal>},
      {"mul", binary<k_mul, kReal, kReal>},
      {"div", binary<k_div, kReal, kPositive>},
      {"max", binary<k_max, kReal, kReal>},
      {"min", binary<k_min, kReal, kReal>},
      {"pow", pow},
      {"compare", compare},
      {"and", logical<k_and>},
      {"or", logical<k_or>},
      {"xor", logical<k_xor>},
      {"not", logicalNot},
      {"select", select},
      {"cast", cast},
  };
  return ops;
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// An activation with one number.
template <const char *name, const char *attribute>
static void withNumber(Generator &g) {
  g.op(name, {g.value(0, 4)},
       g.random.chance(0.3)
           ? std::string()
           : std::string(attribute) + " = " + g.number(g.random.real(0.1, 2)));
}

static void hardtanh(Generator &g) {
  g.op("hardtanh", {g.value(0, 4)},
       g.random.chance(0.3) ? std::string()
                            : "min = " + g.number(g.random.real(-2, 0)) +
                                  ", max = " + g.number(g.random.real(0.1, 2)));
}

static void prelu(Generator &g) {
  Value x = g.value(2, 4);
  if (!x)
    return;
  int64_t channels = dl::tensorType(x).getDimSize(1);
  Shape weight = {g.random.chance(0.3) ? 1 : channels};
  g.op("prelu", {x, g.value(weight)});
}

static void maxout(Generator &g) {
  Shape shape = g.shape(2, 4, true, 1000);
  int64_t pieces = g.random.between(1, 4);
  shape[1] *= pieces;
  g.op("maxout", {g.value(shape)}, "pieces = " + std::to_string(pieces));
}

static void softplus(Generator &g) {
  g.op("softplus", {g.value(0, 4)},
       g.random.chance(0.5)
           ? std::string()
           : "beta = " + g.number(g.random.real(0.5, 3)) +
                 ", threshold = " + g.number(g.random.real(1, 20)));
}

static void gelu(Generator &g) {
  g.op("gelu", {g.value(0, 4)},
       g.random.chance(0.5) ? "" : "approximate = #dl<gelu_form tanh>");
}

template <const char *name>
static void alongAxis(Generator &g) {
  Value x = g.value(1, 4, kTame, false);
  if (x)
    g.op(name, {x},
         "axis = " +
             std::to_string(g.random.below(dl::tensorType(x).getRank())));
}

static void gumbelSoftmax(Generator &g) {
  Value x = g.value(1, 3, kTame, false);
  if (!x)
    return;
  Value noise = g.random.chance(0.6) ? g.op("gumbel", {}, "", {x.getType()})
                                     : g.value(dl::tensorType(x));
  g.op("gumbel_softmax", {x, noise},
       "axis = " + std::to_string(g.random.below(dl::tensorType(x).getRank())) +
           (g.random.chance(0.4) ? ", hard" : "") +
           ", tau = " + g.number(g.random.real(0.5, 2)));
}

static void attentionOf(Generator &g, StringRef op, int64_t l, int64_t s) {
  Shape batch = g.shape(0, 2, false, 6);
  int64_t e = g.random.pick<int64_t>({1, 3, 4, 8}),
          v = g.random.pick<int64_t>({1, 3, 4, 8});
  auto with = [&](int64_t rows, int64_t columns) {
    Shape shape = batch;
    shape.append({rows, columns});
    return shape;
  };
  SmallVector<Value> operands = {g.value(with(l, e)), g.value(with(s, e)),
                                 g.value(with(s, v))};
  std::string attributes;
  int which = g.random.below(4);
  if (which == 0)
    attributes = "is_causal";
  else if (which < 3) {
    Shape mask = g.random.chance(0.5) ? with(l, s) : Shape{l, s};
    operands.push_back(which == 1 ? g.booleans(mask) : g.value(mask));
  }
  if (g.random.chance(0.3))
    attributes +=
        (attributes.empty() ? "scale = " : ", scale = ") + g.number(0.7);
  g.make(op, operands, attributes);
}
static void attention(Generator &g) {
  int64_t l = g.random.between(1, 9);
  attentionOf(g, "scaled_dot_product_attention", l, g.random.between(1, 9));
}
/// Seldom more than one block of scores.
static void flashAttention(Generator &g) {
  bool blocks = g.random.chance(0.1);
  int64_t l = blocks ? g.random.between(60, 300) : g.random.between(1, 9);
  attentionOf(g, "flash_attention", l,
              blocks ? g.random.between(250, 600) : g.random.between(1, 9));
}

DLC_NAME(leaky_relu);
DLC_NAME(slope);
DLC_NAME(elu);
DLC_NAME(alpha);
DLC_NAME(softmax);
DLC_NAME(log_softmax);

ArrayRef<OpGenerator> dlc::fuzz::activationGenerators() {
  static constexpr OpGenerator ops[] = {
      DLC_UNARY(relu, kReal),
      DLC_UNARY(relu6, kReal),
      {"leaky_relu", withNumber<k_leaky_relu, k_slope>},
      {"elu", withNumber<k_elu, k_alpha>},
      DLC_UNARY(selu, kReal),
      {"hardtanh", hardtanh},
      DLC_UNARY(hard_sigmoid, kReal),
      DLC_UNARY(hard_swish, kReal),
      {"prelu", prelu},
      {"maxout", maxout},
      DLC_UNARY(sigmoid, kReal),
      DLC_UNARY(silu, kReal),
      DLC_UNARY(mish, kReal),
      {"softplus", softplus},
      DLC_UNARY(softsign, kReal),
      {"gelu", gelu},
      {"softmax", alongAxis<k_softmax>},
      {"log_softmax", alongAxis<k_log_softmax>},
      {"gumbel_softmax", gumbelSoftmax},
      {"scaled_dot_product_attention", attention},
      {"flash_attention", flashAttention},
  };
  return ops;
}
