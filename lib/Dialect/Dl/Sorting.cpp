//===- Sorting.cpp - Order along a dimension, running sums ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

static LogicalResult checkAxis(std::optional<Location> loc, StringRef op,
                               RankedTensorType x, int64_t axis) {
  if (axis >= 0 && axis < x.getRank())
    return success();
  return emitOptionalError(loc, "'", op, "' has axis ", axis,
                           " but operand x is ", x, " of rank ", x.getRank());
}

//===----------------------------------------------------------------------===//
// sort, argsort, top_k
//===----------------------------------------------------------------------===//

/// For ops with an operand x, an axis and a result of indices.
#define COUNTS_PLACES(Op)                                                      \
  SmallVector<GreatestCount> Op::getGreatestCounts() {                         \
    return {placesAlong(getX(), getAxis(),                                     \
                        tensorType(getIndices()).getElementType())};           \
  }

COUNTS_PLACES(SortOp)
COUNTS_PLACES(ArgsortOp)
COUNTS_PLACES(TopKOp)

LogicalResult SortOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location> loc,
                                       SortOp::Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  if (failed(checkAxis(loc, "dl.sort", x, adaptor.getAxis())))
    return failure();
  types.push_back(x);
  types.push_back(x.clone(IntegerType::get(context, 32)));
  return success();
}

void SortOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                           MutableArrayRef<Value> operands) {
  if (!cotangents[0])
    return;
  operands[0] =
      ScatterAddOp::create(builder, getLoc(), getX().getType(), cotangents[0],
                           getIndices(), Value(), getAxisAttr());
}

LogicalResult ArgsortOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          ArgsortOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  if (failed(checkAxis(loc, "dl.argsort", x, adaptor.getAxis())))
    return failure();
  types.push_back(x.clone(IntegerType::get(context, 32)));
  return success();
}

SmallVector<Value> ArgsortOp::decompose(OpBuilder &builder) {
  return {SortOp::create(builder, getLoc(), getX(), getAxisAttr(),
                         getDescendingAttr())
              .getIndices()};
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context,
                                       std::optional<Location> loc,
                                       TopKOp::Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  int64_t axis = adaptor.getAxis(), k = adaptor.getK();
  if (failed(checkAxis(loc, "dl.top_k", x, axis)))
    return failure();
  if (k < 0 || k > x.getDimSize(axis))
    return emitOptionalError(loc, "'dl.top_k' has k ", k, " but operand x ", x,
                             " has ", x.getDimSize(axis),
                             " elements along dimension ", axis);
  SmallVector<int64_t> shape(x.getShape());
  shape[axis] = k;
  types.push_back(x.clone(shape));
  types.push_back(RankedTensorType::get(shape, IntegerType::get(context, 32)));
  return success();
}

SmallVector<Value> TopKOp::decompose(OpBuilder &builder) {
  auto sort = SortOp::create(builder, getLoc(), getX(), getAxisAttr(),
                             getLargest() ? builder.getUnitAttr() : UnitAttr());
  SmallVector<Value> results;
  SmallVector<int64_t> offsets(tensorType(getX()).getRank(), 0);
  for (Value sorted : sort.getResults())
    results.push_back(SliceOp::create(
        builder, getLoc(), sorted, builder.getDenseI64ArrayAttr(offsets),
        builder.getDenseI64ArrayAttr(tensorType(getValues()).getShape()),
        DenseI64ArrayAttr()));
  return results;
}

//===----------------------------------------------------------------------===//
// cumsum
//===----------------------------------------------------------------------===//

LogicalResult CumsumOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         CumsumOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  if (failed(checkAxis(loc, "dl.cumsum", x, adaptor.getAxis())))
    return failure();
  if (x.getElementType().isInteger(1))
    return emitOptionalError(loc, "'dl.cumsum' has operand x of ", x,
                             ", and i1 holds no sums: dl.cast it first");
  types.push_back(x);
  return success();
}

SmallVector<GreatestCount> CumsumOp::getGreatestCounts() {
  return countsOfSums(getX(), placesAlong(getX(), getAxis(), {}).value + 1);
}

void CumsumOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                             MutableArrayRef<Value> operands) {
  operands[0] = CumsumOp::create(
      builder, getLoc(), cotangents[0], getAxisAttr(), getExclusiveAttr(),
      getReverse() ? UnitAttr() : builder.getUnitAttr());
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Sorting.cpp.inc"
