//===- Reduction.cpp - Sums, maxima and their places ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Axes.h"
#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Axes
//===----------------------------------------------------------------------===//

SmallVector<int64_t> dlc::dl::reducedAxes(Value x, ArrayRef<int64_t> axes) {
  if (!axes.empty())
    return SmallVector<int64_t>(axes);
  return llvm::to_vector(llvm::seq<int64_t>(tensorType(x).getRank()));
}

LogicalResult dlc::dl::verifyAxes(std::optional<Location> loc, StringRef op,
                                  Value x, ArrayRef<int64_t> axes) {
  RankedTensorType type = tensorType(x);
  for (auto [i, axis] : llvm::enumerate(axes)) {
    if (axis < 0 || axis >= type.getRank())
      return emitOptionalError(loc, "'", op, "' has axis ", axis,
                               " but operand x is ", type, " of rank ",
                               type.getRank());
    if (llvm::is_contained(axes.take_front(i), axis))
      return emitOptionalError(
          loc, "'", op, "' expects each of its axes once, not ", listed(axes));
    if (i > 0 && axis < axes[i - 1])
      return emitOptionalError(
          loc, "'", op, "' expects its axes in ascending order, not ",
          listed(axes), "; the form without quotes sorts them");
  }
  return success();
}

/// The dimensions of `x` that a reduction over `axes` keeps.
static SmallVector<int64_t> keptDims(Value x, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> kept;
  for (int64_t i = 0, rank = tensorType(x).getRank(); i < rank; ++i)
    if (!llvm::is_contained(axes, i))
      kept.push_back(i);
  return kept;
}

/// The shape of x without `axes`.
static SmallVector<int64_t> reducedShape(Value x, ArrayRef<int64_t> axes) {
  return llvm::map_to_vector(keptDims(x, axes), [&](int64_t dim) {
    return tensorType(x).getDimSize(dim);
  });
}

/// How many elements of x make one of the result.
static int64_t reducedCount(Value x, ArrayRef<int64_t> axes) {
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= tensorType(x).getDimSize(axis);
  return count;
}

/// The result type of a reduction. `needsElements`: a reduction of no elements
/// is an error.
static LogicalResult inferReduced(std::optional<Location> loc, Value x,
                                  ArrayRef<int64_t> axes, bool keepDims,
                                  bool needsElements, Type element,
                                  StringRef name,
                                  SmallVectorImpl<Type> &types) {
  RankedTensorType type = tensorType(x);
  if (failed(verifyAxes(loc, name, x, axes)))
    return failure();
  for (int64_t axis : axes)
    if (needsElements && type.getDimSize(axis) == 0)
      return emitOptionalError(
          loc, "'", name, "' expects elements to reduce, but operand x is ",
          type, " with extent 0 along axis ", axis);
  SmallVector<int64_t> shape;
  for (auto [i, extent] : llvm::enumerate(type.getShape())) {
    if (!llvm::is_contained(axes, int64_t(i)))
      shape.push_back(extent);
    else if (keepDims)
      shape.push_back(1);
  }
  types.push_back(RankedTensorType::get(shape, element));
  return success();
}

/// The same for ops with `axes`.
template <typename Adaptor>
static LogicalResult inferAxes(std::optional<Location> loc, Adaptor adaptor,
                               bool needsElements, StringRef name,
                               SmallVectorImpl<Type> &types) {
  Value x = adaptor.getX();
  return inferReduced(loc, x, reducedAxes(x, adaptor.getAxes()),
                      adaptor.getKeepDims(), needsElements,
                      tensorType(x).getElementType(), name, types);
}

#define INFER(Op, needsElements)                                               \
  LogicalResult Op::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> loc, Op::Adaptor adaptor,         \
      SmallVectorImpl<Type> &types) {                                          \
    return inferAxes(loc, adaptor, needsElements, getOperationName(), types);  \
  }

INFER(ReduceSumOp, false)
INFER(ReduceMaxOp, true)
INFER(ReduceMinOp, true)
INFER(ReduceProdOp, false)
INFER(MeanOp, false)
INFER(VarOp, false)
INFER(LogsumexpOp, false)
INFER(NormOp, std::isinf(adaptor.getP().convertToDouble()))
INFER(AnyOp, false)
INFER(AllOp, false)

#define INFER_PLACE(Op)                                                        \
  LogicalResult Op::inferReturnTypes(                                          \
      MLIRContext *context, std::optional<Location> loc, Op::Adaptor adaptor,  \
      SmallVectorImpl<Type> &types) {                                          \
    return inferReduced(loc, adaptor.getX(), {int64_t(adaptor.getAxis())},     \
                        adaptor.getKeepDims(), true,                           \
                        IntegerType::get(context, 32), getOperationName(),     \
                        types);                                                \
  }

