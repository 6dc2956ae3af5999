//===- MoveViews.cpp - Cancel transposes and reshapes ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Transposes and reshapes (views) move towards the results of the step:
//
//   op(view(x), y)      =  view(op(x, inverse view(y)))        elementwise
//   reduce(view(x))     =  view(reduce(x))
//   matmul of a view    =  matmul of the source, the view on the other side
//
// and chains of views take the order expand, transpose, collapse, in which
// neighbours cancel. Where a channels-last image, a stored parameter and a
// cotangent meet, nothing is left.
//
// Why this ends: let the height of a use of a view be the number of ops that
// are not views on the longest way from it to the end of the program, and 0 if
// the use is by a broadcast, or by views before one. A view that sinks replaces
// its use by uses of smaller heights: the other operands absorb its inverse
// whole, and leave a view in front of a broadcast at most (multisets of heights
// are well ordered). Everything else keeps the heights and lowers one of these,
// from first to last: products with transpose_b and transposed left operands;
// groups of a product's dimensions that are out of order, those of b that are
// contracted not counted; broadcasts in front of a view; pairs of neighbouring
// views in the wrong order; views.
//
//===----------------------------------------------------------------------===//

#include "Views.h"

#include "dlc/Transforms/Passes.h"
#include "dlc/Transforms/RewriteGreedily.h"

namespace dlc {
#define GEN_PASS_DEF_MOVEVIEWS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;
using namespace dlc::views;

namespace {

//===----------------------------------------------------------------------===//
// Through elementwise ops
//===----------------------------------------------------------------------===//

struct SinkThroughElementwise : RewritePattern {
  explicit SinkThroughElementwise(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!op->hasTrait<Elementwise>() || op->getNumResults() != 1)
      return rewriter.notifyMatchFailure(op, "not elementwise");
    for (Value operand : op->getOperands()) {
      Operation *view = operand.getDefiningOp();
      if (!isa_and_present<TransposeOp, ReshapeOp>(view) ||
          foldsIntoSource(view))
        continue;
      if (!llvm::all_of(op->getOperands(), [&](Value other) {
            return other == operand || absorbsInverse(other, view);
          }))
        continue;
      Expr e(rewriter, op->getLoc());
      SmallVector<Value> operands;
      for (Value other : op->getOperands())
        operands.push_back(other == operand
                               ? view->getOperand(0)
                               : absorbInverse(rewriter, e, other, view));
      Value moved = cloneWithOperands(rewriter, op, operands)->getResult(0);
      if (auto transpose = dyn_cast<TransposeOp>(view))
        moved = e.transpose(moved, transpose.getPerm());
      else
        moved = e.reshape(moved, tensorType(operand).getShape());
      rewriter.replaceOp(op, moved);
      return success();
    }
    return rewriter.notifyMatchFailure(
        op, "no operand is a view that all can undo");
  }
};

//===----------------------------------------------------------------------===//
// Through reductions and broadcasts
//===----------------------------------------------------------------------===//

template <typename Reduce>
struct SinkThroughReduce : OpRewritePattern<Reduce> {
  using OpRewritePattern<Reduce>::OpRewritePattern;

  LogicalResult matchAndRewrite(Reduce op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getX().template getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "operand is not transposed");
    if (op.getKeepDims())
      return rewriter.notifyMatchFailure(op, "keeps dimensions: canonicalize");
    ArrayRef<int64_t> perm = transpose.getPerm();
    SmallVector<int64_t> axes, kept, gone = op.getReducedAxes();
    for (auto [i, p] : llvm::enumerate(perm))
      (llvm::is_contained(gone, int64_t(i)) ? axes : kept).push_back(p);
    llvm::sort(axes);
    SmallVector<int64_t> sorted(kept);
    llvm::sort(sorted);
    Expr e(rewriter, op.getLoc());
    Value reduced = Reduce::create(rewriter, op.getLoc(), transpose.getX(),
                                   rewriter.getI64ArrayAttr(axes));
    SmallVector<int64_t> order = llvm::map_to_vector(kept, [&](int64_t k) {
      return int64_t(llvm::find(sorted, k) - sorted.begin());
    });
    rewriter.replaceOp(op, e.transpose(reduced, order));
    return success();
  }
};

