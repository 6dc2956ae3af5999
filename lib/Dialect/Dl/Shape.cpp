//===- Shape.cpp - Ops that move elements ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Syntax.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc::dl;

/// Whether dimension 0 goes through unchanged.
static bool sameRows(Value x, Value y) {
  RankedTensorType from = tensorType(x), to = tensorType(y);
  return from.getRank() && to.getRank() &&
         from.getDimSize(0) == to.getDimSize(0);
}

//===----------------------------------------------------------------------===//
// constant
//===----------------------------------------------------------------------===//

ParseResult dlc::dl::parseElements(OpAsmParser &parser, ElementsAttr &value) {
  SMLoc loc = parser.getCurrentLocation();
  const char *end = loc.getPointer();
  if (*end == '-')
    ++end;
  if (llvm::isDigit(*end)) {
    while (llvm::isAlnum(*end) || StringRef("+-.").contains(*end))
      ++end;
    return parser.emitError(loc)
           << "expects its elements in 'dense<...>': 'dense<"
           << StringRef(loc.getPointer(), end - loc.getPointer()) << ">'";
  }
  return parser.parseAttribute(value);
}

void dlc::dl::printElements(OpAsmPrinter &printer, Operation *,
                            ElementsAttr value) {
  printer << value;
}

LogicalResult ConstantOp::inferReturnTypes(MLIRContext *,
                                           std::optional<Location>,
                                           ConstantOp::Adaptor adaptor,
                                           SmallVectorImpl<Type> &types) {
  types.push_back(adaptor.getValue().getType());
  return success();
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }
bool ConstantOp::isRowOperand(unsigned) { return true; }

//===----------------------------------------------------------------------===//
// reshape, flatten
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  RankedTensorType x = tensorType(getX()), y = tensorType(getY());
  if (x.getElementType() != y.getElementType())
    return emitOpError() << "keeps the element type, but operand x is " << x
                         << " and the result " << y;
  if (x.getNumElements() != y.getNumElements())
    return emitOpError() << "keeps all elements, but operand x " << x << " has "
                         << x.getNumElements() << " and the result " << y << " "
                         << y.getNumElements();
  return success();
}

bool ReshapeOp::isRowOperand(unsigned) { return sameRows(getX(), getY()); }

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getX()))
    return splat.resizeSplat(tensorType(getY()));
  if (getX().getType() == getY().getType())
    return getX();
  if (auto before = getX().getDefiningOp<ReshapeOp>()) {
    getXMutable().assign(before.getX());
    return getResult();
  }
  return {};
}

void ReshapeOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                              MutableArrayRef<Value> operands) {
  operands[0] = Expr(builder, getLoc())
                    .reshape(cotangents[0], tensorType(getX()).getShape());
}

LogicalResult FlattenOp::verify() {
  RankedTensorType x = tensorType(getX());
  if (x.getRank() < 1)
    return emitOpError() << "expects operand x of rank 1 or more, not " << x;
  int64_t start = getStartAxis();
  int64_t end = getEndAxis() ? int64_t(*getEndAxis()) : x.getRank() - 1;
  // A vector from axis 1 on is a column: nothing is merged into the last
  // dimension.
  if (start < 0 || start > x.getRank() || end >= x.getRank() || end < start - 1)
    return emitOpError() << "has axes " << start << " to " << end
                         << " but operand x is " << x << " of rank "
                         << x.getRank();
  SmallVector<int64_t> shape(x.getShape().take_front(start));
  int64_t merged = 1;
  for (int64_t extent : x.getShape().slice(start, end + 1 - start))
    merged *= extent;
  shape.push_back(merged);
  llvm::append_range(shape, x.getShape().drop_front(end + 1));
  auto expected = x.clone(shape);
  if (getY().getType() != expected)
    return emitOpError() << "of operand x " << x << " gives " << expected
                         << ", not " << getY().getType();
  return success();
}

SmallVector<Value> FlattenOp::decompose(OpBuilder &builder) {
  return {
      Expr(builder, getLoc()).reshape(getX(), tensorType(getY()).getShape())};
}

void FlattenOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                              MutableArrayRef<Value> operands) {
  operands[0] = Expr(builder, getLoc())
                    .reshape(cotangents[0], tensorType(getX()).getShape());
}

//===----------------------------------------------------------------------===//
// transpose
//===----------------------------------------------------------------------===//

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> loc,
                                            TransposeOp::Adaptor adaptor,
                                            SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  ArrayRef<int64_t> perm = adaptor.getPerm();
  if (int64_t(perm.size()) != x.getRank())
    return emitOptionalError(loc, "'dl.transpose' expects 'perm' with ",
                             x.getRank(), " entries for operand x ", x,
                             ", not ", perm.size());
  SmallVector<bool> seen(perm.size());
  SmallVector<int64_t> shape;
  for (int64_t p : perm) {
    if (p < 0 || p >= x.getRank() || seen[p])
      return emitOptionalError(
          loc, "'dl.transpose' expects 'perm' to hold each of 0 to ",
          x.getRank() - 1, " once, for operand x ", x, ", not ", listed(perm));
    seen[p] = true;
    shape.push_back(x.getDimSize(p));
  }
  types.push_back(x.clone(shape));
  return success();
}

bool TransposeOp::isRowOperand(unsigned) {
  return !getPerm().empty() && getPerm()[0] == 0;
}

void TransposeOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  operands[0] = Expr(builder, getLoc())
                    .transpose(cotangents[0], inversePermutation(getPerm()));
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getX()))
    return splat.resizeSplat(tensorType(getY()));
  if (llvm::equal(getPerm(), llvm::seq<int64_t>(getPerm().size())))
    return getX();
  if (auto before = getX().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> perm;
    for (int64_t p : getPerm())
      perm.push_back(before.getPerm()[p]);
    setPerm(perm);
    getXMutable().assign(before.getX());
    return getResult();
  }
  return {};
}

namespace {
/// A transpose that only moves dimensions of extent 1 moves no element.
struct TransposeOfUnitDims : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    int64_t last = -1;
    for (int64_t p : op.getPerm()) {
      if (tensorType(op.getX()).getDimSize(p) == 1)
        continue;
      if (p < last)
        return rewriter.notifyMatchFailure(op, "elements change their order");
      last = p;
    }
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getX());
    return success();
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<TransposeOfUnitDims>(context);
}

//===----------------------------------------------------------------------===//
// unblock
//===----------------------------------------------------------------------===//

LogicalResult UnblockOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          UnblockOp::Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  if (x.getRank() < 2)
    return emitOptionalError(
        loc, "'dl.unblock' expects operand x of rank 2 or more, not ", x);
  SmallVector<int64_t> shape(x.getShape().drop_front());
  shape.back() *= x.getDimSize(0);
  types.push_back(x.clone(shape));
  return success();
}

// A row has columns of all blocks.
bool UnblockOp::isRowOperand(unsigned) { return false; }

void UnblockOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                              MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  operands[0] = e.blocked(cotangents[0], tensorType(getX()).getShape().back());
}

//===----------------------------------------------------------------------===//
// broadcast
//===----------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  RankedTensorType x = tensorType(getX()), y = tensorType(getY());
  if (int64_t(getDims().size()) != x.getRank())
    return emitOpError() << "expects 'dims' with " << x.getRank()
                         << " entries for operand x " << x << ", not "
                         << getDims().size();
  int64_t last = -1;
  for (auto [i, dim] : llvm::enumerate(getDims())) {
    if (dim <= last || dim >= y.getRank())
      return emitOpError()
             << "expects 'dims' to ascend and to lie within the result " << y
             << ", not " << listed(getDims());
    if (x.getDimSize(i) != y.getDimSize(dim))
      return emitOpError() << "puts dimension " << i << " of operand x " << x
                           << " where the result " << y << " has extent "
                           << y.getDimSize(dim);
    last = dim;
  }
  if (x.getElementType() != y.getElementType())
    return emitOpError() << "keeps the element type, but operand x is " << x
                         << " and the result " << y;
  return success();
}

