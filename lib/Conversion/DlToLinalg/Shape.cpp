//===- Shape.cpp - Ops that move elements ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"

#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;
using namespace dlc;

namespace {

struct ConstantToArith : OpConversionPattern<dl::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::ConstantOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto value = dyn_cast<DenseElementsAttr>(op.getValue());
    if (!value)
      return rewriter.notifyMatchFailure(op, "not a dense constant");
    RankedTensorType type = resultType(getTypeConverter(), op);
    if (type.getNumElements() == 0) {
      rewriter.replaceOp(op, makeEmpty(rewriter, op.getLoc(), type));
      return success();
    }
    if (value.getElementType().isInteger(1))
      value = value.mapValues(type.getElementType(),
                              [](const APInt &bit) { return bit.zext(8); });
    else if (value.getType() != type)
      value = value.bitcast(type.getElementType());
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, value);
    return success();
  }
};

struct ReshapeToTensor : OpConversionPattern<dl::ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::ReshapeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto from = cast<RankedTensorType>(adaptor.getX().getType());
    RankedTensorType to = resultType(getTypeConverter(), op);
    std::optional<SmallVector<ReassociationIndices>> groups =
        getReassociationIndicesForReshape(from, to);
    if (!groups) {
      // Through one dimension, from which every shape can be had.
      auto flat = to.clone({to.getNumElements()});
      Value x = adaptor.getX();
      if (from.getRank() != 1)
        x = tensor::CollapseShapeOp::create(
            rewriter, op.getLoc(), flat, x,
            *getReassociationIndicesForReshape(from, flat));
      rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(
          op, to, x, *getReassociationIndicesForReshape(flat, to));
      return success();
    }
    if (from.getRank() > to.getRank())
      rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(
          op, to, adaptor.getX(), *groups);
    else
      rewriter.replaceOpWithNewOp<tensor::ExpandShapeOp>(op, to, adaptor.getX(),
                                                         *groups);
    return success();
  }
};

/// The common form of ops that take each result element from one place.
static linalg::GenericOp makeCopy(OpBuilder &b, Location loc, Value x,
                                  RankedTensorType type, AffineMap from) {
  AffineMap to =
      AffineMap::getMultiDimIdentityMap(type.getRank(), b.getContext());
  return makeGeneric(
      b, loc, x, makeEmpty(b, loc, type), {from, to}, {},
      [](OpBuilder &, Location, ValueRange args) -> SmallVector<Value> {
        return {args[0]};
      });
}

struct TransposeToLinalg : OpConversionPattern<dl::TransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::TransposeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    // Result dimension i is operand dimension perm[i].
    SmallVector<AffineExpr> from(type.getRank());
    for (auto [i, p] : llvm::enumerate(op.getPerm()))
      from[p] = rewriter.getAffineDimExpr(i);
    rewriter.replaceOp(
        op, makeCopy(rewriter, op.getLoc(), adaptor.getX(), type,
                     AffineMap::get(type.getRank(), 0, from, op.getContext())));
    return success();
  }
};

/// For readers that do not walk through blocks; products do (see
/// `readBlocks`).
struct UnblockToLinalg : OpConversionPattern<dl::UnblockOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::UnblockOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto blocks = cast<RankedTensorType>(adaptor.getX().getType());
    int64_t rank = blocks.getRank();
    if (rank == 2) {
      rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(
          op, resultType(getTypeConverter(), op), adaptor.getX(),
          SmallVector<ReassociationIndices>{{0, 1}});
      return success();
    }
    // ... x B x W, and of that ... x B W.
    SmallVector<int64_t> shape(blocks.getShape().drop_front());
    shape.insert(shape.end() - 1, blocks.getDimSize(0));
    SmallVector<AffineExpr> from{rewriter.getAffineDimExpr(rank - 2)};
    SmallVector<ReassociationIndices> groups;
    for (int64_t i = 0; i < rank - 2; ++i) {
      from.push_back(rewriter.getAffineDimExpr(i));
      groups.push_back({i});
    }
    from.push_back(rewriter.getAffineDimExpr(rank - 1));
    groups.push_back({rank - 2, rank - 1});
    Value beside =
        makeCopy(rewriter, op.getLoc(), adaptor.getX(), blocks.clone(shape),
                 AffineMap::get(rank, 0, from, op.getContext()))
            .getResult(0);
    rewriter.replaceOpWithNewOp<tensor::CollapseShapeOp>(
        op, resultType(getTypeConverter(), op), beside, groups);
    return success();
  }
};

struct BroadcastToLinalg : OpConversionPattern<dl::BroadcastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::BroadcastOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    SmallVector<AffineExpr> from;
    for (int64_t dim : op.getDims())
      from.push_back(rewriter.getAffineDimExpr(dim));
    rewriter.replaceOp(
        op, makeCopy(rewriter, op.getLoc(), adaptor.getX(), type,
                     AffineMap::get(type.getRank(), 0, from, op.getContext())));
    return success();
  }
};

struct ReverseToLinalg : OpConversionPattern<dl::ReverseOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::ReverseOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    SmallVector<AffineExpr> from;
    for (int64_t i = 0; i < type.getRank(); ++i) {
      AffineExpr d = rewriter.getAffineDimExpr(i);
      from.push_back(llvm::is_contained(op.getDims(), i)
                         ? (type.getDimSize(i) - 1) - d
                         : d);
    }
    rewriter.replaceOp(
        op, makeCopy(rewriter, op.getLoc(), adaptor.getX(), type,
                     AffineMap::get(type.getRank(), 0, from, op.getContext())));
    return success();
  }
};