/// Whether a view of the op's result could move on from there.
static bool hasUserToMoveThrough(Operation *op) {
  return llvm::any_of(op->getUsers(), [](Operation *user) {
    return user->hasTrait<Elementwise>() ||
           isa<TransposeOp, ConcatOp, SliceOp, PadOp, ReduceSumOp, ReduceMaxOp,
               ReduceMinOp>(user);
  });
}

/// The transpose that makes all operands of `op`, if they have one in common.
static std::optional<SmallVector<int64_t>> commonTranspose(ValueRange values) {
  std::optional<SmallVector<int64_t>> common;
  for (Value value : values) {
    auto transpose = value.getDefiningOp<TransposeOp>();
    if (!transpose ||
        (common && ArrayRef<int64_t>(*common) != transpose.getPerm()))
      return std::nullopt;
    common = SmallVector<int64_t>(transpose.getPerm());
  }
  return common;
}

struct SinkThroughConcat : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<SmallVector<int64_t>> perm = commonTranspose(op.getXs());
    if (!perm || !hasUserToMoveThrough(op))
      return rewriter.notifyMatchFailure(op, "operands have no view in common");
    Expr e(rewriter, op.getLoc());
    SmallVector<Value> xs =
        llvm::map_to_vector(op.getXs(), [](Value x) -> Value {
          return x.getDefiningOp<TransposeOp>().getX();
        });
    Value y = ConcatOp::create(rewriter, op.getLoc(), xs, (*perm)[op.getAxis()],
                               op.getInterleaved());
    rewriter.replaceOp(op, e.transpose(y, *perm));
    return success();
  }
};

struct SinkThroughSlice : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getX().getDefiningOp<TransposeOp>();
    if (!transpose || !hasUserToMoveThrough(op))
      return rewriter.notifyMatchFailure(
          op, "operand is not transposed, or the transpose would stay");
    SmallVector<int64_t> inverse = inversePermutation(transpose.getPerm());
    auto list = [&](ArrayRef<int64_t> values) {
      return rewriter.getDenseI64ArrayAttr(permuted(values, inverse));
    };
    Value slice = SliceOp::create(rewriter, op.getLoc(), transpose.getX(),
                                  list(op.getOffsets()), list(op.getSizes()),
                                  op.getStrides() ? list(*op.getStrides())
                                                  : DenseI64ArrayAttr());
    Expr e(rewriter, op.getLoc());
    rewriter.replaceOp(op, e.transpose(slice, transpose.getPerm()));
    return success();
  }
};

struct SinkThroughPad : OpRewritePattern<PadOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PadOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getX().getDefiningOp<TransposeOp>();
    if (!transpose || !hasUserToMoveThrough(op))
      return rewriter.notifyMatchFailure(
          op, "operand is not transposed, or the transpose would stay");
    SmallVector<int64_t> inverse = inversePermutation(transpose.getPerm());
    auto list = [&](ArrayRef<int64_t> values) {
      return rewriter.getDenseI64ArrayAttr(permuted(values, inverse));
    };
    Value pad = PadOp::create(rewriter, op.getLoc(), transpose.getX(),
                              list(op.getLow()), list(op.getHigh()),
                              op.getInterior() ? list(*op.getInterior())
                                               : DenseI64ArrayAttr(),
                              op.getValueAttr());
    Expr e(rewriter, op.getLoc());
    rewriter.replaceOp(op, e.transpose(pad, transpose.getPerm()));
    return success();
  }
};

/// transpose(broadcast(x)) is a broadcast of x, perhaps transposed.
struct TransposeOfBroadcast : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto broadcast = op.getX().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return rewriter.notifyMatchFailure(op, "operand is not a broadcast");
    rewriter.replaceOp(
        op, transposeBroadcast(rewriter, op.getLoc(), broadcast, op.getPerm()));
    return success();
  }
};

/// reshape(broadcast(x)) is a broadcast where x's dimensions go through whole.
struct ReshapeOfBroadcast : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto broadcast = op.getX().getDefiningOp<BroadcastOp>();
    if (!broadcast)
      return rewriter.notifyMatchFailure(op, "operand is not a broadcast");
    std::optional<SmallVector<int64_t>> dims =
        dimsAfterReshape(broadcast, tensorType(op.getY()));
    if (!dims)
      return rewriter.notifyMatchFailure(op,
                                         "splits or merges a dimension of x");
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(), broadcast.getX(),
                                             *dims);
    return success();
  }
};

