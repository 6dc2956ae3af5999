//===- Table.cpp - Reading and adding at computed places ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include "llvm/Support/Path.h"

using namespace mlir;
using namespace dlc::dl;

/// Checks that `axis` is a dimension of operand `name` of type `type`.
static LogicalResult checkAxis(std::optional<Location> loc, StringRef op,
                               StringRef name, RankedTensorType type,
                               int64_t axis) {
  if (axis >= 0 && axis < type.getRank())
    return success();
  return emitOptionalError(loc, "'", op, "' has axis ", axis, " but ", name,
                           " is ", type, " of rank ", type.getRank());
}

/// Checks that there is a place in dimension `axis` of `table` if `index` has
/// an entry.
static LogicalResult checkTable(std::optional<Location> loc, StringRef op,
                                StringRef name, RankedTensorType table,
                                int64_t axis, RankedTensorType index) {
  if (table.getDimSize(axis) > 0 || index.getNumElements() == 0)
    return success();
  return emitOptionalError(loc, "'", op, "' has operand index ", index,
                           " but no place for it along dimension ", axis,
                           " of ", name, " ", table);
}

/// The shape of `table` with the dimensions of `index` in place of `axis`.
static SmallVector<int64_t>
selectedShape(RankedTensorType table, RankedTensorType index, int64_t axis) {
  SmallVector<int64_t> shape(table.getShape().take_front(axis));
  llvm::append_range(shape, index.getShape());
  llvm::append_range(shape, table.getShape().drop_front(axis + 1));
  return shape;
}

//===----------------------------------------------------------------------===//
// check_index, first_fault
//===----------------------------------------------------------------------===//

std::string dlc::dl::indexFaultMessage(Location loc, StringRef op,
                                       StringRef operand, int64_t limit) {
  std::string text = (op + ": operand " + operand +
                      " has an entry outside [0, " + Twine(limit) + ")")
                         .str();
  loc->walk([&](Location part) {
    auto file = dyn_cast<FileLineColLoc>(part);
    if (!file)
      return WalkResult::advance();
    StringRef name = llvm::sys::path::filename(file.getFilename().getValue());
    text += (" (" + name + ":" + Twine(file.getLine()) + ")").str();
    return WalkResult::interrupt();
  });
  return text;
}

LogicalResult CheckIndexOp::verify() {
  if (int64_t(getLimit()) < 1 && tensorType(getIndex()).getNumElements())
    return emitOpError() << "expects a limit of at least 1, not "
                         << int64_t(getLimit())
                         << ": no entry of operand index "
                         << getIndex().getType() << " could be below";
  return success();
}

OpFoldResult CheckIndexOp::fold(FoldAdaptor) {
  // An index below a lower limit is below this one.
  if (auto before = getIndex().getDefiningOp<CheckIndexOp>())
    if (before.getLimit() <= getLimit())
      return getIndex();
  return {};
}

LogicalResult FirstFaultOp::inferReturnTypes(MLIRContext *context,
                                             std::optional<Location> loc,
                                             FirstFaultOp::Adaptor adaptor,
                                             SmallVectorImpl<Type> &types) {
  if (adaptor.getIndices().size() != adaptor.getLimits().size())
    return emitOptionalError(loc,
                             "'dl.first_fault' expects a limit for each of ",
                             adaptor.getIndices().size(), " operands, not ",
                             adaptor.getLimits().size());
  types.push_back(RankedTensorType::get({}, IntegerType::get(context, 64)));
  return success();
}

//===----------------------------------------------------------------------===//
// index_select, index_add
//===----------------------------------------------------------------------===//

LogicalResult IndexSelectOp::inferReturnTypes(MLIRContext *,
                                              std::optional<Location> loc,
                                              IndexSelectOp::Adaptor adaptor,
                                              SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType index = tensorType(adaptor.getIndex());
  int64_t axis = adaptor.getAxis();
  StringRef name = "dl.index_select";
  if (failed(checkAxis(loc, name, "operand x", x, axis)) ||
      failed(checkTable(loc, name, "operand x", x, axis, index)))
    return failure();
  types.push_back(x.clone(selectedShape(x, index, axis)));
  return success();
}

