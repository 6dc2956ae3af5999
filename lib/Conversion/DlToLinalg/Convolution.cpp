//===- Convolution.cpp - Convolution and its filter gradient --------------===//
//
// Both are one contraction over (n, oh, ow, o, kh, kw, i) on channels-last
// images without padding; `dl-assign-layout` has seen to that, and to the input
// gradient.
//
//===----------------------------------------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace dlc;

/// Multiply and add.
static SmallVector<Value> accumulate(OpBuilder &b, Location loc,
                                     ValueRange args) {
  Value product = arith::MulFOp::create(b, loc, args[0], args[1]);
  return {arith::AddFOp::create(b, loc, args[2], product)};
}

template <typename Op>
static bool isLowered(Op op) {
  return op.getLayout() == dl::Layout::ChannelsLast &&
         llvm::all_of(op.getPadding(), [](int64_t p) { return p == 0; });
}

namespace {

/// The three index maps in terms of one set of loops.
struct ConvIndices {
  template <typename Op>
  explicit ConvIndices(Op op) {
    AffineExpr n, h, w, o, kh, kw, i;
    bindDims(op.getContext(), n, h, w, o, kh, kw, i);
    SmallVector<int64_t> stride = op.getStride(), dilation = op.getDilation();
    image = {n, h * stride[0] + kh * dilation[0],
             w * stride[1] + kw * dilation[1], i};
    filter = {kh, kw, i, o};
    result = {n, h, w, o};
  }
  SmallVector<AffineExpr> image, filter, result;
};

struct Conv2dToLinalg : OpConversionPattern<dl::Conv2dOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::Conv2dOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isLowered(op) || op.getBias())
      return rewriter.notifyMatchFailure(op, "layout is not assigned");
    ConvIndices index(op);
    SmallVector<AffineMap> maps =
        makeMaps(op.getContext(), 7, {index.image, index.filter, index.result});
    Value zero =
        makeZero(rewriter, op.getLoc(), resultType(getTypeConverter(), op));
    rewriter.replaceOp(op, makeGeneric(rewriter, op.getLoc(),
                                       {adaptor.getX(), adaptor.getW()}, zero,
                                       maps, {4, 5, 6}, accumulate));
    return success();
  }
};

struct FilterGradToLinalg : OpConversionPattern<dl::Conv2dFilterGradOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::Conv2dFilterGradOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isLowered(op))
      return rewriter.notifyMatchFailure(op, "layout is not assigned");
    // The same contraction with the roles of filter and result exchanged.
    ConvIndices index(op);
    SmallVector<AffineMap> maps =
        makeMaps(op.getContext(), 7, {index.image, index.result, index.filter});
    Value zero =
        makeZero(rewriter, op.getLoc(), resultType(getTypeConverter(), op));
    rewriter.replaceOp(op, makeGeneric(rewriter, op.getLoc(),
                                       {adaptor.getX(), adaptor.getDy()}, zero,
                                       maps, {0, 1, 2}, accumulate));
    return success();
  }
};

} // namespace

void dlc::populateConvolutionToLinalg(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<Conv2dToLinalg, FilterGradToLinalg>(converter,
                                                   patterns.getContext());
}
