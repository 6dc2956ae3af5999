//===- NoteCosts.cpp - Kernels carry what they cost -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   func.func private @kernel_0(%x: tensor<8xf32>) -> tensor<8xf32>
//       attributes {dl.kernel} {
//     %0 = dl.relu %x : tensor<8xf32>
//
// becomes
//
//   func.func private @kernel_0(%x: tensor<8xf32>) -> tensor<8xf32>
//       attributes {dl.kernel, dl.cost = array<f64: 8, 64, 32>,
//                   dl.ops = ["relu"]} {
//     %0 = dl.relu %x : tensor<8xf32>
//
// This is the last point at which kernels are made of ops of `dl`.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Cost.h"
#include "dlc/Transforms/Origin.h"
#include "dlc/Transforms/Passes.h"

namespace dlc {
#define GEN_PASS_DEF_NOTECOSTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

static void noteCost(func::FuncOp kernel) {
  Builder builder(kernel.getContext());
  KernelCost cost = costOf(kernel);
  kernel->setAttr(names::cost, builder.getDenseF64ArrayAttr(
                                   {cost.flops, cost.reads + cost.writes,
                                    static_cast<double>(cost.floatBits)}));
  SmallVector<StringRef> ops;
  for (Operation &op : kernel.getBody().front().without_terminator())
    ops.push_back(isTransparent(&op) ? "" : op.getName().stripDialect());
  kernel->setAttr(names::ops, builder.getStrArrayAttr(ops));
}

/// A call of a kernel that was made for it gets the locations of its ops, as
/// one of an equal kernel has them.
static void noteOps(func::CallOp call, func::FuncOp kernel) {
  if (!equalOps(call.getLoc()).empty())
    return;
  SmallVector<Location> ops;
  for (Operation &op : kernel.getBody().front().without_terminator())
    ops.push_back(op.getLoc());
  call->setLoc(callOfEqual(call.getLoc(), ops));
}

namespace {

struct NoteCostsPass : dlc::impl::NoteCostsBase<NoteCostsPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto function : getOperation().getBody().getOps<func::FuncOp>()) {
      if (function->hasAttr(names::kernel))
        noteCost(function);
      if (!function->hasAttr(names::step))
        continue;
      function.walk([&](func::CallOp call) {
        noteOps(call, symbols.lookup<func::FuncOp>(call.getCallee()));
      });
    }
  }
};

} // namespace
