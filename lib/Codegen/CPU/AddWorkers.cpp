//===- AddWorkers.cpp - All threads of a team run a step ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   func.func @step(%state, %arena, %x) attributes {dl.step} {
//     call @kernel_0(%x, %0)
//
// becomes
//
//   func.func @step(%state, %arena, %x, %worker: !llvm.ptr)
//       attributes {dl.step} {
//     call @kernel_0(%x, %0, %worker)
//
//===----------------------------------------------------------------------===//

#include "Shares.h"

#include "dlc/Codegen/Passes.h"
#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace dlc {
#define GEN_PASS_DEF_ADDWORKERS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

namespace {

struct AddWorkersPass : dlc::impl::AddWorkersBase<AddWorkersPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (StringRef name : {codegen::runtime::share, codegen::runtime::next})
      codegen::declareRuntime(symbols, name);
    Type pointer = LLVM::LLVMPointerType::get(&getContext());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      bool isStep = function->hasAttr(names::step);
      if (!isStep && !function->hasAttr(names::kernel))
        continue;
      if (failed(function.insertArgument(function.getNumArguments(), pointer,
                                         /*argAttrs=*/{}, function.getLoc())))
        return signalPassFailure();
      Value worker = function.getArguments().back();
      if (isStep)
        function.walk([&](func::CallOp call) {
          call.getOperandsMutable().append(worker);
        });
    }
  }
};

} // namespace
