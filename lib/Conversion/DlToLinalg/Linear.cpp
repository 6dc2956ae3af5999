//===- Linear.cpp - Matrix products ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"

using namespace mlir;
using namespace dlc;

namespace {

struct MatmulToLinalg : OpConversionPattern<dl::MatmulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::MatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    unsigned batch = type.getRank() - 2;
    AffineExpr m = rewriter.getAffineDimExpr(batch),
               n = rewriter.getAffineDimExpr(batch + 1),
               k = rewriter.getAffineDimExpr(batch + 2);
    // The matrix `rows` x `columns` of each product, or the only one.
    auto matrices = [&](Value operand, AffineExpr rows, AffineExpr columns,
                        bool swap) -> SmallVector<AffineExpr> {
      SmallVector<AffineExpr> exprs;
      if (cast<RankedTensorType>(operand.getType()).getRank() > 2)
        for (unsigned i = 0; i < batch; ++i)
          exprs.push_back(rewriter.getAffineDimExpr(i));
      if (swap)
        std::swap(rows, columns);
      exprs.append({rows, columns});
      return exprs;
    };
    SmallVector<AffineMap> maps =
        makeMaps(op.getContext(), batch + 3,
                 {matrices(adaptor.getA(), m, k, op.getTransposeA()),
                  matrices(adaptor.getB(), k, n, op.getTransposeB()),
                  matrices(op.getY(), m, n, false)});
    auto body = [](OpBuilder &b, Location loc,
                   ValueRange args) -> SmallVector<Value> {
      Value product = arith::MulFOp::create(b, loc, args[0], args[1]);
      return {arith::AddFOp::create(b, loc, args[2], product)};
    };
    Value zero = makeZero(rewriter, op.getLoc(), type);
    rewriter.replaceOp(op,
                       makeGeneric(rewriter, op.getLoc(), adaptor.getOperands(),
                                   zero, maps, {batch + 2}, body));
    return success();
  }
};

} // namespace

void dlc::populateLinearToLinalg(const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  patterns.add<MatmulToLinalg>(converter, patterns.getContext());
}
