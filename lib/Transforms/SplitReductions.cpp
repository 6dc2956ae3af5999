//===- SplitReductions.cpp - Reduce rows first ----------------------------===//
//
//   %s = dl.reduce_sum %x {axes = [0, 1, 2]} : tensor<64x14x14x32xf32> ->
//   tensor<32xf32>
//
// becomes
//
//   %p = dl.reduce_sum %x {axes = [1, 2]} : ... -> tensor<64x32xf32>
//   %s = dl.reduce_sum %p {axes = [0]} : ... -> tensor<32xf32>
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace dlc {
#define GEN_PASS_DEF_SPLITREDUCTIONS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc::dl;

namespace {

template <typename Reduce>
struct SplitReduction : OpRewritePattern<Reduce> {
  SplitReduction(MLIRContext *context, int64_t minRows)
      : OpRewritePattern<Reduce>(context), minRows(minRows) {}

  LogicalResult matchAndRewrite(Reduce op,
                                PatternRewriter &rewriter) const override {
    SmallVector<int64_t> axes = op.getAxes();
    RankedTensorType x = tensorType(op.getX());
    if (axes.size() < 2 || axes.front() != 0)
      return rewriter.notifyMatchFailure(op, "not over rows and more");
    if (x.getDimSize(0) < minRows)
      return rewriter.notifyMatchFailure(op, "too few rows to divide");
    auto inner = ArrayRef(axes).drop_front();
    if (llvm::all_of(inner, [&](int64_t a) { return x.getDimSize(a) == 1; }))
      return rewriter.notifyMatchFailure(op, "nothing to reduce within a row");
    Value rows = Reduce::create(rewriter, op.getLoc(), op.getX(),
                                rewriter.getI64ArrayAttr(inner));
    rewriter.replaceOpWithNewOp<Reduce>(op, rows,
                                        rewriter.getI64ArrayAttr({0}));
    return success();
  }

  int64_t minRows;
};

struct SplitReductionsPass
    : dlc::impl::SplitReductionsBase<SplitReductionsPass> {
  using SplitReductionsBase::SplitReductionsBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitReduction<ReduceSumOp>, SplitReduction<ReduceMaxOp>>(
        &getContext(), minRows);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
