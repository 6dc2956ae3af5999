//===- PrefixSteps.cpp - Names of steps apart from those of functions -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Codegen/Passes.h"
#include "dlc/Dialect/Dl/Names.h"

namespace dlc {
#define GEN_PASS_DEF_PREFIXSTEPS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

struct PrefixStepsPass : dlc::impl::PrefixStepsBase<PrefixStepsPass> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(names::step))
        function.setSymName((names::stepPrefix + function.getSymName()).str());
  }
};

} // namespace
