//===- Convolution.cpp - Convolution and its filter gradient --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both are one contraction over (n, oh, ow, o, kh, kw, i) on channels-last
// images without padding; `dl-assign-layout` has seen to that, and to the input
// gradient. With groups, channels are two dimensions, so that all maps are made
// of plain ones and depthwise convolutions run along the groups:
//
//   y[n, oh, ow, g, o] += x[n, oh + kh, ow + kw, g, i] * w[kh, kw, i, g, o]
//
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "dlc/Dialect/Dl/Names.h"

#include "mlir/IR/IntegerSet.h"

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
  explicit ConvIndices(Op op)
      : context(op.getContext()), groups(op.getGroups()) {
    SmallVector<int64_t> stride = op.getStride(), dilation = op.getDilation();
    AffineExpr n, h, w, g, o, kh, kw, i;
    if (groups == 1) {
      bindDims(context, n, h, w, o, kh, kw, i);
      windows = {0, 1, 2};
      taps = {4, 5, 6};
    } else {
      bindDims(context, n, h, w, g, o, kh, kw, i);
      windows = {0, 1, 2};
      taps = {5, 6, 7};
    }
    image = {n, h * stride[0] + kh * dilation[0],
             w * stride[1] + kw * dilation[1]};
    filter = {kh, kw, i};
    result = {n, h, w};
    if (groups > 1)
      for (auto *list : {&image, &filter, &result})
        list->push_back(g);
    image.push_back(i);
    filter.push_back(o);
    result.push_back(o);
  }

  /// The contraction of two of the three, the image first, into the third.
  template <typename Op>
  Value contract(OpBuilder &b, Op op, Value x, Value other,
                 RankedTensorType type, ArrayRef<SmallVector<AffineExpr>> maps,
                 ArrayRef<unsigned> reductions) const {
    Location loc = op.getLoc();
    Value zero = makeZero(b, loc, split(type));
    linalg::GenericOp sum =
        makeGeneric(b, loc, {split(b, loc, x), split(b, loc, other)}, zero,
                    makeMaps(context, numDims(), maps), reductions, accumulate);
    if (auto border =
            op->template getAttrOfType<DenseI64ArrayAttr>(names::zeroBorder))
      sum->setAttr(names::domain,
                   IntegerSetAttr::get(
                       inside(border, cast<RankedTensorType>(x.getType()))));
    if (groups == 1)
      return sum.getResult(0);
    return tensor::CollapseShapeOp::create(b, loc, type, sum.getResult(0),
                                           splitDims());
  }

  MLIRContext *context;
  int64_t groups;
  SmallVector<AffineExpr> image, filter, result;
  SmallVector<unsigned> windows, taps;

private:
  unsigned numDims() const { return groups == 1 ? 7 : 8; }

  /// The products with elements inside of the image's border.
  IntegerSet inside(ArrayRef<int64_t> border, RankedTensorType type) const {
    SmallVector<AffineExpr> conditions;
    for (unsigned d : {0, 1}) {
      AffineExpr place = image[1 + d];
      int64_t before = border[2 * d], behind = border[2 * d + 1];
      if (before)
        conditions.push_back(place - before);
      if (behind)
        conditions.push_back(type.getDimSize(1 + d) - 1 - behind - place);
    }
    return IntegerSet::get(numDims(), 0, conditions,
                           SmallVector<bool>(conditions.size(), false));
  }
  /// The last dimension of all three, split into groups and members of a group.
  static SmallVector<ReassociationIndices> splitDims() {
    return {{0}, {1}, {2}, {3, 4}};
  }
  RankedTensorType split(RankedTensorType type) const {
    if (groups == 1)
      return type;
    SmallVector<int64_t> shape(type.getShape());
    shape[3] /= groups;
    shape.insert(shape.begin() + 3, groups);
    return type.clone(shape);
  }
  Value split(OpBuilder &b, Location loc, Value x) const {
    if (groups == 1)
      return x;
    auto type = cast<RankedTensorType>(x.getType());
    return tensor::ExpandShapeOp::create(b, loc, split(type), x, splitDims());
  }
};

struct Conv2dToLinalg : OpConversionPattern<dl::Conv2dOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::Conv2dOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!isLowered(op) || op.getBias())
      return rewriter.notifyMatchFailure(op, "layout is not assigned");
    ConvIndices index(op);
    rewriter.replaceOp(
        op,
        index.contract(rewriter, op, adaptor.getX(), adaptor.getW(),
                       resultType(getTypeConverter(), op),
                       {index.image, index.filter, index.result}, index.taps));
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
    rewriter.replaceOp(
        op, index.contract(rewriter, op, adaptor.getX(), adaptor.getDy(),
                           resultType(getTypeConverter(), op),
                           {index.image, index.result, index.filter},
                           index.windows));
    return success();
  }
};

} // namespace

void dlc::populateConvolutionToLinalg(const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<Conv2dToLinalg, FilterGradToLinalg>(converter,
                                                   patterns.getContext());
}
