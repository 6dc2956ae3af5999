//===- ShapeBoxes.cpp - Parts of tensors, and tensors of parts ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ops of Shape.td that take boxes out of tensors or put them together.
//
//===----------------------------------------------------------------------===//

#include "dialects/Dl/Build.h"
#include "dialects/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

/// Whether dimension 0 goes through unchanged.
static bool sameRows(Value x, Value y) {
  RankedTensorType from = tensorType(x), to = tensorType(y);
  return from.getRank() && to.getRank() &&
         from.getDimSize(0) == to.getDimSize(0);
}

//===----------------------------------------------------------------------===//
// pad
//===----------------------------------------------------------------------===//

/// Whether `value` is a number of the integer type.
static bool holds(IntegerType type, double value) {
  unsigned bits = type.getWidth();
  bool isUnsigned = type.isUnsigned() || bits == 1;
  double end = std::ldexp(1.0, int(isUnsigned ? bits : bits - 1));
  return value == std::trunc(value) && value < end &&
         value >= (isUnsigned ? 0 : -end);
}

/// Says that so much padding is negative, or more than `most`.
static LogicalResult badPadding(std::optional<Location> loc, StringRef op,
                                int64_t padding, int64_t most, size_t dim,
                                RankedTensorType x) {
  if (padding < 0)
    return emitOptionalError(loc, "'", op, "' expects no negative padding",
                             " along dimension ", dim, " of operand x ", x,
                             ", not ", padding);
  return emitOptionalError(loc, "'", op, "' expects padding of at most ", most,
                           " along dimension ", dim, " of operand x ", x,
                           ", not ", padding);
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> loc,
                                      PadOp::Adaptor adaptor,
                                      SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  size_t rank = x.getRank();
  ArrayRef<int64_t> low = adaptor.getLow(), high = adaptor.getHigh();
  std::optional<ArrayRef<int64_t>> interior = adaptor.getInterior();
  if (low.size() != rank || high.size() != rank ||
      (interior && interior->size() != rank))
    return emitOptionalError(
        loc, "'dl.pad' expects 'low', 'high' and 'interior' with ", rank,
        " entries for operand x ", x);
  SmallVector<int64_t> shape(x.getShape());
  for (size_t i = 0; i < rank; ++i) {
    int64_t between = interior ? (*interior)[i] : 0;
    for (int64_t padding : {low[i], high[i], between})
      if (padding < 0 || padding > maxElements)
        return badPadding(loc, "dl.pad", padding, maxElements, i, x);
    shape[i] += low[i] + high[i] + between * std::max<int64_t>(0, shape[i] - 1);
  }
  double value = adaptor.getValue().convertToDouble();
  auto integer = dyn_cast<IntegerType>(x.getElementType());
  if (integer && !holds(integer, value))
    return emitOptionalError(loc, "'dl.pad' has the value ", value,
                             ", which is no ", integer, " of operand x ", x);
  types.push_back(x.clone(shape));
  return success();
}

TypedAttr PadOp::getElementValue() {
  Builder builder(getContext());
  Type element = tensorType(getX()).getElementType();
  double value = getValue().convertToDouble();
  if (auto integer = dyn_cast<IntegerType>(element))
    return builder.getIntegerAttr(integer, int64_t(value));
  return builder.getFloatAttr(element, value);
}

OpFoldResult PadOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getY().getType())
    return getX();
  // Nothing but padding is left.
  if (tensorType(getX()).getNumElements() == 0)
    return SplatElementsAttr::get(tensorType(getY()), getElementValue());
  return {};
}

// Of new rows there is none in x to compute them from.
bool PadOp::hasRows() { return sameRows(getX(), getY()); }
bool PadOp::isRowOperand(unsigned) { return sameRows(getX(), getY()); }

void PadOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                          MutableArrayRef<Value> operands) {
  DenseI64ArrayAttr strides;
  if (getInterior())
    strides = builder.getDenseI64ArrayAttr(
        llvm::map_to_vector(*getInterior(), [](int64_t i) { return i + 1; }));
  operands[0] = SliceOp::create(
      builder, getLoc(), getX().getType(), cotangents[0], getLowAttr(),
      builder.getDenseI64ArrayAttr(tensorType(getX()).getShape()), strides);
}

//===----------------------------------------------------------------------===//
// slice
//===----------------------------------------------------------------------===//