SmallVector<TableIndex> IndexSelectOp::getTableIndices() {
  return {{1, tensorType(getX()).getDimSize(getAxis()), "index"}};
}

bool IndexSelectOp::hasRows() { return tensorType(getY()).getRank() > 0; }

bool IndexSelectOp::isRowOperand(unsigned number) {
  if (getAxis() > 0)
    return number == 0;
  return number == 1 && tensorType(getIndex()).getRank() > 0;
}

void IndexSelectOp::differentiate(OpBuilder &builder,
                                  ArrayRef<Value> cotangents,
                                  MutableArrayRef<Value> operands) {
  operands[0] =
      IndexAddOp::create(builder, getLoc(), getX().getType(), cotangents[0],
                         getIndex(), Value(), getAxisAttr());
}

LogicalResult IndexAddOp::verify() {
  RankedTensorType y = tensorType(getY()), source = tensorType(getSource());
  RankedTensorType index = tensorType(getIndex());
  int64_t axis = getAxis();
  StringRef name = "dl.index_add";
  if (failed(checkAxis(getLoc(), name, "the result", y, axis)) ||
      failed(checkTable(getLoc(), name, "the result", y, axis, index)))
    return failure();
  auto expected = y.clone(selectedShape(y, index, axis));
  if (source != expected)
    return emitOpError() << "with operand index " << index
                         << " into the result " << y << " along dimension "
                         << axis << " expects operand source to be " << expected
                         << ", not " << source;
  if (getInto() && getInto().getType() != y)
    return emitOpError() << "expects operand into of the type of the result "
                         << y << ", not " << getInto().getType();
  return success();
}

SmallVector<TableIndex> IndexAddOp::getTableIndices() {
  return {{1, tensorType(getY()).getDimSize(getAxis()), "index"}};
}

void IndexAddOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                               MutableArrayRef<Value> operands) {
  operands[0] = IndexSelectOp::create(builder, getLoc(), cotangents[0],
                                      getIndex(), getAxisAttr());
  if (getInto())
    operands[2] = cotangents[0];
}

//===----------------------------------------------------------------------===//
// gather, scatter_add
//===----------------------------------------------------------------------===//

/// Checks that `index` fits into `table` but for `axis`.
static LogicalResult checkFits(std::optional<Location> loc, StringRef op,
                               StringRef name, RankedTensorType table,
                               RankedTensorType index, int64_t axis) {
  if (failed(checkAxis(loc, op, name, table, axis)))
    return failure();
  if (index.getRank() != table.getRank())
    return emitOptionalError(loc, "'", op, "' expects operand index of rank ",
                             table.getRank(), ", the rank of ", name, " ",
                             table, ", not ", index);
  for (int64_t i = 0; i < index.getRank(); ++i)
    if (i != axis && index.getDimSize(i) > table.getDimSize(i))
      return emitOptionalError(loc, "'", op, "' along dimension ", axis,
                               " expects operand index ", index,
                               " to be nowhere else larger than ", name, " ",
                               table, ", but dimension ", i, " is");
  return checkTable(loc, op, name, table, axis, index);
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         GatherOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  RankedTensorType index = tensorType(adaptor.getIndex());
  if (failed(checkFits(loc, "dl.gather", "operand x", x, index,
                       adaptor.getAxis())))
    return failure();
  types.push_back(x.clone(index.getShape()));
  return success();
}

SmallVector<TableIndex> GatherOp::getTableIndices() {
  return {{1, tensorType(getX()).getDimSize(getAxis()), "index"}};
}

bool GatherOp::hasRows() { return true; }

bool GatherOp::isRowOperand(unsigned number) {
  if (number == 1)
    return true;
  return getAxis() > 0 &&
         tensorType(getX()).getDimSize(0) == tensorType(getY()).getDimSize(0);
}

void GatherOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                             MutableArrayRef<Value> operands) {
  operands[0] =
      ScatterAddOp::create(builder, getLoc(), getX().getType(), cotangents[0],
                           getIndex(), Value(), getAxisAttr());
}

