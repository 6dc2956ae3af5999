//===- Graph.cpp - Sparse matrices ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Common.h"
#include "Loops.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dlc;

namespace {

/// `indptr` and `indices`, to be read in loops.
struct Rows {
  Rows(Loops &loops, Value indptr, Value indices, Value original,
       Value originalIndices)
      : loops(loops), indptr(indptr), indices(indices),
        indptrUnsigned(isUnsigned(original)),
        indicesUnsigned(isUnsigned(originalIndices)),
        numRows(cast<ShapedType>(indptr.getType()).getDimSize(0) - 1),
        numEntries(cast<ShapedType>(indices.getType()).getDimSize(0)) {}

  static bool isUnsigned(Value value) {
    return dl::tensorType(value).getElementType().isUnsignedInteger();
  }
  Value start(Value row) const {
    return loops.readIndex(indptr, row, indptrUnsigned);
  }
  Value column(Value entry) const {
    return loops.readIndex(indices, entry, indicesUnsigned);
  }
  /// A loop over the entries of a row.
  SmallVector<Value> repeat(Value row, ValueRange carried,
                            Loops::Body body) const {
    Value first = start(row);
    Value last = start(loops.add(row, loops.constant(1)));
    return loops.repeat(first, last, carried, body);
  }

  Loops &loops;
  Value indptr, indices;
  bool indptrUnsigned, indicesUnsigned;
  int64_t numRows, numEntries;
};

/// Tasks are rows of the result; with the transpose, where an entry adds to any
/// row, blocks of columns.
struct SpmmToLoops : OpConversionPattern<dl::SpmmOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::SpmmOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    RankedTensorType type = resultType(getTypeConverter(), op);
    Rows rows(loops, adaptor.getIndptr(), adaptor.getIndices(), op.getIndptr(),
              op.getIndices());
    Value values = adaptor.getValues(), dense = loops.flat(adaptor.getDense());
    int64_t columns = type.getDimSize(1);
    Value zero = loops.constant(0), numColumns = loops.constant(columns);
    Type element = type.getElementType();

    /// Row `to` of the result from column `first` to `last`, set to 0.
    auto clear = [&](Value to, Value first, Value last, ValueRange tensors) {
      Value start = loops.mul(to, columns);
      return loops.repeat(
          first, last, tensors,
          [&](Value column, ValueRange inner) -> SmallVector<Value> {
            Value at = loops.add(start, column);
            return {loops.write(loops.zero(element), inner[0], at)};
          },
          /*vectorized=*/true);
    };
    /// Row `from` of dense times value `entry` added to row `to`.
    auto addRow = [&](Value entry, Value to, Value from, Value first,
                      Value last, ValueRange tensors) {
      Value factor = loops.read(values, entry);
      Value start = loops.mul(to, columns), source = loops.mul(from, columns);
      return loops.repeat(
          first, last, tensors,
          [&](Value column, ValueRange inner) -> SmallVector<Value> {
            Value at = loops.add(start, column);
            Value term = loops.read(dense, loops.add(source, column));
            Value product = loops.product(factor, term);
            Value sum = loops.sum(loops.read(inner[0], at), product);
            return {loops.write(sum, inner[0], at)};
          },
          /*vectorized=*/true);
    };

    Value empty = loops.flatEmpty(type), y;
    if (!op.getTranspose()) {
      y = loops.tasks(rows.numRows, empty, [&](Value row, ValueRange carried) {
        SmallVector<Value> started = clear(row, zero, numColumns, carried);
        return rows.repeat(row, started, [&](Value entry, ValueRange inner) {
          return addRow(entry, row, rows.column(entry), zero, numColumns,
                        inner);
        });
      })[0];
    } else {
      Blocks blocks(loops, columns, 1);
      Value numResults = loops.constant(type.getDimSize(0));
      Value numRows = loops.constant(rows.numRows);
      y = loops.tasks(blocks.count, empty, [&](Value task, ValueRange carried) {
        Value first, last;
        std::tie(first, last) = blocks.bounds(loops, task);
        SmallVector<Value> started = loops.repeat(
            zero, numResults, carried, [&](Value to, ValueRange inner) {
              return clear(to, first, last, inner);
            });
        return loops.repeat(
            zero, numRows, started, [&](Value row, ValueRange outer) {
              return rows.repeat(row, outer,
                                 [&](Value entry, ValueRange inner) {
                                   return addRow(entry, rows.column(entry), row,
                                                 first, last, inner);
                                 });
            });
      })[0];
    }
    rewriter.replaceOp(op, loops.shaped(y, type));
    return success();
  }
};