INFER_PLACE(ArgmaxOp)
INFER_PLACE(ArgminOp)

#define COUNTS_PLACES(Op)                                                      \
  SmallVector<GreatestCount> Op::getGreatestCounts() {                         \
    return {placesAlong(getX(), getAxis(),                                     \
                        tensorType(getIndex()).getElementType())};             \
  }

COUNTS_PLACES(ArgmaxOp)
COUNTS_PLACES(ArgminOp)

//===----------------------------------------------------------------------===//
// One form for passes: every axis named, none kept
//===----------------------------------------------------------------------===//

namespace {
template <typename Op>
struct NameAxes : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> axes = op.getReducedAxes();
    if (!op.getKeepDims() && axes.size() == op.getAxes().size())
      return rewriter.notifyMatchFailure(op, "has that form");
    Value y = Op::create(rewriter, op.getLoc(), op.getX(),
                         rewriter.getI64ArrayAttr(axes));
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), y);
    return success();
  }
};

/// Over dimensions of extent 1 alone each element is its own sum or extremum.
template <typename Op>
struct ReduceOfOne : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (reducedCount(op.getX(), op.getReducedAxes()) != 1)
      return rewriter.notifyMatchFailure(op, "several elements are reduced");
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getX());
    return success();
  }
};

template <typename Op>
struct DropAxis : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;

  LogicalResult matchAndRewrite(Op op,
                                PatternRewriter &rewriter) const override {
    if (!op.getKeepDims())
      return rewriter.notifyMatchFailure(op, "has that form");
    Value y = Op::create(rewriter, op.getLoc(), op.getX(), op.getAxis());
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), y);
    return success();
  }
};
} // namespace

#define NORMALISE(Op, ...)                                                     \
  void Op::getCanonicalizationPatterns(RewritePatternSet &patterns,            \
                                       MLIRContext *context) {                 \
    patterns.add<__VA_ARGS__>(context);                                        \
  }

NORMALISE(ReduceSumOp, NameAxes<ReduceSumOp>, ReduceOfOne<ReduceSumOp>)
NORMALISE(ReduceMaxOp, NameAxes<ReduceMaxOp>, ReduceOfOne<ReduceMaxOp>)
NORMALISE(ReduceMinOp, NameAxes<ReduceMinOp>, ReduceOfOne<ReduceMinOp>)
NORMALISE(ArgmaxOp, DropAxis<ArgmaxOp>)
NORMALISE(ArgminOp, DropAxis<ArgminOp>)

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

#define ROWS(Op, axes)                                                         \
  bool Op::hasRows() {                                                         \
    return !llvm::is_contained(axes, 0) && tensorType(getResult()).getRank();  \
  }                                                                            \
  bool Op::isRowOperand(unsigned) { return hasRows(); }

ROWS(ReduceSumOp, getReducedAxes())
ROWS(ReduceMaxOp, getReducedAxes())
ROWS(ReduceMinOp, getReducedAxes())
ROWS(ArgmaxOp, ArrayRef<int64_t>(int64_t(getAxis())))
ROWS(ArgminOp, ArrayRef<int64_t>(int64_t(getAxis())))

//===----------------------------------------------------------------------===//
// Derivatives
//===----------------------------------------------------------------------===//

/// A value of the result's shape, without kept dimensions, for every element of
/// x.
template <typename Op>
static Value spread(Expr &e, Op op, Value value) {
  SmallVector<int64_t> axes = op.getReducedAxes();
  Value x = op.getX();
  return e.broadcast(e.reshape(value, reducedShape(x, axes)), x,
                     keptDims(x, axes));
}

void ReduceSumOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  operands[0] = spread(e, *this, cotangents[0]);
}

/// The gradient of an extremum of `x`, an equal share for each element that
/// attains it.
template <typename Op>
static Value shareGradient(Expr &e, Op op, Value x, Value dy) {
  Value attains = e.compare(Predicate::eq, x, spread(e, op, op.getY()));
  Value one = e.cast(attains, tensorType(x).getElementType());
  Value number = e.sum(one, op.getReducedAxes());
  Value share = e.div(e.reshape(dy, tensorType(number).getShape()), number);
  return e.mul(one, spread(e, op, share));
}

void ReduceMaxOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  operands[0] = shareGradient(e, *this, getX(), cotangents[0]);
}

void ReduceMinOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  operands[0] = shareGradient(e, *this, getX(), cotangents[0]);
}

//===----------------------------------------------------------------------===//
// reduce_sum, reduce_prod
//===----------------------------------------------------------------------===//

