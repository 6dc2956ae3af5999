//===- FuseElementwise.cpp - Merge elementwise ops into their users -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Upstream's fusion with a rule of our own for when it pays: the user reads
// each element of the producer once, so nothing is computed twice. Then ops
// that make the same pass over memory become one op with several results.
//
//===----------------------------------------------------------------------===//

#include "dlc/Schedule/Passes.h"
#include "dlc/Transforms/Passes.h"
#include "dlc/Transforms/RewriteGreedily.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

using namespace mlir;

/// Whether the consumer reads every element of the operand at most once, or the
/// producer is nothing but a copy.
static bool readsOnce(OpOperand *operand) {
  auto consumer = dyn_cast<linalg::GenericOp>(operand->getOwner());
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  if (!consumer || !producer)
    return false;
  // A broadcast costs nothing wherever it is done.
  if (isa<linalg::YieldOp>(producer.getBody()->front()))
    return consumer.getMatchingIndexingMap(operand).isProjectedPermutation();
  return consumer.getMatchingIndexingMap(operand).isPermutation();
}

/// Whether anything but structured ops takes a result: it lies in memory.
static bool isWritten(linalg::GenericOp op) {
  return llvm::any_of(op->getUsers(), [](Operation *user) {
    return !isa<linalg::GenericOp>(user);
  });
}

/// The ops of which all that becomes are reductions, which they are merged
/// into, and these reductions.
static DenseSet<Operation *> findReduced(ArrayRef<linalg::GenericOp> ops) {
  DenseSet<Operation *> reduced;
  for (linalg::GenericOp op : llvm::reverse(ops))
    if (op.getNumReductionLoops() > 0 ||
        (!isWritten(op) && llvm::all_of(op->getUsers(), [&](Operation *user) {
          return reduced.contains(user);
        })))
      reduced.insert(op);
  return reduced;
}

/// Whether the loops of a reduction read a result from memory that lies there
/// anyway, and not all that it is made of: they cannot be the loops that make
/// it.
static bool isReadFromMemory(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  return producer && !isa<linalg::YieldOp>(producer.getBody()->front()) &&
         isWritten(producer);
}

/// Removes operands, results and computations that an op has twice or in vain.
/// The op may be replaced; what stands before `next` is returned.
static linalg::GenericOp tidy(linalg::GenericOp op, IRRewriter &rewriter,
                              const FrozenRewritePatternSet &patterns) {
  Operation *next = op->getNextNode();
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  (void)applyOpPatternsGreedily(op.getOperation(), patterns, config);
  op = cast<linalg::GenericOp>(next->getPrevNode());
  DominanceInfo dominance(op);
  eliminateCommonSubExpressions(rewriter, dominance, op);
  return op;
}

/// Merges into an op all that it may. What the op reads has been through this
/// before, so each body is written once per operand; in any other order the
/// work grows exponentially with a chain like x = x + f(x).
static void mergeProducers(linalg::GenericOp op, bool isReduced,
                           IRRewriter &rewriter,
                           const FrozenRewritePatternSet &patterns) {
  auto fusable = [&](OpOperand &operand) {
    return linalg::areElementwiseOpsFusable(&operand) && readsOnce(&operand) &&
           !(isReduced && isReadFromMemory(&operand));
  };
  while (true) {
    auto *operand = llvm::find_if(op->getOpOperands(), fusable);
    if (operand == op->getOpOperands().end())
      return;
    auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
    rewriter.setInsertionPoint(op);
    FailureOr<linalg::ElementwiseOpFusionResult> fused =
        linalg::fuseElementwiseOps(rewriter, operand);
    if (failed(fused))
      return;
    // The producer stays if other ops read it.
    for (OpResult result : op->getResults())
      rewriter.replaceAllUsesWith(result, fused->replacements.lookup(result));
    rewriter.eraseOp(op);
    if (producer.use_empty())
      rewriter.eraseOp(producer);
    op = tidy(cast<linalg::GenericOp>(fused->fusedOp), rewriter, patterns);
  }
}

//===----------------------------------------------------------------------===//
// Siblings
//===----------------------------------------------------------------------===//

/// Whether an op makes one pass over its operands: elementwise, or a reduction
/// that reads each element of an input once, and others that are spread over
/// that.
static bool isOnePass(linalg::GenericOp op) {
  if (!op.hasPureTensorSemantics())
    return false;
  auto inputs = op.getDpsInputOperands();
  bool isSpread = llvm::all_of(inputs, [&](OpOperand *input) {
    return op.getMatchingIndexingMap(input).isProjectedPermutation();
  });
  bool readsAll = llvm::any_of(inputs, [&](OpOperand *input) {
    return op.getMatchingIndexingMap(input).isPermutation();
  });
  return isSpread && (readsAll || op.getNumReductionLoops() == 0);
}

/// Whether `first` can be computed where `second` stands, in the same loops.
static bool canJoin(linalg::GenericOp first, linalg::GenericOp second) {
  if (!isOnePass(first) || !isOnePass(second) ||
      first.getStaticLoopRanges() != second.getStaticLoopRanges() ||
      first.getIteratorTypesArray() != second.getIteratorTypesArray())
    return false;
  return llvm::all_of(first->getUsers(), [&](Operation *user) {
    // A user may stand in the region of an op that reads at computed places.
    Operation *op = second->getBlock()->findAncestorOpInBlock(*user);
    return op && second->isBeforeInBlock(op);
  });
}

