//===- Elementwise.cpp - Scalar functions of tensors ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

ParseResult dlc::dl::parseBroadcast(OpAsmParser &parser, Type &a, Type &b,
                                    Type &y) {
  if (parser.parseType(a))
    return failure();
  b = y = a;
  if (failed(parser.parseOptionalComma()))
    return success();
  return failure(parser.parseType(b) || parser.parseArrow() ||
                 parser.parseType(y));
}
void dlc::dl::printBroadcast(OpAsmPrinter &printer, Operation *, Type a, Type b,
                             Type y) {
  printer << a;
  if (a != b || a != y)
    printer << ", " << b << " -> " << y;
}

ParseResult dlc::dl::parseOneOrTwoTypes(OpAsmParser &parser, Type &a, Type &b) {
  if (parser.parseType(a))
    return failure();
  b = a;
  return succeeded(parser.parseOptionalComma()) ? parser.parseType(b)
                                                : success();
}
void dlc::dl::printOneOrTwoTypes(OpAsmPrinter &printer, Operation *, Type a,
                                 Type b) {
  printer << a;
  if (a != b)
    printer << ", " << b;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// The shape that both shapes broadcast to, if they do.
static std::optional<SmallVector<int64_t>>
broadcastShapes(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<int64_t> shape(a);
  size_t missing = a.size() - b.size();
  for (size_t i = 0; i < b.size(); ++i) {
    int64_t &extent = shape[missing + i];
    if (extent == 1)
      extent = b[i];
    else if (b[i] != 1 && b[i] != extent)
      return std::nullopt;
  }
  return shape;
}

FailureOr<SmallVector<int64_t>>
dlc::dl::broadcastShape(std::optional<Location> loc, StringRef op,
                        ArrayRef<StringRef> names, ValueRange operands) {
  SmallVector<int64_t> shape;
  for (size_t i = 0; i < operands.size(); ++i) {
    RankedTensorType type = tensorType(operands[i]);
    for (size_t j = 0; j < i; ++j)
      if (!broadcastShapes(tensorType(operands[j]).getShape(), type.getShape()))
        return emitOptionalError(loc, "'", op, "' has operands ", names[j],
                                 " of type ", operands[j].getType(), " and ",
                                 names[i], " of type ", type,
                                 ", whose shapes do not broadcast");
    // Shapes that broadcast pairwise broadcast together.
    shape = *broadcastShapes(shape, type.getShape());
  }
  return shape;
}

LogicalResult dlc::dl::checkOneElementType(std::optional<Location> loc,
                                           StringRef op,
                                           ArrayRef<StringRef> names,
                                           ValueRange operands) {
  for (size_t i = 1; i < operands.size(); ++i)
    if (tensorType(operands[i]).getElementType() !=
        tensorType(operands[0]).getElementType())
      return emitOptionalError(loc, "'", op, "' expects operands ", names[0],
                               " and ", names[i], " of one element type, not ",
                               operands[0].getType(), " and ",
                               operands[i].getType());
  return success();
}

LogicalResult dlc::dl::inferBroadcast(std::optional<Location> loc, StringRef op,
                                      ArrayRef<StringRef> names,
                                      ValueRange operands,
                                      SmallVectorImpl<Type> &types) {
  if (failed(checkOneElementType(loc, op, names, operands)))
    return failure();
  FailureOr<SmallVector<int64_t>> shape =
      broadcastShape(loc, op, names, operands);
  if (failed(shape))
    return failure();
  types.push_back(tensorType(operands[0]).clone(*shape));
  return success();
}

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          CompareOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  if (failed(inferBroadcast(loc, getOperationName(), {"a", "b"},
                            adaptor.getOperands(), types)))
    return failure();
  types.back() =
      cast<RankedTensorType>(types.back()).clone(IntegerType::get(context, 1));
  return success();
}

LogicalResult SelectOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         SelectOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  if (failed(checkOneElementType(loc, getOperationName(), {"a", "b"},
                                 {adaptor.getA(), adaptor.getB()})))
    return failure();
  FailureOr<SmallVector<int64_t>> shape = broadcastShape(
      loc, getOperationName(), {"condition", "a", "b"}, adaptor.getOperands());
  if (failed(shape))
    return failure();
  types.push_back(tensorType(adaptor.getA()).clone(*shape));
  return success();
}

