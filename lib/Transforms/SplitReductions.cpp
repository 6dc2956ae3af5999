//===- SplitReductions.cpp - Reduce rows first ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %s = dl.reduce_sum %x {axes = [0, 1, 2]} : tensor<64x14x14x32xf32> ->
//   tensor<32xf32>
//
// becomes
//
//   %p = dl.reduce_sum %x {axes = [1, 2]} : ... -> tensor<64x32xf32>
//   %s = dl.reduce_sum %p {axes = [0]} : ... -> tensor<32xf32>
//
// and a long sum
//
//   %s = dl.reduce_sum %x {axes = [0]} : tensor<100000xf32> -> tensor<f32>
//
// becomes a sum of sums, which rounds less and which workers can share:
//
//   %r = dl.reshape %x : tensor<100000xf32> to tensor<100x1000xf32>
//   %p = dl.reduce_sum %r {axes = [1]} : ... -> tensor<100xf32>
//   %s = dl.reduce_sum %p {axes = [0]} : ... -> tensor<f32>
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"
#include "dlc/Transforms/RewriteGreedily.h"

#include "dlc/Dialect/Dl/Build.h"

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
    if (op.getKeepDims())
      return rewriter.notifyMatchFailure(op, "keeps dimensions: canonicalize");
    SmallVector<int64_t> axes = op.getReducedAxes();
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

/// A sum of more elements than `longest` is taken in parts.
struct SplitLongSum : OpRewritePattern<ReduceSumOp> {
  SplitLongSum(MLIRContext *context, int64_t longest)
      : OpRewritePattern(context), longest(longest) {}

  LogicalResult matchAndRewrite(ReduceSumOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = tensorType(op.getX());
    if (op.getKeepDims() || !isa<FloatType>(type.getElementType()))
      return rewriter.notifyMatchFailure(op, "keeps dimensions, or is exact");
    SmallVector<int64_t> axes = op.getReducedAxes(), inner;
    // The innermost dimensions that are not too many elements together.
    int64_t elements = 1;
    while (!axes.empty()) {
      int64_t extent = type.getDimSize(axes.back());
      if (!inner.empty() && elements * extent > longest)
        break;
      inner.insert(inner.begin(), axes.pop_back_val());
      elements *= extent;
    }
    bool isLast = llvm::all_of(
        axes, [&](int64_t axis) { return type.getDimSize(axis) == 1; });
    if (isLast && elements <= longest)
      return rewriter.notifyMatchFailure(op, "short enough");
    Expr e(rewriter, op.getLoc());
    if (isLast) {
      rewriter.replaceOp(op, splitAxis(e, op, inner.back()));
      return success();
    }
    // Dimensions before the inner ones keep their numbers.
    rewriter.replaceOp(op, e.sum(e.sum(op.getX(), inner), axes));
    return success();
  }

private:
  /// The sum with all elements along `axis` in parts, the same for all others.
  Value splitAxis(Expr &e, ReduceSumOp op, int64_t axis) const {
    RankedTensorType type = tensorType(op.getX());
    int64_t extent = type.getDimSize(axis), part = longest;
    while (part > longest / 8 && extent % part != 0)
      --part;
    int64_t rest = extent % part;
    Value x = rest ? e.slice(op.getX(), axis, 0, extent - rest) : op.getX();
    SmallVector<int64_t> shape(type.getShape());
    shape[axis] = (extent - rest) / part;
    shape.insert(shape.begin() + axis + 1, part);
    Value parts = e.sum(e.reshape(x, shape), axis + 1);
    Value sum = e.sum(parts, op.getReducedAxes());
    if (!rest)
      return sum;
    Value last = e.slice(op.getX(), axis, extent - rest, rest);
    return e.add(sum, e.sum(last, op.getReducedAxes()));
  }

  int64_t longest;
};

struct SplitReductionsPass
    : dlc::impl::SplitReductionsBase<SplitReductionsPass> {
  using SplitReductionsBase::SplitReductionsBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitReduction<ReduceSumOp>, SplitReduction<ReduceMaxOp>,
                 SplitReduction<ReduceMinOp>>(&getContext(), minRows);
    patterns.add<SplitLongSum>(&getContext(), longest);
    // A split leaves reductions over fewer axes, or over shorter ones, down to
    // those that are not worth a split.
    if (failed(dlc::rewriteGreedily(getOperation(), std::move(patterns),
                                    getArgument())))
      signalPassFailure();
  }
};

} // namespace