/// A view of a constant is a constant.
template <typename View>
struct ViewOfConstant : OpRewritePattern<View> {
  using OpRewritePattern<View>::OpRewritePattern;

  LogicalResult matchAndRewrite(View op,
                                PatternRewriter &rewriter) const override {
    DenseElementsAttr elements = denseConstant(op.getX());
    if (!elements)
      return rewriter.notifyMatchFailure(op, "operand is not a constant");
    Value constant;
    if constexpr (std::is_same_v<View, TransposeOp>)
      constant =
          transposeConstant(rewriter, op.getLoc(), elements, op.getPerm());
    else
      constant = reshapeConstant(rewriter, op.getLoc(), elements,
                                 tensorType(op.getY()).getShape());
    rewriter.replaceOp(op, constant);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Order of chains: expand, transpose, collapse
//===----------------------------------------------------------------------===//

struct TransposeOfCollapse : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto collapse = op.getX().getDefiningOp<ReshapeOp>();
    std::optional<Groups> groups =
        collapse ? collapseGroups(collapse) : std::nullopt;
    if (!groups)
      return rewriter.notifyMatchFailure(op,
                                         "operand does not merge dimensions");
    SmallVector<int64_t> perm;
    for (int64_t p : op.getPerm())
      llvm::append_range(perm, (*groups)[p]);
    Expr e(rewriter, op.getLoc());
    rewriter.replaceOp(op, e.reshape(e.transpose(collapse.getX(), perm),
                                     tensorType(op.getY()).getShape()));
    return success();
  }
};

struct ExpandOfTranspose : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto transpose = op.getX().getDefiningOp<TransposeOp>();
    std::optional<Groups> groups = transpose ? expandGroups(op) : std::nullopt;
    if (!groups)
      return rewriter.notifyMatchFailure(op,
                                         "does not split a transposed value");
    ArrayRef<int64_t> shape = tensorType(op.getY()).getShape();
    ArrayRef<int64_t> perm = transpose.getPerm();
    // Split the source's dimensions, then move the parts together.
    SmallVector<int64_t> split, start(perm.size());
    for (auto [d, i] : llvm::enumerate(inversePermutation(perm))) {
      start[d] = split.size();
      for (int64_t part : (*groups)[i])
        split.push_back(shape[part]);
    }
    SmallVector<int64_t> order;
    for (auto [i, p] : llvm::enumerate(perm))
      for (size_t k = 0; k < (*groups)[i].size(); ++k)
        order.push_back(start[p] + k);
    Expr e(rewriter, op.getLoc());
    rewriter.replaceOp(op,
                       e.transpose(e.reshape(transpose.getX(), split), order));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Matrix products: b is k x n, a either way
//===----------------------------------------------------------------------===//

/// The permutation that exchanges the last two of `rank` dimensions.
static SmallVector<int64_t> swapLast(int64_t rank) {
  SmallVector<int64_t> perm = llvm::to_vector(llvm::seq<int64_t>(rank));
  std::swap(perm[rank - 1], perm[rank - 2]);
  return perm;
}

struct OrderMatmulOperands : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    Expr e(rewriter, op.getLoc());
    if (op.getTransposeB()) {
      Value b =
          e.transpose(op.getB(), swapLast(tensorType(op.getB()).getRank()));
      rewriter.replaceOp(op, e.matmul(op.getA(), b, op.getTransposeA(), false));
      return success();
    }
    auto transpose = op.getA().getDefiningOp<TransposeOp>();
    if (!transpose ||
        !llvm::equal(transpose.getPerm(), swapLast(transpose.getPerm().size())))
      return rewriter.notifyMatchFailure(
          op, "operands are as the kernels want them");
    rewriter.replaceOp(
        op, e.matmul(transpose.getX(), op.getB(), !op.getTransposeA(), false));
    return success();
  }
};

