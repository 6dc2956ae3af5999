//===- Graph.cpp - Sparse matrices and graphs -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

/// Checks `indptr` and `indices`.
static LogicalResult checkRows(std::optional<Location> loc, StringRef op,
                               RankedTensorType indptr,
                               RankedTensorType indices) {
  if (indptr.getRank() != 1 || indptr.getDimSize(0) < 1)
    return emitOptionalError(
        loc, "'", op,
        "' expects operand indptr of rank 1 with one entry "
        "more than the matrix has rows, not ",
        indptr);
  if (indices.getRank() != 1)
    return emitOptionalError(
        loc, "'", op,
        "' expects operand indices of rank 1, one entry for each "
        "of the matrix, not ",
        indices);
  return success();
}

/// Checks that `dense` is a matrix of `rows` rows.
static LogicalResult checkDense(std::optional<Location> loc, StringRef op,
                                StringRef name, RankedTensorType dense,
                                int64_t rows) {
  if (dense.getRank() == 2 && dense.getDimSize(0) == rows)
    return success();
  return emitOptionalError(loc, "'", op, "' expects ", name, " of rank 2 with ",
                           rows, " rows, as the sparse matrix has, not ",
                           dense);
}

/// Checks that entries have columns to stand in.
static LogicalResult checkColumns(std::optional<Location> loc, StringRef op,
                                  RankedTensorType indices, StringRef name,
                                  RankedTensorType dense) {
  if (indices.getNumElements() == 0 || dense.getDimSize(0) > 0)
    return success();
  return emitOptionalError(loc, "'", op, "' has operand indices ", indices,
                           " but no place for them in ", name, " ", dense);
}

//===----------------------------------------------------------------------===//
// spmm, sddmm
//===----------------------------------------------------------------------===//

LogicalResult SpmmOp::verify() {
  RankedTensorType indptr = tensorType(getIndptr());
  RankedTensorType indices = tensorType(getIndices());
  RankedTensorType dense = tensorType(getDense()), y = tensorType(getY());
  StringRef name = "dl.spmm";
  if (failed(checkRows(getLoc(), name, indptr, indices)))
    return failure();
  auto expected =
      RankedTensorType::get(indices.getShape(), dense.getElementType());
  if (getValues().getType() != expected)
    return emitOpError() << "with operands indices " << indices << " and dense "
                         << dense << " expects operand values to be "
                         << expected << ", not " << getValues().getType();
  if (y.getElementType() != dense.getElementType())
    return emitOpError() << "keeps the element type, but operand dense is "
                         << dense << " and the result " << y;
  int64_t rows = indptr.getDimSize(0) - 1;
  if (dense.getRank() != 2)
    return emitOpError() << "expects operand dense of rank 2, not " << dense;
  if (getTranspose()) {
    if (failed(checkDense(getLoc(), name, "operand dense", dense, rows)))
      return failure();
    if (y.getRank() != 2)
      return emitOpError() << "gives a result of rank 2, not " << y;
  } else if (failed(checkDense(getLoc(), name, "the result", y, rows))) {
    return failure();
  }
  if (y.getDimSize(1) != dense.getDimSize(1))
    return emitOpError() << "keeps the " << dense.getDimSize(1)
                         << " columns of operand dense " << dense
                         << ", but the result is " << y;
  if (getTranspose())
    return checkColumns(getLoc(), name, indices, "the result", y);
  return checkColumns(getLoc(), name, indices, "operand dense", dense);
}

SmallVector<TableIndex> SpmmOp::getTableIndices() {
  Value columns = getTranspose() ? getY() : getDense();
  return {{0, tensorType(getIndices()).getDimSize(0) + 1, "indptr",
           /*ascends=*/true},
          {1, tensorType(columns).getDimSize(0), "indices"}};
}

void SpmmOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                           MutableArrayRef<Value> operands) {
  Value dy = cotangents[0];
  bool transpose = getTranspose();
  operands[2] =
      SddmmOp::create(builder, getLoc(), getIndptr(), getIndices(),
                      transpose ? getDense() : dy, transpose ? dy : getDense());
  operands[3] = SpmmOp::create(builder, getLoc(), getDense().getType(),
                               getIndptr(), getIndices(), getValues(), dy,
                               transpose ? UnitAttr() : builder.getUnitAttr());
}

