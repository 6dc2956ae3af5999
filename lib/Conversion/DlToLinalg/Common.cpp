//===- Common.cpp - Common part of the lowerings --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"

using namespace mlir;

SmallVector<AffineMap>
dlc::makeMaps(MLIRContext *context, unsigned dims,
              ArrayRef<SmallVector<AffineExpr>> operands) {
  return llvm::map_to_vector(operands, [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(dims, 0, exprs, context);
  });
}

linalg::GenericOp dlc::makeGeneric(OpBuilder &builder, Location loc,
                                   ValueRange inputs, ValueRange outputs,
                                   ArrayRef<AffineMap> maps,
                                   ArrayRef<unsigned> reductions,
                                   BodyBuilder body) {
  SmallVector<utils::IteratorType> iterators(maps.front().getNumDims(),
                                             utils::IteratorType::parallel);
  for (unsigned dim : reductions)
    iterators[dim] = utils::IteratorType::reduction;
  return linalg::GenericOp::create(
      builder, loc, outputs.getTypes(), inputs, outputs, maps, iterators,
      [&](OpBuilder &b, Location l, ValueRange args) {
        SmallVector<Value> results = body(b, l, args);
        linalg::YieldOp::create(b, l, results);
      });
}

SmallVector<Value> dlc::multiplyAdd(OpBuilder &builder, Location loc,
                                    ValueRange args) {
  Value product = arith::MulFOp::create(builder, loc, args[0], args[1]);
  return {arith::AddFOp::create(builder, loc, args[2], product)};
}

Value dlc::readBlocks(ConversionPatternRewriter &rewriter, Value operand) {
  auto unblock = operand.getDefiningOp<dl::UnblockOp>();
  return unblock ? rewriter.getRemappedValue(unblock.getX()) : Value();
}

Value dlc::makeEmpty(OpBuilder &builder, Location loc, RankedTensorType type) {
  return tensor::EmptyOp::create(builder, loc, type.getShape(),
                                 type.getElementType());
}

Value dlc::makeFilled(OpBuilder &builder, Location loc, RankedTensorType type,
                      TypedAttr value) {
  Value scalar = arith::ConstantOp::create(builder, loc, value);
  Value empty = makeEmpty(builder, loc, type);
  return linalg::FillOp::create(builder, loc, scalar, empty).getResult(0);
}

Value dlc::makeZero(OpBuilder &builder, Location loc, RankedTensorType type) {
  return makeFilled(builder, loc, type,
                    builder.getZeroAttr(type.getElementType()));
}

TypedAttr dlc::leastValue(OpBuilder &builder, Type element, bool isUnsigned) {
  if (auto type = dyn_cast<FloatType>(element))
    return builder.getFloatAttr(
        type, APFloat::getInf(type.getFloatSemantics(), /*Negative=*/true));
  unsigned width = element.getIntOrFloatBitWidth();
  return builder.getIntegerAttr(element, isUnsigned
                                             ? APInt::getZero(width)
                                             : APInt::getSignedMinValue(width));
}

TypedAttr dlc::greatestValue(OpBuilder &builder, Type element,
                             bool isUnsigned) {
  if (auto type = dyn_cast<FloatType>(element))
    return builder.getFloatAttr(type,
                                APFloat::getInf(type.getFloatSemantics()));
  unsigned width = element.getIntOrFloatBitWidth();
  return builder.getIntegerAttr(element, isUnsigned
                                             ? APInt::getMaxValue(width)
                                             : APInt::getSignedMaxValue(width));
}

Value dlc::makePadded(OpBuilder &builder, Location loc, Value x,
                      RankedTensorType type, TypedAttr value,
                      ArrayRef<int64_t> offsets, ArrayRef<int64_t> strides) {
  auto attrs = [&](ArrayRef<int64_t> list) -> SmallVector<OpFoldResult> {
    return getAsIndexOpFoldResult(builder.getContext(), list);
  };
  ArrayRef<int64_t> sizes = cast<RankedTensorType>(x.getType()).getShape();
  if (llvm::any_of(strides, [](int64_t stride) { return stride != 1; })) {
    Value filled = makeFilled(builder, loc, type, value);
    return tensor::InsertSliceOp::create(
        builder, loc, x, filled, attrs(offsets), attrs(sizes), attrs(strides));
  }
  // What x is made by is to write into its box, as the epilogue of a product:
  // nothing may stand in between.
  Value y = tensor::InsertSliceOp::create(
      builder, loc, x, makeEmpty(builder, loc, type), attrs(offsets),
      attrs(sizes), attrs(strides));
  // The boxes around x: those in front of it and behind it along each
  // dimension, as long as x along the dimensions before.
  SmallVector<int64_t> starts(type.getRank(), 0), extents(type.getShape());
  Value element = arith::ConstantOp::create(builder, loc, value);
  auto fill = [&](int64_t dim, int64_t start, int64_t extent) {
    starts[dim] = start;
    extents[dim] = extent;
    if (llvm::is_contained(extents, 0))
      return;
    Value box = tensor::ExtractSliceOp::create(builder, loc, y, attrs(starts),
                                               attrs(extents), attrs(strides));
    box = linalg::FillOp::create(builder, loc, element, box).getResult(0);
    y = tensor::InsertSliceOp::create(builder, loc, box, y, attrs(starts),
                                      attrs(extents), attrs(strides));
  };
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    int64_t end = offsets[dim] + sizes[dim];
    fill(dim, 0, offsets[dim]);
    fill(dim, end, type.getDimSize(dim) - end);
    starts[dim] = offsets[dim];
    extents[dim] = sizes[dim];
  }
  return y;
}
