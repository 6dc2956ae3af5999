//===- Random.cpp - Numbers by chance, the same every time ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// random_bits
//===----------------------------------------------------------------------===//

/// The strides of a tensor in row-major order.
static SmallVector<int64_t> rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= std::max<int64_t>(1, shape[i]);
  }
  return strides;
}

SmallVector<int64_t> RandomBitsOp::getElementStrides() {
  if (std::optional<ArrayRef<int64_t>> strides = getStrides())
    return SmallVector<int64_t>(*strides);
  return rowMajorStrides(tensorType(getBits()).getShape());
}

LogicalResult RandomBitsOp::verify() {
  RankedTensorType type = tensorType(getBits());
  if (int64_t(getNumber()) < 0 || int64_t(getNumber()) > maxRandomOps)
    return emitOpError() << "expects a number from 0 to " << maxRandomOps
                         << ", not " << int64_t(getNumber());
  if (getWord() > 3)
    return emitOpError() << "expects a word from 0 to 3, not "
                         << int64_t(getWord());
  std::optional<ArrayRef<int64_t>> strides = getStrides();
  if (!strides)
    return success();
  if (int64_t(strides->size()) != type.getRank())
    return emitOpError() << "expects 'strides' with " << type.getRank()
                         << " entries for the result " << type << ", not "
                         << strides->size();
  for (int64_t stride : *strides)
    if (stride < 0 || stride > maxElements)
      return emitOpError() << "expects strides from 0 to " << maxElements
                           << ", not " << stride;
  return success();
}

bool RandomBitsOp::isRowOperand(unsigned) { return false; }

/// The bits that `view` would show, with `strides` for their numbers.
static Value viewedBits(OpBuilder &builder, RandomBitsOp bits, Value view,
                        ArrayRef<int64_t> strides) {
  ArrayRef<int64_t> shape = tensorType(view).getShape();
  DenseI64ArrayAttr attr;
  if (!llvm::equal(strides, rowMajorStrides(shape)))
    attr = builder.getDenseI64ArrayAttr(strides);
  return RandomBitsOp::create(builder, bits.getLoc(), view.getType(),
                              bits.getSeed(), bits.getStep(),
                              bits.getNumberAttr(), bits.getWordAttr(), attr);
}

namespace {

/// A transpose of random bits is random bits in another order.
struct TransposeOfBits : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto bits = op.getX().getDefiningOp<RandomBitsOp>();
    if (!bits)
      return rewriter.notifyMatchFailure(op, "operand is no random bits");
    SmallVector<int64_t> strides = bits.getElementStrides();
    SmallVector<int64_t> permuted = llvm::map_to_vector(
        op.getPerm(), [&](int64_t p) { return strides[p]; });
    rewriter.replaceOp(op, viewedBits(rewriter, bits, op.getY(), permuted));
    return success();
  }
};

/// So is a reshape, as long as they are in row-major order.
struct ReshapeOfBits : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto bits = op.getX().getDefiningOp<RandomBitsOp>();
    if (!bits || bits.getStrides())
      return rewriter.notifyMatchFailure(
          op, "operand is no random bits in row-major order");
    SmallVector<int64_t> strides =
        rowMajorStrides(tensorType(op.getY()).getShape());
    rewriter.replaceOp(op, viewedBits(rewriter, bits, op.getY(), strides));
    return success();
  }
};

} // namespace

void RandomBitsOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                               MLIRContext *context) {
  patterns.add<TransposeOfBits, ReshapeOfBits>(context);
}

//===----------------------------------------------------------------------===//
// From bits to numbers
//===----------------------------------------------------------------------===//

Value dlc::dl::drawBits(Expr &e, const RandomSource &source,
                        ArrayRef<int64_t> shape, int word) {
  OpBuilder &b = e.builder();
  auto type = RankedTensorType::get(shape, b.getI32Type());
  return RandomBitsOp::create(b, e.location(), type, source.seed, source.step,
                              b.getI64IntegerAttr(source.number),
                              b.getI64IntegerAttr(word), nullptr);
}

/// bits >> count as the float of an unsigned number, exact in `element`. `dl`
/// has no shifts, and integers are signed: where the sign is set, the
/// complement, which is not negative, is divided instead.
static Value shifted(Expr &e, Value bits, int count, Type element) {
  Type type = bits.getType();
  Value negative = e.compare(Predicate::lt, bits, e.splat(type, 0));
  Value complement = e.sub(e.splat(type, -1), bits);
  Value magnitude = e.select(negative, complement, bits);
  Value low = e.div(magnitude, e.splat(type, std::ldexp(1.0, count)));
  Value high = e.sub(e.splat(type, std::ldexp(1.0, 32 - count) - 1), low);
  return e.cast(e.select(negative, high, low), element);
}

