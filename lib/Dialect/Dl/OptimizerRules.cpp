//===- OptimizerRules.cpp - Update rules ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All but Adam and its kin, which are in OptimizerRulesAdam.cpp.
//
//===----------------------------------------------------------------------===//

#include "OptimizerRules.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;
using namespace dlc::dl::rules;

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

// 0 / (sqrt(s) + eps) is 0 unless s and eps are 0; an eps below the least
// normal number rounds or flushes to 0.
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
    // Rounding must not make a zero variance negative.
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
