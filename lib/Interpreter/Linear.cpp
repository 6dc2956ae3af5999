//===- Linear.cpp - Matrix products ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

static Tensor matmul(dl::MatmulOp op, const Call &call) {
  const Tensor &a = call.operand(op.getA()), &b = call.operand(op.getB());
  Tensor y(call.type());
  Sums sums(y.type());
  int64_t rank = y.rank();
  SmallVector<int64_t> loops(y.shape());
  loops.push_back(a.dim(a.rank() - (op.getTransposeA() ? 2 : 1)));
  forEachIndex(loops, [&](ArrayRef<int64_t> index) {
    int64_t i = index[rank - 2], j = index[rank - 1], k = index[rank];
    // An element of the product's own matrix, or of the only one there is.
    auto element = [&](const Tensor &x, int64_t row, int64_t column,
                       bool swap) {
      SmallVector<int64_t> place(index.take_front(x.rank() - 2));
      place.push_back(swap ? column : row);
      place.push_back(swap ? row : column);
      return x.real(x.at(place));
    };
    sums.add(y.at(index.drop_back()), element(a, i, k, op.getTransposeA()) *
                                          element(b, k, j, op.getTransposeB()));
  });
  return sums.rounded();
}

void dlc::interp::registerLinear(MLIRContext *c) {
  model<dl::MatmulOp>(c, matmul);
}
