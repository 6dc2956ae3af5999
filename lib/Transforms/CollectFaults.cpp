//===- CollectFaults.cpp - All checks of a step in one place --------------===//
//
//   func.func @step(%table, %index) -> tensor<8x4xf32> {
//     %y = dl.index_select %table at %index {axis = 0}
//     return %y
//   }
//
// becomes
//
//   func.func @step(%table, %index)
//       -> (tensor<8x4xf32>, tensor<i64> {dl.fault})
//       attributes {dl.faults = ["dl.index_select: ..."]} {
//     %fault = dl.first_fault %index below [30]
//     %i = dl.check_index %index below 30
//     %y = dl.index_select %table at %i {axis = 0}
//     return %y, %fault
//   }
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "dialects/Dl/Build.h"

#include "llvm/ADT/MapVector.h"

namespace dlc {
#define GEN_PASS_DEF_COLLECTFAULTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// Whether a constant holds only places below `limit`.
static bool isConstantBelow(ConstantOp op, int64_t limit) {
  auto elements = dyn_cast<DenseIntElementsAttr>(op.getValue());
  if (!elements)
    return false;
  bool isUnsigned = elements.getElementType().isUnsignedInteger();
  return llvm::all_of(elements, [&](const APInt &element) {
    int64_t value =
        isUnsigned ? element.getZExtValue() : element.getSExtValue();
    return value >= 0 && value < limit;
  });
}

/// Whether it is known what `index` holds: only places below `limit`.
static bool isKnownBelow(Value index, int64_t limit) {
  Operation *op = index.getDefiningOp();
  while (isa_and_present<ReshapeOp, BroadcastOp, TransposeOp, SliceOp>(op)) {
    index = op->getOperand(0);
    op = index.getDefiningOp();
  }
  if (auto check = dyn_cast_or_null<CheckIndexOp>(op))
    return int64_t(check.getLimit()) <= limit;
  if (auto sort = dyn_cast_or_null<SortOp>(op))
    return index == sort.getIndices() &&
           tensorType(sort.getX()).getDimSize(sort.getAxis()) <= limit;
  if (auto argmax = dyn_cast_or_null<ArgmaxOp>(op))
    return tensorType(argmax.getX()).getDimSize(argmax.getAxis()) <= limit;
  if (auto constant = dyn_cast_or_null<ConstantOp>(op))
    return isConstantBelow(constant, limit);
  return false;
}

/// Gives every index of an op with a table a check.
static void insertChecks(func::FuncOp step) {
  step.walk([](IndexesTable op) {
    OpBuilder builder(op);
    for (const TableIndex &index : op.getTableIndices()) {
      Value value = op->getOperand(index.operand);
      if (tensorType(value).getNumElements() == 0 ||
          isKnownBelow(value, index.limit))
        continue;
      op->setOperand(index.operand,
                     CheckIndexOp::create(
                         builder, op->getLoc(), value.getType(), value,
                         builder.getI64IntegerAttr(index.limit),
                         builder.getStringAttr(op->getName().getStringRef()),
                         builder.getStringAttr(index.name)));
    }
  });
}

/// A tensor with the same elements, or of which it is a slice, that is computed
/// earlier.
static Value sourceOf(Value index) {
  while (true) {
    if (isa_and_present<ReshapeOp, BroadcastOp, TransposeOp>(
            index.getDefiningOp())) {
      index = index.getDefiningOp()->getOperand(0);
      continue;
    }
    // What the body of a loop takes comes from outside, unless it is carried.
    auto arg = dyn_cast<BlockArgument>(index);
    auto scan =
        arg ? dyn_cast<ScanOp>(arg.getOwner()->getParentOp()) : ScanOp();
    if (!scan || arg.getArgNumber() < scan.getNumCarried())
      return index;
    index = scan->getOperand(arg.getArgNumber());
  }
}

namespace {

struct CollectFaultsPass : dlc::impl::CollectFaultsBase<CollectFaultsPass> {
  void runOnOperation() override {
    func::FuncOp step = getOperation();
    if (!step->hasAttr(names::step))
      return;
    insertChecks(step);

    Block &body = step.getBody().front();
    llvm::MapVector<std::pair<Value, int64_t>, std::string> checks;
    Operation *last = nullptr;
    step.walk([&](CheckIndexOp op) {
      Value index = sourceOf(op.getIndex());
      if (index.getParentBlock() != &body ||
          tensorType(index).getNumElements() == 0)
        return;
      if (!checks
               .insert({{index, int64_t(op.getLimit())},
                        indexFaultMessage(op.getLoc(), op.getOp(),
                                          op.getOperand(), op.getLimit())})
               .second)
        return;
      Operation *producer = index.getDefiningOp();
      if (producer && (!last || last->isBeforeInBlock(producer)))
        last = producer;
    });
    if (checks.empty())
      return;
    numChecks += checks.size();

    OpBuilder builder(&getContext());
    if (last)
      builder.setInsertionPointAfter(last);
    else
      builder.setInsertionPointToStart(&body);
    SmallVector<Value> indices;
    SmallVector<int64_t> limits;
    SmallVector<Attribute> messages;
    for (auto &[check, message] : checks) {
      indices.push_back(check.first);
      limits.push_back(check.second);
      messages.push_back(builder.getStringAttr(message));
    }
    Value fault = FirstFaultOp::create(builder, step.getLoc(), indices,
                                       builder.getDenseI64ArrayAttr(limits));
    step->setAttr(names::faults, builder.getArrayAttr(messages));

    auto ret = cast<func::ReturnOp>(body.getTerminator());
    ret.getOperandsMutable().append(fault);
    unsigned number = step.getNumResults();
    SmallVector<DictionaryAttr> attrs;
    step.getAllResultAttrs(attrs);
    attrs.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr(names::fault, builder.getUnitAttr())));
    attrs.resize(number + 1);
    step.setType(builder.getFunctionType(step.getArgumentTypes(),
                                         ret.getOperandTypes()));
    step.setAllResultAttrs(attrs);
  }
};

} // namespace
