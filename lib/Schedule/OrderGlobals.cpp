//===- OrderGlobals.cpp - Constants in memory in the order of their use ---===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   memref.global "private" constant @__constant_4xf32_0 : memref<4xf32> = ...
//   memref.global "private" constant @__constant_4xf32 : memref<4xf32> = ...
//   func.func private @kernel_0() {
//     %0 = memref.get_global @__constant_4xf32_0 : memref<4xf32>
//     %1 = memref.get_global @__constant_4xf32 : memref<4xf32>
//
// One-shot bufferization visits functions in the order of their addresses, and
// gives constants place and number as it meets them. Here they get those of the
// first op that reads each, so that the same program has the same text and the
// same object file in every run.
//
//===----------------------------------------------------------------------===//

#include "dlc/Schedule/Passes.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SetVector.h"

namespace dlc {
#define GEN_PASS_DEF_ORDERGLOBALS
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

using namespace mlir;

/// The name without the number that makes it unique: "c_4xf32" of "c_4xf32_1".
static StringRef withoutNumber(StringRef name) {
  StringRef base = name.rtrim("0123456789");
  return base.size() < name.size() && base.consume_back("_") ? base : name;
}

namespace {

struct OrderGlobalsPass : dlc::impl::OrderGlobalsBase<OrderGlobalsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    SmallVector<std::pair<memref::GetGlobalOp, memref::GlobalOp>> reads;
    llvm::SetVector<memref::GlobalOp> globals;
    module.walk([&](memref::GetGlobalOp read) {
      auto global = symbols.lookup<memref::GlobalOp>(read.getName());
      if (!global || !global.isPrivate())
        return;
      reads.push_back({read, global});
      globals.insert(global);
    });
    for (memref::GlobalOp global : globals) {
      symbols.remove(global);
      global->remove();
    }
    Block::iterator place = module.getBody()->begin();
    for (memref::GlobalOp global : globals) {
      global.setName(withoutNumber(global.getName()));
      symbols.insert(global, place);
    }
    for (auto &[read, global] : reads)
      read.setName(global.getName());
  }
};

} // namespace
