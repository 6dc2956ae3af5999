//===- ShapeBoxes.cpp - Parts of tensors, and tensors of parts ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ops of Shape.td that take boxes out of tensors or put them together.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

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
  // Padding around padding with the same number becomes one op.
  auto before = getX().getDefiningOp<PadOp>();
  if (!before || before.getElementValue() != getElementValue() ||
      (getInterior() &&
       llvm::any_of(*getInterior(), [](int64_t i) { return i != 0; })))
    return {};
  auto sum = [](ArrayRef<int64_t> inner, ArrayRef<int64_t> outer) {
    return llvm::map_to_vector(llvm::zip_equal(inner, outer), [](auto pair) {
      return std::get<0>(pair) + std::get<1>(pair);
    });
  };
  setLow(sum(before.getLow(), getLow()));
  setHigh(sum(before.getHigh(), getHigh()));
  if (before.getInteriorAttr())
    setInteriorAttr(before.getInteriorAttr());
  getXMutable().assign(before.getX());
  return getResult();
}

// Padding rows have no source row in x.
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
    int64_t stride = before.strideAt(i);
    offsets.push_back(before.getOffsets()[i] + getOffsets()[i] * stride);
    strides.push_back(stride * strideAt(i));
  }
  bool dense = llvm::all_of(strides, [](int64_t s) { return s == 1; });
  setOffsets(offsets);
  setStrides(dense ? std::optional<ArrayRef<int64_t>>()
                   : ArrayRef<int64_t>(strides));
  getXMutable().assign(before.getX());
  return getResult();
}

namespace {
/// A slice that lies within one operand of a concat is a slice of that operand.
struct SliceOfConcat : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getX().getDefiningOp<ConcatOp>();
    if (!concat || concat.getInterleaved() ||
        tensorType(op.getY()).getNumElements() == 0)
      return rewriter.notifyMatchFailure(op, "operand is not a concat");
    int64_t axis = concat.getAxis();
    int64_t first = op.getOffsets()[axis];
    int64_t last = first + (op.getSizes()[axis] - 1) * op.strideAt(axis);
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

/// A slice that lies within some neighbouring operands of a concat without
/// other readers is a slice of a concat of those.
struct SliceOfPartOfConcat : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto concat = op.getX().getDefiningOp<ConcatOp>();
    if (!concat || !concat->hasOneUse() || concat.getInterleaved() ||
        tensorType(op.getY()).getNumElements() == 0)
      return rewriter.notifyMatchFailure(op, "no concat of its own");
    int64_t axis = concat.getAxis(), first = op.getOffsets()[axis];
    int64_t last = first + (op.getSizes()[axis] - 1) * op.strideAt(axis);
    SmallVector<Value> parts;
    SmallVector<int64_t> offsets(op.getOffsets());
    int64_t start = 0;
    for (Value x : concat.getXs()) {
      int64_t end = start + tensorType(x).getDimSize(axis);
      if (end <= first)
        offsets[axis] = first - end;
      else if (start <= last)
        parts.push_back(x);
      start = end;
    }
    if (parts.size() < 2 || parts.size() == concat.getXs().size())
      return rewriter.notifyMatchFailure(op, "no operand can go");
    Value joined = ConcatOp::create(rewriter, concat.getLoc(), parts,
                                    concat.getAxisAttr(), UnitAttr());
    rewriter.replaceOpWithNewOp<SliceOp>(
        op, joined, rewriter.getDenseI64ArrayAttr(offsets), op.getSizesAttr(),
        op.getStridesAttr());
    return success();
  }
};

/// A slice of exterior padding whose elements all lie within x is a slice of x.
struct SliceOfPad : OpRewritePattern<SliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SliceOp op,
                                PatternRewriter &rewriter) const override {
    auto pad = op.getX().getDefiningOp<PadOp>();
    if (!pad || tensorType(op.getY()).getNumElements() == 0)
      return rewriter.notifyMatchFailure(op, "operand is not padded");
    RankedTensorType x = tensorType(pad.getX());
    SmallVector<int64_t> offsets;
    bool within = true;
    for (size_t i = 0; i < op.getOffsets().size(); ++i) {
      int64_t first = op.getOffsets()[i] - pad.getLow()[i];
      int64_t last = first + (op.getSizes()[i] - 1) * op.strideAt(i);
      bool between = pad.getInterior() && (*pad.getInterior())[i] != 0;
      int64_t extent = tensorType(pad.getY()).getDimSize(i) - pad.getLow()[i] -
                       pad.getHigh()[i];
      // All of it in front of x or behind it.
      if (last < 0 || first >= extent) {
        rewriter.replaceOpWithNewOp<ConstantOp>(
            op, SplatElementsAttr::get(tensorType(op.getY()),
                                       pad.getElementValue()));
        return success();
      }
      within &= !between && first >= 0 && last < x.getDimSize(i);
      offsets.push_back(first);
    }
    if (!within)
      return rewriter.notifyMatchFailure(op, "takes padding too");
    rewriter.replaceOpWithNewOp<SliceOp>(
        op, pad.getX(), rewriter.getDenseI64ArrayAttr(offsets),
        op.getSizesAttr(), op.getStridesAttr());
    return success();
  }
};
} // namespace

void SliceOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<SliceOfConcat, SliceOfPartOfConcat, SliceOfPad>(context);
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