LogicalResult ScatterAddOp::verify() {
  RankedTensorType y = tensorType(getY()), source = tensorType(getSource());
  RankedTensorType index = tensorType(getIndex());
  if (failed(checkFits(getLoc(), "dl.scatter_add", "the result", y, index,
                       getAxis())))
    return failure();
  bool fits = source.getRank() == index.getRank();
  for (int64_t i = 0; fits && i < index.getRank(); ++i)
    fits = index.getDimSize(i) <= source.getDimSize(i);
  if (!fits)
    return emitOpError() << "expects operand index " << index
                         << " to be nowhere larger than operand source "
                         << source;
  if (source.getElementType() != y.getElementType())
    return emitOpError() << "keeps the element type, but operand source is "
                         << source << " and the result " << y;
  if (getInto() && getInto().getType() != y)
    return emitOpError() << "expects operand into of the type of the result "
                         << y << ", not " << getInto().getType();
  return success();
}

SmallVector<TableIndex> ScatterAddOp::getTableIndices() {
  return {{1, tensorType(getY()).getDimSize(getAxis()), "index"}};
}

void ScatterAddOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                 MutableArrayRef<Value> operands) {
  Value ofSource = GatherOp::create(builder, getLoc(), cotangents[0],
                                    getIndex(), getAxisAttr());
  // Source elements beyond the index's extents are not added: their cotangent
  // is 0.
  RankedTensorType source = tensorType(getSource());
  if (ofSource.getType() != source) {
    SmallVector<int64_t> low(source.getRank(), 0), high;
    for (auto [all, read] :
         llvm::zip(source.getShape(), tensorType(ofSource).getShape()))
      high.push_back(all - read);
    ofSource = PadOp::create(
        builder, getLoc(), ofSource, builder.getDenseI64ArrayAttr(low),
        builder.getDenseI64ArrayAttr(high), DenseI64ArrayAttr());
  }
  operands[0] = ofSource;
  if (getInto())
    operands[2] = cotangents[0];
}

//===----------------------------------------------------------------------===//
// unique, index_copy
//===----------------------------------------------------------------------===//

LogicalResult UniqueOp::inferReturnTypes(MLIRContext *context,
                                         std::optional<Location> loc,
                                         UniqueOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType index = tensorType(adaptor.getIndex());
  int64_t limit = adaptor.getLimit();
  if (limit < 1)
    return emitOptionalError(
        loc, "'dl.unique' expects a limit of at least 1, not ", limit);
  types.push_back(index.clone({std::min(index.getNumElements(), limit)}));
  types.push_back(index);
  types.push_back(index.clone(ArrayRef<int64_t>()));
  return success();
}

LogicalResult UniqueOp::fold(FoldAdaptor,
                             SmallVectorImpl<OpFoldResult> &folds) {
  if (tensorType(getIndex()).getNumElements() > 0)
    return failure();
  for (Value result : {Value(getPlaces()), Value(getInverse())})
    folds.push_back(
        DenseElementsAttr::get(tensorType(result), ArrayRef<Attribute>()));
  folds.push_back(
      DenseElementsAttr::get(tensorType(getCount()), ArrayRef<int64_t>{0}));
  return success();
}

LogicalResult IndexCopyOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            IndexCopyOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  RankedTensorType source = tensorType(adaptor.getSource());
  RankedTensorType index = tensorType(adaptor.getIndex());
  RankedTensorType into = tensorType(adaptor.getInto());
  StringRef name = "dl.index_copy";
  if (failed(checkAxis(loc, name, "operand into", into, 0)) ||
      failed(checkTable(loc, name, "operand into", into, 0, index)))
    return failure();
  auto expected = into.clone(selectedShape(into, index, 0));
  if (source != expected)
    return emitOptionalError(loc, "'dl.index_copy' with operand index ", index,
                             " into ", into, " expects operand source to be ",
                             expected, ", not ", source);
  types.push_back(into);
  return success();
}

OpFoldResult IndexCopyOp::fold(FoldAdaptor) {
  if (tensorType(getSource()).getNumElements() == 0)
    return getInto();
  return {};
}

