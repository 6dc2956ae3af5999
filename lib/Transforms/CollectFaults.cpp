//===- CollectFaults.cpp - All checks of a step in one place --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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
// An index that the body of a loop computes is checked there, step by step:
//
//   %y, %code = dl.scan 8 carry(%s = %s0, %c = %zero) {
//     %i = dl.check_index %index below 30
//     ...
//     %bad = dl.compare ne %i, %index     // 1 if any, as %found
//     %next = dl.select ... %c > 0, %c, %found
//     dl.yield %s1, %next
//   }
//   %fault = dl.first_fault %code below [1]
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "dlc/Dialect/Dl/Build.h"

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
  if (auto unique = dyn_cast_or_null<UniqueOp>(op))
    return (index == unique.getPlaces()
                ? int64_t(unique.getLimit())
                : tensorType(unique.getPlaces()).getDimSize(0)) <= limit;
  if (auto argmax = dyn_cast_or_null<ArgmaxOp>(op))
    return tensorType(argmax.getX()).getDimSize(argmax.getAxis()) <= limit;
  if (auto constant = dyn_cast_or_null<ConstantOp>(op))
    return isConstantBelow(constant, limit);
  return false;
}

/// The loop whose body takes `value` from outside as it is, or a slice of it.
static ScanOp loopThatTakes(Value value) {
  ScanOp scan = ScanOp::getLoopOf(value);
  return scan && cast<BlockArgument>(value).getArgNumber() >=
                     scan.getNumCarried()
             ? scan
             : ScanOp();
}

static CheckIndexOp insertCheck(OpBuilder &builder, IndexesTable op,
                                Value index, int64_t limit, StringRef name) {
  return CheckIndexOp::create(
      builder, op->getLoc(), index.getType(), index,
      builder.getI64IntegerAttr(limit),
      builder.getStringAttr(op->getName().getStringRef()),
      builder.getStringAttr(name));
}

/// Whether a constant begins with 0 and does not descend.
static bool isKnownToAscend(Value index) {
  auto constant = index.getDefiningOp<ConstantOp>();
  auto elements = constant ? dyn_cast<DenseIntElementsAttr>(constant.getValue())
                           : DenseIntElementsAttr();
  if (!elements)
    return false;
  bool isUnsigned = elements.getElementType().isUnsignedInteger();
  int64_t before = 0, number = 0;
  return llvm::all_of(elements, [&](const APInt &element) {
    int64_t value =
        isUnsigned ? element.getZExtValue() : element.getSExtValue();
    bool fits = number++ == 0 ? value == 0 : value >= before;
    before = value;
    return fits;
  });
}

/// Checks that an index begins with 0 and does not descend. The op works with
/// the results of the range checks, so nothing uses these.
static void insertGrowthChecks(IndexesTable op, const TableIndex &index,
                               Value value,
                               DenseSet<std::pair<Value, int64_t>> &known) {
  OpBuilder builder(op);
  // In front of the loops that only hand it on.
  while (ScanOp scan = loopThatTakes(value)) {
    unsigned number = cast<BlockArgument>(value).getArgNumber();
    if (scan.isStacked(number))
      break;
    value = scan->getOperand(number);
    builder.setInsertionPoint(scan);
  }
  if (isKnownToAscend(value) || !known.insert({value, index.limit}).second)
    return;
  Expr e(builder, op->getLoc());
  int64_t growths = tensorType(value).getDimSize(0) - 1;
  insertCheck(builder, op, e.slice(value, 0, 0, 1), 1, index.first());
  if (growths == 0)
    return;
  // Wide enough for negative differences of bytes.
  Value wide = e.cast(value, builder.getI64Type());
  Value after = e.slice(wide, 0, 1, growths),
        before = e.slice(wide, 0, 0, growths);
  insertCheck(builder, op, e.sub(after, before), index.limit, index.growth());
}

