//===- Sorting.cpp - Order along a dimension, running sums ----------------===//

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
    Blocks blocks(view.inner, view.outer);
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

  SmallVector<Value> emitRounds(dl::SortOp op, const Columns &columns,
                                SmallVector<Value> tensors) const {
    int64_t n = columns.view.extent;
    if (n < 2)
      return tensors;
    int64_t top = int64_t(1) << (llvm::Log2_64_Ceil(n) - 1);
    for (int64_t p = top; p > 0; p /= 2) {
      int64_t q = top, r = 0, d = p;
      while (true) {
        tensors = emitRound(op, columns, tensors, p, r, d);
        if (q == p)
          break;
        d = q - p;
        q /= 2;
        r = p;
      }
    }
    return tensors;
  }

  /// Compares and exchanges i and i + d for all i < n - d with (i & p) == r:
  /// runs of p that begin at r and every 2 p from there.
  SmallVector<Value> emitRound(dl::SortOp op, const Columns &columns,
                               ValueRange tensors, int64_t p, int64_t r,
                               int64_t d) const {
    Loops &loops = columns.loops;
    int64_t n = columns.view.extent;
    Value zero = loops.constant(0), end = loops.constant(n - d);
    Value runs = loops.constant(
        llvm::divideCeil(std::max<int64_t>(n - d - r, 0), 2 * p));
    return loops.repeat(zero, runs, tensors, [&](Value run, ValueRange outer) {
      Value first = loops.add(loops.mul(run, 2 * p), loops.constant(r));
      Value next = loops.add(first, loops.constant(p));
      Value last = loops.min(next, end);
      return loops.repeat(
          first, last, outer,
          [&](Value i, ValueRange middle) {
            return columns.visit(i, middle, [&](Value at, ValueRange inner) {
              Value other =
                  loops.add(at, loops.constant(d * columns.view.inner));
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
    // Of equal values the one with the lower index is first.
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
    Blocks blocks(view.inner, view.outer);
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
