//===- Reduction.cpp - Sums, maxima and their places ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

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

  static constexpr bool isSum = std::is_same_v<Op, dl::ReduceSumOp>,
                        isMax = std::is_same_v<Op, dl::ReduceMaxOp>;

  static TypedAttr start(OpBuilder &b, Type element, bool isUnsigned) {
    if (isSum)
      return b.getZeroAttr(element);
    return isMax ? leastValue(b, element, isUnsigned)
                 : greatestValue(b, element, isUnsigned);
  }

  static Value combine(OpBuilder &b, Location loc, Value x, Value y,
                       bool isUnsigned) {
    if (isa<FloatType>(x.getType())) {
      if (isSum)
        return arith::AddFOp::create(b, loc, x, y);
      if (isMax)
        return arith::MaximumFOp::create(b, loc, x, y);
      return arith::MinimumFOp::create(b, loc, x, y);
    }
    if (isSum)
      return arith::AddIOp::create(b, loc, x, y);
    if (isUnsigned && isMax)
      return arith::MaxUIOp::create(b, loc, x, y);
    if (isUnsigned)
      return arith::MinUIOp::create(b, loc, x, y);
    if (isMax)
      return arith::MaxSIOp::create(b, loc, x, y);
    return arith::MinSIOp::create(b, loc, x, y);
  }

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getKeepDims())
      return rewriter.notifyMatchFailure(op, "keeps dimensions: canonicalize");
    RankedTensorType type = resultType(this->getTypeConverter(), op);
    bool isUnsigned =
        dl::tensorType(op.getX()).getElementType().isUnsignedInteger();
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange args) -> SmallVector<Value> {
      return {combine(b, loc, args[1], args[0], isUnsigned)};
    };
    SmallVector<int64_t> axes = op.getReducedAxes();
    Value first =
        makeFilled(rewriter, op.getLoc(), type,
                   start(rewriter, type.getElementType(), isUnsigned));
    rewriter.replaceOp(
        op,
        makeGeneric(rewriter, op.getLoc(), adaptor.getX(), first,
                    reductionMaps(op.getContext(),
                                  dl::tensorType(op.getX()).getRank(), axes, 1),
                    llvm::to_vector_of<unsigned>(axes), body));
    return success();
  }
};

/// The place of the first extremum: the extremum so far and its place.
template <typename Op>
struct PlaceToLinalg : OpConversionPattern<Op> {
  using OpConversionPattern<Op>::OpConversionPattern;

  LogicalResult
  matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getKeepDims())
      return rewriter.notifyMatchFailure(op, "keeps dimensions: canonicalize");
    constexpr bool isMax = std::is_same_v<Op, dl::ArgmaxOp>;
    Location loc = op.getLoc();
    RankedTensorType type = resultType(this->getTypeConverter(), op);
    auto x = cast<RankedTensorType>(adaptor.getX().getType());
    unsigned axis = op.getAxis();
    bool isUnsigned =
        dl::tensorType(op.getX()).getElementType().isUnsignedInteger();
    Type element = x.getElementType();
    Value best =
        makeFilled(rewriter, loc, type.clone(element),
                   isMax ? leastValue(rewriter, element, isUnsigned)
                         : greatestValue(rewriter, element, isUnsigned));
    Value place = makeZero(rewriter, loc, type);
    auto body = [&](OpBuilder &b, Location l,
                    ValueRange args) -> SmallVector<Value> {
      Value better;
      if (isa<FloatType>(args[0].getType())) {
        // Not a number counts as the extremum, as in PyTorch.
        Value above = arith::CmpFOp::create(
            b, l, isMax ? arith::CmpFPredicate::OGT : arith::CmpFPredicate::OLT,
            args[0], args[1]);
        Value isNan = arith::CmpFOp::create(b, l, arith::CmpFPredicate::UNO,
                                            args[0], args[0]);
        Value wasNan = arith::CmpFOp::create(b, l, arith::CmpFPredicate::ORD,
                                             args[1], args[1]);
        Value newNan = arith::AndIOp::create(b, l, isNan, wasNan);
        better = arith::OrIOp::create(b, l, above, newNan);
      } else {
        using P = arith::CmpIPredicate;
        P predicate = isMax ? (isUnsigned ? P::ugt : P::sgt)
                            : (isUnsigned ? P::ult : P::slt);
        better = arith::CmpIOp::create(b, l, predicate, args[0], args[1]);
      }
      Value here = arith::IndexCastOp::create(
          b, l, b.getI32Type(), linalg::IndexOp::create(b, l, axis));
      Value value = arith::SelectOp::create(b, l, better, args[0], args[1]);
      Value index = arith::SelectOp::create(b, l, better, here, args[2]);
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
  patterns.add<PlaceToLinalg<dl::ArgmaxOp>, PlaceToLinalg<dl::ArgminOp>,
               ReduceToLinalg<dl::ReduceMaxOp>, ReduceToLinalg<dl::ReduceMinOp>,
               ReduceToLinalg<dl::ReduceSumOp>>(converter,
                                                patterns.getContext());
}