/// Gives every index of an op with a table a check.
static void insertChecks(func::FuncOp step) {
  DenseSet<std::pair<Value, int64_t>> known;
  step.walk([&](IndexesTable op) {
    SmallVector<std::pair<TableIndex, Value>> ascending;
    for (const TableIndex &index : op.getTableIndices()) {
      Value value = op->getOperand(index.operand);
      if (tensorType(value).getNumElements() == 0)
        continue;
      if (index.ascends)
        ascending.push_back({index, value});
      if (isKnownBelow(value, index.limit))
        continue;
      OpBuilder builder(op);
      op->setOperand(index.operand,
                     insertCheck(builder, op, value, index.limit, index.name));
    }
    for (auto &[index, value] : ascending)
      insertGrowthChecks(op, index, value, known);
  });
}

/// A tensor computed earlier that has the same elements, or of which the index
/// is a slice.
static Value sourceOf(Value index) {
  while (true) {
    if (isa_and_present<ReshapeOp, BroadcastOp, TransposeOp>(
            index.getDefiningOp()))
      index = index.getDefiningOp()->getOperand(0);
    else if (ScanOp scan = loopThatTakes(index))
      index = scan->getOperand(cast<BlockArgument>(index).getArgNumber());
    else
      return index;
  }
}

/// The same, and on into the loop that stacks it: a backward loop reads indices
/// that the forward one has checked.
static Value originOf(Value index) {
  while (true) {
    index = sourceOf(index);
    auto scan = index.getDefiningOp<ScanOp>();
    unsigned number = scan ? cast<OpResult>(index).getResultNumber() : 0;
    if (!scan || number < scan.getNumCarried())
      return index;
    index = scan.getYield()->getOperand(number);
  }
}

/// Gives a loop one more value that it carries, at first `init`, then what
/// `next` makes of it at the end of the body; returns the last one.
static Value addCarried(ScanOp scan, Value init,
                        function_ref<Value(OpBuilder &, Value)> next) {
  unsigned carried = scan.getNumCarried();
  Block &block = scan.getBlock();
  Operation *yield = scan.getYield();
  Value before = block.insertArgument(carried, init.getType(), scan.getLoc());
  OpBuilder inside(yield);
  yield->insertOperands(carried, next(inside, before));

  SmallVector<Value> inits(scan.getInits());
  inits.push_back(init);
  auto body = std::make_unique<Region>();
  body->takeBody(scan.getBody());
  OpBuilder builder(scan);
  auto wider = ScanOp::create(builder, scan.getLoc(), scan.getTrips(),
                              scan.getReverse(), inits, scan.getInputs(),
                              scan.getInvariants(), std::move(body));
  wider.setTruncateAttr(scan.getTruncateAttr());
  wider->setDiscardableAttrs(scan->getDiscardableAttrDictionary());
  for (OpResult result : scan.getResults()) {
    unsigned number = result.getResultNumber();
    result.replaceAllUsesWith(
        wider.getResult(number < carried ? number : number + 1));
  }
  scan.erase();
  return wider.getResult(carried);
}

/// Lets a loop carry the code of the first of its checks that finds a fault, 0
/// until then. If two checks find one in the same step, the first has the
/// greater code.
static Value carryCode(ScanOp scan,
                       const llvm::MapVector<Operation *, int64_t> &codes) {
  OpBuilder builder(scan);
  auto type = RankedTensorType::get({}, builder.getI64Type());
  Value none = Expr(builder, scan.getLoc()).splat(type, 0);
  return addCarried(scan, none, [&](OpBuilder &inside, Value before) {
    Expr e(inside, scan.getLoc());
    Value found;
    auto add = [&](Value code) {
      found = found ? e.maximum(found, code) : code;
    };
    for (Operation &op : llvm::make_early_inc_range(scan.getBlock())) {
      if (auto inner = dyn_cast<ScanOp>(op)) {
        bool checks = false;
        inner.walk(
            [&](CheckIndexOp check) { checks |= codes.contains(check); });
        if (checks)
          add(carryCode(inner, codes));
        continue;
      }
      auto code = codes.find(&op);
      if (code == codes.end())
        continue;
      auto check = cast<CheckIndexOp>(op);
      Value outside = e.compare(Predicate::ne, check.getY(), check.getIndex());
      RankedTensorType codeType =
          tensorType(outside).clone(type.getElementType());
      Value each = e.where(outside, e.splat(codeType, code->second));
      add(e.max(each, llvm::to_vector(llvm::seq<int64_t>(codeType.getRank()))));
    }
    Value isFirst = e.compare(Predicate::eq, before, 0.0);
    return e.select(isFirst, found, before);
  });
}

