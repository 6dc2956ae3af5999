//===- Elementwise.cpp - Scalar functions of tensors ----------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"
#include "dialects/Dl/Syntax.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Derivatives. Each reads: operand cotangents = f(dy, operands, results).
//===----------------------------------------------------------------------===//

#define DIFFERENTIATE(Op)                                                      \
  void Op::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,       \
                         MutableArrayRef<Value> operands)

DIFFERENTIATE(NegOp) {
  operands[0] = Expr(builder, getLoc()).neg(cotangents[0]);
}

DIFFERENTIATE(ExpOp) {
  operands[0] = Expr(builder, getLoc()).mul(cotangents[0], getY());
}

DIFFERENTIATE(LogOp) {
  operands[0] = Expr(builder, getLoc()).div(cotangents[0], getX());
}

DIFFERENTIATE(SqrtOp) {
  Expr e(builder, getLoc());
  operands[0] = e.div(e.scale(cotangents[0], 0.5), getY());
}

DIFFERENTIATE(RsqrtOp) {
  Expr e(builder, getLoc());
  Value cube = e.mul(getY(), e.mul(getY(), getY()));
  operands[0] = e.mul(cotangents[0], e.scale(cube, -0.5));
}

DIFFERENTIATE(AbsOp) {
  Expr e(builder, getLoc());
  operands[0] = e.mul(cotangents[0], e.sign(getX()));
}

// Steps: flat everywhere but at their jumps.
DIFFERENTIATE(SignOp) {}
DIFFERENTIATE(FloorOp) {}
DIFFERENTIATE(CeilOp) {}
DIFFERENTIATE(RoundOp) {}

DIFFERENTIATE(Log1pOp) {
  Expr e(builder, getLoc());
  operands[0] = e.div(cotangents[0], e.offset(getX(), 1));
}

DIFFERENTIATE(Expm1Op) {
  Expr e(builder, getLoc());
  operands[0] = e.mul(cotangents[0], e.offset(getY(), 1));
}

DIFFERENTIATE(ReciprocalOp) {
  Expr e(builder, getLoc());
  operands[0] = e.neg(e.mul(cotangents[0], e.square(getY())));
}

DIFFERENTIATE(SquareOp) {
  Expr e(builder, getLoc());
  operands[0] = e.mul(cotangents[0], e.scale(getX(), 2));
}

DIFFERENTIATE(SinOp) {
  Expr e(builder, getLoc());
  operands[0] = e.mul(cotangents[0], e.cos(getX()));
}

DIFFERENTIATE(CosOp) {
  Expr e(builder, getLoc());
  operands[0] = e.neg(e.mul(cotangents[0], e.sin(getX())));
}

DIFFERENTIATE(TanhOp) {
  Expr e(builder, getLoc());
  Value slope = e.offset(e.neg(e.square(getY())), 1);
  operands[0] = e.mul(cotangents[0], slope);
}

DIFFERENTIATE(ErfOp) {
  Expr e(builder, getLoc());
  Value bell = e.exp(e.neg(e.square(getX())));
  operands[0] = e.mul(cotangents[0], e.scale(bell, 2 / std::sqrt(M_PI)));
}

DIFFERENTIATE(PowOp) {
  Expr e(builder, getLoc());
  Value a = getA(), b = getB(), zero = e.splat(a.getType(), 0);
  operands[0] = e.mul(cotangents[0], e.mul(b, e.pow(a, e.offset(b, -1))));
  // y log(a) without the logarithm of 0.
  Value isZero = e.compare(Predicate::eq, a, zero);
  Value log = e.log(e.select(isZero, e.splat(a.getType(), 1), a));
  operands[1] = e.mul(cotangents[0], e.mul(getY(), log));
}

DIFFERENTIATE(MinOp) {
  Expr e(builder, getLoc());
  Value first = e.compare(Predicate::le, getA(), getB());
  Value zero = e.splat(getType(), 0);
  operands[0] = e.select(first, cotangents[0], zero);
  operands[1] = e.select(first, zero, cotangents[0]);
}

DIFFERENTIATE(AddOp) { operands[0] = operands[1] = cotangents[0]; }

DIFFERENTIATE(SubOp) {
  operands[0] = cotangents[0];
  operands[1] = Expr(builder, getLoc()).neg(cotangents[0]);
}

DIFFERENTIATE(MulOp) {
  Expr e(builder, getLoc());
  operands[0] = e.mul(cotangents[0], getB());
  operands[1] = e.mul(cotangents[0], getA());
}

DIFFERENTIATE(DivOp) {
  Expr e(builder, getLoc());
  operands[0] = e.div(cotangents[0], getB());
  operands[1] = e.neg(e.mul(operands[0], getY()));
}

DIFFERENTIATE(MaxOp) {
  Expr e(builder, getLoc());
  Value first = e.compare(Predicate::ge, getA(), getB());
  Value zero = e.splat(getType(), 0);
  operands[0] = e.select(first, cotangents[0], zero);
  operands[1] = e.select(first, zero, cotangents[0]);
}

DIFFERENTIATE(ScaleOp) {
  operands[0] = Expr(builder, getLoc())
                    .scale(cotangents[0], getFactor().convertToDouble());
}

DIFFERENTIATE(OffsetOp) { operands[0] = cotangents[0]; }

DIFFERENTIATE(SelectOp) {
  Expr e(builder, getLoc());
  if (!isa<FloatType>(tensorType(getY()).getElementType()))
    return;
  Value zero = e.splat(getY().getType(), 0);
  operands[1] = e.select(getCondition(), cotangents[0], zero);
  operands[2] = e.select(getCondition(), zero, cotangents[0]);
}

DIFFERENTIATE(CastOp) {
  Type from = tensorType(getX()).getElementType();
  // Between numbers with a fraction the derivative is 1; a step function has
  // none that is not zero.
  if (isa<FloatType>(from) &&
      isa<FloatType>(tensorType(getY()).getElementType()))
    operands[0] = Expr(builder, getLoc()).cast(cotangents[0], from);
}

DIFFERENTIATE(ReluOp) {
  Expr e(builder, getLoc());
  Value zero = e.splat(getType(), 0);
  operands[0] =
      e.select(e.compare(Predicate::gt, getX(), zero), cotangents[0], zero);
}

DIFFERENTIATE(CopyOp) { operands[0] = cotangents[0]; }

//===----------------------------------------------------------------------===//
// Types and folds
//===----------------------------------------------------------------------===//

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location>,
                                          CompareOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  types.push_back(
      tensorType(adaptor.getA()).clone(IntegerType::get(context, 1)));
  return success();
}

/// Whether an operand is known to hold `value` everywhere.
static bool isSplat(Attribute operand, double value) {
  auto splat = dyn_cast_or_null<SplatElementsAttr>(operand);
  if (!splat)
    return false;
  if (isa<FloatType>(splat.getElementType()))
    return splat.getSplatValue<APFloat>().convertToDouble() == value;
  return splat.getSplatValue<APInt>().getSExtValue() == int64_t(value);
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  // x + 0; as in fast paths everywhere, -0 + 0 is taken for -0.
  if (isSplat(adaptor.getB(), 0))
    return getA();
  return {};
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (isSplat(adaptor.getB(), 1))
    return getA();
  return {};
}

OpFoldResult ScaleOp::fold(FoldAdaptor) {
  if (getFactor().convertToDouble() == 1)
    return getX();
  return {};
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getX().getType() == getY().getType())
    return getX();
  return {};
}

#define GET_OP_CLASSES
#include "dialects/Dl/Elementwise.cpp.inc"
