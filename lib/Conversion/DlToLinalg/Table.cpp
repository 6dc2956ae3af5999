//===- Table.cpp - Reading and adding at computed places ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"
#include "Loops.h"

#include "dlc/Transforms/InPlace.h"

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

/// The lowering of `index_add` and `index_copy`: give each place along an axis
/// a first value, then go through the index and change the places that it
/// names, entry by entry. Every task goes through the whole index. Tasks are
/// blocks of places, whose elements are contiguous; or of columns where rows
/// are so short that the search for the entries of a block would take longer
/// than the work on them.
struct ChangedPlaces {
  using Element = function_ref<Value(Value at)>;
  using Change = function_ref<Value(Value before, Value from)>;

  /// `start` makes the first value of an element of y, none keeps the present
  /// one; `change` the next one, given the element of the source.
  Value emit(Loops &loops, Value y, Value index, bool isUnsignedIndex,
             Value numEntries, Element start, Change change) const {
    if (view.outer == 1)
      if (auto rows = Blocks::ofRows(loops, view.extent, view.inner))
        return emitByRows(loops, *rows, y, index, isUnsignedIndex, numEntries,
                          start, change);
    return emitByColumns(loops, y, index, isUnsignedIndex, numEntries, start,
                         change);
  }

  AxisView view;
  int64_t entries;
  Value source;

private:
  Value emitByRows(Loops &loops, const Blocks &blocks, Value y, Value index,
                   bool isUnsignedIndex, Value numEntries, Element start,
                   Change change) const {
    OpBuilder &b = loops.builder();
    Value zero = loops.constant(0), inner = loops.constant(view.inner);
    return loops.tasks(
        blocks.count, y,
        [&](Value task, ValueRange carried) -> SmallVector<Value> {
          Value first, last;
          std::tie(first, last) = blocks.bounds(loops, task);
          SmallVector<Value> started(carried);
          if (start)
            started = loops.repeat(
                loops.mul(first, view.inner), loops.mul(last, view.inner),
                carried,
                [&](Value at, ValueRange now) -> SmallVector<Value> {
                  return {loops.write(start(at), now[0], at)};
                },
                /*vectorized=*/true);
          Value size = loops.sub(last, first);
          return loops.repeat(
              zero, numEntries, started, [&](Value entry, ValueRange now) {
                Value place = loops.readIndex(index, entry, isUnsignedIndex);
                // One that is before the first is a large one here.
                Value mine = arith::CmpIOp::create(
                    b, loops.location(), arith::CmpIPredicate::ult,
                    loops.sub(place, first), size);
                Value end = arith::SelectOp::create(b, loops.location(), mine,
                                                    inner, zero);
                return changeRow(loops, now[0], zero, end, place, entry,
                                 change);
              });
        })[0];
  }

  Value emitByColumns(Loops &loops, Value y, Value index, bool isUnsignedIndex,
                      Value numEntries, Element start, Change change) const {
    Blocks blocks(loops, view.inner, view.outer);
    Value zero = loops.constant(0), numPlaces = loops.constant(view.extent);
    return loops.tasks(
        view.outer * blocks.count, y,
        [&](Value task, ValueRange carried) -> SmallVector<Value> {
          Value outer = loops.div(task, blocks.count);
          Value first, last;
          std::tie(first, last) =
              blocks.bounds(loops, loops.rem(task, blocks.count));
          Value toStart = loops.mul(outer, view.extent);
          Value fromStart = loops.mul(outer, entries);
          SmallVector<Value> started(carried);
          if (start)
            started = loops.repeat(
                zero, numPlaces, carried, [&](Value place, ValueRange now) {
                  Value row = loops.mul(loops.add(toStart, place), view.inner);
                  return loops.repeat(
                      first, last, now[0],
                      [&](Value column,
                          ValueRange elements) -> SmallVector<Value> {
                        Value at = loops.add(row, column);
                        return {loops.write(start(at), elements[0], at)};
                      },
                      /*vectorized=*/true);
                });
          return loops.repeat(
              zero, numEntries, started, [&](Value entry, ValueRange now) {
                Value place = loops.readIndex(index, entry, isUnsignedIndex);
                return changeRow(loops, now[0], first, last,
                                 loops.add(toStart, place),
                                 loops.add(fromStart, entry), change);
              });
        })[0];
  }

