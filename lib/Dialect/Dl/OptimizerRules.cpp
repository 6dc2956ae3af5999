//===- OptimizerRules.cpp - Update rules ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each rule is a program of elementwise ops; the fusion of a step makes one
// pass over memory of it. The formulas are in Optimizer.td.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Optimizer.h"

#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

using EmitError = llvm::function_ref<InFlightDiagnostic()>;
using Hypers = SmallVector<HyperUse>;
using Slots = SmallVector<OptimizerSlot>;
using Values = SmallVector<Value>;

//===----------------------------------------------------------------------===//
// Hyper-parameters
//===----------------------------------------------------------------------===//

/// Whether a hyper-parameter is zero whenever a step runs.
static bool isZero(Attribute hyper) {
  auto number = dyn_cast<FloatAttr>(hyper);
  return number && number.getValueAsDouble() == 0;
}

using Meaning = FailureOr<SparseMeaning>;

/// Fails for weight decay, which PyTorch refuses for sparse gradients.
static LogicalResult refuseDecay(const Update &u, Attribute decay,
                                 StringRef rule, EmitError emitError) {
  if (u.isZero("weight_decay", decay))
    return success();
  return emitError() << "but #dl." << rule
                     << " with weight decay has no rule for sparse gradients; "
                        "leave out 'sparse' or the decay, for which a group "
                        "of the dl.minimize may have 0.0";
}

/// Says whose they are.
static Hypers hypersOf(StringRef rule, Hypers hypers) {
  for (HyperUse &use : hypers)
    use.owner = (" of #dl." + rule).str();
  return hypers;
}

//===----------------------------------------------------------------------===//
// SGD
//===----------------------------------------------------------------------===//

Slots SgdAttr::getSlots(RankedTensorType param) const {
  if (isZero(getMomentum()))
    return {};
  return {{"momentum_buffer", param}};
}

Values SgdAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), getDecoupledWeightDecay());
  Value direction = u.gradient;
  Values slots;
  if (!u.slots.empty()) {
    Hyper momentum = u.hyper("momentum", getMomentum());
    Hyper dampening = u.hyper("dampening", getDampening());
    Value entering = u.gradient;
    if (!dampening.isZero())
      entering = u.choose(u.isFirst(), u.gradient,
                          u.scaled(u.gradient, u.complement(dampening)));
    Value v = u.e.add(u.scaled(u.slots[0], momentum), entering);
    direction = getNesterov() ? u.e.add(u.gradient, u.scaled(v, momentum)) : v;
    slots.push_back(v);
  }
  slots.insert(slots.begin(), u.e.sub(u.param, u.scaled(direction, u.lr)));
  return slots;
}

bool SgdAttr::restsAtZero(const Update &u) const {
  return isZero(getMomentum()) && u.isZero("weight_decay", getWeightDecay());
}

// With momentum PyTorch's buffer has all rows that ever had a gradient, and
// moves all of them.
Meaning SgdAttr::getSparseMeaning(const Update &u, EmitError emitError) const {
  if (failed(refuseDecay(u, getWeightDecay(), getMnemonic(), emitError)))
    return failure();
  return isZero(getMomentum()) ? SparseMeaning::SomeRows
                               : SparseMeaning::AllRows;
}

LogicalResult SgdAttr::verifyRule(EmitError emitError) const {
  if (getNesterov() && (isZero(getMomentum()) || !isZero(getDampening())))
    return emitError() << "expects nesterov of #dl.sgd to come with a momentum "
                          "and without dampening";
  if (isZero(getMomentum()) && !isZero(getDampening()))
    return emitError() << "expects dampening of #dl.sgd to come with a "
                          "momentum, without which it means nothing";
  return success();
}

Hypers SgdAttr::getHypers() const {
  return hypersOf("sgd", {{"momentum", getMomentum()},
                          {"dampening", getDampening(), HyperRange::Finite},
                          {"weight_decay", getWeightDecay()}});
}

//===----------------------------------------------------------------------===//
// Adagrad, RMSprop, Adadelta
//===----------------------------------------------------------------------===//

Slots AdagradAttr::getSlots(RankedTensorType param) const {
  return {{"sum", param, getInitialAccumulator().getValueAsDouble()}};
}

