//===- GuardState.cpp - A step with a fault changes nothing ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   call @kernel_0(%index, %fault, %worker)              // dl.fault
//   call @kernel_1(...)
//
// becomes
//
//   call @kernel_0(%index, %fault, %worker)
//   %0 = call @dlc_rt_fault(%worker) : (!llvm.ptr) -> i64
//   %1 = arith.cmpi eq, %0, %c0
//   scf.if %1 {
//     call @kernel_1(...)
//   }
//
//===----------------------------------------------------------------------===//

#include "Shares.h"

#include "dlc/Codegen/Passes.h"

#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace dlc {
#define GEN_PASS_DEF_GUARDSTATE
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;

/// Makes the code behind `call`, which looks for faults, run only without
/// fault.
static void guard(func::CallOp call, func::FuncOp getFault) {
  Block *body = call->getBlock();
  Operation *ret = body->getTerminator();
  SmallVector<Operation *> rest;
  for (Operation *op = call->getNextNode(); op != ret; op = op->getNextNode())
    rest.push_back(op);
  OpBuilder builder(ret);
  Location loc = call.getLoc();
  Value code =
      func::CallOp::create(builder, loc, getFault, call.getOperands().back())
          .getResult(0);
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
        guard(call, codegen::declareRuntime(symbols, codegen::runtime::fault));
        break;
      }
    }
  }
};

} // namespace