/// One op with the results of both, at the place of `second`.
static linalg::GenericOp join(linalg::GenericOp first,
                              linalg::GenericOp second) {
  OpBuilder builder(second);
  SmallVector<Value> inputs(first.getInputs()), outputs(first.getOutputs());
  llvm::append_range(inputs, second.getInputs());
  llvm::append_range(outputs, second.getOutputs());
  SmallVector<AffineMap> maps, outputMaps;
  for (linalg::GenericOp op : {first, second}) {
    for (OpOperand *input : op.getDpsInputOperands())
      maps.push_back(op.getMatchingIndexingMap(input));
    for (OpOperand &output : op.getDpsInitsMutable())
      outputMaps.push_back(op.getMatchingIndexingMap(&output));
  }
  llvm::append_range(maps, outputMaps);
  auto joined = linalg::GenericOp::create(
      builder, builder.getFusedLoc({first.getLoc(), second.getLoc()}),
      ValueRange(outputs).getTypes(), inputs, outputs, maps,
      second.getIteratorTypesArray(),
      [&](OpBuilder &b, Location loc, ValueRange args) {
        SmallVector<Value> yields;
        size_t input = 0, output = inputs.size();
        for (linalg::GenericOp op : {first, second}) {
          Block *body = op.getBody();
          for (BlockArgument arg : body->getArguments())
            arg.replaceAllUsesWith(arg.getArgNumber() < op.getInputs().size()
                                       ? args[input++]
                                       : args[output++]);
          // The ops themselves: both are about to go.
          Operation *yield = body->getTerminator();
          llvm::append_range(yields, yield->getOperands());
          b.getBlock()->getOperations().splice(
              b.getInsertionPoint(), body->getOperations(), body->begin(),
              yield->getIterator());
        }
        linalg::YieldOp::create(b, loc, yields);
      });
  size_t split = first.getNumResults();
  first.replaceAllUsesWith(joined.getResults().take_front(split));
  second.replaceAllUsesWith(joined.getResults().drop_front(split));
  second.erase();
  first.erase();
  return joined;
}

/// Merges ops that make the same pass, so that common operands are read once
/// and common values are computed once.
static void joinSiblings(func::FuncOp kernel, IRRewriter &rewriter,
                         const FrozenRewritePatternSet &patterns) {
  SmallVector<linalg::GenericOp> ops(kernel.getOps<linalg::GenericOp>());
  for (size_t i = 0; i < ops.size(); ++i)
    for (size_t j = i + 1; j < ops.size(); ++j) {
      if (!canJoin(ops[i], ops[j]))
        continue;
      // The producer of an operand of the first has a later user now, and may
      // be computed there.
      size_t next = i;
      for (Value operand : ops[i]->getOperands())
        if (auto producer = operand.getDefiningOp<linalg::GenericOp>())
          next =
              std::min<size_t>(next, llvm::find(ops, producer) - ops.begin());
      ops[j] = tidy(join(ops[i], ops[j]), rewriter, patterns);
      ops.erase(ops.begin() + i);
      i = next - 1;
      break;
    }
}

/// Elementwise ops of one shape that did not become one op must at least agree
/// on who computes what: each worker its rows.
static void shareRows(func::FuncOp kernel) {
  if (!kernel->hasAttr(dlc::names::kernel) || kernel->hasAttr(dlc::names::rows))
    return;
  std::optional<int64_t> rows;
  unsigned number = 0;
  for (auto op : kernel.getOps<linalg::GenericOp>()) {
    ++number;
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(op.getResult(0).getType()).getShape();
    if (op.getNumReductionLoops() || shape.empty() ||
        (rows && *rows != shape[0]))
      return;
    rows = shape[0];
  }
  if (number > 1)
    kernel->setAttr(dlc::names::rows,
                    Builder(kernel.getContext()).getI64IntegerAttr(*rows));
}

namespace {

struct FuseElementwisePass
    : dlc::impl::FuseElementwiseBase<FuseElementwisePass> {
  void runOnOperation() override {
    RewritePatternSet cleanup(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(
        cleanup,
        /*controlElementwiseOpFusion=*/[](OpOperand *) { return false; });
    linalg::populateEraseUnusedOperandsAndResultsPatterns(cleanup);
    FrozenRewritePatternSet patterns(std::move(cleanup));
    // Each rewrite takes away an operand, a result or an op.
    if (failed(dlc::rewriteGreedily(getOperation(), patterns, getArgument())))
      return signalPassFailure();
    IRRewriter rewriter(&getContext());
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) { ops.push_back(op); });
    DenseSet<Operation *> reduced = findReduced(ops);
    for (linalg::GenericOp op : ops)
      mergeProducers(op, reduced.contains(op), rewriter, patterns);
    joinSiblings(getOperation(), rewriter, patterns);
    shareRows(getOperation());
  }
};

} // namespace