Values AdagradAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), getDecoupledWeightDecay());
  Expr &e = u.e;
  Value rate = u.rate();
  Hyper lrDecay = u.hyper("lr_decay", getLrDecay());
  if (!lrDecay.isZero())
    rate = e.div(rate,
                 e.offset(e.mul(e.offset(u.time(), -1), u.scalar(lrDecay)), 1));
  Value sum = e.add(u.slots[0], e.mul(u.gradient, u.gradient));
  Value quotient =
      e.div(u.gradient, u.shifted(e.sqrt(sum), u.hyper("eps", getEps())));
  return {e.sub(u.param, u.scaled(quotient, rate)), sum};
}

// 0 / (sqrt(s) + eps) is 0 unless s and eps are; what the type rounds or
// flushes to 0 is.
bool AdagradAttr::restsAtZero(const Update &u) const {
  auto eps = dyn_cast<FloatAttr>(getEps());
  auto type = cast<FloatType>(tensorType(u.param).getElementType());
  double least = APFloat::getSmallestNormalized(type.getFloatSemantics())
                     .convertToDouble();
  return eps && eps.getValueAsDouble() >= least &&
         u.isZero("weight_decay", getWeightDecay());
}

Meaning AdagradAttr::getSparseMeaning(const Update &u,
                                      EmitError emitError) const {
  if (failed(refuseDecay(u, getWeightDecay(), getMnemonic(), emitError)))
    return failure();
  return SparseMeaning::SomeRows;
}

Hypers AdagradAttr::getHypers() const {
  return hypersOf("adagrad", {{"lr_decay", getLrDecay()},
                              {"initial_accumulator", getInitialAccumulator()},
                              {"eps", getEps()},
                              {"weight_decay", getWeightDecay()}});
}

Slots RmspropAttr::getSlots(RankedTensorType param) const {
  Slots slots{{"square_avg", param}};
  if (getCentered())
    slots.push_back({"grad_avg", param});
  if (!isZero(getMomentum()))
    slots.push_back({"momentum_buffer", param});
  return slots;
}

Values RmspropAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), getDecoupledWeightDecay());
  Expr &e = u.e;
  Hyper alpha = u.hyper("alpha", getAlpha());
  Value g = u.gradient;
  Value square = u.blend(u.slots[0], e.mul(g, g), alpha);
  Values results{Value(), square};
  if (getCentered()) {
    Value mean = u.lerp(u.slots[1], g, u.complement(alpha));
    results.push_back(mean);
    // Rounding must not make a negative number of what is zero.
    square = e.maximum(e.sub(square, e.mul(mean, mean)),
                       e.splat(square.getType(), 0));
  }
  Value step = e.div(g, u.shifted(e.sqrt(square), u.hyper("eps", getEps())));
  if (!isZero(getMomentum())) {
    step = e.add(u.scaled(u.slots.back(), u.hyper("momentum", getMomentum())),
                 step);
    results.push_back(step);
  }
  results[0] = e.sub(u.param, u.scaled(step, u.lr));
  return results;
}

Hypers RmspropAttr::getHypers() const {
  return hypersOf("rmsprop", {{"alpha", getAlpha()},
                              {"eps", getEps()},
                              {"momentum", getMomentum()},
                              {"weight_decay", getWeightDecay()}});
}

Slots AdadeltaAttr::getSlots(RankedTensorType param) const {
  return {{"square_avg", param}, {"acc_delta", param}};
}

Values AdadeltaAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), getDecoupledWeightDecay());
  Expr &e = u.e;
  Hyper rho = u.hyper("rho", getRho()), eps = u.hyper("eps", getEps());
  Value g = u.gradient;
  Value square = u.blend(u.slots[0], e.mul(g, g), rho);
  Value delta = e.mul(
      e.div(e.sqrt(u.shifted(u.slots[1], eps)), e.sqrt(u.shifted(square, eps))),
      g);
  Value moved = u.blend(u.slots[1], e.mul(delta, delta), rho);
  return {e.sub(u.param, u.scaled(delta, u.lr)), square, moved};
}

Hypers AdadeltaAttr::getHypers() const {
  return hypersOf("adadelta", {{"rho", getRho(), HyperRange::BelowOne},
                               {"eps", getEps()},
                               {"weight_decay", getWeightDecay()}});
}

