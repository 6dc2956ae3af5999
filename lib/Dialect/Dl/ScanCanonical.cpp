//===- ScanCanonical.cpp - The canonical form of a loop -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

namespace {

/// The parts of a scan, to make another one of some of them.
class Parts {
public:
  explicit Parts(ScanOp op) : op(op) {
    unsigned carried = op.getNumCarried();
    for (unsigned i = 0; i < carried; ++i)
      keepCarried.push_back(true);
    keepInputs.assign(op.getInputs().size(), true);
    keepInvariants.assign(op.getInvariants().size(), true);
    keepOutputs.assign(op.getNumOutputs(), true);
  }

  /// Replaces the scan by one without the dropped values. Their arguments and
  /// results have no uses.
  void replace(PatternRewriter &rewriter) {
    auto select = [](auto range, ArrayRef<bool> keep) {
      SmallVector<Value> kept;
      for (auto [value, k] : llvm::zip(range, keep))
        if (k)
          kept.push_back(value);
      return kept;
    };
    SmallVector<Value> inits = select(op.getInits(), keepCarried);
    SmallVector<Value> inputs = select(op.getInputs(), keepInputs);
    SmallVector<Value> invariants = select(op.getInvariants(), keepInvariants);
    unsigned carried = op.getNumCarried();
    Operation *yield = op.getYield();
    SmallVector<Value> yields =
        select(yield->getOperands().take_front(carried), keepCarried);
    llvm::append_range(
        yields, select(yield->getOperands().drop_front(carried), keepOutputs));
    rewriter.modifyOpInPlace(yield, [&] { yield->setOperands(yields); });

    BitVector dropped(op.getBlock().getNumArguments());
    SmallVector<bool> keep(keepCarried);
    llvm::append_range(keep, keepInputs);
    llvm::append_range(keep, keepInvariants);
    for (auto [i, k] : llvm::enumerate(keep))
      dropped[i] = !k;
    // Ops that only feed dropped values go too.
    for (Operation &inner :
         llvm::make_early_inc_range(llvm::reverse(op.getBlock())))
      if (isOpTriviallyDead(&inner))
        rewriter.eraseOp(&inner);
    op.getBlock().eraseArguments(dropped);

    auto region = std::make_unique<Region>();
    rewriter.inlineRegionBefore(op.getBody(), *region, region->end());
    auto scan =
        ScanOp::create(rewriter, op.getLoc(), op.getTrips(), op.getReverse(),
                       inits, inputs, invariants, std::move(region));
    scan.setTruncateAttr(op.getTruncateAttr());
    scan->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    unsigned next = 0;
    SmallVector<bool> keepResults(keepCarried);
    llvm::append_range(keepResults, keepOutputs);
    for (auto [i, k] : llvm::enumerate(keepResults))
      if (k)
        rewriter.replaceAllUsesWith(op.getResult(i), scan.getResult(next++));
    rewriter.eraseOp(op);
  }

  SmallVector<bool> keepCarried, keepInputs, keepInvariants, keepOutputs;

private:
  ScanOp op;
};

/// Drops carried values, operands and outputs that nothing depends on.
struct DropUnused : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp op,
                                PatternRewriter &rewriter) const override {
    Parts parts(op);
    unsigned carried = op.getNumCarried();
    Operation *yield = op.getYield();
    DenseSet<Value> live;
    SmallVector<bool> keep;
    for (Value result : op.getResults()) {
      keep.push_back(!result.use_empty());
      if (keep.back())
        live.insert(yield->getOperand(keep.size() - 1));
    }
    // If a carried value is used, the operands of its next value are live too.
    for (bool changed = true; changed;) {
      changed = false;
      for (Operation &inner : llvm::reverse(op.getBlock().without_terminator()))
        if (!isMemoryEffectFree(&inner) ||
            llvm::any_of(inner.getResults(),
                         [&](Value v) { return live.contains(v); }))
          live.insert(inner.operand_begin(), inner.operand_end());
      for (auto [i, arg] : llvm::enumerate(op.getCarriedArgs()))
        if (!keep[i] && live.contains(arg)) {
          keep[i] = changed = true;
          live.insert(yield->getOperand(i));
        }
    }
    bool all = llvm::all_of(keep, [](bool k) { return k; });
    for (auto [i, arg] : llvm::enumerate(op.getInputArgs()))
      all &= parts.keepInputs[i] = live.contains(arg);
    for (auto [i, arg] : llvm::enumerate(op.getInvariantArgs()))
      all &= parts.keepInvariants[i] = live.contains(arg);
    if (all)
      return rewriter.notifyMatchFailure(op, "everything is used");
    parts.keepCarried.assign(keep.begin(), keep.begin() + carried);
    parts.keepOutputs.assign(keep.begin() + carried, keep.end());
    parts.replace(rewriter);
    return success();
  }
};