  /// Columns `first` to `last` of row `to` of y, by row `from` of the source.
  SmallVector<Value> changeRow(Loops &loops, Value y, Value first, Value last,
                               Value to, Value from, Change change) const {
    Value toRow = loops.mul(to, view.inner);
    Value fromRow = loops.mul(from, view.inner);
    return loops.repeat(
        first, last, y,
        [&](Value column, ValueRange now) -> SmallVector<Value> {
          Value at = loops.add(toRow, column);
          Value given = loops.read(source, loops.add(fromRow, column));
          return {
              loops.write(change(loops.read(now[0], at), given), now[0], at)};
        },
        /*vectorized=*/true);
  }
};

struct IndexAddToLoops : OpConversionPattern<dl::IndexAddOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::IndexAddOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    RankedTensorType type = resultType(getTypeConverter(), op);
    Value into = adaptor.getInto() ? loops.flat(adaptor.getInto()) : Value();
    int64_t entries = dl::tensorType(op.getIndex()).getNumElements();
    ChangedPlaces places{AxisView(type.getShape(), op.getAxis()), entries,
                         loops.flat(adaptor.getSource())};
    Value sums = places.emit(
        loops, loops.flatEmpty(type), loops.flat(adaptor.getIndex()),
        isUnsigned(op.getIndex()), loops.constant(entries),
        [&](Value at) {
          return into ? loops.read(into, at)
                      : loops.zero(type.getElementType());
        },
        [&](Value sum, Value term) { return loops.sum(sum, term); });
    rewriter.replaceOp(op, loops.shaped(sums, type));
    return success();
  }
};

struct IndexCopyToLoops : OpConversionPattern<dl::IndexCopyOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::IndexCopyOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    RankedTensorType type = resultType(getTypeConverter(), op);
    Value into = loops.flat(adaptor.getInto());
    int64_t entries = dl::tensorType(op.getIndex()).getNumElements();
    ChangedPlaces places{AxisView(type.getShape(), 0), entries,
                         loops.flat(adaptor.getSource())};
    Value numEntries = loops.constant(entries);
    if (op.getCount()) {
      Value first = loops.readIndex(loops.flat(adaptor.getCount()),
                                    loops.constant(0), /*isUnsigned=*/false);
      numEntries = loops.min(numEntries, first);
    }
    auto copyOld = [&](Value at) { return loops.read(into, at); };
    bool inPlace = isInPlace(op);
    Value rows =
        places.emit(loops, inPlace ? into : loops.flatEmpty(type),
                    loops.flat(adaptor.getIndex()), isUnsigned(op.getIndex()),
                    numEntries, inPlace ? ChangedPlaces::Element() : copyOld,
                    [](Value, Value given) { return given; });
    rewriter.replaceOp(op, loops.shaped(rows, type));
    return success();
  }
};

/// The result of `dl.unique` with a single entry; `body` makes it from whether
/// the entry counts and its value. Loops over one entry would become writes of
/// equal values to equal tensors, which would be merged.
static Value ofOnlyEntry(
    Loops &loops, Value index, int64_t limit,
    llvm::function_ref<Value(OpBuilder &, Value counts, Value entry)> body) {
  OpBuilder &b = loops.builder();
  auto type = RankedTensorType::get({1}, b.getI64Type());
  AffineExpr i = b.getAffineDimExpr(0);
  auto element = [&](OpBuilder &b, Location loc,
                     ValueRange args) -> SmallVector<Value> {
    Value place = arith::IndexCastOp::create(b, loc, b.getIndexType(), args[0]);
    Value end = arith::ConstantIndexOp::create(b, loc, limit);
    Value counts =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, place, end);
    Value entry = arith::IndexCastOp::create(b, loc, b.getI64Type(), place);
    return {body(b, counts, entry)};
  };
  return makeGeneric(b, loops.location(), index,
                     makeEmpty(b, loops.location(), type),
                     makeMaps(b.getContext(), 1, {{i}, {i}}), {}, element)
      .getResult(0);
}

static Value onlyEntry(Loops &loops, Value index, int64_t limit) {
  return ofOnlyEntry(loops, index, limit,
                     [&](OpBuilder &b, Value counts, Value entry) -> Value {
                       Value none = arith::ConstantIntOp::create(
                           b, loops.location(), 0, 64);
                       return arith::SelectOp::create(b, loops.location(),
                                                      counts, entry, none);
                     });
}

static Value countOne(Loops &loops, Value index, int64_t limit) {
  return ofOnlyEntry(loops, index, limit,
                     [&](OpBuilder &b, Value counts, Value) -> Value {
                       return arith::ExtUIOp::create(b, loops.location(),
                                                     b.getI64Type(), counts);
                     });
}

