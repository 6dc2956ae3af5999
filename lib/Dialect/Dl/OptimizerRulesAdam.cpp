//===- OptimizerRulesAdam.cpp - Update rules of Adam and its kin ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Adam, AdamW, Adamax, NAdam, RAdam, Lion and LAMB.
//
//===----------------------------------------------------------------------===//

#include "OptimizerRules.h"

using namespace mlir;
using namespace dlc::dl;
using namespace dlc::dl::rules;

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
    // torch.optim.SparseAdam adds eps to the uncorrected root.
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
  // The root of a negative number must not reach the selection below.
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