LogicalResult SliceOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        SliceOp::Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  size_t rank = x.getRank();
  ArrayRef<int64_t> offsets = adaptor.getOffsets(), sizes = adaptor.getSizes();
  std::optional<ArrayRef<int64_t>> strides = adaptor.getStrides();
  if (offsets.size() != rank || sizes.size() != rank ||
      (strides && strides->size() != rank))
    return emitOptionalError(
        loc, "'dl.slice' expects offsets, sizes and strides with ", rank,
        " entries for operand x ", x);
  for (size_t i = 0; i < rank; ++i) {
    int64_t offset = offsets[i], size = sizes[i], extent = x.getDimSize(i);
    int64_t stride = strides ? (*strides)[i] : 1;
    if (stride < 1)
      return emitOptionalError(
          loc, "'dl.slice' expects strides of at least 1, not ", stride);
    if (offset < 0 || size < 0 || offset > extent ||
        (size > 0 && (size - 1) > (extent - 1 - offset) / stride))
      return emitOptionalError(loc, "'dl.slice' takes ", size,
                               " elements from ", offset, " on, ", stride,
                               " apart, but dimension ", i, " of operand x ", x,
                               " has ", extent);
  }
  types.push_back(x.clone(sizes));
  return success();
}

bool SliceOp::isRowOperand(unsigned) { return sameRows(getX(), getY()); }

void SliceOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                            MutableArrayRef<Value> operands) {
  SmallVector<int64_t> high, interior;
  ArrayRef<int64_t> extents = tensorType(getX()).getShape();
  for (size_t i = 0; i < extents.size(); ++i) {
    int64_t stride = getStrides() ? (*getStrides())[i] : 1;
    int64_t size = getSizes()[i];
    interior.push_back(stride - 1);
    high.push_back(extents[i] - getOffsets()[i] -
                   (size ? (size - 1) * stride + 1 : 0));
  }
  operands[0] =
      PadOp::create(builder, getLoc(), cotangents[0], getOffsetsAttr(),
                    builder.getDenseI64ArrayAttr(high),
                    getStrides() ? builder.getDenseI64ArrayAttr(interior)
                                 : DenseI64ArrayAttr());
}

/// The stride of a slice along dimension i.
static int64_t strideOf(SliceOp op, size_t i) {
  return op.getStrides() ? (*op.getStrides())[i] : 1;
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  if (getX().getType() == getY().getType())
    return getX();
  if (auto splat = dyn_cast_or_null<SplatElementsAttr>(adaptor.getX()))
    return splat.resizeSplat(tensorType(getY()));
  auto before = getX().getDefiningOp<SliceOp>();
  if (!before || tensorType(getY()).getNumElements() == 0)
    return {};
  SmallVector<int64_t> offsets, strides;
  for (size_t i = 0; i < getOffsets().size(); ++i) {
    int64_t stride = strideOf(before, i);
    offsets.push_back(before.getOffsets()[i] + getOffsets()[i] * stride);
    strides.push_back(stride * strideOf(*this, i));
  }
  bool dense = llvm::all_of(strides, [](int64_t s) { return s == 1; });
  setOffsets(offsets);
  setStrides(dense ? std::optional<ArrayRef<int64_t>>()
                   : ArrayRef<int64_t>(strides));
  getXMutable().assign(before.getX());
  return getResult();
}

namespace {
/// What lies within one operand of a concat is a slice of that operand.
struct SliceOfConcat : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getX().getDefiningOp<ConcatOp>();
    if (!concat || tensorType(op.getY()).getNumElements() == 0)
      return rewriter.notifyMatchFailure(op, "operand is no concat");
    int64_t axis = concat.getAxis();
    int64_t first = op.getOffsets()[axis];
    int64_t last = first + (op.getSizes()[axis] - 1) * strideOf(op, axis);
    for (Value x : concat.getXs()) {
      int64_t extent = tensorType(x).getDimSize(axis);
      if (first < 0)
        break;
      if (last < extent) {
        SmallVector<int64_t> offsets(op.getOffsets());
        offsets[axis] = first;
        rewriter.replaceOpWithNewOp<SliceOp>(
            op, x, rewriter.getDenseI64ArrayAttr(offsets), op.getSizesAttr(),
            op.getStridesAttr());
        return success();
      }
      first -= extent;
      last -= extent;
    }
    return rewriter.notifyMatchFailure(op, "takes parts of several operands");
  }
};
} // namespace

void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<SliceOfConcat>(context);
}

//===----------------------------------------------------------------------===//
// concat, split, stack
//===----------------------------------------------------------------------===//

