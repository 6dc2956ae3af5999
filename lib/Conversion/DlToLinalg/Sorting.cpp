//===- Sorting.cpp - Order along a dimension, running sums ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"
#include "Loops.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;

namespace {

/// Batcher's merge exchange (Knuth, The Art of Computer Programming, volume 3,
/// 5.2.2, algorithm M): which pairs are compared depends on the extent alone,
/// and pairs of one round are independent. The index takes part in the
/// comparison, which makes the order stable.
struct SortToLoops : OpConversionPattern<dl::SortOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::SortOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    RankedTensorType type = resultType(getTypeConverter(), op, 0);
    RankedTensorType places = resultType(getTypeConverter(), op, 1);
    AxisView view(type.getShape(), op.getAxis());
    Blocks blocks(loops, view.inner, view.outer);
    Value x = loops.flat(adaptor.getX());
    Value zero = loops.constant(0), extent = loops.constant(view.extent);
    SmallVector<Value> sorted = loops.tasks(
        view.outer * blocks.count,
        {loops.flatEmpty(type), loops.flatEmpty(places)},
        [&](Value task, ValueRange carried) -> SmallVector<Value> {
          Value outer = loops.div(task, blocks.count);
          Value first, last;
          std::tie(first, last) =
              blocks.bounds(loops, loops.rem(task, blocks.count));
          Value start = loops.mul(outer, view.extent * view.inner);
          Columns columns{loops, view, start, first, last};
          SmallVector<Value> tensors = loops.repeat(
              zero, extent, carried, [&](Value i, ValueRange outerTensors) {
                Value number = arith::IndexCastOp::create(
                    rewriter, op.getLoc(), rewriter.getI32Type(), i);
                return columns.visit(
                    i, outerTensors,
                    [&](Value at, ValueRange inner) -> SmallVector<Value> {
                      Value value = loops.read(x, at);
                      Value values = loops.write(value, inner[0], at);
                      return {values, loops.write(number, inner[1], at)};
                    });
              });
          return emitRounds(op, columns, tensors);
        });
    rewriter.replaceOp(
        op, {loops.shaped(sorted[0], type), loops.shaped(sorted[1], places)});
    return success();
  }

private:
  /// The columns of one task.
  struct Columns {
    Loops &loops;
    const AxisView &view;
    Value start, first, last;

    /// Runs `body` at the address of element `i` of each column.
    SmallVector<Value> visit(Value i, ValueRange carried,
                             Loops::Body body) const {
      Value row = loops.add(start, loops.mul(i, view.inner));
      if (view.inner == 1)
        return body(row, carried);
      return loops.repeat(
          first, last, carried,
          [&](Value column, ValueRange inner) {
            return body(loops.add(row, column), inner);
          },
          /*vectorized=*/true);
    }
  };

  /// Loops over the rounds: round b of level a, 0 <= b <= a, has
  ///   p = top / 2^a,  d = p and r = 0 for b = 0,
  ///                   d = 2 top / 2^b - p and r = p otherwise.
  /// Rounds that stood one after another would take bufferization time
  /// exponential in their number.
  SmallVector<Value> emitRounds(dl::SortOp op, const Columns &columns,
                                SmallVector<Value> tensors) const {
    int64_t n = columns.view.extent;
    if (n < 2)
      return tensors;
    Loops &loops = columns.loops;
    OpBuilder &b = loops.builder();
    Location loc = op.getLoc();
    int64_t levels = llvm::Log2_64_Ceil(n), top = int64_t(1) << (levels - 1);
    Value zero = loops.constant(0), one = loops.constant(1);
    Value count = loops.constant(levels);
    return loops.repeat(
        zero, count, tensors, [&](Value level, ValueRange outer) {
          Value p = arith::ShRUIOp::create(b, loc, loops.constant(top), level);
          Value last = loops.add(level, one);
          Value shift = loops.sub(count, level); // of 2 p
          return loops.repeat(
              zero, last, outer, [&](Value round, ValueRange inner) {
                Value isFirst = arith::CmpIOp::create(
                    b, loc, arith::CmpIPredicate::eq, round, zero);
                Value q = arith::ShRUIOp::create(
                    b, loc, loops.constant(2 * top), round);
                Value later = loops.sub(q, p);
                Value d = arith::SelectOp::create(b, loc, isFirst, p, later);
                Value r = arith::SelectOp::create(b, loc, isFirst, zero, p);
                return emitRound(op, columns, inner, p, shift, r, d);
              });
        });
  }

  /// Compares and exchanges i and i + d for all i < n - d with (i & p) == r:
  /// runs of p that begin at r and every 2 p = 2^shift from there.
  SmallVector<Value> emitRound(dl::SortOp op, const Columns &columns,
                               ValueRange tensors, Value p, Value shift,
                               Value r, Value d) const {
    Loops &loops = columns.loops;
    OpBuilder &b = loops.builder();
    Location loc = op.getLoc();
    Value zero = loops.constant(0);
    Value end = loops.sub(loops.constant(columns.view.extent), d);
    Value left = loops.sub(end, r);
    Value some = arith::MaxSIOp::create(b, loc, left, zero);
    Value beyond =
        loops.sub(loops.add(loops.add(some, p), p), loops.constant(1));
    Value runs = arith::ShRUIOp::create(b, loc, beyond, shift);
    Value distance = loops.mul(d, columns.view.inner);
    return loops.repeat(zero, runs, tensors, [&](Value run, ValueRange outer) {
      Value begin = arith::ShLIOp::create(b, loc, run, shift);
      Value first = loops.add(begin, r);
      Value next = loops.add(first, p);
      Value last = loops.min(next, end);
      return loops.repeat(
          first, last, outer,
          [&](Value i, ValueRange middle) {
            return columns.visit(i, middle, [&](Value at, ValueRange inner) {
              Value other = loops.add(at, distance);
              return exchange(op, loops, inner, at, other);
            });
          },
          /*vectorized=*/columns.view.inner == 1);
    });
  }

  SmallVector<Value> exchange(dl::SortOp op, Loops &loops, ValueRange tensors,
                              Value at, Value other) const {
    OpBuilder &b = loops.builder();
    Location loc = op.getLoc();
    Value a = loops.read(tensors[0], at), c = loops.read(tensors[0], other);
    Value i = loops.read(tensors[1], at), j = loops.read(tensors[1], other);
    Value forward = isBefore(op, b, a, c), backward = isBefore(op, b, c, a);
    // Of two equal values, the one with the lower index is first.
    Value lower =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, i, j);
    Value notBackward = arith::XOrIOp::create(
        b, loc, backward, arith::ConstantIntOp::create(b, loc, 1, 1));
    Value equalAndLower = arith::AndIOp::create(b, loc, notBackward, lower);
    Value keep = arith::OrIOp::create(b, loc, forward, equalAndLower);
    auto choose = [&](Value x, Value y) -> Value {
      return arith::SelectOp::create(b, loc, keep, x, y);
    };
    Value least = choose(a, c), greatest = choose(c, a);
    Value leastPlace = choose(i, j), greatestPlace = choose(j, i);
    Value values = loops.write(least, tensors[0], at);
    values = loops.write(greatest, values, other);
    Value places = loops.write(leastPlace, tensors[1], at);
    places = loops.write(greatestPlace, places, other);
    return {values, places};
  }

  /// Whether a value comes before another, were there no indices.
  static Value isBefore(dl::SortOp op, OpBuilder &b, Value a, Value c) {
    Location loc = op.getLoc();
    if (op.getDescending())
      std::swap(a, c);
    Type element = dl::tensorType(op.getX()).getElementType();
    if (!isa<FloatType>(element)) {
      bool isUnsigned = element.isUnsignedInteger() || element.isInteger(1);
      return arith::CmpIOp::create(b, loc,
                                   isUnsigned ? arith::CmpIPredicate::ult
                                              : arith::CmpIPredicate::slt,
                                   a, c);
    }
    // Not a number is greater than all numbers.
    Value less = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ULT, a, c);
    Value isNumber =
        arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ORD, a, a);
    return arith::AndIOp::create(b, loc, less, isNumber);
  }
};

