//===- Attention.cpp - Weighted means of values ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

/// ... x L x S: one number for each query and key.
static SmallVector<int64_t> scoreShape(RankedTensorType query,
                                       RankedTensorType key) {
  SmallVector<int64_t> shape(query.getShape());
  shape.back() = key.getDimSize(key.getRank() - 2);
  return shape;
}

/// Whether `mask`, its dimensions counted from the last, has those of `shape`
/// or 1.
static bool spreadsTo(ArrayRef<int64_t> mask, ArrayRef<int64_t> shape) {
  if (mask.size() > shape.size())
    return false;
  return llvm::all_of(llvm::zip(mask, shape.take_back(mask.size())),
                      [](auto pair) {
                        auto [from, to] = pair;
                        return from == to || from == 1;
                      });
}

/// The type of y for the operands of either op.
template <typename Op>
static LogicalResult inferResult(std::optional<Location> loc,
                                 typename Op::Adaptor adaptor,
                                 SmallVectorImpl<Type> &types) {
  StringRef name = Op::getOperationName();
  RankedTensorType query = tensorType(adaptor.getQuery()),
                   key = tensorType(adaptor.getKey()),
                   value = tensorType(adaptor.getValue());
  int64_t rank = query.getRank();
  if (rank < 2 || key.getRank() != rank || value.getRank() != rank)
    return emitOptionalError(loc, "'", name,
                             "' expects operands query, key and value of one "
                             "rank of 2 or more, not ",
                             query, ", ", key, " and ", value);
  if (query.getShape().drop_back(2) != key.getShape().drop_back(2) ||
      query.getShape().drop_back(2) != value.getShape().drop_back(2))
    return emitOptionalError(loc, "'", name,
                             "' expects operands query, key and value with "
                             "equal dimensions before the last two, not ",
                             query, ", ", key, " and ", value);
  if (query.getShape().back() != key.getShape().back())
    return emitOptionalError(
        loc, "'", name, "' multiplies ", query.getShape().back(),
        " features of operand query (", query, ") with ", key.getShape().back(),
        " of operand key (", key, ")");
  if (key.getDimSize(rank - 2) != value.getDimSize(rank - 2))
    return emitOptionalError(loc, "'", name, "' has ", key.getDimSize(rank - 2),
                             " keys in operand key (", key, ") but ",
                             value.getDimSize(rank - 2),
                             " values in operand value (", value, ")");
  if (Value operand = adaptor.getMask()) {
    RankedTensorType mask = tensorType(operand);
    SmallVector<int64_t> scores = scoreShape(query, key);
    if (adaptor.getIsCausal())
      return emitOptionalError(loc, "'", name,
                               "' takes operand mask or 'is_causal', not both");
    if (!mask.getElementType().isInteger(1) &&
        mask.getElementType() != query.getElementType())
      return emitOptionalError(loc, "'", name,
                               "' expects operand mask of i1 or of ",
                               query.getElementType(), ", not ", mask);
    if (!spreadsTo(mask.getShape(), scores))
      return emitOptionalError(loc, "'", name,
                               "' expects operand mask to spread to ",
                               mask.clone(scores), ", not ", mask);
  }
  SmallVector<int64_t> shape(query.getShape());
  shape.back() = value.getShape().back();
  types.push_back(query.clone(shape));
  return success();
}

LogicalResult ScaledDotProductAttentionOp::inferReturnTypes(
    MLIRContext *, std::optional<Location> loc,
    ScaledDotProductAttentionOp::Adaptor adaptor,
    SmallVectorImpl<Type> &types) {
  return inferResult<ScaledDotProductAttentionOp>(loc, adaptor, types);
}

LogicalResult
FlashAttentionOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                   FlashAttentionOp::Adaptor adaptor,
                                   SmallVectorImpl<Type> &types) {
  if (failed(inferResult<FlashAttentionOp>(loc, adaptor, types)))
    return failure();
  auto y = cast<RankedTensorType>(types.front());
  types.push_back(y.clone(y.getShape().drop_back()));
  return success();
}

/// 1 / sqrt(E) where no scale is given.
template <typename Op>
static double factorOf(Op op) {
  int64_t features = tensorType(op.getQuery()).getShape().back();
  return op.getScale() ? op.getScale()->convertToDouble()
                       : 1 / std::sqrt(double(std::max<int64_t>(features, 1)));
}

double ScaledDotProductAttentionOp::getFactor() { return factorOf(*this); }
double FlashAttentionOp::getFactor() { return factorOf(*this); }

//===----------------------------------------------------------------------===//
// Few scores
//===----------------------------------------------------------------------===//

/// Scores of a matrix up to which they are kept in memory for the gradient,
/// which is faster than to make them again.
static constexpr int64_t kKeptScores = 65536;

/// The mask for every score.
static Value spreadMask(Expr &e, Value mask, Value scores) {
  ArrayRef<int64_t> from = tensorType(mask).getShape(),
                    to = tensorType(scores).getShape();
  SmallVector<int64_t> kept, dims;
  for (auto [i, extent] : llvm::enumerate(from)) {
    int64_t dim = to.size() - from.size() + i;
    if (extent != to[dim])
      continue;
    kept.push_back(extent);
    dims.push_back(dim);
  }
  return e.broadcast(e.reshape(mask, kept), scores, dims);
}

/// The softmax over the last dimension; 0 where every score is -infinity.
static Value maskedSoftmax(Expr &e, Value scores) {
  int64_t last = tensorType(scores).getRank() - 1;
  SmallVector<int64_t> rows = allBut(last + 1, last);
  auto constant = [&](Value like, double value) {
    return e.splat(like.getType(), value);
  };
  // The result does not depend on the subtracted number, so neither does its
  // derivative.
  Value max = e.stop(e.max(scores, last));
  Value sees = e.compare(Predicate::ne, max, constant(max, -INFINITY));
  max = e.select(sees, max, constant(max, 0));
  Value terms = e.exp(e.sub(scores, e.broadcast(max, scores, rows)));
  Value sum = e.sum(terms, last);
  sum = e.select(sees, sum, constant(sum, 1));
  return e.div(terms, e.broadcast(sum, scores, rows));
}

SmallVector<Value> ScaledDotProductAttentionOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  int64_t queries = tensorType(getQuery()).getShape().end()[-2],
          keys = tensorType(getKey()).getShape().end()[-2];
  if (queries * keys > kKeptScores) {
    auto flash = FlashAttentionOp::create(builder, getLoc(), getQuery(),
                                          getKey(), getValue(), getMask(),
                                          getIsCausal(), getScaleAttr());
    return {flash.getY()};
  }
  // Scaled before the product, which is the larger array.
  Value scores =
      e.matmul(e.scale(getQuery(), getFactor()), getKey(), false, true);
  RankedTensorType type = tensorType(scores);
  // Without keys there is nothing to take the mean of.
  if (type.getShape().back() == 0)
    return {e.splat(getType(), 0)};
  Value mask = getMask();
  if (getIsCausal()) {
    auto places = RankedTensorType::get(type.getShape().take_back(2),
                                        builder.getI32Type());
    Value query = e.iota(places, 0), key = e.iota(places, 1);
    mask = e.compare(Predicate::ge, query, key);
  }
  if (mask) {
    mask = spreadMask(e, mask, scores);
    if (tensorType(mask).getElementType().isInteger(1))
      scores = e.select(mask, scores, e.splat(type, -INFINITY));
    else
      scores = e.add(scores, mask);
  }
  return {e.matmul(maskedSoftmax(e, scores), getValue(), false, false)};
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Attention.cpp.inc"
