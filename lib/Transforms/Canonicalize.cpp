//===- Canonicalize.cpp - Canonical forms, or an error --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %0 = dl.neg %x                         %0 = dl.exp %x
//   %1 = dl.neg %0          becomes        return %0
//   %2 = dl.exp %1
//   return %2
//
// MLIR's pass of that name stops after ten rounds whether it has finished or
// not, and never within a round whose patterns undo each other.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"
#include "dlc/Transforms/RewriteGreedily.h"

namespace dlc {
#define GEN_PASS_DEF_CANONICALIZE
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

struct CanonicalizePass : dlc::impl::CanonicalizeBase<CanonicalizePass> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    for (Dialect *dialect : context->getLoadedDialects())
      dialect->getCanonicalizationPatterns(set);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      op.getCanonicalizationPatterns(set, context);
    patterns = std::make_shared<FrozenRewritePatternSet>(std::move(set));
    return success();
  }

  void runOnOperation() override {
    GreedyRewriteConfig config;
    config.setUseTopDownTraversal();
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Normal);
    if (failed(
            rewriteGreedily(getOperation(), *patterns, getArgument(), config)))
      signalPassFailure();
  }

  std::shared_ptr<FrozenRewritePatternSet> patterns;
};

} // namespace
