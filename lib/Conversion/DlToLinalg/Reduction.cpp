//===- Reduction.cpp - Sums, maxima and their places ----------------------===//

#include "Common.h"

using namespace mlir;
using namespace dlc;

/// Maps of a reduction over `axes`: the operand's, and that of the results.
static SmallVector<AffineMap> reductionMaps(MLIRContext *context, int64_t rank,
                                            ArrayRef<int64_t> axes,
                                            unsigned numResults) {
  AffineMap from = AffineMap::getMultiDimIdentityMap(rank, context);
  SmallVector<AffineExpr> kept;
  for (int64_t i = 0; i < rank; ++i)
    if (!llvm::is_contained(axes, i))
      kept.push_back(getAffineDimExpr(i, context));
  SmallVector<AffineMap> maps{from};
  maps.append(numResults, AffineMap::get(rank, 0, kept, context));
  return maps;
}

namespace {

/// A reduction with one accumulator.
template <typename Op>
struct ReduceToLinalg : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(this->getTypeConverter(), op);
    Type element = dl::tensorType(op.getX()).getElementType();
    bool isMax = std::is_same_v<Op, dl::ReduceMaxOp>;
    TypedAttr start = isMax ? leastValue(rewriter, type.getElementType(),
                                         element.isUnsignedInteger())
                            : rewriter.getZeroAttr(type.getElementType());
    auto combine = [&](OpBuilder &b, Location loc,
                       ValueRange args) -> SmallVector<Value> {
      Value x = args[0], sum = args[1];
      if (isa<FloatType>(element)) {
        if (isMax)
          return {arith::MaximumFOp::create(b, loc, sum, x)};
        return {arith::AddFOp::create(b, loc, sum, x)};
      }
      if (!isMax)
        return {arith::AddIOp::create(b, loc, sum, x)};
      if (element.isUnsignedInteger())
        return {arith::MaxUIOp::create(b, loc, sum, x)};
      return {arith::MaxSIOp::create(b, loc, sum, x)};
    };
    SmallVector<unsigned> axes = llvm::to_vector_of<unsigned>(op.getAxes());
    rewriter.replaceOp(
        op, makeGeneric(rewriter, op.getLoc(), adaptor.getX(),
                        makeFilled(rewriter, op.getLoc(), type, start),
                        reductionMaps(op.getContext(),
                                      dl::tensorType(op.getX()).getRank(),
                                      op.getAxes(), 1),
                        axes, combine));
    return success();
  }
};

struct ArgmaxToLinalg : OpConversionPattern<dl::ArgmaxOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::ArgmaxOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    RankedTensorType type = resultType(getTypeConverter(), op);
    auto x = cast<RankedTensorType>(adaptor.getX().getType());
    unsigned axis = op.getAxis();
    bool isUnsigned =
        dl::tensorType(op.getX()).getElementType().isUnsignedInteger();
    Value best =
        makeFilled(rewriter, loc, type.clone(x.getElementType()),
                   leastValue(rewriter, x.getElementType(), isUnsigned));
    Value place = makeZero(rewriter, loc, type);
    auto body = [&](OpBuilder &b, Location l,
                    ValueRange args) -> SmallVector<Value> {
      Value greater;
      if (isa<FloatType>(args[0].getType())) {
        // Not a number counts as the maximum, as in PyTorch.
        Value above = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OGT,
                                            args[0], args[1]);
        Value isNan = arith::CmpFOp::create(b, l, arith::CmpFPredicate::UNO,
                                            args[0], args[0]);
        Value wasNan = arith::CmpFOp::create(b, l, arith::CmpFPredicate::ORD,
                                             args[1], args[1]);
        Value newNan = arith::AndIOp::create(b, l, isNan, wasNan);
        greater = arith::OrIOp::create(b, l, above, newNan);
      } else {
        greater = arith::CmpIOp::create(b, l,
                                        isUnsigned ? arith::CmpIPredicate::ugt
                                                   : arith::CmpIPredicate::sgt,
                                        args[0], args[1]);
      }
      Value here = arith::IndexCastOp::create(
          b, l, b.getI32Type(), linalg::IndexOp::create(b, l, axis));
      Value value = arith::SelectOp::create(b, l, greater, args[0], args[1]);
      Value index = arith::SelectOp::create(b, l, greater, here, args[2]);
      return {value, index};
    };
    auto generic = makeGeneric(
        rewriter, loc, adaptor.getX(), {best, place},
        reductionMaps(op.getContext(), x.getRank(), {int64_t(axis)}, 2), {axis},
        body);
    rewriter.replaceOp(op, generic.getResult(1));
    return success();
  }
};

} // namespace

void dlc::populateReductionToLinalg(const TypeConverter &converter,
                                    RewritePatternSet &patterns) {
  patterns.add<ArgmaxToLinalg, ReduceToLinalg<dl::ReduceMaxOp>,
               ReduceToLinalg<dl::ReduceSumOp>>(converter,
                                                patterns.getContext());
}
