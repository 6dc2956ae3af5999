//===- Activation.cpp - Activation functions ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

ParseResult dlc::dl::parseGeluForm(OpAsmParser &parser, GeluFormAttr &form) {
  return parseCase<GeluFormAttr, GeluForm>(
      parser, form, "form of gelu (none or tanh)", symbolizeGeluForm);
}
void dlc::dl::printGeluForm(OpAsmPrinter &printer, Operation *,
                            GeluFormAttr form) {
  printer << stringifyGeluForm(form.getValue());
}

//===----------------------------------------------------------------------===//
// Types and constants
//===----------------------------------------------------------------------===//

LogicalResult HardtanhOp::verify() {
  double min = getMin().convertToDouble(), max = getMax().convertToDouble();
  if (!(min <= max))
    return emitOpError() << "expects 'min' not above 'max', but they are "
                         << min << " and " << max;
  return success();
}

LogicalResult SoftplusOp::verify() {
  double beta = getBeta().convertToDouble();
  if (!(beta > 0))
    return emitOpError() << "expects 'beta' above 0, not " << beta;
  return success();
}

LogicalResult PreluOp::verify() {
  RankedTensorType x = tensorType(getX()), weight = tensorType(getWeight());
  int64_t channels = x.getRank() > 1 ? x.getDimSize(1) : 1;
  if (weight.getElementType() != x.getElementType() || weight.getRank() != 1 ||
      (weight.getDimSize(0) != 1 && weight.getDimSize(0) != channels))
    return emitOpError() << "expects operand weight to be "
                         << x.clone({int64_t(1)}) << " or "
                         << x.clone({channels}) << " for operand x " << x
                         << ", not " << weight;
  return success();
}

LogicalResult MaxoutOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         MaxoutOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  int64_t pieces = adaptor.getPieces();
  if (x.getRank() < 2)
    return emitOptionalError(loc,
                             "'dl.maxout' expects operand x of rank 2 or more "
                             "(N x C x ...), not ",
                             x);
  if (pieces < 1 || x.getDimSize(1) % pieces)
    return emitOptionalError(loc, "'dl.maxout' expects 'pieces' to divide the ",
                             x.getDimSize(1), " channels of operand x ", x,
                             ", not ", pieces);
  SmallVector<int64_t> shape(x.getShape());
  shape[1] /= pieces;
  types.push_back(x.clone(shape));
  return success();
}

/// Checks that `axis` is one of x's.
static LogicalResult verifyAxis(Operation *op, StringRef name, Value x,
                                int64_t axis) {
  RankedTensorType type = tensorType(x);
  if (axis < 0 || axis >= type.getRank())
    return op->emitOpError() << "has axis " << axis << " but operand " << name
                             << " is " << type << " of rank " << type.getRank();
  return success();
}

LogicalResult SoftmaxOp::verify() {
  return verifyAxis(*this, "x", getX(), getAxis());
}
LogicalResult LogSoftmaxOp::verify() {
  return verifyAxis(*this, "x", getX(), getAxis());
}
LogicalResult GumbelSoftmaxOp::verify() {
  double tau = getTau().convertToDouble();
  if (!(tau > 0))
    return emitOpError() << "expects 'tau' above 0, not " << tau;
  return verifyAxis(*this, "logits", getLogits(), getAxis());
}

//===----------------------------------------------------------------------===//
// Decompositions. Where only one side of a choice is finite, the other side's
// operand is replaced before, so that its derivative is finite too.
//===----------------------------------------------------------------------===//

#define DECOMPOSE(Op) SmallVector<Value> Op::decompose(OpBuilder &builder)

static Value holdWithin(Expr &e, Value x, double low, double high) {
  return ClampOp::create(e.builder(), e.location(), x.getType(), x,
                         e.builder().getF64FloatAttr(low),
                         e.builder().getF64FloatAttr(high));
}

DECOMPOSE(HardtanhOp) {
  Expr e(builder, getLoc());
  return {holdWithin(e, getX(), getMin().convertToDouble(),
                     getMax().convertToDouble())};
}

