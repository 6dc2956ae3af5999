//===- Schedule.cpp - Learning rates that follow the step count -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static double number(FloatAttr value) { return value.getValueAsDouble(); }

template <typename Op>
static LogicalResult checkLeast(Op op, StringRef name, int64_t value,
                                int64_t least) {
  if (value >= least)
    return success();
  return op.emitOpError() << "expects '" << name << "' of at least " << least
                          << ", not " << value;
}

template <typename Op>
static LogicalResult checkWithin(Op op, StringRef name, double value,
                                 double least, double most) {
  if (value >= least && value <= most)
    return success();
  return op.emitOpError() << "expects '" << name << "' from " << least << " to "
                          << most << ", not " << value;
}

/// Finite and not below 0; above 0 with `positive`.
template <typename Op>
static LogicalResult checkSign(Op op, StringRef name, double value,
                               bool positive) {
  if (std::isfinite(value) && (positive ? value > 0 : value >= 0))
    return success();
  return op.emitOpError() << "expects '" << name
                          << (positive ? "' above 0, not "
                                       : "' of at least 0, not ")
                          << value;
}

/// Checks the attributes that all schedules share.
template <typename Op>
static LogicalResult checkShared(Op op) {
  constexpr double defaultFactor = 1.0 / 3;
  double factor = number(op.getWarmupFactorAttr());
  if (failed(checkLeast(op, "every", op.getEvery(), 1)) ||
      failed(checkLeast(op, "warmup_iters", op.getWarmupIters(), 0)) ||
      failed(checkWithin(op, "warmup_factor", factor, 0, 1)))
    return failure();
  if (op.getWarmupIters() == 0 && factor != defaultFactor)
    return op.emitOpError() << "has 'warmup_factor' " << factor
                            << ", which means nothing without 'warmup_iters'";
  return success();
}

//===----------------------------------------------------------------------===//
// Building
//===----------------------------------------------------------------------===//

static Value floor(Expr &e, Value x) {
  return FloorOp::create(e.builder(), e.location(), x.getType(), x);
}
static Value round(Expr &e, Value x) {
  return RoundOp::create(e.builder(), e.location(), x.getType(), x);
}
/// x / divisor: a product with the reciprocal would be below a whole number
/// where the quotient is one.
static Value divide(Expr &e, Value x, double divisor) {
  return divisor == 1 ? x : e.div(x, e.splat(x.getType(), divisor));
}
/// base^x.
static Value power(Expr &e, double base, Value x) {
  return e.pow(e.splat(x.getType(), base), x);
}
/// min(x / length, 1).
static Value progress(Expr &e, Value x, double length) {
  return e.minimum(divide(e, x, length), e.splat(x.getType(), 1));
}
/// a + (b - a) x.
static Value line(Expr &e, double a, double b, Value x) {
  return e.offset(e.scale(x, b - a), a);
}
/// From lr at x = 0 to `low` at x = 1 along half a cosine.
static Value cosine(Expr &e, Value lr, double low, Value x) {
  Value wave = e.scale(e.offset(e.cos(e.scale(x, M_PI)), 1), 0.5);
  return e.offset(e.mul(e.offset(lr, -low), wave), low);
}

/// The schedule that `rule` makes of lr and u, both f64 in the shape of t, with
/// the warm-up that all schedules share.
template <typename Op>
static SmallVector<Value>
schedule(Op op, OpBuilder &builder,
         llvm::function_ref<Value(Expr &e, Value lr, Value u)> rule) {
  Expr e(builder, op.getLoc());
  Value t = e.cast(op.getT(), builder.getF64Type());
  t = e.maximum(t, e.splat(t.getType(), 0));
  if (op.getEvery() > 1)
    t = floor(e, divide(e, t, op.getEvery()));
  Value lr = e.broadcast(e.cast(op.getLr(), builder.getF64Type()), t, {});
  Type element = getElementTypeOrSelf(op.getLr().getType());
  double warmup = op.getWarmupIters();
  if (warmup == 0)
    return {e.cast(rule(e, lr, t), element)};

  // The side that is not taken is finite too, so that 0 times it is 0.
  Value u = e.maximum(e.offset(t, -warmup), e.splat(t.getType(), 0));
  Value rising = e.mul(
      lr, line(e, number(op.getWarmupFactorAttr()), 1, progress(e, t, warmup)));
  Value isOver = e.compare(Predicate::ge, t, warmup);
  return {e.cast(e.select(isOver, rule(e, lr, u), rising), element)};
}

