//===- Shape.cpp - Ops that move elements ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

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

static Tensor unblock(dl::UnblockOp op, const Call &call) {
  int64_t width = dl::tensorType(op.getX()).getShape().back();
  return rearrange(call.type(), call.operand(0),
                   [&](ArrayRef<int64_t> to, MutableArrayRef<int64_t> from) {
                     from.front() = to.back() / width;
                     llvm::copy(to.drop_back(), from.begin() + 1);
                     from.back() = to.back() % width;
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
  Tensor y(call.type());
  double value = op.getValue().convertToDouble();
  for (int64_t i = 0, e = y.size(); i < e; ++i) {
    if (y.isFloat())
      y.put(i, value);
    else
      y.set(i, value);
  }
  forEachIndex(x.shape(), [&](ArrayRef<int64_t> from) {
    SmallVector<int64_t> to;
    for (auto [d, low] : llvm::enumerate(op.getLow()))
      to.push_back(
          low + from[d] * (op.getInterior() ? (*op.getInterior())[d] + 1 : 1));
    y.copy(y.at(to), x, x.at(from));
  });
  return y;
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

static Tensor concat(dl::ConcatOp op, const Call &call) {
  Tensor y(call.type());
  int64_t axis = op.getAxis();
  for (unsigned i = 0; i < op.getXs().size(); ++i) {
    const Tensor &x = call.operand(i);
    forEachIndex(x.shape(), [&](ArrayRef<int64_t> from) {
      SmallVector<int64_t> to(from);
      to[axis] = op.offsetOf(i) + from[axis] * op.stride();
      y.copy(y.at(to), x, x.at(from));
    });
  }
  return y;
}

static Tensor iota(dl::IotaOp op, const Call &call) {
  Tensor y(call.type());
  forEachIndex(y.shape(), [&](ArrayRef<int64_t> index) {
    y.set(y.at(index), index[op.getAxis()]);
  });
  return y;
}

/// An index outside of the classes gives a row of zeros.
static Tensor oneHot(dl::OneHotOp op, const Call &call) {
  const Tensor &index = call.operand(0);
  Tensor y(call.type());
  int64_t classes = y.shape().back();
  for (int64_t i = 0, e = index.size(); i < e; ++i)
    if (index.integer(i) >= 0 && index.integer(i) < classes)
      y.set(i * classes + index.integer(i), int64_t(1));
  return y;
}

void dlc::interp::registerShape(MLIRContext *c) {
  model<dl::BroadcastOp>(c, broadcast);
  model<dl::ConcatOp>(c, concat);
  model<dl::ConstantOp>(c, constant);
  model<dl::IotaOp>(c, iota);
  model<dl::OneHotOp>(c, oneHot);
  model<dl::PadOp>(c, pad);
  model<dl::ReshapeOp>(c, reshape);
  model<dl::ReverseOp>(c, reverse);
  model<dl::SliceOp>(c, slice);
  model<dl::TransposeOp>(c, transpose);
  model<dl::UnblockOp>(c, unblock);
}