/// Checks the operands of an op that puts tensors together.
static LogicalResult checkParts(std::optional<Location> loc, ValueRange xs,
                                int64_t axis, int64_t axes, StringRef name) {
  if (xs.empty())
    return emitOptionalError(loc, "'", name, "' expects at least one operand");
  RankedTensorType first = tensorType(xs[0]);
  if (axis < 0 || axis >= axes)
    return emitOptionalError(loc, "'", name, "' has axis ", axis,
                             " but operand 0 is ", first, " of rank ",
                             first.getRank());
  return success();
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         ConcatOp::Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  ValueRange xs = adaptor.getXs();
  int64_t axis = adaptor.getAxis();
  int64_t rank = xs.empty() ? 0 : tensorType(xs[0]).getRank();
  if (failed(checkParts(loc, xs, axis, rank, "dl.concat")))
    return failure();
  RankedTensorType first = tensorType(xs[0]);
  SmallVector<int64_t> shape(first.getShape());
  for (auto [i, x] : llvm::enumerate(xs.drop_front())) {
    RankedTensorType type = tensorType(x);
    bool fits = type.getRank() == rank &&
                type.getElementType() == first.getElementType();
    for (int64_t d = 0; fits && d < rank; ++d)
      fits = d == axis || type.getDimSize(d) == shape[d];
    if (!fits)
      return emitOptionalError(loc, "'dl.concat' expects operand ", i + 1,
                               " to be as operand 0, ", first,
                               ", but for axis ", axis, ", not ", type);
    if (shape[axis] > maxElements)
      break;
    shape[axis] += type.getDimSize(axis);
  }
  types.push_back(first.clone(shape));
  return success();
}

bool ConcatOp::hasRows() {
  return getAxis() != 0 && tensorType(getY()).getRank() > 0;
}
bool ConcatOp::isRowOperand(unsigned) { return hasRows(); }

void ConcatOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                             MutableArrayRef<Value> operands) {
  Expr e(builder, getLoc());
  int64_t offset = 0;
  for (auto [i, x] : llvm::enumerate(getXs())) {
    int64_t extent = tensorType(x).getDimSize(getAxis());
    operands[i] = e.slice(cotangents[0], getAxis(), offset, extent);
    offset += extent;
  }
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getXs().size() == 1)
    return getXs()[0];
  return {};
}

namespace {
struct DropEmptyOperands : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> xs =
        llvm::to_vector(llvm::make_filter_range(op.getXs(), [&](Value x) {
          return tensorType(x).getNumElements() != 0;
        }));
    if (xs.empty() || xs.size() == op.getXs().size())
      return rewriter.notifyMatchFailure(op, "no operand can go");
    rewriter.replaceOpWithNewOp<ConcatOp>(op, xs, op.getAxisAttr());
    return success();
  }
};
} // namespace

void ConcatOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<DropEmptyOperands>(context);
}

LogicalResult SplitOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        SplitOp::Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(adaptor.getX());
  int64_t axis = adaptor.getAxis();
  if (axis < 0 || axis >= x.getRank())
    return emitOptionalError(loc, "'dl.split' has axis ", axis,
                             " but operand x is ", x, " of rank ", x.getRank());
  int64_t left = x.getDimSize(axis);
  for (int64_t size : adaptor.getSizes()) {
    if (size < 0 || size > left) {
      left = -1;
      break;
    }
    left -= size;
    SmallVector<int64_t> shape(x.getShape());
    shape[axis] = size;
    types.push_back(x.clone(shape));
  }
  if (left != 0)
    return emitOptionalError(loc, "'dl.split' expects 'sizes' that add up to ",
                             x.getDimSize(axis), ", dimension ", axis,
                             " of operand x ", x, ", not ",
                             listed(adaptor.getSizes()));
  return success();
}

SmallVector<Value> SplitOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  SmallVector<Value> parts;
  int64_t offset = 0;
  for (int64_t size : getSizes()) {
    parts.push_back(e.slice(getX(), getAxis(), offset, size));
    offset += size;
  }
  return parts;
}

LogicalResult StackOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> loc,
                                        StackOp::Adaptor adaptor,
                                        SmallVectorImpl<Type> &types) {
  ValueRange xs = adaptor.getXs();
  int64_t axis = adaptor.getAxis();
  int64_t rank = xs.empty() ? 0 : tensorType(xs[0]).getRank();
  if (failed(checkParts(loc, xs, axis, rank + 1, "dl.stack")))
    return failure();
  RankedTensorType first = tensorType(xs[0]);
  for (auto [i, x] : llvm::enumerate(xs))
    if (x.getType() != first)
      return emitOptionalError(loc, "'dl.stack' expects operand ", i,
                               " to be as operand 0, ", first, ", not ",
                               x.getType());
  SmallVector<int64_t> shape(first.getShape());
  shape.insert(shape.begin() + axis, int64_t(xs.size()));
  types.push_back(first.clone(shape));
  return success();
}

