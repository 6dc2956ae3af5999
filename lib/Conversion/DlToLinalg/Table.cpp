//===- Table.cpp - Reading and adding at computed places ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"
#include "Loops.h"

using namespace mlir;
using namespace dlc;

static bool isUnsigned(Value value) {
  return dl::tensorType(value).getElementType().isUnsignedInteger();
}

/// An element of an index as a number of the type `index`.
static Value toIndex(OpBuilder &b, Location loc, Value element,
                     bool isUnsigned) {
  if (isUnsigned)
    return arith::IndexCastUIOp::create(b, loc, b.getIndexType(), element);
  return arith::IndexCastOp::create(b, loc, b.getIndexType(), element);
}

namespace {

struct CheckIndexToLinalg : OpConversionPattern<dl::CheckIndexOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::CheckIndexOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    bool isUnsignedIndex = isUnsigned(op.getIndex());
    unsigned width = type.getElementTypeBitWidth();
    int64_t greatest = isUnsignedIndex ? (int64_t(1) << width) - 1
                       : width == 64   ? std::numeric_limits<int64_t>::max()
                                       : (int64_t(1) << (width - 1)) - 1;
    int64_t last = std::min<int64_t>(int64_t(op.getLimit()) - 1, greatest);
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange args) -> SmallVector<Value> {
      Type element = type.getElementType();
      Value end = arith::ConstantOp::create(
          b, loc, IntegerAttr::get(element, APInt(width, last, false, true)));
      if (isUnsignedIndex)
        return {arith::MinUIOp::create(b, loc, args[0], end)};
      Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(element));
      Value low = arith::MaxSIOp::create(b, loc, args[0], zero);
      return {arith::MinSIOp::create(b, loc, low, end)};
    };
    AffineMap map = rewriter.getMultiDimIdentityMap(type.getRank());
    rewriter.replaceOp(op,
                       makeGeneric(rewriter, op.getLoc(), adaptor.getIndex(),
                                   makeEmpty(rewriter, op.getLoc(), type),
                                   {map, map}, {}, body));
    return success();
  }
};

/// Each worker computes it, all of it, for itself.
struct FirstFaultToLoops : OpConversionPattern<dl::FirstFaultOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::FirstFaultOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    Location loc = op.getLoc();
    Value fault = arith::ConstantIntOp::create(rewriter, loc, 0, 64);
    Value none = arith::ConstantIntOp::create(rewriter, loc, 0, 32);
    Value some = arith::ConstantIntOp::create(rewriter, loc, 1, 32);
    Value zero = loops.constant(0);
    for (unsigned i = op.getIndices().size(); i-- > 0;) {
      Value index = loops.flat(adaptor.getIndices()[i]);
      Value limit = loops.constant(op.getLimits()[i]);
      Value last =
          loops.constant(cast<ShapedType>(index.getType()).getNumElements());
      Value bad = loops.repeat(
          zero, last, none,
          [&](Value at, ValueRange carried) -> SmallVector<Value> {
            Value place =
                loops.readIndex(index, at, isUnsigned(op.getIndices()[i]));
            // A negative one is a large one here.
            Value outside = arith::CmpIOp::create(
                rewriter, loc, arith::CmpIPredicate::uge, place, limit);
            Value number =
                arith::SelectOp::create(rewriter, loc, outside, some, none);
            return {arith::OrIOp::create(rewriter, loc, carried[0], number)};
          },
          /*vectorized=*/true)[0];
      Value isBad = arith::CmpIOp::create(rewriter, loc,
                                          arith::CmpIPredicate::ne, bad, none);
      Value number = arith::ConstantIntOp::create(rewriter, loc, i + 1, 64);
      fault = arith::SelectOp::create(rewriter, loc, isBad, number, fault);
    }
    Value empty = makeEmpty(rewriter, loc, resultType(getTypeConverter(), op));
    rewriter.replaceOpWithNewOp<tensor::InsertOp>(op, fault, empty,
                                                  ValueRange());
    return success();
  }
};

