//===- Shape.cpp - Where elements stand -----------------------------------===//

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

static Tensor constant(dl::ConstantOp op, const Call &call) {
  return Tensor::fromAttr(op.getValue());
}

static Tensor reshape(dl::ReshapeOp op, const Call &call) {
  Tensor y(call.type());
  for (int64_t i = 0, e = y.size(); i < e; ++i)
    y.copy(i, call.operand(0), i);
  return y;
}

static Tensor transpose(dl::TransposeOp op, const Call &call) {
  return rearrange(call.type(), call.operand(0),
                   [&](ArrayRef<int64_t> to, MutableArrayRef<int64_t> from) {
                     for (auto [i, dim] : llvm::enumerate(op.getPerm()))
                       from[dim] = to[i];
                     return true;
                   });
}

static Tensor broadcast(dl::BroadcastOp op, const Call &call) {
  return rearrange(call.type(), call.operand(0),
                   [&](ArrayRef<int64_t> to, MutableArrayRef<int64_t> from) {
                     for (auto [i, dim] : llvm::enumerate(op.getDims()))
                       from[i] = to[dim];
                     return true;
                   });
}

static Tensor pad(dl::PadOp op, const Call &call) {
  const Tensor &x = call.operand(0);
  return rearrange(
      call.type(), x, [&](ArrayRef<int64_t> to, MutableArrayRef<int64_t> from) {
        for (auto [d, low] : llvm::enumerate(op.getLow())) {
          int64_t apart = op.getInterior() ? (*op.getInterior())[d] + 1 : 1;
          int64_t place = to[d] - low;
          if (place < 0 || place % apart != 0 || place / apart >= x.dim(d))
            return false;
          from[d] = place / apart;
        }
        return true;
      });
}

static Tensor slice(dl::SliceOp op, const Call &call) {
  return rearrange(call.type(), call.operand(0),
                   [&](ArrayRef<int64_t> to, MutableArrayRef<int64_t> from) {
                     for (auto [d, offset] : llvm::enumerate(op.getOffsets()))
                       from[d] = offset + to[d] * (op.getStrides()
                                                       ? (*op.getStrides())[d]
                                                       : 1);
                     return true;
                   });
}

static Tensor reverse(dl::ReverseOp op, const Call &call) {
  const Tensor &x = call.operand(0);
  return rearrange(call.type(), x,
                   [&](ArrayRef<int64_t> to, MutableArrayRef<int64_t> from) {
                     llvm::copy(to, from.begin());
                     for (int64_t d : op.getDims())
                       from[d] = x.dim(d) - 1 - to[d];
                     return true;
                   });
}

/// An index that is no class gives a row of zeros.
static Tensor oneHot(dl::OneHotOp op, const Call &call) {
  const Tensor &index = call.operand(0);
  Tensor y(call.type());
  int64_t classes = y.shape().back();
  for (int64_t i = 0, e = index.size(); i < e; ++i)
    if (index.integer(i) >= 0 && index.integer(i) < classes)
      y.set(i * classes + index.integer(i), 1);
  return y;
}

void dlc::interp::registerShape(MLIRContext *c) {
  model<dl::BroadcastOp>(c, broadcast);
  model<dl::ConstantOp>(c, constant);
  model<dl::OneHotOp>(c, oneHot);
  model<dl::PadOp>(c, pad);
  model<dl::ReshapeOp>(c, reshape);
  model<dl::ReverseOp>(c, reverse);
  model<dl::SliceOp>(c, slice);
  model<dl::TransposeOp>(c, transpose);
}