/// A matrix whose rows or columns are several dimensions out of order: the
/// order of a contracted dimension is free if both operands agree, that of
/// another moves to the result.
struct SortMatmulGroups : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MatmulOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getTransposeB())
      return rewriter.notifyMatchFailure(op, "operands are not in order yet");
    if (tensorType(op.getA()).getRank() != 2 ||
        tensorType(op.getB()).getRank() != 2)
      return rewriter.notifyMatchFailure(op, "many products");
    int contractedA = op.getTransposeA() ? 0 : 1;
    for (int number : {0, 1})
      for (int dim : {0, 1}) {
        bool contracted = number == 0 ? dim == contractedA : dim == 0;
        // The order of contracted dimensions follows a; b would pull it back.
        if (contracted && number == 1)
          continue;
        if (succeeded(sort(op, number, dim, contracted, rewriter)))
          return success();
      }
    return rewriter.notifyMatchFailure(op, "all dimensions are in order");
  }

private:
  static LogicalResult sort(MatmulOp op, int number, int dim, bool contracted,
                            PatternRewriter &rewriter) {
    Value operand = op->getOperand(number);
    auto collapse = operand.getDefiningOp<ReshapeOp>();
    auto transpose =
        collapse ? collapse.getX().getDefiningOp<TransposeOp>() : TransposeOp();
    std::optional<Groups> groups =
        transpose ? collapseGroups(collapse) : std::nullopt;
    if (!groups)
      return failure();
    ArrayRef<int64_t> perm = transpose.getPerm();
    ReassociationIndices group = (*groups)[dim];
    SmallVector<int64_t> order =
        llvm::to_vector(llvm::seq<int64_t>(group.size()));
    llvm::sort(order, [&](int64_t a, int64_t b) {
      return perm[group[a]] < perm[group[b]];
    });
    if (llvm::equal(order, llvm::seq<int64_t>(group.size())))
      return failure();

    Expr e(rewriter, op.getLoc());
    SmallVector<int64_t> newPerm(perm), extents, sortedExtents;
    for (auto [i, o] : llvm::enumerate(order))
      newPerm[group[i]] = perm[group[o]];
    for (int64_t g : group)
      extents.push_back(tensorType(collapse.getX()).getDimSize(g));
    sortedExtents = permuted(extents, order);
    SmallVector<Value> operands(op->getOperands());
    operands[number] = e.reshape(e.transpose(transpose.getX(), newPerm),
                                 tensorType(operand).getShape());
    if (contracted) {
      operands[1] = permuteDim(e, operands[1], 0, extents, order);
      rewriter.replaceOp(
          op, e.matmul(operands[0], operands[1], op.getTransposeA(), false));
      return success();
    }
    Value y = e.matmul(operands[0], operands[1], op.getTransposeA(), false);
    rewriter.replaceOp(op, permuteDim(e, y, number == 0 ? 0 : 1, sortedExtents,
                                      inversePermutation(order)));
    return success();
  }

  /// Takes dimension `dim` of a matrix for several of the given extents and
  /// puts them in another order.
  static Value permuteDim(Expr &e, Value matrix, int dim,
                          ArrayRef<int64_t> extents, ArrayRef<int64_t> order) {
    ArrayRef<int64_t> shape = tensorType(matrix).getShape();
    SmallVector<int64_t> split, perm;
    if (dim == 1) {
      split.push_back(shape[0]);
      perm.push_back(0);
    }
    int64_t first = split.size();
    llvm::append_range(split, extents);
    for (int64_t o : order)
      perm.push_back(first + o);
    if (dim == 0) {
      perm.push_back(split.size());
      split.push_back(shape[1]);
    }
    return e.reshape(e.transpose(e.reshape(matrix, split), perm), shape);
  }
};

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

struct MoveViewsPass : dlc::impl::MoveViewsBase<MoveViewsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkThroughElementwise, SinkThroughReduce<ReduceSumOp>,
                 SinkThroughReduce<ReduceMaxOp>, SinkThroughReduce<ReduceMinOp>,
                 SinkThroughConcat, SinkThroughSlice, SinkThroughPad,
                 TransposeOfBroadcast, ReshapeOfBroadcast,
                 ViewOfConstant<TransposeOp>, ViewOfConstant<ReshapeOp>,
                 TransposeOfCollapse, ExpandOfTranspose, OrderMatmulOperands,
                 SortMatmulGroups>(&getContext());
    TransposeOp::getCanonicalizationPatterns(patterns, &getContext());
    if (failed(rewriteGreedily(getOperation(), std::move(patterns),
                               getArgument())))
      signalPassFailure();
  }
};

} // namespace
