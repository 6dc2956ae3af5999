//===- Sorting.cpp - Order along a dimension, running sums ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

/// Calls visit(start, stride, count) for each run of elements along a
/// dimension.
static void forEachRun(
    ArrayRef<int64_t> shape, int64_t axis,
    function_ref<void(int64_t start, int64_t stride, int64_t count)> visit) {
  int64_t stride = 1;
  for (int64_t extent : shape.drop_front(axis + 1))
    stride *= extent;
  int64_t count = shape[axis], number = 0;
  SmallVector<int64_t> others(shape);
  others[axis] = 1;
  forEachIndex(others, [&](ArrayRef<int64_t>) {
    visit(number / stride * stride * count + number % stride, stride, count);
    ++number;
  });
}

static std::vector<Tensor> sort(dl::SortOp op, const Call &call) {
  const Tensor &x = call.operand(0);
  Tensor values(call.type(0)), indices(call.type(1));
  // Not a number is greater than all numbers.
  auto isLess = [&](int64_t i, int64_t j) {
    if (!x.isFloat())
      return x.integer(i) < x.integer(j);
    return x.real(i) < x.real(j) ||
           (std::isnan(x.real(j)) && !std::isnan(x.real(i)));
  };
  forEachRun(x.shape(), op.getAxis(),
             [&](int64_t start, int64_t stride, int64_t count) {
               std::vector<int64_t> order(count);
               for (int64_t i = 0; i < count; ++i)
                 order[i] = i;
               llvm::sort(order, [&](int64_t a, int64_t b) {
                 int64_t i = start + a * stride, j = start + b * stride;
                 bool before = op.getDescending() ? isLess(j, i) : isLess(i, j);
                 bool after = op.getDescending() ? isLess(i, j) : isLess(j, i);
                 // Equal ones keep their order.
                 return before || (!after && a < b);
               });
               for (int64_t i = 0; i < count; ++i) {
                 values.copy(start + i * stride, x, start + order[i] * stride);
                 indices.set(start + i * stride, order[i]);
               }
             });
  return {values, indices};
}

static Tensor cumsum(dl::CumsumOp op, const Call &call) {
  const Tensor &x = call.operand(0);
  Sums sums(call.type());
  forEachRun(x.shape(), op.getAxis(),
             [&](int64_t start, int64_t stride, int64_t count) {
               for (int64_t i = 0; i < count; ++i)
                 for (int64_t j = 0; j < count; ++j) {
                   bool isBefore = op.getReverse() ? j > i : j < i;
                   if (!isBefore && (op.getExclusive() || j != i))
                     continue;
                   int64_t to = start + i * stride, from = start + j * stride;
                   if (x.isFloat())
                     sums.add(to, x.real(from));
                   else
                     sums.add(to, x.integer(from));
                 }
             });
  return sums.rounded();
}

void dlc::interp::registerSorting(MLIRContext *c) {
  model<dl::CumsumOp>(c, cumsum);
  model<dl::SortOp>(c, sort);
}