bool BroadcastOp::isRowOperand(unsigned) {
  return !getDims().empty() && getDims()[0] == 0;
}

void BroadcastOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                                MutableArrayRef<Value> operands) {
  SmallVector<int64_t> axes;
  for (int64_t i = 0, rank = tensorType(getY()).getRank(); i < rank; ++i)
    if (!llvm::is_contained(getDims(), i))
      axes.push_back(i);
  operands[0] = Expr(builder, getLoc()).sum(cotangents[0], axes);
}

OpFoldResult BroadcastOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getY().getType())
    return getX();
  if (auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getX()))
    return splat.resizeSplat(tensorType(getY()));
  if (auto before = getX().getDefiningOp<BroadcastOp>()) {
    setDims(llvm::map_to_vector(before.getDims(),
                                [&](int64_t dim) { return getDims()[dim]; }));
    getXMutable().assign(before.getX());
    return getResult();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// reverse
//===----------------------------------------------------------------------===//

LogicalResult ReverseOp::verify() {
  int64_t rank = tensorType(getX()).getRank();
  for (auto [i, dim] : llvm::enumerate(getDims())) {
    if (dim < 0 || dim >= rank)
      return emitOpError() << "has dimension " << dim << " but operand x is "
                           << getX().getType() << " of rank " << rank;
    if (llvm::is_contained(getDims().take_front(i), dim))
      return emitOpError() << "expects each of 'dims' once, not "
                           << listed(getDims());
  }
  return success();
}

bool ReverseOp::isRowOperand(unsigned) {
  return !llvm::is_contained(getDims(), 0);
}

void ReverseOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                              MutableArrayRef<Value> operands) {
  operands[0] = ReverseOp::create(builder, getLoc(), cotangents[0].getType(),
                                  cotangents[0], getDims());
}

OpFoldResult ReverseOp::fold(FoldAdaptor adaptor) {
  if (isa_and_present<SplatElementsAttr>(adaptor.getX()) ||
      llvm::all_of(getDims(), [&](int64_t dim) {
        return tensorType(getX()).getDimSize(dim) <= 1;
      }))
    return getX();
  auto before = getX().getDefiningOp<ReverseOp>();
  if (!before)
    return {};
  // Dimensions that both reverse stay as they were.
  SmallVector<int64_t> dims;
  for (int64_t dim = 0, e = tensorType(getX()).getRank(); dim < e; ++dim)
    if (llvm::is_contained(getDims(), dim) !=
        llvm::is_contained(before.getDims(), dim))
      dims.push_back(dim);
  if (dims.empty())
    return before.getX();
  setDims(dims);
  getXMutable().assign(before.getX());
  return getResult();
}

//===----------------------------------------------------------------------===//
// iota
//===----------------------------------------------------------------------===//

LogicalResult IotaOp::verify() {
  RankedTensorType y = tensorType(getY());
  int64_t axis = getAxis();
  if (axis < 0 || axis >= y.getRank())
    return emitOpError() << "has axis " << axis << " but the result is " << y
                         << " of rank " << y.getRank();
  return success();
}

SmallVector<GreatestCount> IotaOp::getGreatestCounts() {
  return {placesAlong(getY(), getAxis(), tensorType(getY()).getElementType())};
}

bool IotaOp::isRowOperand(unsigned) { return true; }

//===----------------------------------------------------------------------===//
// one_hot
//===----------------------------------------------------------------------===//

LogicalResult OneHotOp::verify() {
  RankedTensorType index = tensorType(getIndex()), y = tensorType(getY());
  if (y.getRank() != index.getRank() + 1 ||
      y.getShape().drop_back() != index.getShape())
    return emitOpError() << "adds a last dimension, but operand index is "
                         << index << " and the result " << y;
  return success();
}

bool OneHotOp::isRowOperand(unsigned) {
  return tensorType(getIndex()).getRank() > 0;
}

#define GET_OP_CLASSES
#include "dlc/Dialect/Dl/Shape.cpp.inc"