/// One task: what number an entry has depends on those before it.
struct UniqueToLoops : OpConversionPattern<dl::UniqueOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::UniqueOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    Location loc = op.getLoc();
    RankedTensorType places = resultType(getTypeConverter(), op, 0);
    RankedTensorType inverse = resultType(getTypeConverter(), op, 1);
    RankedTensorType count = resultType(getTypeConverter(), op, 2);
    int64_t entries = inverse.getNumElements();
    int64_t limit = op.getLimit();
    Value index = loops.flat(adaptor.getIndex());
    if (entries == 1) {
      rewriter.replaceOp(op,
                         {loops.shaped(onlyEntry(loops, index, limit), places),
                          makeZero(rewriter, loc, inverse),
                          loops.shaped(countOne(loops, index, limit), count)});
      return success();
    }
    Value zero = loops.constant(0), numEntries = loops.constant(entries);
    Value numPlaces = loops.constant(places.getNumElements());
    Value end = loops.constant(limit);
    auto number = [&](int64_t value) -> Value {
      return arith::ConstantIntOp::create(rewriter, loc, value, 64);
    };
    auto choose = [&](Value condition, Value x, Value y) -> Value {
      return arith::SelectOp::create(rewriter, loc, condition, x, y);
    };
    // Whether an entry counts, and a place that exists.
    auto readEntry = [&](Value at) {
      Value place = loops.readIndex(index, at, /*isUnsigned=*/false);
      // A negative one is a large one here.
      Value counts = arith::CmpIOp::create(
          rewriter, loc, arith::CmpIPredicate::ult, place, end);
      return std::pair(counts, choose(counts, place, zero));
    };
    // The number of each place; of those that no entry names nothing is known.
    RankedTensorType table = places.clone({limit});
    SmallVector<Value> results = loops.tasks(
        1,
        {loops.flatEmpty(places), loops.flatEmpty(inverse),
         loops.flatEmpty(count), makeEmpty(rewriter, loc, table)},
        [&](Value, ValueRange carried) -> SmallVector<Value> {
          Value none = number(-1);
          Value cleared = loops.repeat(
              zero, numEntries, carried[3],
              [&](Value at, ValueRange inner) -> SmallVector<Value> {
                auto [counts, place] = readEntry(at);
                return {loops.write(none, inner[0], place)};
              })[0];
          Value filled = loops.repeat(
              zero, numPlaces, carried[0],
              [&](Value at, ValueRange inner) -> SmallVector<Value> {
                return {loops.write(number(0), inner[0], at)};
              },
              /*vectorized=*/true)[0];
          SmallVector<Value> last = loops.repeat(
              zero, numEntries, {filled, carried[1], cleared, number(0)},
              [&](Value at, ValueRange inner) -> SmallVector<Value> {
                auto [counts, place] = readEntry(at);
                Value known = loops.read(inner[2], place);
                Value isNew = arith::AndIOp::create(
                    rewriter, loc, counts,
                    arith::CmpIOp::create(rewriter, loc,
                                          arith::CmpIPredicate::slt, known,
                                          number(0)));
                Value mine = choose(isNew, inner[3], known);
                Value numbers = loops.write(mine, inner[2], place);
                Value valid = choose(counts, mine, number(0));
                Value slot = arith::IndexCastOp::create(
                    rewriter, loc, rewriter.getIndexType(), valid);
                Value entry = arith::IndexCastOp::create(
                    rewriter, loc, rewriter.getI64Type(), place);
                Value kept = loops.read(inner[0], slot);
                Value written =
                    loops.write(choose(counts, entry, kept), inner[0], slot);
                Value inverses = loops.write(valid, inner[1], at);
                Value more = arith::ExtUIOp::create(
                    rewriter, loc, rewriter.getI64Type(), isNew);
                Value next =
                    arith::AddIOp::create(rewriter, loc, inner[3], more);
                return {written, inverses, numbers, next};
              });
          return {last[0], last[1], loops.write(last[3], carried[2], zero),
                  last[2]};
        });
    rewriter.replaceOp(op, {loops.shaped(results[0], places),
                            loops.shaped(results[1], inverse),
                            loops.shaped(results[2], count)});
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
          // Loops over the axis and the dimensions behind it, up to `extents`.
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
               IndexAddToLoops, IndexCopyToLoops, IndexSelectToLinalg,
               ScatterAddToLoops, UniqueToLoops>(converter,
                                                 patterns.getContext());
}