//===----------------------------------------------------------------------===//
// Adam and its kin
//===----------------------------------------------------------------------===//

namespace {
/// The moments of Adam, advanced by one gradient.
struct Moments {
  Moments(Update &u, Attribute beta1Attr, Attribute beta2Attr)
      : beta1(u.hyper("beta1", beta1Attr)), beta2(u.hyper("beta2", beta2Attr)) {
    m = u.lerp(u.slots[0], u.gradient, u.complement(beta1));
    v = u.blend(u.slots[1], u.e.mul(u.gradient, u.gradient), beta2);
  }
  Hyper beta1, beta2;
  Value m, v;
};
} // namespace

static Slots momentSlots(RankedTensorType param) {
  return {{"exp_avg", param}, {"exp_avg_sq", param}};
}

/// Those that all of Adam's kin have.
template <typename Attr>
static Hypers adamHypers(Attr rule) {
  return {{"beta1", rule.getBeta1(), HyperRange::BelowOne},
          {"beta2", rule.getBeta2(), HyperRange::BelowOne},
          {"eps", rule.getEps()},
          {"weight_decay", rule.getWeightDecay()}};
}

#define ADAM_HYPERS(Attr)                                                      \
  Hypers Attr::getHypers() const {                                             \
    return hypersOf(getMnemonic(), adamHypers(*this));                         \
  }
ADAM_HYPERS(AdamAttr)
ADAM_HYPERS(AdamwAttr)
ADAM_HYPERS(AdamaxAttr)
ADAM_HYPERS(RadamAttr)
ADAM_HYPERS(LambAttr)
#undef ADAM_HYPERS

Hypers NadamAttr::getHypers() const {
  Hypers hypers = adamHypers(*this);
  hypers.push_back({"momentum_decay", getMomentumDecay()});
  return hypersOf("nadam", hypers);
}

Slots AdamAttr::getSlots(RankedTensorType param) const {
  Slots slots = momentSlots(param);
  if (getAmsgrad())
    slots.push_back({"max_exp_avg_sq", param});
  return slots;
}

Values AdamAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), getDecoupledWeightDecay());
  Expr &e = u.e;
  Moments moments(u, getBeta1(), getBeta2());
  Values results{Value(), moments.m, moments.v};
  if (getAmsgrad())
    results.push_back(e.maximum(u.slots[2], moments.v));
  Value rate = e.div(u.rate(), u.correction(moments.beta1));
  Value root = e.sqrt(u.correction(moments.beta2));
  if (u.sparse) {
    // torch.optim.SparseAdam adds eps to what is not corrected.
    Value denominator = u.shifted(e.sqrt(moments.v), u.hyper("eps", getEps()));
    Value step =
        e.mul(u.spread(e.mul(rate, root)), e.div(moments.m, denominator));
    results[0] = e.sub(u.param, step);
    return results;
  }
  Value denominator = u.shifted(e.div(e.sqrt(results.back()), u.spread(root)),
                                u.hyper("eps", getEps()));
  results[0] =
      e.sub(u.param, e.mul(u.spread(rate), e.div(moments.m, denominator)));
  return results;
}

Meaning AdamAttr::getSparseMeaning(const Update &u, EmitError emitError) const {
  if (failed(refuseDecay(u, getWeightDecay(), getMnemonic(), emitError)))
    return failure();
  if (getAmsgrad())
    return emitError() << "but #dl.adam with amsgrad has no rule for sparse "
                          "gradients; leave out one of the two";
  return SparseMeaning::SomeRows;
}

/// Adam with this one's numbers.
static AdamAttr plainAdam(AdamwAttr rule) {
  return AdamAttr::get(rule.getContext(), rule.getBeta1(), rule.getBeta2(),
                       rule.getEps(), rule.getWeightDecay(), rule.getAmsgrad(),
                       /*decoupled_weight_decay=*/true);
}
Slots AdamwAttr::getSlots(RankedTensorType param) const {
  return plainAdam(*this).getSlots(param);
}
Values AdamwAttr::buildUpdate(Update &u) const {
  return plainAdam(*this).buildUpdate(u);
}

Slots AdamaxAttr::getSlots(RankedTensorType param) const {
  return {{"exp_avg", param}, {"exp_inf", param}};
}