//===----------------------------------------------------------------------===//
// Straight lines and steps
//===----------------------------------------------------------------------===//

LogicalResult ConstantLrOp::verify() {
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkWithin(*this, "factor", number(getFactorAttr()), 0, 1)) &&
      succeeded(checkLeast(*this, "total_iters", getTotalIters(), 1)));
}

SmallVector<Value> ConstantLrOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    Value isOver = e.compare(Predicate::ge, u, getTotalIters());
    return e.select(isOver, lr, e.scale(lr, number(getFactorAttr())));
  });
}

LogicalResult LinearLrOp::verify() {
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkWithin(*this, "start_factor", number(getStartFactorAttr()),
                            0, 1)) &&
      succeeded(
          checkWithin(*this, "end_factor", number(getEndFactorAttr()), 0, 1)) &&
      succeeded(checkLeast(*this, "total_iters", getTotalIters(), 1)));
}

SmallVector<Value> LinearLrOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    return e.mul(lr, line(e, number(getStartFactorAttr()),
                          number(getEndFactorAttr()),
                          progress(e, u, getTotalIters())));
  });
}

LogicalResult StepLrOp::verify() {
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkLeast(*this, "step_size", getStepSize(), 1)) &&
      succeeded(checkSign(*this, "gamma", number(getGammaAttr()), false)));
}

SmallVector<Value> StepLrOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    Value k = floor(e, divide(e, u, getStepSize()));
    return e.mul(lr, power(e, number(getGammaAttr()), k));
  });
}

LogicalResult MultiStepLrOp::verify() {
  int64_t last = 0;
  for (Attribute attr : getMilestones()) {
    int64_t milestone = cast<IntegerAttr>(attr).getInt();
    if (milestone < last)
      return emitOpError() << "expects 'milestones' of at least 0 in ascending "
                              "order, not "
                           << getMilestones();
    last = milestone;
  }
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkSign(*this, "gamma", number(getGammaAttr()), false)));
}

SmallVector<Value> MultiStepLrOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    // The factors are constants, so that 0.1, 0.01, 0.001 are just these.
    Value factor = e.splat(u.getType(), 1);
    int reached = 0;
    for (Attribute milestone : getMilestones()) {
      Value isReached = e.compare(
          Predicate::ge, u, double(cast<IntegerAttr>(milestone).getInt()));
      double next = std::pow(number(getGammaAttr()), ++reached);
      factor = e.select(isReached, e.splat(u.getType(), next), factor);
    }
    return e.mul(lr, factor);
  });
}

//===----------------------------------------------------------------------===//
// Curves
//===----------------------------------------------------------------------===//

LogicalResult ExponentialLrOp::verify() {
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkSign(*this, "gamma", number(getGammaAttr()), false)));
}

SmallVector<Value> ExponentialLrOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    return e.mul(lr, power(e, number(getGammaAttr()), u));
  });
}

LogicalResult PolynomialLrOp::verify() {
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkLeast(*this, "total_iters", getTotalIters(), 1)) &&
      succeeded(checkSign(*this, "power", number(getPowerAttr()), false)));
}

SmallVector<Value> PolynomialLrOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    Value left = line(e, 1, 0, progress(e, u, getTotalIters()));
    double exponent = number(getPowerAttr());
    if (exponent != 1)
      left = e.pow(left, e.splat(left.getType(), exponent));
    return e.mul(lr, left);
  });
}

LogicalResult InverseSqrtLrOp::verify() {
  return success(succeeded(checkShared(*this)) &&
                 succeeded(checkLeast(*this, "timescale", getTimescale(), 1)));
}

SmallVector<Value> InverseSqrtLrOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    return e.div(lr, e.sqrt(e.offset(divide(e, u, getTimescale()), 1)));
  });
}

LogicalResult CosineAnnealingLrOp::verify() {
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkLeast(*this, "T_max", getTMax(), 1)) &&
      succeeded(checkSign(*this, "eta_min", number(getEtaMinAttr()), false)));
}

