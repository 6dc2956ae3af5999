//===- ShapeParts.cpp - Tensors made of tensors, and taken apart ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

/// Checks the operands of an op that puts tensors together.
static LogicalResult checkParts(std::optional<Location> loc, ValueRange xs,
                                int64_t axis, int64_t axes, StringRef name) {
  if (xs.empty())
    return emitOptionalError(loc, "'", name, "' expects at least one operand");
  RankedTensorType first = tensorType(xs[0]);
  if (axis < 0 || axis >= axes)
    return emitOptionalError(loc, "'", name, "' has axis ", axis,
                             " but operand 0 is ", first, " of rank ",
                             first.getRank());
  return success();
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         ConcatOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  ValueRange xs = adaptor.getXs();
  int64_t axis = adaptor.getAxis();
  int64_t rank = xs.empty() ? 0 : tensorType(xs[0]).getRank();
  if (failed(checkParts(loc, xs, axis, rank, "dl.concat")))
    return failure();
  RankedTensorType first = tensorType(xs[0]);
  SmallVector<int64_t> shape(first.getShape());
  for (auto [i, x] : llvm::enumerate(xs.drop_front())) {
    RankedTensorType type = tensorType(x);
    bool fits = type.getRank() == rank &&
                type.getElementType() == first.getElementType();
    for (int64_t d = 0; fits && d < rank; ++d)
      fits = (d == axis && !adaptor.getInterleaved()) ||
             type.getDimSize(d) == first.getDimSize(d);
    if (!fits)
      return emitOptionalError(loc, "'dl.concat' expects operand ", i + 1,
                               " to be as operand 0, ", first,
                               adaptor.getInterleaved()
                                   ? std::string()
                                   : ", but for axis " + std::to_string(axis),
                               ", not ", type);
    if (shape[axis] > maxElements)
      break;
    shape[axis] += type.getDimSize(axis);
  }
  types.push_back(first.clone(shape));
  return success();
}

bool ConcatOp::hasRows() {
  return getAxis() != 0 && tensorType(getY()).getRank() > 0;
}
bool ConcatOp::isRowOperand(unsigned) { return hasRows(); }

void ConcatOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                             MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  for (auto [i, x] : llvm::enumerate(getXs())) {
    ArrayRef<int64_t> sizes = tensorType(x).getShape();
    SmallVector<int64_t> offsets(sizes.size()), strides(sizes.size(), 1);
    offsets[getAxis()] = offsetOf(i);
    strides[getAxis()] = stride();
    operands[i] =
        SliceOp::create(builder, getLoc(), cotangents[0], offsets, sizes,
                        getInterleaved() ? builder.getDenseI64ArrayAttr(strides)
                                         : DenseI64ArrayAttr());
  }
}

int64_t ConcatOp::offsetOf(unsigned i) {
  if (getInterleaved())
    return i;
  int64_t offset = 0;
  for (Value x : getXs().take_front(i))
    offset += tensorType(x).getDimSize(getAxis());
  return offset;
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getXs().size() == 1)
    return getXs()[0];
  return {};
}

namespace {
struct DropEmptyOperands : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> xs =
        llvm::to_vector(llvm::make_filter_range(op.getXs(), [&](Value x) {
          return tensorType(x).getNumElements() != 0;
        }));
    // Interleaved, either all are empty or none.
    if (xs.empty() || xs.size() == op.getXs().size())
      return rewriter.notifyMatchFailure(op, "no operand can go");
    rewriter.replaceOpWithNewOp<ConcatOp>(op, xs, op.getAxisAttr(),
                                          op.getInterleavedAttr());
    return success();
  }
};

/// Neighbouring slices of one tensor are one slice.
struct JoinSlices : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getInterleaved())
      return rewriter.notifyMatchFailure(op, "operands take turns");
    int64_t axis = op.getAxis();
    SmallVector<Value> xs;
    for (Value x : op.getXs()) {
      Value joined = xs.empty() ? Value() : join(rewriter, xs.back(), x, axis);
      if (joined)
        xs.back() = joined;
      else
        xs.push_back(x);
    }
    if (xs.size() == op.getXs().size())
      return rewriter.notifyMatchFailure(op, "no operands are neighbours");
    rewriter.replaceOpWithNewOp<ConcatOp>(op, xs, op.getAxisAttr(), UnitAttr());
    return success();
  }

private:
  /// The slice that is a and then b, or null.
  static Value join(PatternRewriter &rewriter, Value a, Value b, int64_t axis) {
    auto first = a.getDefiningOp<SliceOp>(),
         second = b.getDefiningOp<SliceOp>();
    if (!first || !second || first.getX() != second.getX())
      return {};
    SmallVector<int64_t> sizes(first.getSizes());
    for (size_t i = 0; i < sizes.size(); ++i) {
      bool along = int64_t(i) == axis;
      int64_t next = first.getOffsets()[i];
      if (along)
        next += sizes[i] * first.strideAt(i);
      if (second.getOffsets()[i] != next ||
          first.strideAt(i) != second.strideAt(i) ||
          (!along && second.getSizes()[i] != sizes[i]))
        return {};
    }
    sizes[axis] += second.getSizes()[axis];
    return SliceOp::create(
        rewriter, second.getLoc(), first.getX(), first.getOffsetsAttr(),
        rewriter.getDenseI64ArrayAttr(sizes), first.getStridesAttr());
  }
};
} // namespace

void ConcatOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<DropEmptyOperands, JoinSlices>(context);
}

LogicalResult SplitOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        SplitOp::Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= x.getRank())
    return emitOptionalError(loc, "'dl.split' has axis ", axis,
                             " but operand x is ", x, " of rank ", x.getRank());
  int64_t left = x.getDimSize(axis);
  for (int64_t size : adaptor.getSizes()) {
    if (size < 0 || size > left) {
      left = -1;
      break;
    }
    left -= size;
    SmallVector<int64_t> shape(x.getShape());
    shape[axis] = size;
    types.push_back(x.clone(shape));
  }
  if (left != 0)
    return emitOptionalError(loc, "'dl.split' expects 'sizes' that add up to ",
                             x.getDimSize(axis), ", dimension ", axis,
                             " of operand x ", x, ", not ",
                             listed(adaptor.getSizes()));
  return success();
}

SmallVector<Value> SplitOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  SmallVector<Value> parts;
  int64_t offset = 0;
  for (int64_t size : getSizes()) {
    parts.push_back(e.slice(getX(), getAxis(), offset, size));
    offset += size;
  }
  return parts;
}

LogicalResult StackOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        StackOp::Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  ValueRange xs = adaptor.getXs();
  int64_t axis = adaptor.getAxis();
  int64_t rank = xs.empty() ? 0 : tensorType(xs[0]).getRank();
  if (failed(checkParts(loc, xs, axis, rank + 1, "dl.stack")))
    return failure();
  RankedTensorType first = tensorType(xs[0]);
  for (auto [i, x] : llvm::enumerate(xs))
    if (x.getType() != first)
      return emitOptionalError(loc, "'dl.stack' expects operand ", i,
                               " to be as operand 0, ", first, ", not ",
                               x.getType());
  SmallVector<int64_t> shape(first.getShape());
  shape.insert(shape.begin() + axis, int64_t(xs.size()));
  types.push_back(first.clone(shape));
  return success();
}

SmallVector<Value> StackOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  SmallVector<int64_t> shape(tensorType(getY()).getShape());
  shape[getAxis()] = 1;
  SmallVector<Value> parts;
  for (Value x : getXs())
    parts.push_back(e.reshape(x, shape));
  return {e.concat(parts, getAxis())};
}