DECOMPOSE(Relu6Op) {
  Expr e(builder, getLoc());
  return {holdWithin(e, getX(), 0, 6)};
}

DECOMPOSE(HardSigmoidOp) {
  Expr e(builder, getLoc());
  return {e.scale(holdWithin(e, e.offset(getX(), 3), 0, 6), 1.0 / 6)};
}

DECOMPOSE(HardSwishOp) {
  Expr e(builder, getLoc());
  Value gate = holdWithin(e, e.offset(getX(), 3), 0, 6);
  return {e.scale(e.mul(getX(), gate), 1.0 / 6)};
}

DECOMPOSE(LeakyReluOp) {
  Expr e(builder, getLoc());
  Value positive = e.compare(Predicate::gt, getX(), 0);
  return {e.select(positive, getX(),
                   e.scale(getX(), getSlope().convertToDouble()))};
}

DECOMPOSE(PreluOp) {
  Expr e(builder, getLoc());
  Value weight = getWeight();
  bool one = tensorType(weight).getDimSize(0) == 1;
  SmallVector<int64_t> dims(one ? 0 : 1, 1);
  if (one)
    weight = e.reshape(weight, {});
  Value positive = e.compare(Predicate::gt, getX(), 0);
  Value other = e.unless(positive, getX());
  Value scaled = e.mul(e.broadcast(weight, getX(), dims), other);
  return {e.select(positive, getX(), scaled)};
}

static Value buildElu(Expr &e, Value x, double alpha) {
  Value positive = e.compare(Predicate::gt, x, 0);
  Value below = e.scale(e.expm1(e.unless(positive, x)), alpha);
  return e.select(positive, x, below);
}

DECOMPOSE(EluOp) {
  Expr e(builder, getLoc());
  return {buildElu(e, getX(), getAlpha().convertToDouble())};
}

DECOMPOSE(SeluOp) {
  Expr e(builder, getLoc());
  return {e.scale(buildElu(e, getX(), 1.6732632423543772848170429916717),
                  1.0507009873554804934193349852946)};
}

DECOMPOSE(SigmoidOp) {
  Expr e(builder, getLoc());
  // Where e^-x is infinite the quotient is 0, as it should be.
  return {e.reciprocal(e.offset(e.exp(e.neg(getX())), 1))};
}

DECOMPOSE(SiluOp) {
  Expr e(builder, getLoc());
  return {e.mul(getX(), e.sigmoid(getX()))};
}

DECOMPOSE(MishOp) {
  Expr e(builder, getLoc());
  return {e.mul(getX(), e.tanh(e.softplus(getX())))};
}

DECOMPOSE(SoftplusOp) {
  Expr e(builder, getLoc());
  Value z = e.scale(getX(), getBeta().convertToDouble());
  Value linear = e.compare(Predicate::gt, z, getThreshold().convertToDouble());
  // log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)
  Value tail = e.log1p(e.exp(e.neg(e.abs(z))));
  Value sum = e.add(e.maximum(z, e.splat(z.getType(), 0)), tail);
  return {
      e.select(linear, getX(), e.scale(sum, 1 / getBeta().convertToDouble()))};
}

DECOMPOSE(SoftsignOp) {
  Expr e(builder, getLoc());
  return {e.div(getX(), e.offset(e.abs(getX()), 1))};
}

DECOMPOSE(GeluOp) {
  Expr e(builder, getLoc());
  Value x = getX(), step;
  if (getApproximate() == GeluForm::Tanh) {
    Value cube = e.mul(x, e.square(x));
    Value inner = e.add(x, e.scale(cube, 0.044715));
    step = e.tanh(e.scale(inner, std::sqrt(2 / M_PI)));
  } else {
    step = e.erf(e.scale(x, M_SQRT1_2));
  }
  Value half = e.scale(x, 0.5);
  return {e.mul(half, e.offset(step, 1))};
}

DECOMPOSE(MaxoutOp) {
  Expr e(builder, getLoc());
  SmallVector<int64_t> shape(tensorType(getY()).getShape());
  shape.insert(shape.begin() + 2, getPieces());
  if (tensorType(getY()).getNumElements() == 0)
    return {e.splat(getY().getType(), 0)};
  return {e.max(e.reshape(getX(), shape), {2})};
}

