//===- StateOnly.cpp - Values that depend on the state alone --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StateOnly.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace dlc;

FlatSymbolRefAttr dlc::stateOfArgument(func::FuncOp step, unsigned number) {
  return step.getArgAttrOfType<FlatSymbolRefAttr>(number, names::state);
}

StateOnly::StateOnly(func::FuncOp step) {
  llvm::SmallDenseSet<Attribute> written;
  for (unsigned i = 0; i < step.getNumResults(); ++i)
    if (Attribute state = step.getResultAttr(i, names::state))
      written.insert(state);
  Block &body = step.getBody().front();
  for (BlockArgument arg : body.getArguments()) {
    FlatSymbolRefAttr state = stateOfArgument(step, arg.getArgNumber());
    if (state && !written.contains(state))
      values.insert(arg);
  }
  find(body);
}

void StateOnly::find(Block &block) {
  for (Operation &op : block.without_terminator()) {
    if (isMemoryEffectFree(&op) &&
        llvm::all_of(op.getOperands(),
                     [&](Value operand) { return contains(operand); }))
      values.insert_range(op.getResults());
    auto scan = dyn_cast<dl::ScanOp>(op);
    if (!scan)
      continue;
    for (auto [operand, arg] :
         llvm::zip(scan.getInvariants(), scan.getInvariantArgs()))
      if (contains(operand))
        values.insert(arg);
    find(scan.getBlock());
  }
}
