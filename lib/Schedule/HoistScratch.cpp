//===- HoistScratch.cpp - Scratch memory of kernels as arguments ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Schedule/Passes.h"

#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace dlc {
#define GEN_PASS_DEF_HOISTSCRATCH
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// Moves the allocations of a kernel to its arguments; their types.
static SmallVector<MemRefType> hoist(func::FuncOp kernel) {
  SmallVector<memref::AllocOp> allocs;
  kernel.walk([&](memref::AllocOp op) { allocs.push_back(op); });
  if (allocs.empty())
    return {};
  Block &body = kernel.getBody().front();
  SmallVector<int64_t> writes;
  if (auto known = kernel->getAttrOfType<DenseI64ArrayAttr>(names::writes))
    writes = llvm::to_vector(known.asArrayRef());
  SmallVector<MemRefType> types;
  for (memref::AllocOp alloc : allocs) {
    unsigned position = body.getNumArguments();
    // An allocation that only gives loops their extents needs no memory of its
    // own, but an argument is an argument.
    BlockArgument arg = body.addArgument(alloc.getType(), alloc.getLoc());
    types.push_back(alloc.getType());
    writes.push_back(position);
    alloc.replaceAllUsesWith(Value(arg));
    alloc.erase();
  }
  Builder builder(kernel.getContext());
  kernel.setType(builder.getFunctionType(body.getArgumentTypes(),
                                         kernel.getResultTypes()));
  SmallVector<DictionaryAttr> attrs(body.getNumArguments(),
                                    builder.getDictionaryAttr({}));
  for (size_t i = 0; i < types.size(); ++i)
    attrs[body.getNumArguments() - 1 - i] = builder.getDictionaryAttr(
        builder.getNamedAttr(names::scratch, builder.getUnitAttr()));
  kernel.setAllArgAttrs(attrs);
  kernel->setAttr(names::writes, builder.getDenseI64ArrayAttr(writes));
  return types;
}

namespace {

struct HoistScratchPass : dlc::impl::HoistScratchBase<HoistScratchPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    DenseMap<Operation *, SmallVector<MemRefType>> scratch;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(names::kernel))
        scratch[function] = hoist(function);
    getOperation().walk([&](func::CallOp call) {
      auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
      OpBuilder builder(call);
      SmallVector<Value> operands(call.getOperands());
      for (MemRefType type : scratch.lookup(kernel)) {
        Value alloc = memref::AllocOp::create(builder, call.getLoc(), type);
        operands.push_back(alloc);
      }
      call.getOperandsMutable().assign(operands);
    });
  }
};

} // namespace
