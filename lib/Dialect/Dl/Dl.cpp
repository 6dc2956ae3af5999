//===- Dl.cpp - Registration of the dialect -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Dl.h"
#include "Words.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Support/Suggest.h"

using namespace mlir;
using namespace dlc::dl;

#include "dlc/Dialect/Dl/DlDialect.cpp.inc"
#include "dlc/Dialect/Dl/DlOpInterfaces.cpp.inc"

void DlDialect::initialize() {
  registerAttributes();
#include "dlc/Dialect/Dl/DlOps.cpp.inc" // addCheckedOperations of every family
}

Operation *DlDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                          Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, elements);
}

bool dlc::dl::hasUsableSize(Type type) {
  int64_t elements = 1;
  for (int64_t extent : llvm::cast<RankedTensorType>(type).getShape()) {
    if (extent < 0 || extent > maxElements / elements)
      return false;
    // An empty tensor has no size, but its shape still is one to compute with.
    elements *= std::max<int64_t>(extent, 1);
  }
  return true;
}

GreatestCount dlc::dl::placesAlong(Value x, int64_t axis, Type element) {
  auto type = llvm::cast<RankedTensorType>(x.getType());
  bool exists = axis >= 0 && axis < type.getRank();
  return {exists ? type.getDimSize(axis) - 1 : -1, element};
}

SmallVector<GreatestCount> dlc::dl::countsOfSums(Value x, int64_t most) {
  auto cast = x.getDefiningOp<CastOp>();
  if (!cast || !getElementTypeOrSelf(cast.getX()).isInteger(1) ||
      !getElementTypeOrSelf(x).isInteger())
    return {};
  return {{most, getElementTypeOrSelf(x)}};
}

LogicalResult dlc::dl::verifyCounts(Operation *op,
                                    ArrayRef<GreatestCount> counts) {
  for (const GreatestCount &count : counts) {
    // An index is held by every type that a value can have.
    const ElementType *element = findElementType(count.element);
    int64_t most = element ? element->greatestCount()
                           : std::numeric_limits<int64_t>::max();
    if (count.value > most)
      return op->emitOpError()
             << "counts to " << count.value << ", which is more than "
             << count.element << " holds";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Build.h
//===----------------------------------------------------------------------===//

Value Expr::splat(Type type, double value) {
  auto tensor = llvm::cast<RankedTensorType>(type);
  TypedAttr element =
      isa<FloatType>(tensor.getElementType())
          ? TypedAttr(b.getFloatAttr(tensor.getElementType(), value))
          : TypedAttr(
                b.getIntegerAttr(tensor.getElementType(), int64_t(value)));
  return ConstantOp::create(b, loc, SplatElementsAttr::get(tensor, element));
}

Value Expr::broadcast(Value x, Value like, ArrayRef<int64_t> dims) {
  auto type = tensorType(like).clone(tensorType(x).getElementType());
  return BroadcastOp::create(b, loc, type, x, dims);
}

Value Expr::sumTo(Value x, ArrayRef<int64_t> shape) {
  RankedTensorType type = tensorType(x);
  SmallVector<int64_t> axes;
  int64_t missing = type.getRank() - int64_t(shape.size());
  for (int64_t i = 0; i < type.getRank(); ++i)
    if (i < missing || shape[i - missing] != type.getDimSize(i))
      axes.push_back(i);
  if (axes.empty())
    return x;
  Value sum = this->sum(x, axes);
  return tensorType(sum).getShape() == shape ? sum : reshape(sum, shape);
}

Value Expr::softplus(Value x) {
  // Above the threshold e^-x is nothing beside x in f64 too.
  return SoftplusOp::create(b, loc, x.getType(), x, b.getF64FloatAttr(1),
                            b.getF64FloatAttr(100));
}

Value Expr::broadcastTo(Value x, ArrayRef<int64_t> shape) {
  RankedTensorType type = tensorType(x);
  if (type.getShape() == shape)
    return x;
  SmallVector<int64_t> kept, dims;
  for (auto [i, extent] : llvm::enumerate(type.getShape())) {
    int64_t dim = shape.size() - type.getRank() + i;
    if (extent != shape[dim])
      continue;
    kept.push_back(extent);
    dims.push_back(dim);
  }
  if (int64_t(kept.size()) != type.getRank())
    x = reshape(x, kept);
  return BroadcastOp::create(b, loc, type.clone(shape), x, dims);
}

Value Expr::reshape(Value x, ArrayRef<int64_t> shape) {
  return ReshapeOp::create(b, loc, tensorType(x).clone(shape), x);
}

Value Expr::blocked(Value x, int64_t width) {
  RankedTensorType type = tensorType(x);
  SmallVector<int64_t> shape(type.getShape());
  shape.back() /= width;
  shape.push_back(width);
  SmallVector<int64_t> perm{type.getRank() - 1};
  llvm::append_range(perm, llvm::seq<int64_t>(type.getRank() - 1));
  perm.push_back(type.getRank());
  return transpose(reshape(x, shape), perm);
}

Value Expr::slice(Value x, int64_t axis, int64_t offset, int64_t size) {
  SmallVector<int64_t> offsets(tensorType(x).getRank()),
      sizes(tensorType(x).getShape());
  offsets[axis] = offset;
  sizes[axis] = size;
  return SliceOp::create(b, loc, x, offsets, sizes, DenseI64ArrayAttr());
}

Value Expr::concat(ValueRange xs, int64_t axis) {
  return xs.size() == 1 ? xs.front()
                        : Value(ConcatOp::create(b, loc, xs, axis, false));
}

Value Expr::sumAllBut(Value x, int64_t axis) {
  return sum(x, allBut(tensorType(x).getRank(), axis));
}

std::string dlc::dl::listed(ArrayRef<int64_t> list) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << '[';
  llvm::interleaveComma(list, stream);
  stream << ']';
  return text;
}

SmallVector<int64_t> dlc::dl::allBut(int64_t rank, int64_t axis) {
  SmallVector<int64_t> axes;
  for (int64_t i = 0; i < rank; ++i)
    if (i != axis)
      axes.push_back(i);
  return axes;
}

SmallVector<int64_t> dlc::dl::inversePermutation(ArrayRef<int64_t> perm) {
  SmallVector<int64_t> inverse(perm.size());
  for (auto [i, p] : llvm::enumerate(perm))
    inverse[p] = i;
  return inverse;
}
