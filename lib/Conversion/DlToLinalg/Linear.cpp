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
    Value blocks = readBlocks(rewriter, op.getB());
    if (blocks && type.getRank() == 2 && !op.getTransposeB()) {
      rewriter.replaceOp(op, ofBlocks(op, adaptor.getA(), blocks, rewriter));
      return success();
    }
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
    Value zero = makeZero(rewriter, op.getLoc(), type);
    rewriter.replaceOp(op,
                       makeGeneric(rewriter, op.getLoc(), adaptor.getOperands(),
                                   zero, maps, {batch + 2}, multiplyAdd));
    return success();
  }

private:
  /// The product with a matrix in blocks of columns, N/W x K x W; columns of
  /// the result are two dimensions of the loops.
  Value ofBlocks(dl::MatmulOp op, Value a, Value blocks,
                 OpBuilder &builder) const {
    RankedTensorType type = resultType(getTypeConverter(), op);
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(blocks.getType()).getShape();
    AffineExpr m, block, n, k;
    bindDims(op.getContext(), m, block, n, k);
    SmallVector<AffineExpr> rows{m, k};
    if (op.getTransposeA())
      std::swap(rows[0], rows[1]);
    Value zero = makeZero(builder, op.getLoc(),
                          type.clone({type.getDimSize(0), shape[0], shape[2]}));
    Value sum = makeGeneric(builder, op.getLoc(), {a, blocks}, zero,
                            makeMaps(op.getContext(), 4,
                                     {rows, {block, k, n}, {m, block, n}}),
                            {3}, multiplyAdd)
                    .getResult(0);
    return tensor::CollapseShapeOp::create(
        builder, op.getLoc(), type, sum,
        SmallVector<ReassociationIndices>{{0}, {1, 2}});
  }
};

} // namespace

void dlc::populateLinearToLinalg(const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  patterns.add<MatmulToLinalg>(converter, patterns.getContext());
}
