//===- InlineCalls.cpp - Calls of a step replaced by bodies ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "InlineCalls.h"

#include "dlc/Transforms/Origin.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Replaces every call in `block` by the callee's body. `active` holds the
/// callees being inlined, to find recursion.
static LogicalResult inlineIn(Block &block, std::optional<Mode> mode,
                              FlatSymbolRefAttr averaged, SymbolTable &symbols,
                              SmallVectorImpl<StringRef> &active) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto modal = dyn_cast<HasMode>(op))
      if (!modal.getMode() && mode)
        modal.setMode(*mode);
    if (auto read = dyn_cast<ReadOp>(op))
      if (!read.getAveragedAttr() && averaged &&
          symbols.lookup<ParamOp>(read.getEntry()))
        read.setAveragedAttr(averaged);
    if (auto scan = dyn_cast<ScanOp>(op))
      if (failed(inlineIn(scan.getBlock(), mode, averaged, symbols, active)))
        return failure();
    auto call = dyn_cast<CallOp>(op);
    if (!call)
      continue;
    auto callee = symbols.lookup<FuncOp>(call.getCallee());
    if (llvm::is_contained(active, call.getCallee()))
      return call.emitOpError()
             << "is recursive: " << call.getCalleeAttr() << " calls itself";
    // A copy of the body, resolved on its own, takes the place of the call.
    IRMapping mapping;
    OwningOpRef<FuncOp> copy = cast<FuncOp>(callee->clone(mapping));
    Block &body = copy->getBody().front();
    active.push_back(call.getCallee());
    if (failed(
            inlineIn(body, call.getMode() ? call.getMode() : mode,
                     call.getAveragedAttr() ? call.getAveragedAttr() : averaged,
                     symbols, active)))
      return failure();
    active.pop_back();
    auto ret = cast<ReturnOp>(body.getTerminator());
    for (auto [arg, value] : llvm::zip(body.getArguments(), call.getArgs()))
      arg.replaceAllUsesWith(value);
    call->replaceAllUsesWith(ret.getValues());
    ret.erase();
    body.walk([&](Operation *inlined) {
      inlined->setLoc(inlinedFrom(
          inlined->getLoc(), call.getCalleeAttr().getAttr(), call.getLoc()));
    });
    block.getOperations().splice(call->getIterator(), body.getOperations());
    call.erase();
  }
  return success();
}

LogicalResult dlc::inlineCalls(StepOp step, SymbolTable &symbols) {
  SmallVector<StringRef> active;
  return inlineIn(step.getBody().front(), std::nullopt, FlatSymbolRefAttr(),
                  symbols, active);
}

//===----------------------------------------------------------------------===//
// Targets of gradients
//===----------------------------------------------------------------------===//

/// Whether a value is one of its own for good: inputs of a step are, arguments
/// of functions and of loops may become others' equals.
static bool isAlone(Value value) {
  if (auto arg = dyn_cast<BlockArgument>(value))
    return isa<StepOp>(arg.getOwner()->getParentOp());
  return isa<VariableOp>(value.getDefiningOp());
}

void dlc::isolateTargets(ModelOp model) {
  model.walk([](GradientOp op) {
    OpBuilder builder(op);
    for (Value target : llvm::to_vector(op.getTargets())) {
      auto read = target.getDefiningOp<ReadOp>();
      if (isAlone(target) || (read && read.getShared()))
        continue;
      // An earlier target of this op may have been the same.
      if (!llvm::is_contained(op.getTargets(), target))
        continue;
      builder.setInsertionPointAfterValue(target);
      auto alone = VariableOp::create(builder, target.getLoc(),
                                      target.getType(), target);
      target.replaceAllUsesExcept(alone, alone);
    }
  });
}