/// y[..., i..., ...] = x[..., index[i...], ...]
struct IndexSelectToLinalg : OpConversionPattern<dl::IndexSelectOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::IndexSelectOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    int64_t axis = op.getAxis(), rank = type.getRank();
    int64_t indexRank = dl::tensorType(op.getIndex()).getRank();
    AffineMap to = rewriter.getMultiDimIdentityMap(rank);
    AffineMap from = to.getSliceMap(axis, indexRank);
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange args) -> SmallVector<Value> {
      SmallVector<Value> at;
      for (int64_t i = 0; i < rank; ++i) {
        if (i == axis)
          at.push_back(toIndex(b, loc, args[0], isUnsigned(op.getIndex())));
        if (i < axis || i >= axis + indexRank)
          at.push_back(linalg::IndexOp::create(b, loc, i));
      }
      // A scalar index as the last dimension.
      if (axis == rank)
        at.push_back(toIndex(b, loc, args[0], isUnsigned(op.getIndex())));
      return {tensor::ExtractOp::create(b, loc, adaptor.getX(), at)};
    };
    rewriter.replaceOp(op,
                       makeGeneric(rewriter, op.getLoc(), adaptor.getIndex(),
                                   makeEmpty(rewriter, op.getLoc(), type),
                                   {from, to}, {}, body));
    return success();
  }
};

/// y[i, j] = x[i, index[i, j]]
struct GatherToLinalg : OpConversionPattern<dl::GatherOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::GatherOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    RankedTensorType type = resultType(getTypeConverter(), op);
    int64_t axis = op.getAxis(), rank = type.getRank();
    AffineMap map = rewriter.getMultiDimIdentityMap(rank);
    auto body = [&](OpBuilder &b, Location loc,
                    ValueRange args) -> SmallVector<Value> {
      SmallVector<Value> at;
      for (int64_t i = 0; i < rank; ++i)
        at.push_back(i == axis
                         ? toIndex(b, loc, args[0], isUnsigned(op.getIndex()))
                         : linalg::IndexOp::create(b, loc, i).getResult());
      return {tensor::ExtractOp::create(b, loc, adaptor.getX(), at)};
    };
    rewriter.replaceOp(op,
                       makeGeneric(rewriter, op.getLoc(), adaptor.getIndex(),
                                   makeEmpty(rewriter, op.getLoc(), type),
                                   {map, map}, {}, body));
    return success();
  }
};

/// Tasks are blocks of columns: each goes through the whole index.
struct IndexAddToLoops : OpConversionPattern<dl::IndexAddOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::IndexAddOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    RankedTensorType type = resultType(getTypeConverter(), op);
    AxisView y(type.getShape(), op.getAxis());
    Value source = loops.flat(adaptor.getSource());
    Value index = loops.flat(adaptor.getIndex());
    Value into = adaptor.getInto() ? loops.flat(adaptor.getInto()) : Value();
    int64_t entries = dl::tensorType(op.getIndex()).getNumElements();
    Blocks blocks(loops, y.inner, y.outer);
    Value zero = loops.constant(0), numPlaces = loops.constant(y.extent);
    Value numEntries = loops.constant(entries);

    Value sums = loops.tasks(
        y.outer * blocks.count, loops.flatEmpty(type),
        [&](Value task, ValueRange carried) -> SmallVector<Value> {
          Value outer = loops.div(task, blocks.count);
          Value first, last;
          std::tie(first, last) =
              blocks.bounds(loops, loops.rem(task, blocks.count));
          Value toStart = loops.mul(outer, y.extent);
          Value fromStart = loops.mul(outer, entries);
          // A row of the block, element by element.
          auto forRow = [&](Value tensor, Value row,
                            function_ref<Value(Value, Value, Value)> element) {
            Value start = loops.mul(row, y.inner);
            return loops.repeat(
                first, last, tensor,
                [&](Value column, ValueRange inner) -> SmallVector<Value> {
                  Value at = loops.add(start, column);
                  Value value = element(inner[0], at, column);
                  return {loops.write(value, inner[0], at)};
                },
                /*vectorized=*/true);
          };
          Value started = loops.repeat(
              zero, numPlaces, carried, [&](Value place, ValueRange outerSums) {
                return forRow(outerSums[0], loops.add(toStart, place),
                              [&](Value, Value at, Value) {
                                return into ? loops.read(into, at)
                                            : loops.zero(type.getElementType());
                              });
              })[0];
          return loops.repeat(
              zero, numEntries, started,
              [&](Value entry, ValueRange outerSums) {
                Value place =
                    loops.readIndex(index, entry, isUnsigned(op.getIndex()));
                Value from = loops.mul(loops.add(fromStart, entry), y.inner);
                return forRow(outerSums[0], loops.add(toStart, place),
                              [&](Value tensor, Value at, Value column) {
                                Value term =
                                    loops.read(source, loops.add(from, column));
                                return loops.sum(loops.read(tensor, at), term);
                              });
              });
        })[0];
    rewriter.replaceOp(op, loops.shaped(sums, type));
    return success();
  }
};