Values AdamaxAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), getDecoupledWeightDecay());
  Expr &e = u.e;
  Hyper beta1 = u.hyper("beta1", getBeta1());
  Value m = u.lerp(u.slots[0], u.gradient, u.complement(beta1));
  Value norm =
      e.maximum(u.scaled(u.slots[1], u.hyper("beta2", getBeta2())),
                u.shifted(e.abs(u.gradient), u.hyper("eps", getEps())));
  Value rate = e.div(u.rate(), u.correction(beta1));
  return {e.sub(u.param, u.scaled(e.div(m, norm), rate)), m, norm};
}

Slots NadamAttr::getSlots(RankedTensorType param) const {
  Slots slots = momentSlots(param);
  Type f64 = Float64Type::get(getContext());
  slots.push_back({"mu_product", RankedTensorType::get({}, f64), 1});
  return slots;
}

Values NadamAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), getDecoupledWeightDecay());
  Expr &e = u.e;
  Moments moments(u, getBeta1(), getBeta2());
  Value beta1 = u.scalar(moments.beta1);
  Value decay = u.scalar(u.hyper("momentum_decay", getMomentumDecay()));
  auto mu = [&](Value t) {
    return e.mul(beta1,
                 e.offset(e.scale(u.power(0.96, e.mul(t, decay)), -0.5), 1));
  };
  auto oneMinus = [&](Value x) { return e.offset(e.neg(x), 1); };
  Value now = mu(u.time()), next = mu(e.offset(u.time(), 1));
  Value product = e.mul(u.slots[2], now);
  Value ofGradient = e.mul(u.rate(), e.div(oneMinus(now), oneMinus(product)));
  Value ofMoment = e.mul(u.rate(), e.div(next, oneMinus(e.mul(product, next))));
  Value correction = u.spread(u.correction(moments.beta2));
  Value denominator =
      u.shifted(e.sqrt(e.div(moments.v, correction)), u.hyper("eps", getEps()));
  Value step = e.div(
      e.add(u.scaled(u.gradient, ofGradient), u.scaled(moments.m, ofMoment)),
      denominator);
  return {e.sub(u.param, step), moments.m, moments.v, product};
}

Slots RadamAttr::getSlots(RankedTensorType param) const {
  return momentSlots(param);
}

Values RadamAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), getDecoupledWeightDecay());
  Expr &e = u.e;
  Moments moments(u, getBeta1(), getBeta2());
  Value power = u.power(moments.beta2, u.time());
  Value correction = e.offset(e.neg(power), 1);
  Value beta2 = u.scalar(moments.beta2);
  Value one = e.splat(beta2.getType(), 1);
  // R = 2 / (1 - beta2) - 1
  Value limit = e.offset(e.div(e.scale(one, 2), e.sub(one, beta2)), -1);
  Value length =
      e.sub(limit, e.div(e.scale(e.mul(u.time(), power), 2), correction));
  Value above = e.mul(e.mul(e.offset(length, -4), e.offset(length, -2)), limit);
  Value below = e.mul(e.mul(e.offset(limit, -4), e.offset(limit, -2)), length);
  Value rectified = e.compare(Predicate::gt, length, 5);
  // The root of what is negative must not reach the selection below.
  Value ratio = e.select(rectified, e.div(above, below), one);
  Value adaptive = e.mul(e.sqrt(ratio), e.sqrt(correction));
  Value root = u.shifted(e.sqrt(moments.v), u.hyper("eps", getEps()));
  Value factor = u.choose(rectified, e.div(u.spread(adaptive), root),
                          e.splat(root.getType(), 1));
  Value rate = e.div(u.rate(), u.correction(moments.beta1));
  Value step = e.mul(u.scaled(moments.m, rate), factor);
  return {e.sub(u.param, step), moments.m, moments.v};
}

Slots LionAttr::getSlots(RankedTensorType param) const {
  return {{"exp_avg", param}};
}

Values LionAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), /*decoupled=*/true);
  Expr &e = u.e;
  Value direction =
      e.sign(u.blend(u.slots[0], u.gradient, u.hyper("beta1", getBeta1())));
  Value m = u.blend(u.slots[0], u.gradient, u.hyper("beta2", getBeta2()));
  return {e.sub(u.param, u.scaled(direction, u.lr)), m};
}