OpFoldResult ReduceSumOp::fold(FoldAdaptor) {
  if (getX().getType() == getY().getType() &&
      reducedCount(getX(), getReducedAxes()) == 1)
    return getX();
  if (tensorType(getX()).getNumElements() == 0 && getType().getNumElements())
    return cast<ElementsAttr>(Builder(getContext()).getZeroAttr(getType()));
  return {};
}

/// The product along one dimension, of halves onto each other.
static Value multiplyAlong(Expr &e, Value x, int64_t axis) {
  RankedTensorType type = tensorType(x);
  SmallVector<int64_t> shape = reducedShape(x, axis);
  int64_t extent = type.getDimSize(axis);
  if (extent == 0)
    return e.splat(type.clone(shape), 1);
  Value odd;
  for (; extent > 1; extent /= 2) {
    if (extent % 2) {
      Value last = e.slice(x, axis, extent - 1, 1);
      odd = odd ? e.mul(odd, last) : last;
    }
    Value low = e.slice(x, axis, 0, extent / 2);
    Value high = e.slice(x, axis, extent / 2, extent / 2);
    x = e.mul(low, high);
  }
  return e.reshape(odd ? e.mul(x, odd) : x, shape);
}

SmallVector<Value> ReduceProdOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value y = getX();
  SmallVector<int64_t> axes = getReducedAxes();
  for (int64_t axis : llvm::reverse(axes))
    y = multiplyAlong(e, y, axis);
  return {e.reshape(y, tensorType(getY()).getShape())};
}

//===----------------------------------------------------------------------===//
// mean, var
//===----------------------------------------------------------------------===//

/// x / divisor, also where that is 0.
static Value divide(Expr &e, Value x, int64_t divisor) {
  if (divisor == 0)
    return e.div(x, e.splat(x.getType(), 0));
  return e.scale(x, 1.0 / double(divisor));
}

Value Expr::mean(Value x, ArrayRef<int64_t> axes) {
  return divide(*this, sum(x, axes), reducedCount(x, axes));
}

SmallVector<Value> MeanOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  return {e.reshape(e.mean(getX(), getReducedAxes()),
                    tensorType(getY()).getShape())};
}

/// x less its mean.
static Value centred(Expr &e, VarOp op) {
  Value mean = e.mean(op.getX(), op.getReducedAxes());
  return e.sub(op.getX(), spread(e, op, mean));
}

static int64_t degreesOfFreedom(VarOp op) {
  int64_t count = reducedCount(op.getX(), op.getReducedAxes());
  return std::max<int64_t>(0, count - int64_t(op.getCorrection()));
}

SmallVector<Value> VarOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value squares = e.sum(e.square(centred(e, *this)), getReducedAxes());
  return {e.reshape(divide(e, squares, degreesOfFreedom(*this)),
                    tensorType(getY()).getShape())};
}

void VarOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                          MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value factor = e.scale(divide(e, cotangents[0], degreesOfFreedom(*this)), 2);
  operands[0] = e.mul(spread(e, *this, factor), centred(e, *this));
}

//===----------------------------------------------------------------------===//
// logsumexp
//===----------------------------------------------------------------------===//

static Value splatLike(Expr &e, Value x, double value) {
  return e.splat(x.getType(), value);
}

SmallVector<Value> LogsumexpOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  SmallVector<int64_t> axes = getReducedAxes();
  Value y;
  if (tensorType(getX()).getNumElements() == 0) {
    y = e.log(e.sum(e.exp(getX()), axes));
  } else {
    // y does not depend on the subtracted number, so neither does its
    // derivative.
    Value max = e.stop(e.max(getX(), axes));
    Value finite =
        e.compare(Predicate::lt, e.abs(max), splatLike(e, max, INFINITY));
    Value off = e.select(finite, max, splatLike(e, max, 0));
    Value terms = e.exp(e.sub(getX(), spread(e, *this, off)));
    y = e.add(e.log(e.sum(terms, axes)), off);
  }
  return {e.reshape(y, tensorType(getY()).getShape())};
}

void LogsumexpOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value nothing =
      e.compare(Predicate::eq, getY(), splatLike(e, getY(), -INFINITY));
  Value y = e.select(nothing, splatLike(e, getY(), 0), getY());
  Value softmax = e.exp(e.sub(getX(), spread(e, *this, y)));
  operands[0] = e.mul(spread(e, *this, cotangents[0]), softmax);
}

//===----------------------------------------------------------------------===//
// norm
//===----------------------------------------------------------------------===//

