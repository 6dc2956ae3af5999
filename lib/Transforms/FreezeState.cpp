//===- FreezeState.cpp - Steps whose state is a part of the library -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.param @w : tensor<16x3x3x3xf32> = ones
//   dl.derived @derived_w : tensor<3x3x3x16xf32>
//   func.func @derive_0(...) attributes {dl.derives, dl.step}
//   func.func @predict(%x: ..., %0: ... {dl.state = @derived_w}) ...
//
// becomes
//
//   dl.derived @derived_w : tensor<3x3x3x16xf32>
//   func.func @predict(%x: ..., %0: ... {dl.state = @derived_w}) ...
//
//===----------------------------------------------------------------------===//

#include "StateOnly.h"

#include "dlc/Transforms/Passes.h"

#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {
#define GEN_PASS_DEF_FREEZESTATE
#define GEN_PASS_DEF_KEEPEVALUATION
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

static SmallVector<func::FuncOp> stepsOf(ModelOp model) {
  SmallVector<func::FuncOp> steps;
  for (auto function : model.getBody().getOps<func::FuncOp>())
    if (function->hasAttr(names::step))
      steps.push_back(function);
  return steps;
}

namespace {

struct KeepEvaluationPass : dlc::impl::KeepEvaluationBase<KeepEvaluationPass> {
  void runOnOperation() override {
    unsigned left = 0;
    for (func::FuncOp step : stepsOf(getOperation())) {
      bool writes = false;
      for (unsigned i = 0; i < step.getNumResults(); ++i)
        writes |= bool(step.getResultAttr(i, names::state));
      if (!writes) {
        ++left;
        continue;
      }
      remark::passed(step.getLoc(), remark::RemarkOpts::name("removed")
                                        .category("dl-keep-evaluation")
                                        .function(step.getSymName()))
          << remark::add("is not in the library: it changes the state");
      step.erase();
    }
    if (left)
      return;
    getOperation().emitError("has no step that leaves the state as it is, and "
                             "so nothing to freeze");
    signalPassFailure();
  }
};

struct FreezeStatePass : dlc::impl::FreezeStateBase<FreezeStatePass> {
  void runOnOperation() override {
    ModelOp model = getOperation();
    llvm::MapVector<StringAttr, Type> read;
    for (func::FuncOp step : stepsOf(model)) {
      if (step->hasAttr(names::derives)) {
        step.erase();
        continue;
      }
      for (BlockArgument arg : step.getArguments())
        if (FlatSymbolRefAttr state = stateOfArgument(step, arg.getArgNumber()))
          read.insert({state.getAttr(), arg.getType()});
    }
    for (Operation &op : llvm::make_early_inc_range(model.getBody().front()))
      if (!isa<func::FuncOp>(op))
        op.erase();
    OpBuilder builder = OpBuilder::atBlockBegin(&model.getBody().front());
    for (auto [name, type] : read)
      DerivedOp::create(builder, model.getLoc(), name, TypeAttr::get(type));
  }
};

} // namespace