LogicalResult SddmmOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        SddmmOp::Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  RankedTensorType indptr = tensorType(adaptor.getIndptr());
  RankedTensorType indices = tensorType(adaptor.getIndices());
  RankedTensorType a = tensorType(adaptor.getA()),
                   b = tensorType(adaptor.getB());
  StringRef name = "dl.sddmm";
  if (failed(checkRows(loc, name, indptr, indices)) ||
      failed(checkDense(loc, name, "operand a", a, indptr.getDimSize(0) - 1)))
    return failure();
  if (b.getRank() != 2 || b.getDimSize(1) != a.getDimSize(1) ||
      b.getElementType() != a.getElementType())
    return emitOptionalError(loc,
                             "'dl.sddmm' expects operand b of rank 2 with "
                             "the columns and element type of operand a ",
                             a, ", not ", b);
  if (failed(checkColumns(loc, name, indices, "operand b", b)))
    return failure();
  types.push_back(
      RankedTensorType::get(indices.getShape(), a.getElementType()));
  return success();
}

SmallVector<TableIndex> SddmmOp::getTableIndices() {
  return {{0, tensorType(getIndices()).getDimSize(0) + 1, "indptr",
           /*ascends=*/true},
          {1, tensorType(getB()).getDimSize(0), "indices"}};
}

void SddmmOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                            MutableArrayRef<Value> operands) {
  Value dv = cotangents[0];
  operands[2] = SpmmOp::create(builder, getLoc(), getA().getType(), getIndptr(),
                               getIndices(), dv, getB(), UnitAttr());
  operands[3] = SpmmOp::create(builder, getLoc(), getB().getType(), getIndptr(),
                               getIndices(), dv, getA(), builder.getUnitAttr());
}

//===----------------------------------------------------------------------===//
// gcn_conv
//===----------------------------------------------------------------------===//

LogicalResult GcnConvOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          GcnConvOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  RankedTensorType indptr = tensorType(adaptor.getIndptr());
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType w = tensorType(adaptor.getWeight());
  StringRef name = "dl.gcn_conv";
  if (failed(checkRows(loc, name, indptr, tensorType(adaptor.getIndices()))) ||
      failed(checkDense(loc, name, "operand x", x, indptr.getDimSize(0) - 1)))
    return failure();
  if (w.getRank() != 2 || w.getDimSize(1) != x.getDimSize(1) ||
      w.getElementType() != x.getElementType())
    return emitOptionalError(
        loc, "'dl.gcn_conv' expects operand weight of rank 2 (out x ",
        x.getDimSize(1), ") with the element type of operand x ", x, ", not ",
        w);
  auto bias = RankedTensorType::get({w.getDimSize(0)}, x.getElementType());
  if (adaptor.getBias() && adaptor.getBias().getType() != bias)
    return emitOptionalError(loc, "'dl.gcn_conv' expects operand bias to be ",
                             bias, ", not ", adaptor.getBias().getType());
  if (failed(checkColumns(loc, name, tensorType(adaptor.getIndices()),
                          "operand x", x)))
    return failure();
  types.push_back(x.clone({x.getDimSize(0), w.getDimSize(0)}));
  return success();
}

SmallVector<Value> GcnConvOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  Type element = tensorType(getX()).getElementType();
  int64_t nodes = tensorType(getX()).getDimSize(0);
  auto check = [&](Value index, int64_t limit, StringRef name) -> Value {
    return CheckIndexOp::create(builder, getLoc(), index.getType(), index,
                                builder.getI64IntegerAttr(limit),
                                builder.getStringAttr("dl.gcn_conv"),
                                builder.getStringAttr(name));
  };
  int64_t entries = tensorType(getIndices()).getDimSize(0);
  Value indptr = check(getIndptr(), entries + 1, "indptr");
  Value indices =
      entries ? check(getIndices(), nodes, "indices") : Value(getIndices());

  // The degrees from the lengths of the rows.
  auto bounds = [&](int64_t offset) -> Value {
    return SliceOp::create(
        builder, getLoc(), indptr, builder.getDenseI64ArrayAttr({offset}),
        builder.getDenseI64ArrayAttr({nodes}), DenseI64ArrayAttr());
  };
  Value first = bounds(0), last = bounds(1);
  Value degree = e.cast(e.sub(last, first), element);
  Value scale;
  if (getAddSelfLoops()) {
    scale = e.rsqrt(e.offset(degree, 1));
  } else {
    Value zero = e.splat(degree.getType(), 0),
          one = e.splat(degree.getType(), 1);
    Value has = e.compare(Predicate::gt, degree, zero);
    scale = e.select(has, e.rsqrt(e.select(has, degree, one)), zero);
  }

  Value h = e.matmul(getX(), getWeight(), false, true);
  h = e.mul(h, e.broadcast(scale, h, {0}));
  Value ones = e.splat(RankedTensorType::get({entries}, element), 1);
  Value sum = SpmmOp::create(builder, getLoc(), h.getType(), indptr, indices,
                             ones, h, UnitAttr());
  if (getAddSelfLoops())
    sum = e.add(sum, h);
  Value y = e.mul(sum, e.broadcast(scale, sum, {0}));
  if (getBias())
    y = e.add(y, e.broadcast(getBias(), y, {1}));
  return {y};
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Graph.cpp.inc"
