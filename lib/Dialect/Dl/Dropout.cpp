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
  double p = op.getP().convertToDouble();
  if (!(p >= 0 && p <= 1))
    return op.emitOpError() << "expects p from 0 to 1, not " << p;
  if (op.getChannels() && tensorType(op.getX()).getRank() < 2)
    return op.emitOpError() << "with 'channels' expects operand x of rank 2 or "
                               "more (N x C x ...), not "
                            << op.getX().getType();
  return success();
}

/// Whether the op neither gives back what it got nor the same for all.
template <typename Op>
static bool isRandomDropout(Op op) {
  double p = op.getP().convertToDouble();
  return op.getMode() == Mode::Train && p > 0 && p < 1;
}

/// Which elements of x are kept.
template <typename Op>
static Value drawKept(Expr &e, const RandomSource &source, Op op) {
  ArrayRef<int64_t> shape = tensorType(op.getX()).getShape();
  double keep = 1 - op.getP().convertToDouble();
  if (!op.getChannels())
    return drawBernoulli(e, source, shape, keep);
  Value kept = drawBernoulli(e, source, shape.take_front(2), keep);
  return e.broadcast(kept, op.getX(), {0, 1});
}

LogicalResult DropoutOp::verify() { return verifyDropout(*this); }
bool DropoutOp::isRandom() { return isRandomDropout(*this); }

SmallVector<Value> DropoutOp::draw(OpBuilder &builder,
                                   const RandomSource &source) {
  Expr e(builder, getLoc());
  double p = getP().convertToDouble();
  if (getMode() == Mode::Eval || p == 0)
    return {getX()};
  Value zero = e.splat(getX().getType(), 0);
  if (p == 1)
    return {zero};
  // A choice, not a product: 0 times an infinite x would not be 0.
  Value kept = drawKept(e, source, *this);
  return {e.select(kept, e.scale(getX(), 1 / (1 - p)), zero)};
}

LogicalResult AlphaDropoutOp::verify() { return verifyDropout(*this); }
bool AlphaDropoutOp::isRandom() { return isRandomDropout(*this); }

SmallVector<Value> AlphaDropoutOp::draw(OpBuilder &builder,
                                        const RandomSource &source) {
  Expr e(builder, getLoc());
  double p = getP().convertToDouble();
  if (getMode() == Mode::Eval || p == 0)
    return {getX()};
  if (p == 1)
    return {e.splat(getX().getType(), 0)};
  // -alpha * scale of SELU.
  const double saturated = -1.7580993408473766;
  double a = 1 / std::sqrt((1 - p) * (1 + p * saturated * saturated));
  Value kept = drawKept(e, source, *this);
  Value x = e.select(kept, getX(), e.splat(getX().getType(), saturated));
  return {e.offset(e.scale(x, a), -a * saturated * p)};
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Dropout.cpp.inc"
