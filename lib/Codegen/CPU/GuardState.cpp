//===- GuardState.cpp - A step with a fault changes nothing ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   call @kernel_0(%index, %fault, %worker, %workers)    // dl.fault
//   call @kernel_1(...)
//
// becomes
//
//   call @kernel_0(%index, %fault, %worker, %workers)
//   %0 = memref.load %fault[]
//   %1 = arith.cmpi eq, %0, %c0
//   scf.if %1 {
//     call @kernel_1(...)
//   }
//
//===----------------------------------------------------------------------===//

#include "dlc/Codegen/Passes.h"

#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace dlc {
#define GEN_PASS_DEF_GUARDSTATE
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// Lets what follows `call`, which writes `fault`, depend on it.
static void guard(func::CallOp call, Value fault) {
  Block *body = call->getBlock();
  Operation *ret = body->getTerminator();
  SmallVector<Operation *> rest;
  for (Operation *op = call->getNextNode(); op != ret; op = op->getNextNode())
    rest.push_back(op);
  OpBuilder builder(ret);
  Location loc = call.getLoc();
  Value code = memref::LoadOp::create(builder, loc, fault, ValueRange());
  Value none = arith::ConstantIntOp::create(builder, loc, 0, 64);
  Value isGood =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, code, none);
  auto ifOp = scf::IfOp::create(builder, loc, isGood);
  for (Operation *op : rest)
    op->moveBefore(ifOp.thenYield());
}

namespace {

struct GuardStatePass : dlc::impl::GuardStateBase<GuardStatePass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto step : getOperation().getOps<func::FuncOp>()) {
      if (!step->hasAttr(names::step))
        continue;
      for (auto call : step.getOps<func::CallOp>()) {
        auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
        if (!kernel->hasAttr(names::fault))
          continue;
        auto writes = kernel->getAttrOfType<DenseI64ArrayAttr>(names::writes);
        guard(call, call.getOperand(writes[0]));
        break;
      }
    }
  }
};

} // namespace
