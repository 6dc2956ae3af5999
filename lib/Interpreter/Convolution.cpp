//===- Convolution.cpp - Convolution and its two gradients ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three are sums of the same products: of one element of the image and one
// of the filter for one of the result. Each sums them where the third factor's
// place is.
//
//===----------------------------------------------------------------------===//

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

namespace {

/// The elements that meet in one product.
struct Places {
  int64_t image, filter, result;
};

} // namespace

/// Visits every product of a convolution of tensors of these shapes, those of
/// one result in the order of the filter. No element is read.
static void forEachProduct(const dl::WindowGeometry &g, const Tensor &image,
                           const Tensor &filter, const Tensor &result,
                           llvm::function_ref<void(Places)> visit) {
  int64_t outputs = filter.dim(g.filterOutDim());
  int64_t inputs = filter.dim(g.filterInDim());
  if (inputs == 0 || outputs == 0)
    return;
  int64_t groups = image.dim(g.channelDim()) / inputs;
  forEachIndex({result.dim(0), outputs, result.dim(g.spatialDim(0)),
                result.dim(g.spatialDim(1)), inputs,
                filter.dim(g.filterSpatialDim(0)),
                filter.dim(g.filterSpatialDim(1))},
               [&](ArrayRef<int64_t> index) {
                 SmallVector<int64_t, 4> in(4), tap(4), out(4);
                 in[0] = out[0] = index[0];
                 int64_t group = index[1] / (outputs / groups);
                 out[g.channelDim()] = tap[g.filterOutDim()] = index[1];
                 in[g.channelDim()] = group * inputs + index[4];
                 tap[g.filterInDim()] = index[4];
                 for (int d : {0, 1}) {
                   int64_t window = index[2 + d], k = index[5 + d];
                   int64_t place =
                       window * g.stride[d] + k * g.dilation[d] - g.padding[d];
                   if (place < 0 || place >= image.dim(g.spatialDim(d)))
                     return;
                   out[g.spatialDim(d)] = window;
                   tap[g.filterSpatialDim(d)] = k;
                   in[g.spatialDim(d)] = place;
                 }
                 visit({image.at(in), filter.at(tap), result.at(out)});
               });
}

static Tensor conv2d(dl::Conv2dOp op, const Call &call) {
  const Tensor &x = call.operand(op.getX()), &w = call.operand(op.getW());
  Tensor y(call.type());
  Sums sums(y.type());
  forEachProduct(op.getGeometry(), x, w, y, [&](Places p) {
    sums.add(p.result, x.real(p.image) * w.real(p.filter));
  });
  if (op.getBias())
    forEachIndex(y.shape(), [&](ArrayRef<int64_t> index) {
      int64_t channel = index[op.getGeometry().channelDim()];
      sums.add(y.at(index), call.operand(op.getBias()).real(channel));
    });
  return sums.rounded();
}

static Tensor inputGrad(dl::Conv2dInputGradOp op, const Call &call) {
  const Tensor &dy = call.operand(op.getDy()), &w = call.operand(op.getW());
  Tensor dx(call.type());
  Sums sums(dx.type());
  forEachProduct(op.getGeometry(), dx, w, dy, [&](Places p) {
    sums.add(p.image, dy.real(p.result) * w.real(p.filter));
  });
  return sums.rounded();
}

static Tensor filterGrad(dl::Conv2dFilterGradOp op, const Call &call) {
  const Tensor &x = call.operand(op.getX()), &dy = call.operand(op.getDy());
  Tensor dw(call.type());
  Sums sums(dw.type());
  forEachProduct(op.getGeometry(), x, dw, dy, [&](Places p) {
    sums.add(p.filter, x.real(p.image) * dy.real(p.result));
  });
  return sums.rounded();
}

void dlc::interp::registerConvolution(MLIRContext *c) {
  model<dl::Conv2dFilterGradOp>(c, filterGrad);
  model<dl::Conv2dInputGradOp>(c, inputGrad);
  model<dl::Conv2dOp>(c, conv2d);
}