struct CumsumToLoops : OpConversionPattern<dl::CumsumOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::CumsumOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    RankedTensorType type = resultType(getTypeConverter(), op);
    AxisView view(type.getShape(), op.getAxis());
    Blocks blocks(loops, view.inner, view.outer);
    Value x = loops.flat(adaptor.getX());
    Value zero = loops.constant(0), one = loops.constant(1);
    Value extent = loops.constant(view.extent);
    bool exclusive = op.getExclusive(), reverse = op.getReverse();
    Value end = loops.constant(view.extent - 1);

    Value sums = loops.tasks(
        view.outer * blocks.count, loops.flatEmpty(type),
        [&](Value task, ValueRange carried) -> SmallVector<Value> {
          Value outer = loops.div(task, blocks.count);
          Value first, last;
          std::tie(first, last) =
              blocks.bounds(loops, loops.rem(task, blocks.count));
          Value start = loops.mul(outer, view.extent * view.inner);
          auto rowAt = [&](Value i) {
            Value place = reverse ? loops.sub(end, i) : i;
            return loops.add(start, loops.mul(place, view.inner));
          };
          auto forColumns = [&](ValueRange tensors, Loops::Body body) {
            return loops.repeat(first, last, tensors, body,
                                /*vectorized=*/view.inner > 1);
          };
          if (view.extent == 0)
            return SmallVector<Value>(carried);
          Value firstRow = rowAt(zero);
          Value started = forColumns(
              carried,
              [&](Value column, ValueRange inner) -> SmallVector<Value> {
                Value at = loops.add(firstRow, column);
                Value value = exclusive ? loops.zero(type.getElementType())
                                        : loops.read(x, at);
                return {loops.write(value, inner[0], at)};
              })[0];
          return loops.repeat(
              one, extent, started, [&](Value i, ValueRange rows) {
                Value before = rowAt(loops.sub(i, one)), here = rowAt(i);
                return forColumns(
                    rows,
                    [&](Value column, ValueRange inner) -> SmallVector<Value> {
                      Value from = loops.add(before, column);
                      Value at = loops.add(here, column);
                      Value sum = loops.read(inner[0], from);
                      Value term = loops.read(x, exclusive ? from : at);
                      return {loops.write(loops.sum(sum, term), inner[0], at)};
                    });
              });
        })[0];
    rewriter.replaceOp(op, loops.shaped(sums, type));
    return success();
  }
};

} // namespace

void dlc::populateSortingToLinalg(const TypeConverter &converter,
                                  RewritePatternSet &patterns) {
  patterns.add<CumsumToLoops, SortToLoops>(converter, patterns.getContext());
}