LogicalResult CastOp::verify() {
  RankedTensorType x = tensorType(getX()), y = tensorType(getY());
  if (x.getShape() != y.getShape())
    return emitOpError() << "keeps the shape, but operand x is " << x
                         << " and the result " << y;
  return success();
}

LogicalResult ClampOp::verify() {
  if (!getMin() && !getMax())
    return emitOpError("expects 'min', 'max' or both");
  RankedTensorType x = tensorType(getX());
  auto type = dyn_cast<IntegerType>(x.getElementType());
  for (auto [name, bound] :
       {std::pair("min", getMinAttr()), std::pair("max", getMaxAttr())}) {
    if (!bound)
      continue;
    double value = bound.getValueAsDouble();
    if (std::isnan(value))
      return emitOpError() << "expects '" << name << "' to be a number";
    if (!type)
      continue;
    bool isUnsigned = type.isUnsigned();
    double end = std::ldexp(1.0, type.getWidth() - (isUnsigned ? 0 : 1));
    if (value != std::floor(value) || value >= end ||
        value < (isUnsigned ? 0 : -end))
      return emitOpError() << "of operand x " << x << " expects '" << name
                           << "' to be a number of its element type, not "
                           << value;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Derivatives that are more than a formula
//===----------------------------------------------------------------------===//

#define DIFFERENTIATE(Op)                                                      \
  void Op::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,       \
                         MutableArrayRef<Value> operands)

DIFFERENTIATE(PowOp) {
  Expr e(builder, getLoc());
  Value a = getA(), b = getB(), zero = e.splat(a.getType(), 0);
  // Where both are 0 a power of 1: 0 times an infinite one would not be 0, nor
  // would its own derivative.
  Value aIsZero = e.compare(Predicate::eq, a, zero);
  Value bIsZero = e.compare(Predicate::eq, b, zero);
  Value corner = e.logicalAnd(aIsZero, bIsZero);
  Value base = e.select(corner, e.splat(a.getType(), 1), a);
  Value slope = e.mul(b, e.pow(base, e.offset(b, -1)));
  operands[0] = e.mul(cotangents[0], slope);
  // y log(a) without the logarithm of 0.
  Value flat = e.logicalAnd(aIsZero, e.compare(Predicate::ge, b, zero));
  Value log = e.log(e.select(flat, e.splat(a.getType(), 1), a));
  operands[1] = e.mul(cotangents[0], e.mul(getY(), log));
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
  operands[1] = e.where(getCondition(), cotangents[0]);
  operands[2] = e.unless(getCondition(), cotangents[0]);
}

DIFFERENTIATE(CastOp) {
  Type from = tensorType(getX()).getElementType();
  // Between numbers with a fraction the derivative is 1; a step function has
  // none that is not zero.
  if (isa<FloatType>(from) &&
      isa<FloatType>(tensorType(getY()).getElementType()))
    operands[0] = Expr(builder, getLoc()).cast(cotangents[0], from);
}

DIFFERENTIATE(CopyOp) { operands[0] = cotangents[0]; }

//===----------------------------------------------------------------------===//
// Decompositions
//===----------------------------------------------------------------------===//

// Choices, whose gradient at a bound is 0, and which keep NaN.
SmallVector<Value> ClampOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value x = getX(), y = x;
  if (getMax()) {
    double high = getMax()->convertToDouble();
    Value above = e.compare(Predicate::ge, x, high);
    y = e.select(above, e.splat(x.getType(), high), y);
  }
  if (getMin()) {
    double low = getMin()->convertToDouble();
    if (getMax())
      low = std::min(low, getMax()->convertToDouble());
    Value below = e.compare(Predicate::le, x, low);
    y = e.select(below, e.splat(x.getType(), low), y);
  }
  return {y};
}

//===----------------------------------------------------------------------===//
// Folds. An operand takes the place of the result only if it has its shape.
//===----------------------------------------------------------------------===//

/// The f64 number as one of the type of `like`.
static APFloat convertLike(APFloat number, const APFloat &like) {
  bool losesInfo;
  number.convert(like.getSemantics(), APFloat::rmNearestTiesToEven, &losesInfo);
  return number;
}

