//===- Pooling.cpp - Maxima of windows ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All members of the family run over (n, oh, ow, c, kh, kw) on channels-last
// images. A tensor of the window's shape, whose elements are never read, gives
// kh and kw their extents.
//
//===----------------------------------------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace dlc;

namespace {

/// Index maps and checks that every lowering of the family needs.
template <typename Op>
struct Window {
  /// `x` is the image, `y` the pooled image.
  Window(Op op, OpBuilder &builder, Value x, Value y)
      : loc(op.getLoc()), kernel(op.getKernel()), geometry(op.getGeometry()) {
    AffineExpr n, h, w, c, kh, kw;
    bindDims(op.getContext(), n, h, w, c, kh, kw);
    const auto &stride = geometry.stride, &dilation = geometry.dilation;
    image = {n, h * stride[0] + kh * dilation[0],
             w * stride[1] + kw * dilation[1], c};
    taps = {kh, kw};
    pooled = {n, h, w, c};
    for (int i : {0, 1}) {
      extent.push_back(dl::tensorType(x).getDimSize(1 + i));
      low.push_back(geometry.padding[i]);
      high.push_back(geometry.paddingBehind(
          i, dl::tensorType(x).getDimSize(1 + i), kernel[i],
          dl::tensorType(y).getDimSize(1 + i)));
    }
    extents = makeEmpty(builder, loc,
                        RankedTensorType::get(kernel, builder.getF32Type()));
  }

  bool padded() const { return low[0] || low[1] || high[0] || high[1]; }
  RankedTensorType paddedType(RankedTensorType type) const {
    SmallVector<int64_t> shape(type.getShape());
    for (int i : {0, 1})
      shape[1 + i] += low[i] + high[i];
    return type.clone(shape);
  }
  /// The image with a border of `value`.
  Value pad(OpBuilder &b, Value x, TypedAttr value) const {
    if (!padded())
      return x;
    auto type = cast<RankedTensorType>(x.getType());
    return makePadded(b, loc, x, paddedType(type), value,
                      {0, low[0], low[1], 0}, {1, 1, 1, 1});
  }
  /// The number of the present tap within its window, an i32.
  Value tap(OpBuilder &b, Location loc) const {
    Value row = linalg::IndexOp::create(b, loc, 4);
    Value column = linalg::IndexOp::create(b, loc, 5);
    return number(b, loc, row, column);
  }
  /// The number of the window's first tap that is not padding, an i32.
  Value firstTap(OpBuilder &b, Location loc) const {
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, loc, value);
    };
    SmallVector<Value, 2> first;
    for (int i : {0, 1}) {
      // max(0, padding - window * stride), in steps of the dilation.
      Value window = linalg::IndexOp::create(b, loc, 1 + i);
      Value start =
          arith::MulIOp::create(b, loc, window, constant(geometry.stride[i]));
      int64_t dilation = geometry.dilation[i];
      Value before =
          arith::SubIOp::create(b, loc, constant(low[i] + dilation - 1), start);
      before = arith::MaxSIOp::create(b, loc, before, constant(0));
      if (dilation > 1)
        before = arith::DivUIOp::create(b, loc, before, constant(dilation));
      first.push_back(before);
    }
    return number(b, loc, first[0], first[1]);
  }

  /// Whether the present tap is of the image, and no padding.
  Value isInImage(OpBuilder &b, Location loc) const {
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(b, loc, value);
    };
    Value result;
    for (int i : {0, 1}) {
      Value window = linalg::IndexOp::create(b, loc, 1 + i);
      Value tap = linalg::IndexOp::create(b, loc, 4 + i);
      Value start =
          arith::MulIOp::create(b, loc, window, constant(geometry.stride[i]));
      Value step =
          arith::MulIOp::create(b, loc, tap, constant(geometry.dilation[i]));
      Value place = arith::AddIOp::create(b, loc, start, step);
      // Unsigned: places in front of the image become large numbers.
      place = arith::SubIOp::create(b, loc, place, constant(low[i]));
      Value inside = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                           place, constant(extent[i]));
      result = result ? arith::AndIOp::create(b, loc, result, inside) : inside;
    }
    return result;
  }

  Location loc;
  SmallVector<int64_t> kernel;
  /// Rows and columns of the image.
  SmallVector<int64_t, 2> extent;
  dl::WindowGeometry geometry;
  SmallVector<int64_t> low, high;
  SmallVector<AffineExpr> image, taps, pooled;
  Value extents;

private:
  Value number(OpBuilder &b, Location loc, Value row, Value column) const {
    Value width = arith::ConstantIndexOp::create(b, loc, kernel[1]);
    Value number = arith::AddIOp::create(
        b, loc, arith::MulIOp::create(b, loc, row, width), column);
    return arith::IndexCastOp::create(b, loc, b.getI32Type(), number);
  }
};

struct MaxPoolToLinalg : OpConversionPattern<dl::MaxPool2dOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::MaxPool2dOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != dl::Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "layout is not assigned");
    Window<dl::MaxPool2dOp> window(op, rewriter, op.getX(), op.getY());
    RankedTensorType type = resultType(getTypeConverter(), op);
    TypedAttr least = leastValue(rewriter, type.getElementType());
    Value x = window.pad(rewriter, adaptor.getX(), least);
    Value start = makeFilled(rewriter, op.getLoc(), type, least);
    rewriter.replaceOp(
        op, makeGeneric(rewriter, op.getLoc(), {x, window.extents}, start,
                        makeMaps(op.getContext(), 6,
                                 {window.image, window.taps, window.pooled}),
                        {4, 5},
                        [](OpBuilder &b, Location loc,
                           ValueRange args) -> SmallVector<Value> {
                          return {arith::MaximumFOp::create(b, loc, args[2],
                                                            args[0])};
                        }));
    return success();
  }
};