Hypers LionAttr::getHypers() const {
  return hypersOf("lion", {{"beta1", getBeta1(), HyperRange::BelowOne},
                           {"beta2", getBeta2(), HyperRange::BelowOne},
                           {"weight_decay", getWeightDecay()}});
}

/// The Euclidean norm of all elements.
static Value normOf(Expr &e, Value x) {
  return e.sqrt(e.sum(e.square(x), llvm::to_vector(llvm::seq<int64_t>(
                                       tensorType(x).getRank()))));
}

Slots LambAttr::getSlots(RankedTensorType param) const {
  return momentSlots(param);
}

Values LambAttr::buildUpdate(Update &u) const {
  Expr &e = u.e;
  Moments moments(u, getBeta1(), getBeta2());
  auto unbiased = [&](Value moment, Hyper beta) {
    return e.div(moment, u.spread(u.correction(beta)));
  };
  Value r = e.div(unbiased(moments.m, moments.beta1),
                  u.shifted(e.sqrt(unbiased(moments.v, moments.beta2)),
                            u.hyper("eps", getEps())));
  Hyper decay = u.hyper("weight_decay", getWeightDecay());
  if (!decay.isZero())
    r = e.add(r, u.scaled(u.param, decay));
  Value length = normOf(e, u.param), ofStep = normOf(e, r);
  Value usable = e.logicalAnd(e.compare(Predicate::gt, length, 0),
                              e.compare(Predicate::gt, ofStep, 0));
  Value ratio =
      e.select(usable, e.div(length, ofStep), e.splat(length.getType(), 1));
  Value rate = e.mul(u.rate(), e.cast(ratio, e.builder().getF64Type()));
  return {e.sub(u.param, u.scaled(r, rate)), moments.m, moments.v};
}

//===----------------------------------------------------------------------===//
// Muon
//===----------------------------------------------------------------------===//

Slots MuonAttr::getSlots(RankedTensorType param) const {
  return {{"momentum_buffer", param}};
}

LogicalResult MuonAttr::verifyFor(RankedTensorType param,
                                  EmitError emitError) const {
  if (param.getRank() == 2)
    return success();
  return emitError() << "of type " << param
                     << ", but #dl.muon is for matrices; give it another "
                        "optimizer by a second dl.minimize";
}

LogicalResult MuonAttr::verifyRule(EmitError emitError) const {
  if (getNsSteps() < 0 || getNsSteps() >= 100)
    return emitError() << "expects ns_steps of #dl.muon from 0 to 99, not "
                       << getNsSteps();
  return success();
}

Hypers MuonAttr::getHypers() const {
  return hypersOf("muon", {{"momentum", getMomentum()},
                           {"weight_decay", getWeightDecay()},
                           {"a", getA(), HyperRange::Finite},
                           {"b", getB(), HyperRange::Finite},
                           {"c", getC(), HyperRange::Finite},
                           {"eps", getEps()}});
}

/// The nearest orthogonal matrix, roughly: Newton and Schulz's iteration with
/// coefficients that trade exactness for speed.
static Value orthogonalized(Expr &e, Value x, const MuonAttr &rule) {
  double a = rule.getA().getValueAsDouble(), b = rule.getB().getValueAsDouble(),
         c = rule.getC().getValueAsDouble();
  bool tall = tensorType(x).getDimSize(0) > tensorType(x).getDimSize(1);
  if (tall)
    x = e.transpose(x, {1, 0});
  Value norm = normOf(e, x);
  norm = e.maximum(norm,
                   e.splat(norm.getType(), rule.getEps().getValueAsDouble()));
  x = e.div(x, e.broadcast(norm, x, {}));
  for (int64_t i = 0; i < rule.getNsSteps(); ++i) {
    Value gram = e.matmul(x, x, false, true);
    Value square = e.matmul(gram, gram, false, false);
    Value factor = e.add(e.scale(gram, b), e.scale(square, c));
    x = e.add(e.scale(x, a), e.matmul(factor, x, false, false));
  }
  return tall ? e.transpose(x, {1, 0}) : x;
}