namespace {

/// One check of a step.
struct Check {
  CheckIndexOp op;
  /// The outermost loop that computes the checked index; none for an index
  /// outside of the step's loops.
  ScanOp loop;
  /// The code that `loop` carries out if this check is the first to fail.
  int64_t code = 0;
};

struct CollectFaultsPass : dlc::impl::CollectFaultsBase<CollectFaultsPass> {
  void runOnOperation() override {
    func::FuncOp step = getOperation();
    if (!step->hasAttr(names::step))
      return;
    insertChecks(step);
    SmallVector<Check> checks = findChecks(step);
    if (checks.empty())
      return;
    numChecks += checks.size();

    // The codes of a loop count down, so that each limit is passed by its own
    // check and by earlier ones: the first limit that is passed is the fault's.
    llvm::MapVector<Operation *, llvm::MapVector<Operation *, int64_t>> loops;
    for (Check &check : llvm::reverse(checks))
      if (check.loop) {
        auto &codes = loops[check.loop];
        check.code = codes.size() + 1;
        codes[check.op] = check.code;
      }
    DenseMap<Operation *, Value> codeOf;
    for (auto &[loop, codes] : loops)
      codeOf[loop] = carryCode(cast<ScanOp>(loop), codes);

    Block &body = step.getBody().front();
    SmallVector<Value> indices;
    SmallVector<int64_t> limits;
    SmallVector<Attribute> messages;
    Operation *last = nullptr;
    Builder attributes(&getContext());
    for (Check &check : checks) {
      int64_t limit = check.op.getLimit();
      indices.push_back(check.loop ? codeOf[check.loop]
                                   : sourceOf(check.op.getIndex()));
      limits.push_back(check.loop ? check.code : limit);
      messages.push_back(attributes.getStringAttr(indexFaultMessage(
          check.op.getLoc(), check.op.getOp(), check.op.getOperand(), limit)));
      Operation *producer = indices.back().getDefiningOp();
      if (producer && (!last || last->isBeforeInBlock(producer)))
        last = producer;
    }
    OpBuilder builder(&getContext());
    if (last)
      builder.setInsertionPointAfter(last);
    else
      builder.setInsertionPointToStart(&body);
    Value fault = FirstFaultOp::create(builder, step.getLoc(), indices,
                                       builder.getDenseI64ArrayAttr(limits));
    step->setAttr(names::faults, builder.getArrayAttr(messages));
    addResult(step, fault);
  }

private:
  /// One check for each index and limit, in the order of the program.
  static SmallVector<Check> findChecks(func::FuncOp step) {
    SmallVector<Check> checks;
    DenseSet<std::pair<Value, int64_t>> known;
    Block *body = &step.getBody().front();
    step.walk([&](CheckIndexOp op) {
      if (tensorType(op.getIndex()).getNumElements() == 0 ||
          !known.insert({originOf(op.getIndex()), int64_t(op.getLimit())})
               .second)
        return;
      Check &check = checks.emplace_back();
      check.op = op;
      if (sourceOf(op.getIndex()).getParentBlock() != body)
        check.loop = cast<ScanOp>(body->findAncestorOpInBlock(*op));
    });
    return checks;
  }

  static void addResult(func::FuncOp step, Value fault) {
    Operation *ret = step.getBody().front().getTerminator();
    ret->insertOperands(ret->getNumOperands(), fault);
    Builder builder(step.getContext());
    SmallVector<DictionaryAttr> attrs;
    step.getAllResultAttrs(attrs);
    attrs.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr(names::fault, builder.getUnitAttr())));
    attrs.resize(step.getNumResults() + 1);
    step.setType(builder.getFunctionType(step.getArgumentTypes(),
                                         ret->getOperandTypes()));
    step.setAllResultAttrs(attrs);
  }
};

} // namespace
