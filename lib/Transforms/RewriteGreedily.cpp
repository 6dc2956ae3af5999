//===- RewriteGreedily.cpp - Rewrites that end ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Transforms/RewriteGreedily.h"

#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace dlc;

namespace {

/// Remembers the last rewrite, and where its op came from.
struct LastRewrite : RewriterBase::Listener {
  explicit LastRewrite(Location start) : place(start), tried(start) {}

  void notifyPatternBegin(const Pattern &pattern, Operation *op) override {
    tried = op->getLoc();
  }
  void notifyPatternEnd(const Pattern &pattern, LogicalResult status) override {
    if (failed(status))
      return;
    place = tried;
    name = pattern.getDebugName();
  }

  Location place, tried;
  StringRef name;
};

} // namespace

// A set that ends makes a few rewrites for each op, one whose patterns undo
// each other makes any number.
LogicalResult dlc::rewriteGreedily(Operation *root,
                                   const FrozenRewritePatternSet &patterns,
                                   StringRef pass, GreedyRewriteConfig config) {
  constexpr int64_t rounds = 64, perOp = 16, least = 4096;
  int64_t size = 0;
  root->walk([&](Operation *) { ++size; });
  int64_t perRound = perOp * size + least;
  LastRewrite last(root->getLoc());
  config.setMaxIterations(rounds);
  config.setMaxNumRewrites(perRound);
  config.setListener(&last);
  if (succeeded(applyPatternsGreedily(root, patterns, config)))
    return success();
  InFlightDiagnostic error = emitError(last.place)
                             << "the rewrites of pass '" << pass
                             << "' do not end: the program has " << size
                             << " ops, and after " << rounds << " rounds of at "
                             << "most " << perRound << " rewrites it still "
                             << "changes";
  if (!last.name.empty())
    error << "; the last was by " << last.name;
  return error << ". This is a fault of the compiler, not of the program: "
                  "please report it";
}
