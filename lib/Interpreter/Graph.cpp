//===- Graph.cpp - Sparse matrices ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

/// Calls visit(row, column, entry) for all entries of a sparse matrix.
static void forEachEntry(const Tensor &indptr, const Tensor &indices,
                         function_ref<void(int64_t, int64_t, int64_t)> visit) {
  for (int64_t row = 0; row + 1 < indptr.size(); ++row)
    for (int64_t e = indptr.integer(row); e < indptr.integer(row + 1); ++e)
      visit(row, indices.integer(e), e);
}

static Tensor spmm(dl::SpmmOp op, const Call &call) {
  const Tensor &values = call.operand(2), &dense = call.operand(3);
  Sums sums(call.type());
  if (!checkIndices(call, op))
    return sums.rounded();
  int64_t columns = dense.dim(1);
  forEachEntry(call.operand(0), call.operand(1),
               [&](int64_t row, int64_t column, int64_t entry) {
                 if (op.getTranspose())
                   std::swap(row, column);
                 for (int64_t d = 0; d < columns; ++d)
                   sums.add(row * columns + d,
                            values.real(entry) *
                                dense.real(column * columns + d));
               });
  return sums.rounded();
}

static Tensor sddmm(dl::SddmmOp op, const Call &call) {
  const Tensor &a = call.operand(2), &b = call.operand(3);
  Sums sums(call.type());
  if (!checkIndices(call, op))
    return sums.rounded();
  int64_t columns = a.dim(1);
  forEachEntry(call.operand(0), call.operand(1),
               [&](int64_t row, int64_t column, int64_t entry) {
                 for (int64_t d = 0; d < columns; ++d)
                   sums.add(entry, a.real(row * columns + d) *
                                       b.real(column * columns + d));
               });
  return sums.rounded();
}

void dlc::interp::registerGraph(MLIRContext *c) {
  model<dl::SddmmOp>(c, sddmm);
  model<dl::SpmmOp>(c, spmm);
}
