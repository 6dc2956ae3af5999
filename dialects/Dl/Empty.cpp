//===- Empty.cpp - What has no elements is known --------------------------===//
//
//   %y = dl.exp %x : tensor<0x4xf32>
//
// becomes
//
//   %y = dl.constant dense<> : tensor<0x4xf32>
//
// so that no later pass, and no lowering, has to divide by an extent of 0.
// Sums over nothing, products of matrices that share no dimension and padding
// around nothing are constants by the folds of their ops.
//
//===----------------------------------------------------------------------===//

#include "dialects/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

static bool isEmpty(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getNumElements() == 0;
}

namespace {

struct EmptyResultIsConstant : RewritePattern {
  explicit EmptyResultIsConstant(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), 1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!isa_and_present<DlDialect>(op->getDialect()) || isa<ConstantOp>(op) ||
        !isPure(op) || op->getNumResults() == 0 ||
        !llvm::all_of(op->getResultTypes(), isEmpty))
      return rewriter.notifyMatchFailure(op, "computes something");
    SmallVector<Value> constants;
    for (Type type : op->getResultTypes()) {
      auto nothing = DenseElementsAttr::get(cast<RankedTensorType>(type),
                                            ArrayRef<Attribute>());
      constants.push_back(ConstantOp::create(rewriter, op->getLoc(), nothing));
    }
    rewriter.replaceOp(op, constants);
    return success();
  }
};

} // namespace

void DlDialect::getCanonicalizationPatterns(RewritePatternSet &patterns) const {
  patterns.add<EmptyResultIsConstant>(getContext());
}
