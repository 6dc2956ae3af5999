//===- Dropout.cpp - Values left out by chance ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

template <typename Op>
static LogicalResult verifyDropout(Op op) {
  if (op.getProbability() && op.getP())
    return op.emitOpError("expects p once, either the attribute or a value");
  double p = op.getNumber();
  if (!(p >= 0 && p <= 1))
    return op.emitOpError() << "expects p from 0 to 1, not " << p;
  if (op.getChannels() && tensorType(op.getX()).getRank() < 2)
    return op.emitOpError() << "with 'channels' expects operand x of rank 2 or "
                               "more (N x C x ...), not "
                            << op.getX().getType();
  return success();
}

template <typename Op>
static SmallVector<HyperUse> hypersOf(Op op) {
  Value p = op.getProbability();
  auto read = p ? p.getDefiningOp<ReadHparamOp>() : ReadHparamOp();
  if (!read)
    return {};
  return {{"p", read.getEntryAttr(), HyperRange::UpToOne}};
}

/// Whether the op is random: it returns neither x nor the same for all
/// elements.
template <typename Op>
static bool isRandomDropout(Op op) {
  double p = op.getNumber();
  return op.getMode() == Mode::Train &&
         (op.getProbability() || (p > 0 && p < 1));
}

/// Which elements of x are kept. `keep` is a number or a value.
template <typename Op, typename Number>
static Value drawKept(Expr &e, const RandomSource &source, Op op, Number keep) {
  ArrayRef<int64_t> shape = tensorType(op.getX()).getShape();
  if (!op.getChannels())
    return drawBernoulli(e, source, shape, keep);
  Value kept = drawBernoulli(e, source, shape.take_front(2), keep);
  return e.broadcast(kept, op.getX(), {0, 1});
}

/// p as an f64, from 0 to 1.
static Value clampedProbability(Expr &e, Value p) {
  Value wide = e.cast(e.stop(p), e.builder().getF64Type());
  Value least = e.maximum(wide, e.splat(wide.getType(), 0));
  return e.minimum(least, e.splat(wide.getType(), 1));
}

/// An f64 in the type of x and for each of its elements.
static Value spread(Expr &e, Value number, Value x) {
  Value own = e.cast(number, tensorType(x).getElementType());
  return e.broadcast(own, x, {});
}

LogicalResult DropoutOp::verify() { return verifyDropout(*this); }
bool DropoutOp::isRandom() { return isRandomDropout(*this); }
SmallVector<HyperUse> DropoutOp::getHypers() { return hypersOf(*this); }

/// With the steps of the attribute, in f64, so that it gives the same bits.
static Value drawDropout(Expr &e, const RandomSource &source, DropoutOp op) {
  Value p = clampedProbability(e, op.getProbability());
  Value one = e.splat(p.getType(), 1);
  Value keep = e.sub(one, p);
  Value kept = drawKept(e, source, op, keep);
  // For elements that are never kept, the gradient is 0 and not 0 times
  // infinity.
  Value factor = e.unless(e.compare(Predicate::eq, keep, 0), e.div(one, keep));
  Value x = e.mul(op.getX(), spread(e, factor, op.getX()));
  return e.where(kept, x);
}

SmallVector<Value> DropoutOp::draw(OpBuilder &builder,
                                   const RandomSource &source) {
  Expr e(builder, getLoc());
  if (getMode() == Mode::Eval)
    return {getX()};
  if (getProbability())
    return {drawDropout(e, source, *this)};
  double p = getNumber();
  if (p == 0)
    return {getX()};
  Value zero = e.splat(getX().getType(), 0);
  if (p == 1)
    return {zero};
  // A choice, not a product: 0 times an infinite x would not be 0.
  Value kept = drawKept(e, source, *this, 1 - p);
  return {e.select(kept, e.scale(getX(), 1 / (1 - p)), zero)};
}

LogicalResult AlphaDropoutOp::verify() { return verifyDropout(*this); }
bool AlphaDropoutOp::isRandom() { return isRandomDropout(*this); }
SmallVector<HyperUse> AlphaDropoutOp::getHypers() { return hypersOf(*this); }

/// -alpha * scale of SELU.
static constexpr double saturated = -1.7580993408473766;

static Value drawAlphaDropout(Expr &e, const RandomSource &source,
                              AlphaDropoutOp op) {
  Value p = clampedProbability(e, op.getProbability());
  Value one = e.splat(p.getType(), 1);
  Value keep = e.sub(one, p);
  Value square = e.scale(e.scale(p, saturated), saturated);
  Value a = e.div(one, e.sqrt(e.mul(keep, e.offset(square, 1))));
  Value b = e.mul(e.scale(e.neg(a), saturated), p);
  Value kept = drawKept(e, source, op, keep);
  Value x = e.select(kept, op.getX(), e.splat(op.getX().getType(), saturated));
  Value y = e.add(e.mul(x, spread(e, a, x)), spread(e, b, x));
  // At the ends, where a is infinite or b is -0, the result is that of the
  // attribute.
  auto at = [&](double end) {
    return e.broadcast(e.compare(Predicate::eq, p, end), y, {});
  };
  return e.unless(at(1), e.select(at(0), op.getX(), y));
}

SmallVector<Value> AlphaDropoutOp::draw(OpBuilder &builder,
                                        const RandomSource &source) {
  Expr e(builder, getLoc());
  if (getMode() == Mode::Eval)
    return {getX()};
  if (getProbability())
    return {drawAlphaDropout(e, source, *this)};
  double p = getNumber();
  if (p == 0)
    return {getX()};
  if (p == 1)
    return {e.splat(getX().getType(), 0)};
  double a = 1 / std::sqrt((1 - p) * (1 + p * saturated * saturated));
  Value kept = drawKept(e, source, *this, 1 - p);
  Value x = e.select(kept, getX(), e.splat(getX().getType(), saturated));
  return {e.offset(e.scale(x, a), -a * saturated * p)};
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Dropout.cpp.inc"
