//===- RowGradients.cpp - Gradients of the rows that a loss reads ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %e = dl.embedding %table at %text
//   ... %loss ...
//   dl.minimize %loss with @sgd over ["*"] lr(%lr) : ...
//
// becomes
//
//   %e = dl.embedding %table at %text
//   %v = dl.variable %e
//   ... %loss ...
//   %dv = dl.gradient %loss wrt %v
//   %places, %inverse, %count = dl.unique %text below 50000
//   %g = dl.index_add %dv at %inverse {axis = 0}
//   %p = dl.index_select %table at %places {axis = 0}
//   %p1 = <update of p by g>
//   %next = dl.index_copy %p1 at %places first %count into %table
//
// where %g has as many rows as %text has entries, and the gradient of the table
// would have all. Both sum the same numbers in the same order.
//
//===----------------------------------------------------------------------===//

#include "RowGradients.h"

#include "StepResolver.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/ReverseMode.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {

/// Follows a parameter to all that a loss makes of it.
class TableReader {
public:
  TableReader(Operation *end, const DenseSet<Value> &wanted, TableUses &uses)
      : end(end), wanted(wanted), uses(uses) {}

  void follow(Value table, bool inLoop) {
    for (OpOperand &use : table.getUses()) {
      Operation *user = use.getOwner();
      if ((!inLoop && !user->isBeforeInBlock(end)) || !passesGradient(use))
        continue;
      if (!llvm::any_of(user->getResults(),
                        [&](Value v) { return wanted.contains(v); }))
        continue;
      auto lookup = dyn_cast<EmbeddingOp>(user);
      if (lookup && lookup.getSparse() && !uses.asks)
        uses.asks = lookup;
      if (lookup && !inLoop) {
        uses.lookups.push_back(lookup);
        continue;
      }
      if (auto variable = dyn_cast<VariableOp>(user); variable && !inLoop) {
        follow(variable, inLoop);
        continue;
      }
      if (!uses.other)
        uses.other = user;
      if (auto scan = dyn_cast<ScanOp>(user))
        follow(scan.getBlock().getArgument(use.getOperandNumber()), true);
    }
  }

private:
  Operation *end;
  const DenseSet<Value> &wanted;
  TableUses &uses;
};

} // namespace

TableUses dlc::findTableUses(Value table, Operation *end,
                             const DenseSet<Value> &wanted) {
  TableUses uses;
  TableReader(end, wanted, uses).follow(table, /*inLoop=*/false);
  llvm::sort(uses.lookups, [](EmbeddingOp a, EmbeddingOp b) {
    return a->isBeforeInBlock(b);
  });
  return uses;
}