SmallVector<Value> CosineAnnealingLrOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    return cosine(e, lr, number(getEtaMinAttr()), divide(e, u, getTMax()));
  });
}

LogicalResult CosineAnnealingWarmRestartsOp::verify() {
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkLeast(*this, "T_0", getT_0(), 1)) &&
      succeeded(checkLeast(*this, "T_mult", getTMult(), 1)) &&
      succeeded(checkSign(*this, "eta_min", number(getEtaMinAttr()), false)));
}

SmallVector<Value>
CosineAnnealingWarmRestartsOp::decompose(OpBuilder &builder) {
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    double first = getT_0(), factor = getTMult(), low = number(getEtaMinAttr());
    if (factor == 1) {
      Value runs = divide(e, u, first);
      return cosine(e, lr, low, e.sub(runs, floor(e, runs)));
    }
    // Run k begins at first (factor^k - 1) / (factor - 1). Its number by
    // logarithms may be one off where a run begins, which is then seen.
    auto length = [&](Value k) {
      return e.scale(round(e, power(e, factor, k)), first);
    };
    auto begin = [&](Value length) {
      return divide(e, e.offset(length, -first), factor - 1);
    };
    Value one = e.splat(u.getType(), 1);
    Value ratio = e.offset(e.scale(divide(e, u, first), factor - 1), 1);
    Value k = floor(e, e.scale(e.log(ratio), 1 / std::log(factor)));
    Value isLate = e.compare(Predicate::lt, u, begin(length(k)));
    k = e.sub(k, e.where(isLate, one));
    Value next = begin(length(e.offset(k, 1)));
    k = e.add(k, e.where(e.compare(Predicate::ge, u, next), one));
    Value size = length(k);
    return cosine(e, lr, low, e.div(e.sub(u, begin(size)), size));
  });
}

LogicalResult OneCycleLrOp::verify() {
  if (getAnnealStrategy() != "cos" && getAnnealStrategy() != "linear")
    return emitOpError() << "expects 'anneal_strategy' \"cos\" or \"linear\", "
                            "not "
                         << getAnnealStrategyAttr();
  // The third phase needs room.
  double most = getThreePhase() ? 0.5 : 1;
  return success(
      succeeded(checkShared(*this)) &&
      succeeded(checkLeast(*this, "total_steps", getTotalSteps(), 1)) &&
      succeeded(checkWithin(*this, "pct_start", number(getPctStartAttr()), 0,
                            most)) &&
      succeeded(
          checkSign(*this, "div_factor", number(getDivFactorAttr()), true)) &&
      succeeded(checkSign(*this, "final_div_factor",
                          number(getFinalDivFactorAttr()), true)));
}

SmallVector<Value> OneCycleLrOp::decompose(OpBuilder &builder) {
  struct Phase {
    double end, from, to; ///< where it ends; multiples of lr
  };
  double steps = getTotalSteps(), share = number(getPctStartAttr());
  double start = 1 / number(getDivFactorAttr());
  double least = start / number(getFinalDivFactorAttr());
  SmallVector<Phase> phases{{share * steps - 1, start, 1}};
  if (getThreePhase())
    phases.push_back({2 * share * steps - 2, 1, start});
  phases.push_back({steps - 1, phases.back().to, least});

  bool isLine = getAnnealStrategy() == "linear";
  return schedule(*this, builder, [&](Expr &e, Value lr, Value u) {
    Value factor = e.splat(u.getType(), least);
    for (int i = phases.size() - 1; i >= 0; --i) {
      double begin = i ? phases[i - 1].end : 0;
      double length = phases[i].end - begin;
      if (length <= 0)
        continue; // no count is inside of it
      Value x = divide(e, e.offset(u, -begin), length);
      if (!isLine) // from 0 to 1 along half a cosine
        x = e.scale(e.offset(e.neg(e.cos(e.scale(x, M_PI))), 1), 0.5);
      Value inPhase = e.compare(Predicate::le, u, phases[i].end);
      factor =
          e.select(inPhase, line(e, phases[i].from, phases[i].to, x), factor);
    }
    return e.mul(lr, factor);
  });
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Schedule.cpp.inc"