/// A whole number of `width` bits, as a float: the upper bits of word `word`,
/// and for f64 lower ones of word `next`.
static Value drawInteger(Expr &e, const RandomSource &source,
                         RankedTensorType type, int width, int word, int next) {
  Type element = type.getElementType();
  Value bits = drawBits(e, source, type.getShape(), word);
  if (width <= 32)
    return shifted(e, bits, 32 - width, element);
  Value upper = shifted(e, bits, 32 - (width - 26), element);
  Value lower =
      shifted(e, drawBits(e, source, type.getShape(), next), 6, element);
  return e.add(e.scale(upper, std::ldexp(1.0, 26)), lower);
}

/// The bits of a uniform number in [0, 1), as many as the type holds.
static int uniformWidth(RankedTensorType type) {
  return cast<FloatType>(type.getElementType()).getFPMantissaWidth();
}

/// (integer + shift) / 2^width.
static Value fraction(Expr &e, Value integer, double shift, int width) {
  if (shift != 0)
    integer = e.offset(integer, shift);
  return e.scale(integer, std::ldexp(1.0, -width));
}

/// x * factor + term.
static Value affine(Expr &e, Value x, double factor, double term) {
  if (factor != 1)
    x = e.scale(x, factor);
  return term != 0 ? e.offset(x, term) : x;
}

static Value drawGumbel(Expr &e, const RandomSource &source,
                        RankedTensorType type) {
  int width = uniformWidth(type) - 1;
  Value integer = drawInteger(e, source, type, width, 0, 1);
  return e.neg(e.log(e.neg(e.log(fraction(e, integer, 0.5, width)))));
}

Value dlc::dl::drawBernoulli(Expr &e, const RandomSource &source,
                             ArrayRef<int64_t> shape, double p) {
  // (w0 >> 8) 2^-24 < p is w0 < 2^8 ceil(p 2^24); both sides moved down by 2^31
  // to compare them as signed numbers.
  double bound = std::ldexp(std::ceil(std::ldexp(p, 24)), 8);
  auto type = RankedTensorType::get(shape, e.builder().getI1Type());
  if (bound <= 0 || bound >= std::ldexp(1.0, 32))
    return e.splat(type, bound > 0);
  Value bits = drawBits(e, source, shape, 0);
  double sign = std::ldexp(-1.0, 31);
  Value moved = e.add(bits, e.splat(bits.getType(), sign));
  return e.compare(Predicate::lt, moved, e.splat(bits.getType(), bound + sign));
}

Value dlc::dl::drawBernoulli(Expr &e, const RandomSource &source,
                             ArrayRef<int64_t> shape, Value p) {
  Type i32 = e.builder().getI32Type();
  Value all = e.compare(Predicate::ge, p, 1);
  Value bits = drawBits(e, source, shape, 0);
  double sign = std::ldexp(-1.0, 31);
  // For p = 1 the bound is 2^32, which an i32 does not have.
  Value bound = e.scale(e.ceil(e.scale(p, std::ldexp(1.0, 24))), 256);
  bound = e.minimum(bound, e.splat(p.getType(), std::ldexp(1.0, 32) - 1));
  Value moved = e.add(bits, e.splat(bits.getType(), sign));
  Value below =
      e.compare(Predicate::lt, moved,
                e.broadcast(e.cast(e.offset(bound, sign), i32), moved, {}));
  return e.logicalOr(below, e.broadcast(all, below, {}));
}

//===----------------------------------------------------------------------===//
// Distributions
//===----------------------------------------------------------------------===//

LogicalResult UniformOp::verify() {
  double low = getLow().convertToDouble(), high = getHigh().convertToDouble();
  if (!std::isfinite(low) || !std::isfinite(high) || low > high)
    return emitOpError() << "expects low <= high, both finite, not low = "
                         << low << " and high = " << high;
  return success();
}

SmallVector<Value> UniformOp::draw(OpBuilder &builder,
                                   const RandomSource &source) {
  Expr e(builder, getLoc());
  RankedTensorType type = tensorType(getY());
  int width = uniformWidth(type);
  Value u = fraction(e, drawInteger(e, source, type, width, 0, 1), 0, width);
  double low = getLow().convertToDouble(), high = getHigh().convertToDouble();
  return {affine(e, u, high - low, low)};
}