SmallVector<TableIndex> IndexCopyOp::getTableIndices() {
  return {{1, tensorType(getInto()).getDimSize(0), "index"}};
}

OpOperand &IndexCopyOp::getOverwritten() { return getIntoMutable(); }

void IndexCopyOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  Value dy = cotangents[0], index = getIndex();
  RankedTensorType source = tensorType(getSource()),
                   into = tensorType(getInto());
  auto copyInto = [&](Value rows, Value table) -> Value {
    return IndexCopyOp::create(builder, getLoc(), rows, index, getCount(),
                               table);
  };
  auto select = [&](Value table) -> Value {
    return IndexSelectOp::create(builder, getLoc(), table, index,
                                 builder.getI64IntegerAttr(0));
  };
  operands[getIntoMutable().getOperandNumber()] =
      copyInto(e.splat(source, 0), dy);
  // Each row has the number of the entry that it is from.
  auto numbers = RankedTensorType::get({tensorType(index).getNumElements()},
                                       builder.getI64Type());
  Value number = e.reshape(e.iota(numbers, 0), tensorType(index).getShape());
  auto places =
      RankedTensorType::get({into.getDimSize(0)}, builder.getI64Type());
  Value from = select(copyInto(number, e.splat(places, -1)));
  Value counts = e.compare(Predicate::eq, from, number);
  auto dims =
      llvm::to_vector(llvm::seq<int64_t>(0, tensorType(index).getRank()));
  Value rows = select(dy);
  operands[0] = e.where(e.broadcast(counts, rows, dims), rows);
}

//===----------------------------------------------------------------------===//
// embedding
//===----------------------------------------------------------------------===//

LogicalResult EmbeddingOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            EmbeddingOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  RankedTensorType table = tensorType(adaptor.getTable());
  RankedTensorType index = tensorType(adaptor.getIndex());
  if (table.getRank() != 2)
    return emitOptionalError(
        loc, "'dl.embedding' expects operand table of rank 2 (V x D), not ",
        table);
  if (failed(checkTable(loc, "dl.embedding", "operand table", table, 0, index)))
    return failure();
  if (std::optional<uint64_t> padding = adaptor.getPaddingIndex())
    if (int64_t(*padding) < 0 || int64_t(*padding) >= table.getDimSize(0))
      return emitOptionalError(loc, "'dl.embedding' has padding_index ",
                               int64_t(*padding),
                               ", which is not a row of operand table ", table);
  types.push_back(table.clone(selectedShape(table, index, 0)));
  return success();
}

Value EmbeddingOp::buildIndex(OpBuilder &builder) {
  return CheckIndexOp::create(
      builder, getLoc(), getIndex().getType(), getIndex(),
      builder.getI64IntegerAttr(tensorType(getTable()).getDimSize(0)),
      builder.getStringAttr("dl.embedding"), builder.getStringAttr("index"));
}

Value EmbeddingOp::buildIsPadding(OpBuilder &builder) {
  std::optional<uint64_t> padding = getPaddingIndex();
  if (!padding)
    return {};
  Expr e(builder, getLoc());
  return e.compare(Predicate::eq, getIndex(), double(int64_t(*padding)));
}

Value EmbeddingOp::buildRowCotangents(OpBuilder &builder, Value cotangent) {
  Value isPadding = buildIsPadding(builder);
  if (!isPadding)
    return cotangent;
  Expr e(builder, getLoc());
  auto dims =
      llvm::to_vector(llvm::seq<int64_t>(0, tensorType(getIndex()).getRank()));
  return e.unless(e.broadcast(isPadding, cotangent, dims), cotangent);
}

SmallVector<Value> EmbeddingOp::decompose(OpBuilder &builder) {
  Value index = buildIndex(builder);
  return {IndexSelectOp::create(builder, getLoc(), getTable(), index,
                                builder.getI64IntegerAttr(0))};
}

void EmbeddingOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  Value dy = buildRowCotangents(builder, cotangents[0]);
  Value index = buildIndex(builder);
  operands[0] =
      IndexAddOp::create(builder, getLoc(), getTable().getType(), dy, index,
                         Value(), builder.getI64IntegerAttr(0));
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Table.cpp.inc"