Values MuonAttr::buildUpdate(Update &u) const {
  u.decay(getWeightDecay(), /*decoupled=*/true);
  Expr &e = u.e;
  Hyper momentum = u.hyper("momentum", getMomentum());
  Value v = u.lerp(u.slots[0], u.gradient, u.complement(momentum));
  Value direction = getNesterov() ? u.lerp(u.gradient, v, momentum) : v;
  double rows = double(tensorType(u.param).getDimSize(0)),
         columns = double(tensorType(u.param).getDimSize(1));
  double factor = 1;
  switch (getAdjustLr()) {
  case MuonRate::Original:
    factor = std::sqrt(std::max(1.0, rows / columns));
    break;
  case MuonRate::MatchRmsAdamw:
    factor = 0.2 * std::sqrt(std::max(rows, columns));
    break;
  case MuonRate::SpectralUnclamped:
    factor = std::sqrt(rows / columns);
    break;
  }
  Value step =
      u.scaled(orthogonalized(e, direction, *this), e.scale(u.rate(), factor));
  return {e.sub(u.param, step), v};
}

//===----------------------------------------------------------------------===//
// LookAhead and Ranger
//===----------------------------------------------------------------------===//

static OptimizerAttrInterface innerOf(const LookaheadAttr &rule) {
  return cast<OptimizerAttrInterface>(rule.getInner());
}

LogicalResult LookaheadAttr::verify(EmitError emitError, Attribute inner,
                                    int64_t, Attribute) {
  if (isa<OptimizerAttrInterface>(inner))
    return success();
  return emitError() << "expects an update rule inside of #dl.lookahead, not "
                     << inner;
}

Slots LookaheadAttr::getSlots(RankedTensorType param) const {
  Slots slots = innerOf(*this).getSlots(param);
  OptimizerSlot slow{"slow_buffer", param};
  slow.startsAsParameter = true;
  slots.push_back(slow);
  return slots;
}

Values LookaheadAttr::buildUpdate(Update &u) const {
  Expr &e = u.e;
  Value slow = u.slots.pop_back_val();
  Values results = innerOf(*this).buildUpdate(u);
  Value fast = results[0];
  // Whether k divides the number of the update.
  Value k = e.splat(u.step.getType(), double(getK()));
  Value rest = e.sub(u.step, e.mul(e.div(u.step, k), k));
  Value due = e.compare(Predicate::eq, rest, 0);
  Value next = u.lerp(slow, fast, u.hyper("alpha", getAlpha()));
  results[0] = u.choose(due, next, fast);
  results.push_back(u.choose(due, next, slow));
  return results;
}

LogicalResult LookaheadAttr::verifyFor(RankedTensorType param,
                                       EmitError emitError) const {
  return innerOf(*this).verifyFor(param, emitError);
}

LogicalResult LookaheadAttr::verifyRule(EmitError emitError) const {
  if (getK() < 1)
    return emitError() << "expects k of #dl.lookahead of 1 or more, not "
                       << getK();
  // Two in one another would keep two slots of one name.
  if (isa<LookaheadAttr, RangerAttr>(getInner()))
    return emitError()
           << "expects a rule inside of #dl.lookahead that does not look "
              "ahead itself";
  return innerOf(*this).verifyRule(emitError);
}

Hypers LookaheadAttr::getHypers() const {
  Hypers hypers =
      hypersOf("lookahead", {{"alpha", getAlpha(), HyperRange::UpToOne}});
  llvm::append_range(hypers, innerOf(*this).getHypers());
  return hypers;
}

OptimizerAttrInterface RangerAttr::getRule() const {
  auto inner = RadamAttr::get(getContext(), getBeta1(), getBeta2(), getEps(),
                              getWeightDecay(),
                              /*decoupled_weight_decay=*/true);
  return LookaheadAttr::get(getContext(), inner, getK(), getAlpha());
}
Slots RangerAttr::getSlots(RankedTensorType param) const {
  return getRule().getSlots(param);
}
Values RangerAttr::buildUpdate(Update &u) const {
  return getRule().buildUpdate(u);
}
LogicalResult RangerAttr::verifyFor(RankedTensorType param,
                                    EmitError emitError) const {
  return getRule().verifyFor(param, emitError);
}
LogicalResult RangerAttr::verifyRule(EmitError emitError) const {
  return getRule().verifyRule(emitError);
}
Hypers RangerAttr::getHypers() const {
  return hypersOf("ranger", getRule().getHypers());
}
