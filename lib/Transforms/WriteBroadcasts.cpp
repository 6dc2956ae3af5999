//===- WriteBroadcasts.cpp - Elementwise ops on one shape -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %y = dl.add %a, %b : tensor<8x4xf32>, tensor<1x4xf32> -> tensor<8x4xf32>
//
// becomes
//
//   %0 = dl.reshape %b : tensor<1x4xf32> to tensor<4xf32>
//   %1 = dl.broadcast %0 dims [1] : tensor<4xf32> to tensor<8x4xf32>
//   %y = dl.add %a, %1 : tensor<8x4xf32>
//
// so that everything that follows, derivatives too, sees equal shapes.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "dlc/Dialect/Dl/Build.h"

namespace dlc {
#define GEN_PASS_DEF_WRITEBROADCASTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc::dl;

namespace {

struct WriteBroadcastsPass
    : dlc::impl::WriteBroadcastsBase<WriteBroadcastsPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (!op->hasTrait<Elementwise>())
        return;
      ArrayRef<int64_t> shape = tensorType(op->getResult(0)).getShape();
      OpBuilder builder(op);
      Expr e(builder, op->getLoc());
      for (OpOperand &operand : op->getOpOperands())
        operand.set(e.broadcastTo(operand.get(), shape));
    });
  }
};

} // namespace
