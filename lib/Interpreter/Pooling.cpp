//===- Pooling.cpp - Maxima of windows ------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

namespace {

/// One element of one window.
struct Tap {
  /// Its element of the image, and that of the window's result.
  int64_t image, result;
  /// k * KW + l, as `index` counts.
  int64_t number;
};

} // namespace

/// Visits the taps of every window that lie inside the image, window by window.
template <typename Op>
static void forEachTap(Op op, const Tensor &image, const Tensor &result,
                       llvm::function_ref<void(Tap)> visit) {
  dl::WindowGeometry g = op.getGeometry();
  SmallVector<int64_t> kernel = op.getKernel();
  SmallVector<int64_t> loops(result.shape());
  loops.append(kernel);
  forEachIndex(loops, [&](ArrayRef<int64_t> index) {
    ArrayRef<int64_t> out = index.take_front(4), tap = index.take_back(2);
    SmallVector<int64_t> in(out);
    for (int d : {0, 1}) {
      int64_t &place = in[g.spatialDim(d)];
      place = place * g.stride[d] + tap[d] * g.dilation[d] - g.padding[d];
      if (place < 0 || place >= image.dim(g.spatialDim(d)))
        return;
    }
    visit({image.at(in), result.at(out), tap[0] * kernel[1] + tap[1]});
  });
}

/// The maxima and their places: the first; not a number counts as the maximum,
/// the last one of a window.
template <typename Op>
static std::vector<Tensor> maxPool(Op op, const Call &call,
                                   RankedTensorType indexType) {
  const Tensor &x = call.operand(0);
  Tensor y(call.type(0)), index(indexType);
  for (int64_t i = 0, e = y.size(); i < e; ++i)
    y.set(i, -std::numeric_limits<double>::infinity());
  std::vector<bool> started(y.size(), false);
  forEachTap(op, x, y, [&](Tap tap) {
    double value = x.real(tap.image);
    if (!started[tap.result] || value > y.real(tap.result) ||
        std::isnan(value)) {
      started[tap.result] = true;
      y.set(tap.result, value);
      index.set(tap.result, tap.number);
    }
  });
  return {y, index};
}

static Tensor maxPool2d(dl::MaxPool2dOp op, const Call &call) {
  auto i32 = IntegerType::get(op.getContext(), 32);
  return maxPool(op, call, call.type().clone(i32)).front();
}

static std::vector<Tensor> maxPool2dIndex(dl::MaxPool2dIndexOp op,
                                          const Call &call) {
  return maxPool(op, call, call.type(1));
}

static Tensor scatter(dl::MaxPool2dScatterOp op, const Call &call) {
  const Tensor &dy = call.operand(op.getDy());
  const Tensor &index = call.operand(op.getIndex());
  Tensor dx(call.type());
  Sums sums(dx.type());
  forEachTap(op, dx, dy, [&](Tap tap) {
    if (index.integer(tap.result) == tap.number)
      sums.add(tap.image, dy.real(tap.result));
  });
  return sums.rounded();
}

static Tensor gather(dl::MaxPool2dGatherOp op, const Call &call) {
  const Tensor &x = call.operand(op.getX());
  const Tensor &index = call.operand(op.getIndex());
  Tensor y(call.type());
  forEachTap(op, x, y, [&](Tap tap) {
    if (index.integer(tap.result) == tap.number)
      y.copy(tap.result, x, tap.image);
  });
  return y;
}

void dlc::interp::registerPooling(MLIRContext *c) {
  model<dl::MaxPool2dGatherOp>(c, gather);
  model<dl::MaxPool2dIndexOp>(c, maxPool2dIndex);
  model<dl::MaxPool2dOp>(c, maxPool2d);
  model<dl::MaxPool2dScatterOp>(c, scatter);
}