/// Returns true if an operand is known to hold `value` everywhere, of a zero
/// with its sign; integers have one zero.
static bool isSplat(Attribute operand, double value) {
  auto splat = dyn_cast_or_null<SplatElementsAttr>(operand);
  if (!splat)
    return false;
  if (isa<FloatType>(splat.getElementType()))
    return splat.getSplatValue<APFloat>().bitwiseIsEqual(
        convertLike(APFloat(value), splat.getSplatValue<APFloat>()));
  return splat.getSplatValue<APInt>().getSExtValue() == int64_t(value);
}

/// `x` if it is as good as the result of `op` where b holds `neutral`.
static OpFoldResult foldNeutral(Operation *op, Attribute b, double neutral) {
  Value x = op->getOperand(0);
  if (isSplat(b, neutral) && x.getType() == op->getResult(0).getType())
    return x;
  return {};
}

/// x where the op is f(x, x) = x: max(x, x).
template <typename Op>
static OpFoldResult foldEqual(Op op) {
  if (op.getA() == op.getB() && op.getA().getType() == op.getType())
    return op.getA();
  return {};
}

/// Removes a neg or abs in front of an op that ignores the sign of its operand.
/// Unsigned integers have none: -x is another number.
template <typename Op>
static OpFoldResult foldSignless(Op op) {
  Operation *before = op.getX().getDefiningOp();
  if (!isa_and_present<NegOp, AbsOp>(before) ||
      op.getType().getElementType().isUnsignedInteger())
    return {};
  op.getXMutable().assign(before->getOperand(0));
  return op.getResult();
}

// -0 + 0 is 0, so only -0 is neutral in a sum, and only 0 is subtracted without
// effect.
OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getB(), -0.0);
}
OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getB(), 0);
}
OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getB(), 1);
}
OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return foldNeutral(*this, adaptor.getB(), 1);
}
OpFoldResult MaxOp::fold(FoldAdaptor) { return foldEqual(*this); }
OpFoldResult MinOp::fold(FoldAdaptor) { return foldEqual(*this); }
OpFoldResult AndOp::fold(FoldAdaptor) { return foldEqual(*this); }
OpFoldResult OrOp::fold(FoldAdaptor) { return foldEqual(*this); }

OpFoldResult AbsOp::fold(FoldAdaptor) {
  // |-x| and ||x||
  return foldSignless(*this);
}
OpFoldResult SquareOp::fold(FoldAdaptor) { return foldSignless(*this); }

/// The same function of a float that is everywhere the same.
static OpFoldResult foldSplat(Attribute operand,
                              function_ref<APFloat(const APFloat &)> function) {
  auto splat = dyn_cast_or_null<SplatElementsAttr>(operand);
  if (!splat || !isa<FloatType>(splat.getElementType()))
    return {};
  return SplatElementsAttr::get(splat.getType(),
                                function(splat.getSplatValue<APFloat>()));
}

OpFoldResult NegOp::fold(FoldAdaptor adaptor) {
  if (auto before = getX().getDefiningOp<NegOp>())
    return before.getX();
  return foldSplat(adaptor.getX(), [](const APFloat &x) { return -x; });
}

OpFoldResult ScaleOp::fold(FoldAdaptor adaptor) {
  if (getFactor().convertToDouble() == 1)
    return getX();
  return foldSplat(adaptor.getX(), [&](const APFloat &x) {
    return x * convertLike(getFactor(), x);
  });
}

OpFoldResult OffsetOp::fold(FoldAdaptor adaptor) {
  if (getTerm().isNegZero())
    return getX();
  return foldSplat(adaptor.getX(), [&](const APFloat &x) {
    return x + convertLike(getTerm(), x);
  });
}

OpFoldResult NotOp::fold(FoldAdaptor) {
  if (auto before = getX().getDefiningOp<NotOp>())
    return before.getX();
  return {};
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  if (getA() == getB() && getA().getType() == getType())
    return getA();
  if (auto inverted = getCondition().getDefiningOp<NotOp>()) {
    Value a = getA(), b = getB();
    getConditionMutable().assign(inverted.getX());
    getAMutable().assign(b);
    getBMutable().assign(a);
    return getResult();
  }
  auto always = dyn_cast_or_null<SplatElementsAttr>(adaptor.getCondition());
  if (!always)
    return {};
  Value chosen = always.getSplatValue<bool>() ? getA() : getB();
  return chosen.getType() == getType() ? chosen : Value();
}

