//===- Linear.cpp - Matrix products ---------------------------------------===//

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

static Tensor matmul(dl::MatmulOp op, const Call &call) {
  const Tensor &a = call.operand(op.getA()), &b = call.operand(op.getB());
  Tensor y(call.type());
  Sums sums(y.type());
  int64_t depth = a.dim(op.getTransposeA() ? 0 : 1);
  forEachIndex({y.dim(0), y.dim(1), depth}, [&](ArrayRef<int64_t> index) {
    int64_t i = index[0], j = index[1], k = index[2];
    int64_t left = op.getTransposeA() ? a.at({k, i}) : a.at({i, k});
    int64_t right = op.getTransposeB() ? b.at({j, k}) : b.at({k, j});
    sums.add(y.at({i, j}), a.real(left) * b.real(right));
  });
  return sums.rounded();
}

void dlc::interp::registerLinear(MLIRContext *c) {
  model<dl::MatmulOp>(c, matmul);
}
