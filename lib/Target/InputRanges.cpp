//===- InputRanges.cpp - The whole numbers that inputs may hold -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An input is followed through ops that keep its elements, to those that take
// it for places of a table, classes or lengths.
//
//===----------------------------------------------------------------------===//

#include "dlc/Target/Outline.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

void InputRange::meet(const InputRange &other) {
  if (!isKnown()) {
    *this = other;
    return;
  }
  low = std::max(low, other.low);
  high = std::min(high, other.high);
  ascends |= other.ascends;
}

/// The range that an op demands of an operand.
static InputRange rangeOf(OpOperand &use) {
  Operation *op = use.getOwner();
  InputRange range;
  auto table = dyn_cast<IndexesTable>(op);
  for (const TableIndex &index :
       table ? table.getTableIndices() : SmallVector<TableIndex>())
    if (index.operand == use.getOperandNumber())
      range.meet({0, index.limit - 1, index.ascends});
  auto takeLengths = [&](auto recurrent) {
    if (recurrent.getLengths() == use.get()) {
      auto shape = tensorType(recurrent.getX()).getShape();
      range.meet({1, shape[recurrent.getBatchFirst() ? 1 : 0], false});
    }
  };
  llvm::TypeSwitch<Operation *>(op)
      .Case<CheckIndexOp>([&](CheckIndexOp check) {
        range.meet({0, int64_t(check.getLimit()) - 1, false});
      })
      .Case<RnnOp, LstmOp, GruOp>(takeLengths);
  return range;
}

/// The values that have the elements of an operand, or some of them.
static SmallVector<Value> copiesOf(OpOperand &use) {
  Operation *op = use.getOwner();
  if (auto scan = dyn_cast<ScanOp>(op)) {
    unsigned number = use.getOperandNumber();
    if (number >= scan.getNumCarried())
      return {scan.getBlock().getArgument(number)};
    return {};
  }
  if (isa<CastOp, ReshapeOp, BroadcastOp, TransposeOp, SliceOp, CheckIndexOp,
          CopyOp, ConcatOp, ReverseOp>(op) ||
      (isa<SelectOp>(op) && use.getOperandNumber() != 0))
    return llvm::to_vector_of<Value>(op->getResults());
  return {};
}

void dlc::findInputRanges(ModuleOp module, InputRanges &ranges) {
  auto isWhole = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.getElementType().isInteger() &&
           !type.getElementType().isInteger(1);
  };
  module.walk([&](func::FuncOp step) {
    for (BlockArgument argument : step.getArguments()) {
      auto name =
          step.getArgAttrOfType<StringAttr>(argument.getArgNumber(), names::io);
      if (!name || !isWhole(argument))
        continue;
      llvm::SetVector<Value> reached;
      reached.insert(argument);
      for (unsigned at = 0; at < reached.size(); ++at)
        for (OpOperand &use : reached[at].getUses()) {
          InputRange range = rangeOf(use);
          if (range.isKnown())
            ranges[name.str()].meet(range);
          for (Value copy : copiesOf(use))
            if (isWhole(copy))
              reached.insert(copy);
        }
    }
  });
}
