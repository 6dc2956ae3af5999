//===- FlattenEmptyBuffers.cpp - Nothing has one dimension ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Codegen/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace dlc {
#define GEN_PASS_DEF_FLATTENEMPTYBUFFERS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

static void flatten(Value value) {
  auto type = dyn_cast<MemRefType>(value.getType());
  if (type && type.getRank() > 1 && type.getNumElements() == 0)
    value.setType(MemRefType::get({0}, type.getElementType()));
}

namespace {

struct FlattenEmptyBuffersPass
    : dlc::impl::FlattenEmptyBuffersBase<FlattenEmptyBuffersPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      llvm::for_each(op->getResults(), flatten);
      for (Region &region : op->getRegions())
        for (Block &block : region)
          llvm::for_each(block.getArguments(), flatten);
      if (auto function = dyn_cast<func::FuncOp>(op);
          function && !function.isExternal())
        function.setType(
            FunctionType::get(function.getContext(),
                              function.getBody().front().getArgumentTypes(),
                              function.getResultTypes()));
    });
  }
};

} // namespace