/// Tasks are entries. The row of an entry is found by bisection of `indptr`.
struct SddmmToLoops : OpConversionPattern<dl::SddmmOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult
  matchAndRewrite(dl::SddmmOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Loops loops(rewriter, op.getLoc());
    Location loc = op.getLoc();
    RankedTensorType type = resultType(getTypeConverter(), op);
    Rows rows(loops, adaptor.getIndptr(), adaptor.getIndices(), op.getIndptr(),
              op.getIndices());
    Value a = loops.flat(adaptor.getA()), b = loops.flat(adaptor.getB());
    int64_t columns = dl::tensorType(op.getA()).getDimSize(1);
    Value zero = loops.constant(0), one = loops.constant(1);
    Value numColumns = loops.constant(columns);
    auto compare = [&](arith::CmpIPredicate p, Value x, Value y) -> Value {
      return arith::CmpIOp::create(rewriter, loc, p, x, y);
    };
    auto choose = [&](Value c, Value x, Value y) -> Value {
      return arith::SelectOp::create(rewriter, loc, c, x, y);
    };

    Value values = loops.tasks(
        rows.numEntries, loops.flatEmpty(type),
        [&](Value entry, ValueRange carried) -> SmallVector<Value> {
          // How many rows after the first begin at the entry or before it.
          Value rounds = loops.constant(llvm::Log2_64_Ceil(rows.numRows + 1));
          Value row = loops.repeat(
              zero, rounds, {zero, loops.constant(rows.numRows)},
              [&](Value, ValueRange bounds) -> SmallVector<Value> {
                Value low = bounds[0], high = bounds[1];
                Value middle = loops.div(loops.add(low, high), 2);
                // Where nothing is left to divide, nothing changes.
                Value next = loops.add(middle, one);
                Value number = loops.min(next, loops.constant(rows.numRows));
                Value begun = compare(arith::CmpIPredicate::sle,
                                      rows.start(number), entry);
                Value isOpen = compare(arith::CmpIPredicate::slt, low, high);
                Value up = arith::AndIOp::create(rewriter, loc, isOpen, begun);
                Value down = arith::AndIOp::create(
                    rewriter, loc, isOpen,
                    arith::XOrIOp::create(
                        rewriter, loc, begun,
                        arith::ConstantIntOp::create(rewriter, loc, 1, 1)));
                Value newLow = choose(up, next, low);
                return {newLow, choose(down, middle, high)};
              })[0];
          Value hasRow = compare(arith::CmpIPredicate::slt, row,
                                 loops.constant(rows.numRows));
          Value hasBegun =
              compare(arith::CmpIPredicate::sle, rows.start(zero), entry);
          Value exists = arith::AndIOp::create(rewriter, loc, hasRow, hasBegun);
          Value end = choose(exists, numColumns, zero);
          Value fromA = loops.mul(row, columns);
          Value fromB = loops.mul(rows.column(entry), columns);
          Value sum = loops.repeat(
              zero, end, loops.zero(type.getElementType()),
              [&](Value column, ValueRange inner) -> SmallVector<Value> {
                Value x = loops.read(a, loops.add(fromA, column));
                Value y = loops.read(b, loops.add(fromB, column));
                return {loops.sum(inner[0], loops.product(x, y))};
              })[0];
          return {loops.write(sum, carried[0], entry)};
        })[0];
    rewriter.replaceOp(op, values);
    return success();
  }
};

} // namespace

void dlc::populateGraphToLinalg(const TypeConverter &converter,
                                RewritePatternSet &patterns) {
  patterns.add<SddmmToLoops, SpmmToLoops>(converter, patterns.getContext());
}