/// Tasks are what stands before the axis and, unless the axis is the last
/// dimension, blocks of the last.
struct ScatterAddToLoops : OpConversionPattern<dl::ScatterAddOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::ScatterAddOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    RankedTensorType type = resultType(getTypeConverter(), op);
    int64_t axis = op.getAxis(), rank = type.getRank();
    ArrayRef<int64_t> shape = type.getShape();
    ArrayRef<int64_t> indexShape = dl::tensorType(op.getIndex()).getShape();
    ArrayRef<int64_t> sourceShape = dl::tensorType(op.getSource()).getShape();
    Value source = loops.flat(adaptor.getSource());
    Value index = loops.flat(adaptor.getIndex());
    Value into = adaptor.getInto() ? loops.flat(adaptor.getInto()) : Value();
    int64_t outer = 1;
    for (int64_t extent : shape.take_front(axis))
      outer *= extent;
    bool hasColumns = axis + 1 < rank;
    Blocks blocks(loops, hasColumns ? shape.back() : 1, outer);
    Value zero = loops.constant(0);

    Value sums = loops.tasks(
        outer * blocks.count, loops.flatEmpty(type),
        [&](Value task, ValueRange carried) -> SmallVector<Value> {
          Value rest = loops.div(task, blocks.count);
          Value first, last;
          std::tie(first, last) =
              blocks.bounds(loops, loops.rem(task, blocks.count));
          // Where this task stands in the dimensions before the axis, and
          // whether the index has something there.
          SmallVector<Value> at(rank);
          Value inIndex;
          for (int64_t i = axis; i-- > 0;) {
            at[i] = loops.rem(rest, std::max<int64_t>(1, shape[i]));
            rest = loops.div(rest, std::max<int64_t>(1, shape[i]));
            if (indexShape[i] == shape[i])
              continue;
            Value inside = arith::CmpIOp::create(
                rewriter, op.getLoc(), arith::CmpIPredicate::slt, at[i],
                loops.constant(indexShape[i]));
            inIndex = inIndex ? arith::AndIOp::create(rewriter, op.getLoc(),
                                                      inIndex, inside)
                                    .getResult()
                              : inside;
          }
          auto address = [&](ArrayRef<Value> place, ArrayRef<int64_t> extents) {
            Value number = place[0];
            for (int64_t i = 1; i < rank; ++i)
              number = loops.add(loops.mul(number, extents[i]), place[i]);
            return number;
          };
          // Loops over the axis and what is behind it, as far as `extents` go.
          std::function<SmallVector<Value>(int64_t, ArrayRef<int64_t>,
                                           ValueRange, Loops::Body)>
              visit = [&](int64_t dim, ArrayRef<int64_t> extents,
                          ValueRange tensors, Loops::Body body) {
                if (dim == rank)
                  return body(zero, tensors);
                Value from = zero, to = loops.constant(extents[dim]);
                if (dim == rank - 1 && hasColumns) {
                  from = first;
                  to = loops.min(last, to);
                }
                if (dim == axis && inIndex && extents == indexShape)
                  to = arith::SelectOp::create(rewriter, op.getLoc(), inIndex,
                                               to, zero);
                return loops.repeat(
                    from, to, tensors, [&](Value i, ValueRange inner) {
                      at[dim] = i;
                      return visit(dim + 1, extents, inner, body);
                    });
              };
          SmallVector<Value> started =
              visit(axis, shape, carried,
                    [&](Value, ValueRange tensors) -> SmallVector<Value> {
                      Value place = address(at, shape);
                      Value start = into ? loops.read(into, place)
                                         : loops.zero(type.getElementType());
                      return {loops.write(start, tensors[0], place)};
                    });
          return visit(
              axis, indexShape, started,
              [&](Value, ValueRange tensors) -> SmallVector<Value> {
                Value term = loops.read(source, address(at, sourceShape));
                SmallVector<Value> target(at);
                target[axis] = loops.readIndex(index, address(at, indexShape),
                                               isUnsigned(op.getIndex()));
                Value place = address(target, shape);
                Value sum = loops.sum(loops.read(tensors[0], place), term);
                return {loops.write(sum, tensors[0], place)};
              });
        })[0];
    rewriter.replaceOp(op, loops.shaped(sums, type));
    return success();
  }
};

} // namespace

void dlc::populateTableToLinalg(const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  patterns.add<CheckIndexToLinalg, FirstFaultToLoops, GatherToLinalg,
               IndexAddToLoops, IndexSelectToLinalg, ScatterAddToLoops>(
      converter, patterns.getContext());
}