/// Returns true if each number of `from` is one of `to`.
static bool holdsAll(Type from, Type to) {
  auto floatTo = dyn_cast<FloatType>(to);
  if (auto floatFrom = dyn_cast<FloatType>(from))
    return floatTo && floatFrom.getWidth() <= floatTo.getWidth();
  auto integer = cast<IntegerType>(from);
  // Truth values are 0 and 1.
  bool isSigned = !integer.isUnsigned() && integer.getWidth() > 1;
  unsigned digits = integer.getWidth() - isSigned;
  if (floatTo)
    return digits <= floatTo.getFPMantissaWidth();
  auto integerTo = cast<IntegerType>(to);
  bool signedTo = !integerTo.isUnsigned() && integerTo.getWidth() > 1;
  return digits <= integerTo.getWidth() - signedTo && (signedTo || !isSigned);
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getX().getType() == getY().getType())
    return getX();
  // A cast that loses nothing, before one to a float type or back.
  auto before = getX().getDefiningOp<CastOp>();
  if (!before)
    return {};
  Type first = tensorType(before.getX()).getElementType();
  Type last = tensorType(getY()).getElementType();
  if (!holdsAll(first, tensorType(getX()).getElementType()))
    return {};
  if (first == last)
    return before.getX();
  // Between integers a cast drops digits, from a float it takes the nearest
  // end.
  if (!isa<FloatType>(last))
    return {};
  getXMutable().assign(before.getX());
  return getResult();
}

//===----------------------------------------------------------------------===//
// Canonical form
//===----------------------------------------------------------------------===//

namespace {
/// a + (-b) is a - b, and a - (-b) is a + b.
template <typename Op, typename Other>
struct SignIntoSum : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    Value a = op.getA(), b = op.getB();
    if (std::is_same_v<Op, AddOp> && a.template getDefiningOp<NegOp>())
      std::swap(a, b);
    auto neg = b.template getDefiningOp<NegOp>();
    if (!neg)
      return rewriter.notifyMatchFailure(op, "no term is negated");
    rewriter.replaceOpWithNewOp<Other>(op, op.getType(), a, neg.getX());
    return success();
  }
};

/// (-a) * (-b) is a * b; of quotients too.
template <typename Op>
struct SignsCancel : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    auto a = op.getA().template getDefiningOp<NegOp>();
    auto b = op.getB().template getDefiningOp<NegOp>();
    if (!a || !b || !isa<FloatType>(op.getType().getElementType()))
      return rewriter.notifyMatchFailure(op, "not both are negated floats");
    rewriter.replaceOpWithNewOp<Op>(op, op.getType(), a.getX(), b.getX());
    return success();
  }
};

/// x / 8 is x * 0.125: the reciprocal of a power of two has no rounding error
/// as long as neither is denormal.
struct DivByPowerOfTwo : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    DenseElementsAttr divisor;
    if (!matchPattern(op.getB(), m_Constant(&divisor)) || !divisor.isSplat() ||
        !isa<FloatType>(divisor.getElementType()) ||
        op.getA().getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "divisor is not one number");
    auto number = divisor.getSplatValue<APFloat>();
    APFloat inverse(number.getSemantics());
    if (!number.isFiniteNonZero() || number.isDenormal() ||
        !number.getExactInverse(&inverse) || inverse.isDenormal())
      return rewriter.notifyMatchFailure(op, "divisor is not a power of two");
    bool losesInfo;
    inverse.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
    rewriter.replaceOpWithNewOp<ScaleOp>(
        op, op.getType(), op.getA(),
        rewriter.getF64FloatAttr(inverse.convertToDouble()));
    return success();
  }
};
} // namespace

void AddOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<SignIntoSum<AddOp, SubOp>>(context);
}
void SubOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<SignIntoSum<SubOp, AddOp>>(context);
}
void MulOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<SignsCancel<MulOp>>(context);
}
void DivOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<SignsCancel<DivOp>, DivByPowerOfTwo>(context);
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Elementwise.cpp.inc"
