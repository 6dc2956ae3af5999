//===- FuseElementwise.cpp - Merge elementwise ops into their users -------===//
//
// Upstream's fusion with a rule of our own for when it pays: the user reads each element
// of the producer once, so nothing is computed twice.
//
//===----------------------------------------------------------------------===//

#include "dlc/Conversion/Passes.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_FUSEELEMENTWISE
#include "dlc/Conversion/Passes.h.inc"
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

/// Elementwise ops of one shape that did not become one op must at least agree on who
/// computes what: each worker its rows.
static void shareRows(func::FuncOp kernel) {
  if (!kernel->hasAttr(dlc::names::kernel) || kernel->hasAttr(dlc::names::rows))
    return;
  std::optional<int64_t> rows;
  unsigned number = 0;
  for (auto op : kernel.getOps<linalg::GenericOp>()) {
    ++number;
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(op.getResult(0).getType()).getShape();
    if (op.getNumReductionLoops() || shape.empty() || (rows && *rows != shape[0]))
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
    RewritePatternSet patterns(&getContext());
    linalg::populateElementwiseOpsFusionPatterns(patterns, readsOnce);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
    shareRows(getOperation());
  }
};

} // namespace