LogicalResult dlc::checkSparseTables(Block &step, Operation *end,
                                     const DenseSet<Value> &wanted,
                                     ArrayRef<Value> params) {
  // Variables may be behind a parameter's value, which may be one itself.
  auto isParam = [&](Value table) {
    while (!llvm::is_contained(params, table)) {
      auto variable = table.getDefiningOp<VariableOp>();
      if (!variable)
        return false;
      table = variable.getX();
    }
    return true;
  };
  WalkResult result = step.walk([&](EmbeddingOp lookup) {
    Operation *top = step.findAncestorOpInBlock(*lookup);
    if (!lookup.getSparse() || !top->isBeforeInBlock(end) ||
        !wanted.contains(lookup.getY()))
      return WalkResult::advance();
    // In front of the loops that only hand it on.
    Value table = lookup.getTable();
    while (auto arg = dyn_cast<BlockArgument>(table)) {
      auto scan = dyn_cast<ScanOp>(arg.getOwner()->getParentOp());
      if (!scan || arg.getArgNumber() < scan.getNumCarried())
        break;
      table = scan->getOperand(arg.getArgNumber());
    }
    if (isParam(table))
      return WalkResult::advance();
    SmallVector<Value> from{table};
    if (table.getParentBlock() != &step)
      from = llvm::to_vector(top->getOperands());
    DenseSet<Value> sources =
        findDependences(step, top, from, /*throughGradients=*/true);
    if (llvm::none_of(params, [&](Value v) { return sources.contains(v); }))
      return WalkResult::advance();
    lookup.emitOpError("is 'sparse', but its operand table is computed from a "
                       "parameter that is trained; 'sparse' is for the "
                       "parameter itself");
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

FailureOr<bool> StepResolver::movesRows(MinimizeOp op,
                                        OptimizerAttrInterface rule,
                                        const Update &update, ParamOp param,
                                        TableUses &uses, bool surely) {
  bool rests = !uses.lookups.empty() && rule.restsAtZero(update);
  if (uses.asks) {
    auto complain = [&] {
      InFlightDiagnostic diag = op.emitOpError()
                                << "descends on @" << param.getSymName()
                                << ", which a 'sparse' dl.embedding reads, ";
      diag.attachNote(uses.asks.getLoc()) << "the embedding";
      return diag;
    };
    FailureOr<SparseMeaning> meaning = rule.getSparseMeaning(update, complain);
    if (failed(meaning))
      return failure();
    if (*meaning == SparseMeaning::SomeRows && !rests) {
      if (uses.other)
        return complain() << "but the loss depends on it by '"
                          << uses.other->getName()
                          << "' too, so that all rows have a gradient";
      if (!uses.areAllSparse())
        return complain() << "and another that is not; all have to be";
      if (!surely)
        return complain() << "but the loss depends on it by a dl.gradient "
                             "alone";
      if (op.getAccumulate())
        return complain() << "but 'accumulate' adds up gradients of all rows";
      if (op.getNoiseAttr())
        return complain() << "but 'noise' is added to all rows";
      return true;
    }
  }
  // Clauses that sum, add to or clip all rows need all of them.
  if (!rests || uses.other || !surely || op.getAccumulate() ||
      op.getClipNormAttr() || op.getNoiseAttr() || op.getClipWeightsAttr())
    return false;
  // Rows are gathered and put back, where a sweep reads and writes once.
  int64_t entries = countEntries(uses);
  return entries > 0 &&
         2 * entries <= cast<RankedTensorType>(param.getType()).getDimSize(0);
}

int64_t dlc::countEntries(TableUses &uses) {
  int64_t entries = 0;
  for (EmbeddingOp lookup : uses.lookups)
    entries += tensorType(lookup.getIndex()).getNumElements();
  return entries;
}

SmallVector<Value> dlc::isolateLookups(TableUses &uses) {
  SmallVector<Value> rows;
  for (EmbeddingOp lookup : uses.lookups) {
    OpBuilder builder(lookup->getContext());
    builder.setInsertionPointAfter(lookup);
    Value y = lookup.getY();
    auto variable =
        VariableOp::create(builder, lookup.getLoc(), y.getType(), y);
    y.replaceAllUsesExcept(variable, variable);
    rows.push_back(variable);
  }
  return rows;
}

RowGradient dlc::sumRows(OpBuilder &builder, Location loc, TableUses &uses,
                         ValueRange cotangents) {
  Expr e(builder, loc);
  RankedTensorType table = tensorType(uses.lookups.front().getTable());
  SmallVector<Value> indices;
  for (EmbeddingOp lookup : uses.lookups) {
    Value index = e.cast(lookup.buildIndex(builder), builder.getI64Type());
    // As in PyTorch the row of padding is not one that was read.
    if (Value isPadding = lookup.buildIsPadding(builder))
      index = e.select(isPadding, e.splat(index.getType(), -1), index);
    indices.push_back(e.reshape(index, {tensorType(index).getNumElements()}));
  }
  Value all = indices.size() == 1 ? indices[0] : e.concat(indices, 0);
  auto unique = UniqueOp::create(
      builder, loc, all, builder.getI64IntegerAttr(table.getDimSize(0)));

  RowGradient result{unique.getPlaces(), unique.getCount(), {}};
  auto type = table.clone(
      {tensorType(unique.getPlaces()).getDimSize(0), table.getDimSize(1)});
  int64_t end = tensorType(all).getNumElements();
  // From the last to the first, as reverse mode adds the cotangents of a value.
  for (auto [lookup, cotangent] :
       llvm::reverse(llvm::zip_equal(uses.lookups, cotangents))) {
    RankedTensorType index = tensorType(lookup.getIndex());
    int64_t entries = index.getNumElements();
    Value numbers = unique.getInverse();
    if (indices.size() > 1)
      numbers = e.slice(numbers, 0, end - entries, entries);
    end -= entries;
    numbers = e.reshape(numbers, index.getShape());
    Value rows = lookup.buildRowCotangents(builder, cotangent);
    Value sum = IndexAddOp::create(builder, loc, type, rows, numbers, Value(),
                                   builder.getI64IntegerAttr(0));
    result.gradient = result.gradient ? e.add(result.gradient, sum) : sum;
  }
  return result;
}
