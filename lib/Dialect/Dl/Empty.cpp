//===- Empty.cpp - Folding of tensors without elements --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %y = dl.exp %x : tensor<0x4xf32>
//
// becomes
//
//   %y = dl.constant dense<> : tensor<0x4xf32>
//
// so that no later pass, and no lowering, has to divide by an extent of 0 or to
// find a place in nothing. The same holds for empty results of an op with
// several results, and for empty arguments of the body of a loop. Sums over
// nothing, products of matrices that share no dimension and padding around
// nothing are constants by the folds of their ops.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

static bool isEmpty(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getNumElements() == 0;
}

namespace {

/// A constant of a type that has no elements.
Value nothing(OpBuilder &builder, Location loc, Type type) {
  return ConstantOp::create(builder, loc,
                            DenseElementsAttr::get(cast<RankedTensorType>(type),
                                                   ArrayRef<Attribute>()));
}

struct EmptyResultIsConstant : RewritePattern {
  explicit EmptyResultIsConstant(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa_and_present<DlDialect>(op->getDialect()) || isa<ConstantOp>(op) ||
        !isPure(op))
      return rewriter.notifyMatchFailure(op, "is not a computation");
    bool used = false;
    for (Value result : op->getResults())
      if (isEmpty(result.getType()) && !result.use_empty()) {
        rewriter.replaceAllUsesWith(
            result, nothing(rewriter, op->getLoc(), result.getType()));
        used = true;
      }
    if (!used)
      return rewriter.notifyMatchFailure(op, "computes something");
    if (op->use_empty())
      rewriter.eraseOp(op);
    return success();
  }
};

struct EmptyArgumentIsConstant : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScanOp op,
                                PatternRewriter &rewriter) const override {
    bool used = false;
    for (BlockArgument argument : op.getBlock().getArguments())
      if (isEmpty(argument.getType()) && !argument.use_empty()) {
        rewriter.setInsertionPointToStart(&op.getBlock());
        rewriter.replaceAllUsesWith(
            argument, nothing(rewriter, op.getLoc(), argument.getType()));
        used = true;
      }
    return used ? success()
                : rewriter.notifyMatchFailure(op, "is given something");
  }
};

} // namespace

void DlDialect::getCanonicalizationPatterns(RewritePatternSet &patterns) const {
  patterns.add<EmptyResultIsConstant, EmptyArgumentIsConstant>(getContext());
}
