//===- Decompose.cpp - Composite ops into primitive ones ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every op that still is a composite is replaced by the program it stands for,
// its decomposition's composites too.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

namespace dlc {
#define GEN_PASS_DEF_DECOMPOSE
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc::dl;

namespace {

struct DecomposePass : dlc::impl::DecomposeBase<DecomposePass> {
  void runOnOperation() override {
    bool changed = true;
    while (changed) {
      changed = false;
      SmallVector<Decomposable> composites;
      getOperation().walk([&](Decomposable op) { composites.push_back(op); });
      for (Decomposable composite : composites) {
        OpBuilder builder(composite);
        SmallVector<Value> results = composite.decompose(builder);
        composite->replaceAllUsesWith(results);
        composite->erase();
        changed = true;
      }
    }
  }
};

} // namespace