/// `p inf`, `p 1.0`; nothing stands for 2.
static ParseResult parseNormOrder(OpAsmParser &parser, FloatAttr &p) {
  p = parser.getBuilder().getF64FloatAttr(2.0);
  if (failed(parser.parseOptionalKeyword("p")))
    return success();
  return parseNumber(parser, p);
}

static void printNormOrder(OpAsmPrinter &printer, Operation *, FloatAttr p) {
  if (p.getValueAsDouble() == 2)
    return;
  printer << "p ";
  printNumber(printer, p);
}

SmallVector<Value> NormOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  SmallVector<int64_t> axes = getReducedAxes();
  double p = getP().convertToDouble();
  Value x = getX(), y;
  if (p == 0) {
    Value counts = e.compare(Predicate::ne, x, splatLike(e, x, 0));
    y = e.sum(e.cast(counts, tensorType(x).getElementType()), axes);
  } else if (p == 1) {
    y = e.sum(e.abs(x), axes);
  } else if (std::isinf(p)) {
    y = p > 0 ? e.max(e.abs(x), axes) : e.min(e.abs(x), axes);
  } else if (tensorType(x).getNumElements() == 0) {
    y = e.sum(x, axes);
  } else {
    Value max = e.max(e.abs(x), axes);
    Value zero = splatLike(e, max, 0), one = splatLike(e, max, 1);
    Value unit = e.select(e.compare(Predicate::gt, max, zero), max, one);
    unit = e.select(e.compare(Predicate::lt, unit, splatLike(e, max, INFINITY)),
                    unit, one);
    Value scaled = e.div(x, spread(e, *this, unit));
    if (p == 2) {
      y = e.sqrt(e.sum(e.square(scaled), axes));
    } else {
      Value power = splatLike(e, x, p);
      y = e.sum(e.pow(e.abs(scaled), power), axes);
      y = e.pow(y, splatLike(e, y, 1 / p));
    }
    y = e.mul(unit, y);
  }
  return {e.reshape(y, tensorType(getY()).getShape())};
}

void NormOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                           MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  double p = getP().convertToDouble();
  Value x = getX(), y = getY(), dy = cotangents[0];
  if (p == 0)
    return;
  if (p == 1) {
    operands[0] = e.mul(spread(e, *this, dy), e.sign(x));
    return;
  }
  if (std::isinf(p)) {
    operands[0] = e.mul(shareGradient(e, *this, e.abs(x), dy), e.sign(x));
    return;
  }
  Value isZero = e.compare(Predicate::eq, y, splatLike(e, y, 0));
  y = e.select(isZero, splatLike(e, y, 1), y);
  if (p == 2) {
    operands[0] = e.mul(x, spread(e, *this, e.div(dy, y)));
    return;
  }
  // 0^(p - 1) may be infinite: 1 in its place, as sign(x) is 0.
  Value ratio = e.div(e.abs(x), spread(e, *this, y));
  Value isZeroX = e.compare(Predicate::eq, x, splatLike(e, x, 0));
  ratio = e.select(isZeroX, splatLike(e, x, 1), ratio);
  Value slope = e.mul(e.sign(x), e.pow(ratio, splatLike(e, x, p - 1)));
  operands[0] = e.mul(spread(e, *this, dy), slope);
}

//===----------------------------------------------------------------------===//
// any, all, count_equal
//===----------------------------------------------------------------------===//

SmallVector<Value> AnyOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  if (tensorType(getX()).getNumElements() == 0)
    return {e.splat(getType(), 0)};
  return {e.reshape(e.max(getX(), getReducedAxes()),
                    tensorType(getY()).getShape())};
}

SmallVector<Value> AllOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  if (tensorType(getX()).getNumElements() == 0)
    return {e.splat(getType(), 1)};
  return {e.reshape(e.min(getX(), getReducedAxes()),
                    tensorType(getY()).getShape())};
}

LogicalResult CountEqualOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location>,
                                             CountEqualOp::Adaptor,
                                             SmallVectorImpl<Type> &types) {
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 32)));
  return success();
}

SmallVector<GreatestCount> ReduceSumOp::getGreatestCounts() {
  int64_t most = 1;
  for (int64_t axis : getReducedAxes())
    most *= placesAlong(getX(), axis, {}).value + 1;
  return countsOfSums(getX(), most);
}

SmallVector<GreatestCount> CountEqualOp::getGreatestCounts() {
  return {{tensorType(getA()).getNumElements(),
           tensorType(getCount()).getElementType()}};
}

SmallVector<Value> CountEqualOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Value equal = e.compare(Predicate::eq, getA(), getB());
  int64_t rank = tensorType(getA()).getRank();
  return {e.sum(e.cast(equal, builder.getI32Type()), allBut(rank, rank))};
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Reduction.cpp.inc"