/// The value that a pad fills with, in the element type of the lowering.
static TypedAttr elementValue(dl::PadOp op, RankedTensorType type) {
  TypedAttr value = op.getElementValue();
  auto integer = dyn_cast<IntegerAttr>(value);
  if (!integer)
    return value;
  unsigned width = type.getElementTypeBitWidth();
  return IntegerAttr::get(type.getElementType(),
                          integer.getValue().zextOrTrunc(width));
}

struct PadToTensor : OpConversionPattern<dl::PadOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::PadOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    SmallVector<int64_t> strides(type.getRank(), 1);
    if (op.getInterior())
      for (auto [stride, between] : llvm::zip(strides, *op.getInterior()))
        stride += between;
    rewriter.replaceOp(op, makePadded(rewriter, op.getLoc(), adaptor.getX(),
                                      type, elementValue(op, type), op.getLow(),
                                      strides));
    return success();
  }
};

struct SliceToLinalg : OpConversionPattern<dl::SliceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::SliceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    auto attrs = [&](ArrayRef<int64_t> list) -> SmallVector<OpFoldResult> {
      return getAsIndexOpFoldResult(op.getContext(), list);
    };
    SmallVector<int64_t> strides(type.getRank(), 1);
    if (op.getStrides())
      strides = llvm::to_vector(*op.getStrides());
    Value slice = tensor::ExtractSliceOp::create(
        rewriter, op.getLoc(), adaptor.getX(), attrs(op.getOffsets()),
        attrs(op.getSizes()), attrs(strides));
    rewriter.replaceOp(op, makeCopy(rewriter, op.getLoc(), slice, type,
                                    AffineMap::getMultiDimIdentityMap(
                                        type.getRank(), op.getContext())));
    return success();
  }
};

/// Each operand goes to its place in the result.
struct ConcatToTensor : OpConversionPattern<dl::ConcatOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::ConcatOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    auto attrs = [&](ArrayRef<int64_t> list) -> SmallVector<OpFoldResult> {
      return getAsIndexOpFoldResult(op.getContext(), list);
    };
    SmallVector<int64_t> offsets(type.getRank()), strides(type.getRank(), 1);
    strides[op.getAxis()] = op.stride();
    Value y = makeEmpty(rewriter, op.getLoc(), type);
    for (auto [i, x] : llvm::enumerate(adaptor.getXs())) {
      ArrayRef<int64_t> sizes = cast<RankedTensorType>(x.getType()).getShape();
      offsets[op.getAxis()] = op.offsetOf(i);
      y = tensor::InsertSliceOp::create(rewriter, op.getLoc(), x, y,
                                        attrs(offsets), attrs(sizes),
                                        attrs(strides));
    }
    rewriter.replaceOp(op, y);
    return success();
  }
};

struct IotaToLinalg : OpConversionPattern<dl::IotaOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::IotaOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    Type element = type.getElementType();
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange) -> SmallVector<Value> {
      Value index = linalg::IndexOp::create(b, loc, op.getAxis());
      auto integer = dyn_cast<IntegerType>(element);
      if (!integer) // as wide as the element, so that there are as many lanes
        integer = b.getIntegerType(element.getIntOrFloatBitWidth());
      Value place = arith::IndexCastOp::create(b, loc, integer, index);
      if (isa<FloatType>(element))
        place = arith::SIToFPOp::create(b, loc, element, place);
      return {place};
    };
    rewriter.replaceOp(
        op,
        makeGeneric(rewriter, op.getLoc(), {},
                    makeEmpty(rewriter, op.getLoc(), type),
                    rewriter.getMultiDimIdentityMap(type.getRank()), {}, body)
            .getResults());
    return success();
  }
};

struct OneHotToLinalg : OpConversionPattern<dl::OneHotOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::OneHotOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    unsigned last = type.getRank() - 1;
    AffineMap to = rewriter.getMultiDimIdentityMap(type.getRank());
    AffineMap from = to.dropResult(last);
    Type given = dl::tensorType(op.getIndex()).getElementType();
    bool isUnsigned = given.isUnsignedInteger() || given.isInteger(1);
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange args) -> SmallVector<Value> {
      // In 32 bits, so that the comparison has as many lanes as the result.
      Type i32 = b.getI32Type();
      Value place = arith::IndexCastOp::create(
          b, loc, i32, linalg::IndexOp::create(b, loc, last));
      Value index = args[0];
      unsigned width = index.getType().getIntOrFloatBitWidth();
      if (width > 32) {
        // Indices beyond 32 bits become -1, which is not a place either.
        Value most = arith::ConstantOp::create(
            b, loc, b.getIntegerAttr(index.getType(), 0xffffffff));
        index = arith::MinUIOp::create(b, loc, index, most);
        index = arith::TruncIOp::create(b, loc, i32, index);
      } else if (width < 32 && isUnsigned)
        index = arith::ExtUIOp::create(b, loc, i32, index);
      else if (width < 32)
        index = arith::ExtSIOp::create(b, loc, i32, index);
      Value hit =
          arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, place, index);
      Type element = type.getElementType();
      Value one = arith::ConstantOp::create(b, loc, b.getOneAttr(element));
      Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(element));
      return {arith::SelectOp::create(b, loc, hit, one, zero)};
    };
    rewriter.replaceOp(op,
                       makeGeneric(rewriter, op.getLoc(), adaptor.getIndex(),
                                   makeEmpty(rewriter, op.getLoc(), type),
                                   {from, to}, {}, body));
    return success();
  }
};

} // namespace

void dlc::populateShapeToLinalg(const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  patterns.add<BroadcastToLinalg, ConcatToTensor, ConstantToArith, IotaToLinalg,
               OneHotToLinalg, PadToTensor, ReshapeToTensor, ReverseToLinalg,
               SliceToLinalg, TransposeToLinalg, UnblockToLinalg>(
      converter, patterns.getContext());
}