LogicalResult NormalOp::verify() {
  double mean = getMean().convertToDouble(),
         deviation = getDeviation().convertToDouble();
  if (!std::isfinite(mean) || !std::isfinite(deviation) || deviation < 0)
    return emitOpError() << "expects a finite mean and a finite deviation of 0 "
                            "or more, not mean = "
                         << mean << " and deviation = " << deviation;
  return success();
}

SmallVector<Value> NormalOp::draw(OpBuilder &builder,
                                  const RandomSource &source) {
  Expr e(builder, getLoc());
  RankedTensorType type = tensorType(getY());
  int width = uniformWidth(type);
  Value u1 = fraction(e, drawInteger(e, source, type, width, 0, 2), 1, width);
  Value u2 = fraction(e, drawInteger(e, source, type, width, 1, 3), 0, width);
  Value radius = e.sqrt(e.scale(e.log(u1), -2));
  Value z = e.mul(radius, e.cos(e.scale(u2, 2 * M_PI)));
  return {affine(e, z, getDeviation().convertToDouble(),
                 getMean().convertToDouble())};
}

SmallVector<Value> GumbelOp::draw(OpBuilder &builder,
                                  const RandomSource &source) {
  Expr e(builder, getLoc());
  return {drawGumbel(e, source, tensorType(getY()))};
}

LogicalResult BernoulliOp::verify() {
  if (bool(getProbability()) == getP().has_value())
    return emitOpError(
        "expects either the attribute p or an operand after 'of'");
  if (getP()) {
    double p = getP()->convertToDouble();
    if (!(p >= 0 && p <= 1))
      return emitOpError() << "expects p from 0 to 1, not " << p;
    return success();
  }
  RankedTensorType given = tensorType(getProbability()), y = tensorType(getY());
  if (given.getShape() != y.getShape())
    return emitOpError() << "expects operand probability with one entry for "
                            "each of the result "
                         << y << ", not " << given;
  return success();
}

SmallVector<Value> BernoulliOp::draw(OpBuilder &builder,
                                     const RandomSource &source) {
  Expr e(builder, getLoc());
  RankedTensorType type = tensorType(getY());
  Value mask;
  if (Value probability = getProbability()) {
    // u in f32 or more, whatever the type of the probabilities.
    RankedTensorType given = tensorType(probability);
    Value integer = shifted(e, drawBits(e, source, type.getShape(), 0), 8,
                            given.getElementType());
    mask = e.compare(Predicate::lt, fraction(e, integer, 0, 24), probability);
  } else {
    mask = drawBernoulli(e, source, type.getShape(), getP()->convertToDouble());
  }
  if (type.getElementType().isInteger(1))
    return {mask};
  return {e.cast(mask, type.getElementType())};
}

LogicalResult CategoricalOp::inferReturnTypes(MLIRContext *context,
                                              std::optional<Location> loc,
                                              CategoricalOp::Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  RankedTensorType logits = tensorType(adaptor.getLogits());
  if (logits.getRank() == 0 || logits.getShape().back() == 0)
    return emitOptionalError(loc,
                             "'dl.categorical' expects operand logits with a "
                             "last dimension of one or more classes, not ",
                             logits);
  types.push_back(RankedTensorType::get(logits.getShape().drop_back(),
                                        IntegerType::get(context, 32)));
  return success();
}

SmallVector<GreatestCount> CategoricalOp::getGreatestCounts() {
  return {placesAlong(getLogits(), tensorType(getLogits()).getRank() - 1,
                      tensorType(getIndex()).getElementType())};
}

SmallVector<Value> CategoricalOp::draw(OpBuilder &builder,
                                       const RandomSource &source) {
  Expr e(builder, getLoc());
  RankedTensorType type = tensorType(getLogits());
  Value perturbed = e.add(getLogits(), drawGumbel(e, source, type));
  return {ArgmaxOp::create(builder, getLoc(), perturbed,
                           builder.getI64IntegerAttr(type.getRank() - 1))};
}

SmallVector<GreatestCount> PermutationOp::getGreatestCounts() {
  return {placesAlong(getY(), 0, tensorType(getY()).getElementType())};
}

SmallVector<Value> PermutationOp::draw(OpBuilder &builder,
                                       const RandomSource &source) {
  Expr e(builder, getLoc());
  Value bits = drawBits(e, source, tensorType(getY()).getShape(), 0);
  return {ArgsortOp::create(builder, getLoc(), bits, /*axis=*/0,
                            /*descending=*/false)};
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Random.cpp.inc"
