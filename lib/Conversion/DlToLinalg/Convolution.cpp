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
// And so they are if a filter is stored in blocks b of them:
//
//   y[n, oh, ow, b, o] += x[n, oh + kh, ow + kw, i] * w[b, kh, kw, i, o]
//
//===----------------------------------------------------------------------===//

#include "Common.h"

#include "dlc/Dialect/Dl/Names.h"

#include "mlir/IR/IntegerSet.h"

using namespace mlir;
using namespace dlc;

template <typename Op>
static bool isLowered(Op op) {
  return op.getLayout() == dl::Layout::ChannelsLast &&
         llvm::all_of(op.getPadding(), [](int64_t p) { return p == 0; });
}

namespace {

/// The three index maps in terms of one set of loops.
struct ConvIndices {
  /// With `blocks`, the filter is in so many blocks of channels of the result.
  template <typename Op>
  explicit ConvIndices(Op op, int64_t blocks = 1)
      : context(op.getContext()), groups(op.getGroups()), blocks(blocks) {
    SmallVector<int64_t> stride = op.getStride(), dilation = op.getDilation();
    AffineExpr n, h, w, g, o, kh, kw, i;
    if (numParts() == 1) {
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
    if (blocks > 1) {
      filter.insert(filter.begin(), g);
      result.push_back(g);
    }
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
    SmallVector<Value> inputs{x, other};
    if (groups > 1)
      for (Value &input : inputs)
        input = split(b, loc, input);
    linalg::GenericOp sum =
        makeGeneric(b, loc, inputs, zero, makeMaps(context, numDims(), maps),
                    reductions, multiplyAdd);
    if (auto border =
            op->template getAttrOfType<DenseI64ArrayAttr>(names::zeroBorder))
      sum->setAttr(names::domain,
                   IntegerSetAttr::get(
                       inside(border, cast<RankedTensorType>(x.getType()))));
    if (numParts() == 1)
      return sum.getResult(0);
    return tensor::CollapseShapeOp::create(b, loc, type, sum.getResult(0),
                                           splitDims());
  }

  MLIRContext *context;
  int64_t groups, blocks;
  SmallVector<AffineExpr> image, filter, result;
  SmallVector<unsigned> windows, taps;

private:
  /// Into how many parts the channels of the result are split.
  int64_t numParts() const { return groups * blocks; }
  unsigned numDims() const { return numParts() == 1 ? 7 : 8; }

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
  /// The last dimension, split into groups and members of a group, or blocks.
  static SmallVector<ReassociationIndices> splitDims() {
    return {{0}, {1}, {2}, {3, 4}};
  }
  RankedTensorType split(RankedTensorType type) const {
    if (numParts() == 1)
      return type;
    SmallVector<int64_t> shape(type.getShape());
    shape[3] /= numParts();
    shape.insert(shape.begin() + 3, numParts());
    return type.clone(shape);
  }
  Value split(OpBuilder &b, Location loc, Value x) const {
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
    Value filter = adaptor.getW();
    int64_t parts = 1;
    if (Value blocks = readBlocks(rewriter, op.getW())) {
      int64_t count = cast<RankedTensorType>(blocks.getType()).getDimSize(0);
      if (op.getGroups() == 1 && count > 1) {
        filter = blocks;
        parts = count;
      }
    }
    ConvIndices index(op, parts);
    rewriter.replaceOp(op,
                       index.contract(rewriter, op, adaptor.getX(), filter,
                                      resultType(getTypeConverter(), op),
                                      {index.image, index.filter, index.result},
                                      index.taps));
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