namespace {
/// Reductions along one axis whose results stand in the shape of x again.
struct Along {
  Expr &e;
  Value x;
  int64_t axis;

  Value spread(Value reduced) {
    return e.broadcast(reduced, x, allBut(tensorType(x).getRank(), axis));
  }
  Value sum(Value y) { return spread(e.sum(y, {axis})); }
  /// x less its maximum, which changes neither value nor derivative of the
  /// result.
  Value centred() { return e.sub(x, spread(e.stop(e.max(x, {axis})))); }
  bool isEmpty() { return tensorType(x).getNumElements() == 0; }
};
} // namespace

DECOMPOSE(SoftmaxOp) {
  Expr e(builder, getLoc());
  Along along{e, getX(), int64_t(getAxis())};
  if (along.isEmpty())
    return {getX()};
  Value exp = e.exp(along.centred());
  return {e.div(exp, along.sum(exp))};
}

DECOMPOSE(LogSoftmaxOp) {
  Expr e(builder, getLoc());
  Along along{e, getX(), int64_t(getAxis())};
  if (along.isEmpty())
    return {getX()};
  Value centred = along.centred();
  Value log = e.log(e.sum(e.exp(centred), {int64_t(getAxis())}));
  return {e.sub(centred, along.spread(log))};
}

DECOMPOSE(GumbelSoftmaxOp) {
  Expr e(builder, getLoc());
  Value noisy = e.add(getLogits(), getNoise());
  Value scaled = e.scale(noisy, 1 / getTau().convertToDouble());
  Value soft = SoftmaxOp::create(builder, getLoc(), scaled.getType(), scaled,
                                 getAxisAttr());
  RankedTensorType type = tensorType(soft);
  if (!getHard() || type.getNumElements() == 0)
    return {soft};
  int64_t rank = type.getRank(), axis = getAxis();
  Value index = ArgmaxOp::create(builder, getLoc(), scaled, axis);
  SmallVector<int64_t> shape(tensorType(index).getShape()), perm;
  shape.push_back(type.getDimSize(axis));
  Value hard = OneHotOp::create(builder, getLoc(), type.clone(shape), index);
  for (int64_t i = 0; i < rank; ++i)
    perm.push_back(i < axis ? i : i == axis ? rank - 1 : i - 1);
  // The soft values add nothing but their derivative.
  hard = e.transpose(hard, perm);
  return {e.add(hard, e.sub(soft, e.stop(soft)))};
}

//===----------------------------------------------------------------------===//
// Derivatives that those of the decompositions would lose
//===----------------------------------------------------------------------===//

#define DIFFERENTIATE(Op)                                                      \
  void Op::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,       \
                         MutableArrayRef<Value> operands)

DIFFERENTIATE(SigmoidOp) {
  Expr e(builder, getLoc());
  Value slope = e.mul(getY(), e.offset(e.neg(getY()), 1));
  operands[0] = e.mul(cotangents[0], slope);
}

DIFFERENTIATE(SoftplusOp) {
  Expr e(builder, getLoc());
  Value z = e.scale(getX(), getBeta().convertToDouble());
  Value linear = e.compare(Predicate::gt, z, getThreshold().convertToDouble());
  operands[0] =
      e.select(linear, cotangents[0], e.mul(cotangents[0], e.sigmoid(z)));
}

DIFFERENTIATE(SoftmaxOp) {
  Expr e(builder, getLoc());
  Along along{e, getX(), int64_t(getAxis())};
  Value common = along.sum(e.mul(cotangents[0], getY()));
  operands[0] = e.mul(getY(), e.sub(cotangents[0], common));
}

DIFFERENTIATE(LogSoftmaxOp) {
  Expr e(builder, getLoc());
  Along along{e, getX(), int64_t(getAxis())};
  Value common = along.sum(cotangents[0]);
  operands[0] = e.sub(cotangents[0], e.mul(e.exp(getY()), common));
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Activation.cpp.inc"
