//===- LayoutRemarks.cpp - Remarks on remaining transposes ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LayoutRemarks.h"

#include "LayoutRules.h"
#include "StateOnly.h"

#include "dlc/Dialect/Dl/Names.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;
using namespace dlc::layout;

MovedInStep::MovedInStep(func::FuncOp step) {
  StateOnly stateOnly(step);
  step.walk([&](TransposeOp op) {
    if (!movesElements(op))
      return;
    Moved &moved = stateOnly.contains(op.getX()) ? eachChange : eachCall;
    ++moved.transposes;
    moved.bytes += bytesOf(op.getX());
  });
}

//===----------------------------------------------------------------------===//
// Ops that fix an order
//===----------------------------------------------------------------------===//

/// Returns true if the op computes in whatever order its neighbours have.
static bool isFlexible(Operation *op) {
  if (op->getNumResults() != 1 || isa<TransposeOp>(op))
    return false;
  if (isMadeInAnyOrder(op))
    return true;
  return ordersFromResult(op, asWritten(op->getResult(0))) ||
         (op->getNumOperands() == 1 &&
          ordersFromOperand(op, 0, asWritten(op->getOperand(0))));
}

static std::string describe(Operation *op) {
  if (isa<TransposeOp>(op))
    return "another 'dl.transpose'";
  return ("'" + op->getName().getStringRef() + "', which " +
          (op->hasAttr("layout") ? "has channels last" : "has one order"))
      .str();
}

/// An argument or a result of the step, by its attributes.
static std::string describeBorder(DictionaryAttr attrs, StringRef kind,
                                  StringRef order) {
  if (attrs)
    if (auto state = attrs.getAs<FlatSymbolRefAttr>(names::state))
      return ("entry '" + state.getValue() + "' as it is stored").str();
  auto name = attrs ? attrs.getAs<StringAttr>(names::io) : StringAttr();
  return (kind + (name ? " '" + name.getValue() + "'" : Twine()) + ", " + order)
      .str();
}

/// The nearest value that `value` is made of and that has one order.
static std::string describeMaker(Value value) {
  SmallVector<Value> queue{value};
  DenseSet<Value> seen{value};
  for (size_t i = 0; i < queue.size(); ++i) {
    if (auto arg = dyn_cast<BlockArgument>(queue[i])) {
      auto step = dyn_cast<func::FuncOp>(arg.getOwner()->getParentOp());
      return step ? describeBorder(step.getArgAttrDict(arg.getArgNumber()),
                                   "input", "given as written")
                  : "what the loop takes";
    }
    Operation *op = queue[i].getDefiningOp();
    if (!isFlexible(op))
      return describe(op);
    for (Value operand : op->getOperands())
      if (tensorType(operand).getRank() > 0 && seen.insert(operand).second)
        queue.push_back(operand);
  }
  return "what the step makes itself";
}

/// The nearest reader with a fixed order of `value`, or of a value made of it.
static std::string describeReader(Value value) {
  SmallVector<Value> queue{value};
  DenseSet<Value> seen{value};
  for (size_t i = 0; i < queue.size(); ++i)
    for (OpOperand &use : queue[i].getUses()) {
      Operation *op = use.getOwner();
      if (isa<func::ReturnOp>(op))
        return describeBorder(
            op->getParentOfType<func::FuncOp>().getResultAttrDict(
                use.getOperandNumber()),
            "output", "wanted as written");
      if (op->hasTrait<OpTrait::IsTerminator>())
        return "what the loop gives";
      if (!isFlexible(op))
        return describe(op);
      if (seen.insert(op->getResult(0)).second)
        queue.push_back(op->getResult(0));
    }
  return "nothing";
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

void dlc::layout::explainLayout(func::FuncOp step, const MovedInStep &before,
                                const MovedInStep &after) {
  // Nobody reads the reasons, and finding them walks over the step.
  if (!step.getContext()->getRemarkEngine())
    return;
  auto options = [&](StringRef name) {
    return remark::RemarkOpts::name(name)
        .category("dl-choose-layout")
        .function(step.getSymName());
  };
  remark::passed(step.getLoc(), options("chosen")) << remark::add(
      "{0} transposes of {1} bytes a call ({2} of {3} before the choice), {4} "
      "of {5} bytes when the state has changed",
      after.eachCall.transposes, after.eachCall.bytes,
      before.eachCall.transposes, before.eachCall.bytes,
      after.eachChange.transposes, after.eachChange.bytes);
  StateOnly stateOnly(step);
  step.walk([&](TransposeOp op) {
    if (movesElements(op))
      remark::missed(op.getLoc(), options("transposed")) << remark::add(
          "{0} bytes are transposed{1}, between {2}, and {3}",
          bytesOf(op.getX()),
          stateOnly.contains(op.getX()) ? " when the state has changed" : "",
          describeMaker(op.getX()), describeReader(op.getY()));
  });
}
