//===- Linear.cpp - Matrix products ---------------------------------------===//

#include "Common.h"

using namespace mlir;
using namespace dlc;

namespace {

struct MatmulToLinalg : OpConversionPattern<dl::MatmulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::MatmulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    AffineExpr m, n, k;
    bindDims(op.getContext(), m, n, k);
    auto pair = [](AffineExpr a, AffineExpr b,
                   bool swap) -> SmallVector<AffineExpr> {
      if (swap)
        return {b, a};
      return {a, b};
    };
    SmallVector<AffineMap> maps =
        makeMaps(op.getContext(), 3,
                 {pair(m, k, op.getTransposeA()),
                  pair(k, n, op.getTransposeB()), pair(m, n, false)});
    auto body = [](OpBuilder &b, Location loc,
                   ValueRange args) -> SmallVector<Value> {
      Value product = arith::MulFOp::create(b, loc, args[0], args[1]);
      return {arith::AddFOp::create(b, loc, args[2], product)};
    };
    Value zero =
        makeZero(rewriter, op.getLoc(), resultType(getTypeConverter(), op));
    rewriter.replaceOp(op,
                       makeGeneric(rewriter, op.getLoc(), adaptor.getOperands(),
                                   zero, maps, {2}, body));
    return success();
  }
};

} // namespace

void dlc::populateLinearToLinalg(const TypeConverter &converter,
                                 RewritePatternSet &patterns) {
  patterns.add<MatmulToLinalg>(converter, patterns.getContext());
}