/// Merges operands that are the same and outputs that are the same.
struct MergeEqual : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    auto merge = [&](auto operands, auto args) {
      DenseMap<Value, Value> known;
      for (auto [operand, arg] : llvm::zip(operands, args)) {
        auto [entry, isNew] = known.try_emplace(operand, arg);
        if (isNew || arg.use_empty())
          continue;
        rewriter.replaceAllUsesWith(arg, entry->second);
        changed = true;
      }
    };
    merge(op.getInputs(), op.getInputArgs());
    merge(op.getInvariants(), op.getInvariantArgs());
    merge(op.getYield()->getOperands().drop_front(op.getNumCarried()),
          op.getOutputs());
    return success(changed);
  }
};

/// A carried value that never changes is an invariant.
struct CarriedToInvariant : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    for (unsigned i = 0; i < op.getNumCarried(); ++i) {
      BlockArgument arg = op.getCarriedArgs()[i];
      OpResult final = op.getResults()[i];
      if (op.getYield()->getOperand(i) != arg ||
          (arg.hasOneUse() && final.use_empty()))
        continue;
      Value init = op.getInits()[i];
      rewriter.replaceAllUsesWith(final, init);
      BlockArgument invariant;
      rewriter.modifyOpInPlace(op, [&] { invariant = op.addInvariant(init); });
      rewriter.replaceUsesWithIf(arg, invariant, [&](OpOperand &use) {
        return use.getOwner() != op.getYield() || use.getOperandNumber() != i;
      });
      changed = true;
    }
    return success(changed);
  }
};

/// Constants and what does not vary from slice to slice need no memory.
struct SinkConstants : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    auto splatOf = [](Value value) {
      auto constant = value.getDefiningOp<ConstantOp>();
      return constant ? dyn_cast<SplatElementsAttr>(constant.getValue())
                      : SplatElementsAttr();
    };
    auto sink = [&](BlockArgument arg, SplatElementsAttr splat) {
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPointToStart(&op.getBlock());
      Value inside = ConstantOp::create(
          rewriter, op.getLoc(),
          splat.resizeSplat(cast<RankedTensorType>(arg.getType())));
      rewriter.replaceAllUsesWith(arg, inside);
      changed = true;
    };
    for (auto [operand, arg] :
         llvm::zip(op.getInvariants(), op.getInvariantArgs()))
      if (SplatElementsAttr splat = splatOf(operand); splat && !arg.use_empty())
        sink(arg, splat);
    for (unsigned i = 0; i < op.getInputs().size(); ++i) {
      Value operand = op.getInputs()[i];
      BlockArgument arg = op.getInputArgs()[i];
      if (arg.use_empty())
        continue;
      if (SplatElementsAttr splat = splatOf(operand)) {
        sink(arg, splat);
        continue;
      }
      auto broadcast = operand.getDefiningOp<BroadcastOp>();
      if (!broadcast || llvm::is_contained(broadcast.getDims(), 0))
        continue;
      SmallVector<int64_t> dims = llvm::map_to_vector(
          broadcast.getDims(), [](int64_t dim) { return dim - 1; });
      BlockArgument x;
      rewriter.modifyOpInPlace(op,
                               [&] { x = op.addInvariant(broadcast.getX()); });
      OpBuilder::InsertionGuard guard(rewriter);
      rewriter.setInsertionPointToStart(&op.getBlock());
      // The argument may have moved.
      arg = op.getInputArgs()[i];
      Value inside =
          BroadcastOp::create(rewriter, op.getLoc(), arg.getType(), x, dims);
      rewriter.replaceAllUsesWith(arg, inside);
      changed = true;
    }
    return success(changed);
  }
};

} // namespace

void ScanOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<CarriedToInvariant, DropUnused, MergeEqual, SinkConstants>(
      context);
}