struct MaxPoolIndexToLinalg : OpConversionPattern<dl::MaxPool2dIndexOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::MaxPool2dIndexOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != dl::Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "layout is not assigned");
    Window<dl::MaxPool2dIndexOp> window(op, rewriter, op.getX(), op.getY());
    RankedTensorType type = resultType(getTypeConverter(), op, 0);
    RankedTensorType indexType = resultType(getTypeConverter(), op, 1);
    TypedAttr least = leastValue(rewriter, type.getElementType());
    Value x = window.pad(rewriter, adaptor.getX(), least);
    Value best = makeFilled(rewriter, op.getLoc(), type, least);
    Value place = makeZero(rewriter, op.getLoc(), indexType);
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange args) -> SmallVector<Value> {
      Value value = args[0], max = args[2], index = args[3];
      Value above =
          arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OGT, value, max);
      Value isNan = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO,
                                          value, value);
      Value take = arith::OrIOp::create(b, loc, above, isNan);
      Value tap = window.tap(b, loc);
      // Nothing is above minus infinity, and tap 0 may be padding.
      if (window.low[0] || window.low[1]) {
        Value isFirst = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                              tap, window.firstTap(b, loc));
        // A window may have no element of the image: its index is 0.
        isFirst =
            arith::AndIOp::create(b, loc, isFirst, window.isInImage(b, loc));
        take = arith::OrIOp::create(b, loc, take, isFirst);
      }
      Value newMax = arith::SelectOp::create(b, loc, take, value, max);
      Value newIndex = arith::SelectOp::create(b, loc, take, tap, index);
      return {newMax, newIndex};
    };
    rewriter.replaceOp(op, makeGeneric(rewriter, op.getLoc(),
                                       {x, window.extents}, {best, place},
                                       makeMaps(op.getContext(), 6,
                                                {window.image, window.taps,
                                                 window.pooled, window.pooled}),
                                       {4, 5}, body));
    return success();
  }
};

/// Adds dy where the tap is the one that index names.
struct ScatterToLinalg : OpConversionPattern<dl::MaxPool2dScatterOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::MaxPool2dScatterOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != dl::Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "layout is not assigned");
    Window<dl::MaxPool2dScatterOp> window(op, rewriter, op.getDx(), op.getDy());
    RankedTensorType type = resultType(getTypeConverter(), op);
    Value zero = makeZero(rewriter, op.getLoc(), window.paddedType(type));
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange args) -> SmallVector<Value> {
      Value hit = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                        args[1], window.tap(b, loc));
      Value sum = arith::AddFOp::create(b, loc, args[3], args[0]);
      return {arith::SelectOp::create(b, loc, hit, sum, args[3])};
    };
    // Windows may overlap: only images and channels are independent.
    Value dx =
        makeGeneric(
            rewriter, op.getLoc(),
            {adaptor.getDy(), adaptor.getIndex(), window.extents}, zero,
            makeMaps(op.getContext(), 6,
                     {window.pooled, window.pooled, window.taps, window.image}),
            {1, 2, 4, 5}, body)
            .getResult(0);
    if (window.padded()) {
      auto attrs = [&](ArrayRef<int64_t> list) -> SmallVector<OpFoldResult> {
        return getAsIndexOpFoldResult(op.getContext(), list);
      };
      dx = tensor::ExtractSliceOp::create(
          rewriter, op.getLoc(), dx,
          attrs({0, window.low[0], window.low[1], 0}), attrs(type.getShape()),
          attrs({1, 1, 1, 1}));
    }
    rewriter.replaceOp(op, dx);
    return success();
  }
};

struct GatherToLinalg : OpConversionPattern<dl::MaxPool2dGatherOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::MaxPool2dGatherOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getLayout() != dl::Layout::ChannelsLast)
      return rewriter.notifyMatchFailure(op, "layout is not assigned");
    Window<dl::MaxPool2dGatherOp> window(op, rewriter, op.getX(), op.getY());
    RankedTensorType type = resultType(getTypeConverter(), op);
    Value x = window.pad(rewriter, adaptor.getX(),
                         rewriter.getZeroAttr(type.getElementType()));
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange args) -> SmallVector<Value> {
      Value hit = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                        args[1], window.tap(b, loc));
      return {arith::SelectOp::create(b, loc, hit, args[0], args[3])};
    };
    rewriter.replaceOp(op, makeGeneric(rewriter, op.getLoc(),
                                       {x, adaptor.getIndex(), window.extents},
                                       makeZero(rewriter, op.getLoc(), type),
                                       makeMaps(op.getContext(), 6,
                                                {window.image, window.pooled,
                                                 window.taps, window.pooled}),
                                       {4, 5}, body));
    return success();
  }
};

} // namespace

void dlc::populatePoolingToLinalg(const TypeConverter &converter,
                                  RewritePatternSet &patterns) {
  patterns.add<GatherToLinalg, MaxPoolIndexToLinalg, MaxPoolToLinalg,
               ScatterToLinalg>(converter, patterns.getContext());
}