SmallVector<Value> StackOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  SmallVector<int64_t> shape(tensorType(getY()).getShape());
  shape[getAxis()] = 1;
  SmallVector<Value> parts;
  for (Value x : getXs())
    parts.push_back(e.reshape(x, shape));
  return {e.concat(parts, getAxis())};
}

//===----------------------------------------------------------------------===//
// reflection_pad, replication_pad, circular_pad
//===----------------------------------------------------------------------===//

/// Along a dimension of extent n at most n - `spare` elements can be put on
/// either side; any number where there is no `spare`.
static LogicalResult inferEdgePad(std::optional<Location> loc, Value operand,
                                  ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                                  std::optional<int64_t> spare, StringRef name,
                                  SmallVectorImpl<Type> &types) {
  RankedTensorType x = tensorType(operand);
  size_t rank = x.getRank();
  if (low.size() != rank || high.size() != rank)
    return emitOptionalError(loc, "'", name, "' expects 'low' and 'high' with ",
                             rank, " entries for operand x ", x);
  SmallVector<int64_t> shape(x.getShape());
  for (size_t i = 0; i < rank; ++i) {
    int64_t extent = shape[i];
    int64_t most = spare        ? std::max<int64_t>(extent - *spare, 0)
                   : extent > 0 ? maxElements
                                : 0;
    for (int64_t padding : {low[i], high[i]})
      if (padding < 0 || padding > most)
        return badPadding(loc, name, padding, most, i, x);
    shape[i] += low[i] + high[i];
  }
  types.push_back(x.clone(shape));
  return success();
}

#define INFER_EDGE_PAD(Op, spare)                                              \
  LogicalResult Op::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> loc, Op::Adaptor adaptor,         \
      SmallVectorImpl<Type> &types) {                                          \
    return inferEdgePad(loc, adaptor.getX(), adaptor.getLow(),                 \
                        adaptor.getHigh(), spare, getOperationName(), types);  \
  }

INFER_EDGE_PAD(ReflectionPadOp, 1)
INFER_EDGE_PAD(ReplicationPadOp, std::nullopt)
INFER_EDGE_PAD(CircularPadOp, 0)

/// x with what `edge(x, axis, padding, isLow)` gives before and after it, one
/// dimension after the other.
static Value padEdges(
    Expr &e, Value x, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
    llvm::function_ref<Value(Value, int64_t axis, int64_t padding, bool isLow)>
        edge) {
  for (int64_t axis = 0, rank = tensorType(x).getRank(); axis < rank; ++axis) {
    SmallVector<Value> parts;
    if (low[axis])
      parts.push_back(edge(x, axis, low[axis], true));
    parts.push_back(x);
    if (high[axis])
      parts.push_back(edge(x, axis, high[axis], false));
    x = e.concat(parts, axis);
  }
  return x;
}

SmallVector<Value> ReflectionPadOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  return {padEdges(
      e, getX(), getLow(), getHigh(),
      [&](Value x, int64_t axis, int64_t padding, bool isLow) -> Value {
        int64_t extent = tensorType(x).getDimSize(axis);
        int64_t from = isLow ? 1 : extent - 1 - padding;
        return e.reverse(e.slice(x, axis, from, padding), axis);
      })};
}

SmallVector<Value> ReplicationPadOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  return {padEdges(
      e, getX(), getLow(), getHigh(),
      [&](Value x, int64_t axis, int64_t padding, bool isLow) -> Value {
        SmallVector<int64_t> shape(tensorType(x).getShape());
        int64_t extent = shape[axis];
        Value outermost = e.slice(x, axis, isLow ? 0 : extent - 1, 1);
        SmallVector<int64_t> dims = allBut(shape.size(), axis);
        SmallVector<int64_t> flat(shape);
        flat.erase(flat.begin() + axis);
        shape[axis] = padding;
        return BroadcastOp::create(builder, getLoc(),
                                   tensorType(x).clone(shape),
                                   e.reshape(outermost, flat), dims);
      })};
}

SmallVector<Value> CircularPadOp::decompose(OpBuilder &builder) {
  Expr e(builder, getLoc());
  return {padEdges(
      e, getX(), getLow(), getHigh(),
      [&](Value x, int64_t axis, int64_t padding, bool isLow) -> Value {
        int64_t extent = tensorType(x).getDimSize(axis);
        return e.slice(x, axis, isLow ? extent - padding : 0, padding);
      })};
}
