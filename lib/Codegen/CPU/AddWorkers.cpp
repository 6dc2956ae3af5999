//===- AddWorkers.cpp - All threads of a team run a step ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   func.func @step(%state, %arena, %x) attributes {dl.step} {
//     call @kernel_0(%x, %0)
//
// becomes
//
//   func.func @step(%state, %arena, %x, %worker: index, %workers: index,
//                   %team: !llvm.ptr) attributes {dl.step} {
//     call @kernel_0(%x, %0, %worker, %workers)
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"
#include "dlc/Transforms/Names.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace dlc {
#define GEN_PASS_DEF_ADDWORKERS
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

static void addArguments(func::FuncOp function, TypeRange types) {
  unsigned count = function.getNumArguments();
  SmallVector<DictionaryAttr> attrs;
  function.getAllArgAttrs(attrs);
  attrs.resize(count + types.size(),
               DictionaryAttr::get(function.getContext()));
  Block &body = function.getBody().front();
  for (Type type : types)
    body.addArgument(type, function.getLoc());
  function.setType(FunctionType::get(function.getContext(),
                                     body.getArgumentTypes(),
                                     function.getResultTypes()));
  function.setAllArgAttrs(attrs);
}

namespace {

struct AddWorkersPass : dlc::impl::AddWorkersBase<AddWorkersPass> {
  void runOnOperation() override {
    Type index = IndexType::get(&getContext());
    Type pointer = LLVM::LLVMPointerType::get(&getContext());
    SymbolTable symbols(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function->hasAttr(names::kernel))
        addArguments(function, {index, index});
      if (!function->hasAttr(names::step))
        continue;
      addArguments(function, {index, index, pointer});
      ValueRange workers = function.getArguments().take_back(3).drop_back();
      function.walk([&](func::CallOp call) {
        call.getOperandsMutable().append(workers);
      });
    }
  }
};

} // namespace
