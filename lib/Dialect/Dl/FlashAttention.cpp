//===- FlashAttention.cpp - Attention a block of scores at a time ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// After FlashAttention (arXiv 2205.14135) and FlashAttention-2 (2307.08691).
// The queries are cut into ranges, each a loop over blocks, and the keys into
// parts:
//
//   for each range of queries
//     for each part of the keys that it sees
//       dl.scan over the blocks of the range
//         scores of one block of queries and one part of the keys
//
// The two outer loops are in the program, so that parts that no query of a
// range sees are not there, and those that all see have no mask.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

#include <cmath>

using namespace mlir;
using namespace dlc::dl;

// The sizes of blocks are constants: a program up to the phase `fuse` knows no
// target.

/// Scores of one matrix that exist at a time, 128 and 256 KiB of f32: they are
/// made, turned into weights and multiplied before they leave a second-level
/// cache of 512 KiB or more. For the cotangents of keys and values, products
/// sum over the queries of a block; they gain by longer sums.
static constexpr int64_t kBlockScores = 32768, kGradientScores = 65536;

/// Keys of a part. Those and their values stay in such a cache, with
/// the sums of their cotangents.
static constexpr int64_t kPartKeys = 256;

/// Ranges of the queries under `is_causal`, where a range has as many queries
/// as a part has keys, or a multiple: of all scores, 4 ranges leave 5/8 and 8
/// ranges 9/16, where 1/2 is seen.
static constexpr int64_t kCausalRanges = 8;

namespace {

/// Consecutive queries, taken `size` at a time.
struct QueryRange {
  int64_t begin, blocks, size;

  int64_t end() const { return begin + blocks * size; }
};

/// Keys from `begin` on.
struct KeyPart {
  int64_t begin, size;
  /// Whether there are queries of the range that do not see all of them, under
  /// `is_causal`.
  bool isCut;
};

/// One block of queries and the part of the keys that it is multiplied with.
struct Block {
  /// matrices x queries x features, already scaled.
  Value query;
  /// matrices x keys x features.
  Value key, value;
  /// Its rows and columns, or those that hold for all; or null.
  Value mask;
  /// queries: which key each query sees last, counted from that of the part; or
  /// null.
  Value last;
  /// Slices of the other operands with a row for each query.
  ValueRange others;
};

/// The results of a block: terms of the sums over all queries, and rows of its
/// own.
struct BlockResults {
  SmallVector<Value> terms;
  SmallVector<Value> rows;
  /// The cotangent of the mask, with the rows and columns of this.
  Value mask = nullptr;
};

using BlockBody = llvm::function_ref<BlockResults(Expr &, const Block &)>;

class FlashAttention {
public:
  FlashAttention(OpBuilder &builder, FlashAttentionOp op);

  /// y and lse.
  SmallVector<Value> makeResults();
  /// Writes those of query, key, value and mask, the last if it holds numbers.
  void makeCotangents(Value dy, Value dlse, MutableArrayRef<Value> operands);

private:
  Value asMatrices(Value x, unsigned inner = 2);
  /// Blocks have at most `scores` scores.
  SmallVector<QueryRange> makeRanges(int64_t scores);
  SmallVector<KeyPart> partsFor(const QueryRange &range);

  /// Runs `body` for each block of a range with one part of the keys. `sums`
  /// are the sums so far, null at first; the block's terms are added to them.
  /// `others` are stacks. Returns stacks, except for the mask's cotangent.
  BlockResults run(const QueryRange &range, const KeyPart &part,
                   MutableArrayRef<Value> sums, ArrayRef<Value> others,
                   BlockBody body);
  /// The queries of a range along `axis`: blocks x ... x size x ...
  Value stack(Value x, const QueryRange &range, int64_t axis);
  Value unstack(Value x, int64_t axis);

  /// The scores of a block, -infinity where a query does not see a key.
  Value scores(Expr &b, const Block &block);
  Value spreadMask(Expr &b, Value mask, RankedTensorType scores);
  /// The transpose of that.
  Value gatherMask(Expr &b, Value scores);

  int64_t maskExtent(int64_t fromLast) const {
    return tensorType(mask).getShape().end()[-fromLast];
  }
  bool maskHasRows() const { return mask && maskExtent(2) == queries; }
  bool maskHasColumns() const { return mask && maskExtent(1) == keys; }

  Expr e;
  FlashAttentionOp op;
  /// Extents in front of the last two, and their product.
  SmallVector<int64_t> front;
  int64_t matrices, queries, keys;
  Value query, key, value;
  /// With as many dimensions as the scores.
  Value mask;
};

} // namespace

FlashAttention::FlashAttention(OpBuilder &builder, FlashAttentionOp op)
    : e(builder, op.getLoc()), op(op),
      front(tensorType(op.getQuery()).getShape().drop_back(2)) {
  matrices = llvm::product_of(front);
  queries = tensorType(op.getQuery()).getShape().end()[-2];
  keys = tensorType(op.getKey()).getShape().end()[-2];
  // Scaled before the product, which is the larger array.
  query = e.scale(asMatrices(op.getQuery()), op.getFactor());
  key = asMatrices(op.getKey());
  value = asMatrices(op.getValue());
  mask = op.getMask();
  if (mask) {
    SmallVector<int64_t> shape(front.size() + 2, 1);
    ArrayRef<int64_t> given = tensorType(mask).getShape();
    llvm::copy(given, shape.end() - given.size());
    mask = e.reshape(mask, shape);
  }
}

/// With one dimension in place of those in front of the last `inner`.
Value FlashAttention::asMatrices(Value x, unsigned inner) {
  SmallVector<int64_t> shape{matrices};
  llvm::append_range(shape, tensorType(x).getShape().take_back(inner));
  return e.reshape(x, shape);
}

//===----------------------------------------------------------------------===//
// Ranges, parts and blocks
//===----------------------------------------------------------------------===//

SmallVector<QueryRange> FlashAttention::makeRanges(int64_t scores) {
  SmallVector<QueryRange> ranges;
  auto addRange = [&](int64_t begin, int64_t count) {
    int64_t size =
        std::max<int64_t>(scores / std::clamp<int64_t>(keys, 1, kPartKeys), 1);
    size = std::min(size, count);
    // Without a smaller block at the end, if that can be.
    for (int64_t divisor = size; divisor > size / 2; --divisor)
      if (count % divisor == 0) {
        size = divisor;
        break;
      }
    ranges.push_back({begin, count / size, size});
    if (int64_t rest = count % size)
      ranges.push_back({begin + count - rest, 1, rest});
  };
  int64_t count = queries;
  if (op.getIsCausal())
    count = kPartKeys *
            std::max<int64_t>(
                1, llvm::divideCeil(queries, kPartKeys * kCausalRanges));
  for (int64_t begin = 0; begin < queries; begin += count)
    addRange(begin, std::min(count, queries - begin));
  return ranges;
}

SmallVector<KeyPart> FlashAttention::partsFor(const QueryRange &range) {
  bool causal = op.getIsCausal();
  int64_t seen = causal ? std::min(range.end(), keys) : keys;
  SmallVector<KeyPart> parts;
  for (int64_t begin = 0; begin < seen; begin += kPartKeys) {
    int64_t size = std::min(kPartKeys, seen - begin);
    parts.push_back({begin, size, causal && begin + size - 1 > range.begin});
  }
  return parts;
}

Value FlashAttention::stack(Value x, const QueryRange &range, int64_t axis) {
  x = e.slice(x, axis, range.begin, range.blocks * range.size);
  if (range.blocks == 1)
    return x;
  SmallVector<int64_t> shape(tensorType(x).getShape());
  shape[axis] = range.size;
  shape.insert(shape.begin() + axis, range.blocks);
  SmallVector<int64_t> perm = allBut(shape.size(), axis);
  perm.insert(perm.begin(), axis);
  return e.transpose(e.reshape(x, shape), perm);
}

/// `axis` counts without the blocks.
Value FlashAttention::unstack(Value x, int64_t axis) {
  SmallVector<int64_t> shape(tensorType(x).getShape());
  SmallVector<int64_t> perm = allBut(shape.size(), 0);
  perm.insert(perm.begin() + axis, 0);
  shape[axis + 1] *= shape[0];
  return e.reshape(e.transpose(x, perm), ArrayRef(shape).drop_front());
}

BlockResults FlashAttention::run(const QueryRange &range, const KeyPart &part,
                                 MutableArrayRef<Value> sums,
                                 ArrayRef<Value> others, BlockBody body) {
  SmallVector<Value> rows{stack(query, range, 1)};
  llvm::append_range(rows, others);
  SmallVector<Value> constants{e.slice(key, 1, part.begin, part.size),
                               e.slice(value, 1, part.begin, part.size)};
  size_t maskRow = 0, lastRow = 0, maskConstant = 0;
  if (mask) {
    int64_t axis = front.size();
    Value cut = maskHasColumns()
                    ? e.slice(mask, axis + 1, part.begin, part.size)
                    : mask;
    if (maskHasRows()) {
      maskRow = rows.size();
      rows.push_back(stack(cut, range, axis));
    } else {
      maskConstant = constants.size();
      constants.push_back(cut);
    }
  }
  if (part.isCut) {
    auto type = RankedTensorType::get({range.blocks * range.size},
                                      e.builder().getI32Type());
    Value first = e.splat(type, double(range.begin - part.begin));
    Value last = e.add(e.iota(type, 0), first);
    lastRow = rows.size();
    rows.push_back(
        range.blocks == 1 ? last : e.reshape(last, {range.blocks, range.size}));
  }
  auto runBlock = [&](Expr &b, ValueRange rows, ValueRange constants) {
    Block block{rows[0], constants[0], constants[1],
                nullptr, nullptr,      rows.slice(1, others.size())};
    if (maskRow)
      block.mask = rows[maskRow];
    if (maskConstant)
      block.mask = constants[maskConstant];
    if (lastRow)
      block.last = rows[lastRow];
    return body(b, block);
  };

  if (range.blocks == 1) {
    BlockResults results = runBlock(e, rows, constants);
    for (auto [sum, term] : llvm::zip(sums, results.terms))
      sum = sum ? e.add(sum, term) : term;
    return results;
  }

  for (auto [sum, like] : llvm::zip(sums, constants))
    if (!sum)
      sum = e.splat(like.getType(), 0);
  bool givesMask = false;
  ScanOp scan =
      buildScan(e, range.blocks, /*reverse=*/false, sums, rows, constants,
                [&](Expr &b, ValueRange carried, ValueRange inputs,
                    ValueRange constants) {
                  BlockResults results = runBlock(b, inputs, constants);
                  SmallVector<Value> yields;
                  for (auto [sum, term] : llvm::zip(carried, results.terms))
                    yields.push_back(b.add(sum, term));
                  llvm::append_range(yields, results.rows);
                  givesMask = bool(results.mask);
                  if (givesMask)
                    yields.push_back(results.mask);
                  return yields;
                });
  llvm::copy(scan.getFinals(), sums.begin());
  BlockResults results;
  llvm::append_range(results.rows, scan.getOutputs());
  if (givesMask) {
    Value stacked = results.rows.pop_back_val();
    // One row for all queries is a sum over the blocks too.
    results.mask =
        maskHasRows() ? unstack(stacked, front.size()) : e.sum(stacked, 0);
  }
  return results;
}

//===----------------------------------------------------------------------===//
// One block
//===----------------------------------------------------------------------===//

Value FlashAttention::spreadMask(Expr &b, Value mask, RankedTensorType scores) {
  ArrayRef<int64_t> shape = tensorType(mask).getShape(),
                    ahead = shape.drop_back(2), last = shape.take_back(2);
  if (llvm::all_of(ahead, [](int64_t extent) { return extent == 1; }))
    return b.broadcastTo(b.reshape(mask, last), scores.getShape());
  if (ahead == ArrayRef(front))
    return b.broadcastTo(b.reshape(mask, {matrices, last[0], last[1]}),
                         scores.getShape());
  SmallVector<int64_t> all(front);
  llvm::append_range(all, scores.getShape().drop_front());
  return b.reshape(b.broadcastTo(mask, all), scores.getShape());
}

Value FlashAttention::gatherMask(Expr &b, Value scores) {
  SmallVector<int64_t> shape(tensorType(mask).getShape()), all(front);
  ArrayRef<int64_t> last = tensorType(scores).getShape().drop_front();
  llvm::append_range(all, last);
  if (maskHasRows())
    shape.end()[-2] = last[0];
  if (maskHasColumns())
    shape.end()[-1] = last[1];
  return b.sumTo(b.reshape(scores, all), shape);
}

Value FlashAttention::scores(Expr &b, const Block &block) {
  Value scores = b.matmul(block.query, block.key, false, true);
  RankedTensorType type = tensorType(scores);
  Value mask = block.mask ? spreadMask(b, block.mask, type) : nullptr;
  if (block.last) {
    auto places = cast<RankedTensorType>(type.clone(b.builder().getI32Type()));
    mask = b.compare(Predicate::ge,
                     b.broadcast(block.last, b.splat(places, 0), {1}),
                     b.iota(places, 2));
  }
  if (!mask)
    return scores;
  if (tensorType(mask).getElementType().isInteger(1))
    return b.select(mask, scores, b.splat(type, -INFINITY));
  return b.add(scores, mask);
}

/// 0 where x is -infinity.
static Value finite(Expr &b, Value x) {
  return b.where(b.compare(Predicate::ne, x, -INFINITY), x);
}

/// Spreads a number for each row over the elements of the row.
static Value acrossRow(Expr &b, Value x, Value like) {
  return b.broadcast(x, like, {0, 1});
}

//===----------------------------------------------------------------------===//
// Results and cotangents
//===----------------------------------------------------------------------===//

SmallVector<Value> FlashAttention::makeResults() {
  // Without keys there is nothing to take the mean of.
  if (keys == 0)
    return {e.splat(op.getY().getType(), 0),
            e.splat(op.getLse().getType(), -INFINITY)};
  SmallVector<Value> ys, lses;
  for (const QueryRange &range : makeRanges(kBlockScores)) {
    // The state over the parts so far: the mean without its divisor, the
    // largest score and the sum of e^(score - largest).
    SmallVector<Value> state;
    SmallVector<KeyPart> parts = partsFor(range);
    for (auto [number, part] : llvm::enumerate(parts)) {
      bool isLast = number + 1 == parts.size();
      auto body = [&](Expr &b, const Block &block) -> BlockResults {
        Value s = scores(b, block);
        // The results do not depend on the subtracted number, so neither do
        // their derivatives.
        Value largest = b.stop(b.max(s, 2));
        if (!block.others.empty())
          largest = b.maximum(block.others[1], largest);
        Value taken = finite(b, largest);
        Value terms = b.exp(b.sub(s, acrossRow(b, taken, s)));
        Value sum = b.sum(terms, 2);
        Value mean = b.matmul(terms, block.value, false, false);
        if (!block.others.empty()) {
          Value shrink = b.exp(b.sub(block.others[1], taken));
          sum = b.add(sum, b.mul(block.others[2], shrink));
          mean =
              b.add(mean, b.mul(block.others[0], acrossRow(b, shrink, mean)));
        }
        if (!isLast)
          return {{}, {mean, largest, sum}};
        Value sees = b.compare(Predicate::ne, largest, -INFINITY);
        Value divisor = b.select(sees, sum, b.splat(sum.getType(), 1));
        Value inverse = b.reciprocal(divisor);
        return {{},
                {b.mul(mean, acrossRow(b, inverse, mean)),
                 b.add(largest, b.log(divisor))}};
      };
      state = run(range, part, {}, state, body).rows;
    }
    for (Value &x : state)
      x = range.blocks == 1 ? x : unstack(x, 1);
    ys.push_back(state[0]);
    lses.push_back(state[1]);
  }
  return {e.reshape(e.concat(ys, 1), tensorType(op.getY()).getShape()),
          e.reshape(e.concat(lses, 1), tensorType(op.getLse()).getShape())};
}

void FlashAttention::makeCotangents(Value dy, Value dlse,
                                    MutableArrayRef<Value> operands) {
  if (keys == 0)
    return;
  bool ofMask = mask && !tensorType(mask).getElementType().isInteger(1);
  Value lse = finite(e, asMatrices(op.getLse(), 1)), less;
  if (dy) {
    dy = asMatrices(dy);
    less = e.sum(e.mul(dy, asMatrices(op.getY())), 2);
  }
  if (dlse) {
    dlse = asMatrices(dlse, 1);
    less = less ? e.sub(less, dlse) : e.neg(dlse);
  }
  // For each part of the keys; a range sees the first of them, perhaps not all.
  SmallVector<SmallVector<Value>> sums;
  SmallVector<Value> queryRows, maskRows;
  // From the range that sees most.
  SmallVector<QueryRange> ranges = makeRanges(kGradientScores);
  for (const QueryRange &range : llvm::reverse(ranges)) {
    SmallVector<Value> others{stack(lse, range, 1), stack(less, range, 1)};
    if (dy)
      others.push_back(stack(dy, range, 1));
    size_t fixed = others.size();
    SmallVector<Value> maskParts;
    for (auto [number, part] : llvm::enumerate(partsFor(range))) {
      auto body = [&](Expr &b, const Block &block) {
        Value s = scores(b, block);
        Value p = b.exp(b.sub(s, acrossRow(b, block.others[0], s)));
        Value dp =
            dy ? b.sub(b.matmul(block.others[2], block.value, false, true),
                       acrossRow(b, block.others[1], s))
               : acrossRow(b, b.neg(block.others[1]), s);
        Value ds = b.mul(p, dp);
        BlockResults results;
        results.terms.push_back(b.matmul(ds, block.query, true, false));
        if (dy)
          results.terms.push_back(b.matmul(p, block.others[2], true, false));
        Value dq = b.matmul(ds, block.key, false, false);
        if (block.others.size() > fixed)
          dq = b.add(block.others.back(), dq);
        results.rows = {dq};
        if (ofMask)
          results.mask = gatherMask(b, ds);
        return results;
      };
      if (sums.size() == number)
        sums.emplace_back(dy ? 2 : 1);
      // A range may end within a part.
      SmallVector<Value> &all = sums[number];
      SmallVector<Value> seen(all);
      for (Value &sum : seen)
        if (sum)
          sum = e.slice(sum, 1, 0, part.size);
      BlockResults results = run(range, part, seen, others, body);
      for (auto [sum, now] : llvm::zip(all, seen)) {
        int64_t before = sum ? tensorType(sum).getDimSize(1) : part.size;
        sum =
            before == part.size
                ? now
                : e.concat(
                      {now, e.slice(sum, 1, part.size, before - part.size)}, 1);
      }
      others.resize(fixed);
      others.push_back(results.rows.front());
      if (ofMask)
        maskParts.push_back(results.mask);
    }
    Value dq = others.back();
    queryRows.push_back(range.blocks == 1 ? dq : unstack(dq, 1));
    if (!ofMask)
      continue;
    // One column for all keys is a sum over the parts.
    Value row = maskParts.front();
    for (Value part : llvm::drop_begin(maskParts))
      row = maskHasColumns() ? row : e.add(row, part);
    if (maskHasColumns())
      row = e.concat(maskParts, front.size() + 1);
    maskRows.push_back(row);
  }
  auto as = [&](Value x, Value operand) {
    return e.reshape(x, tensorType(operand).getShape());
  };
  std::reverse(queryRows.begin(), queryRows.end());
  operands[0] =
      as(e.scale(e.concat(queryRows, 1), op.getFactor()), op.getQuery());
  Value summed[] = {op.getKey(), op.getValue()};
  for (auto [i, operand] : llvm::enumerate(summed)) {
    if (i == sums.front().size())
      break;
    SmallVector<Value> parts;
    int64_t seen = 0;
    for (const SmallVector<Value> &part : sums) {
      parts.push_back(part[i]);
      seen += tensorType(part[i]).getDimSize(1);
    }
    // Keys that no query sees.
    if (seen < keys) {
      SmallVector<int64_t> rest(tensorType(parts[0]).getShape());
      rest[1] = keys - seen;
      parts.push_back(e.splat(tensorType(parts[0]).clone(rest), 0));
    }
    operands[i + 1] = as(e.concat(parts, 1), operand);
  }
  if (!ofMask)
    return;
  std::reverse(maskRows.begin(), maskRows.end());
  Value dmask = maskRows.front();
  for (Value row : llvm::drop_begin(maskRows))
    dmask = maskHasRows() ? dmask : e.add(dmask, row);
  if (maskHasRows())
    dmask = e.concat(maskRows, front.size());
  operands[3] = as(dmask, op.getMask());
}

SmallVector<Value> FlashAttentionOp::decompose(OpBuilder &builder) {
  return FlashAttention(builder, *this).makeResults();
}

void FlashAttentionOp::differentiate(OpBuilder &builder,
                                     ArrayRef<Value> cotangents,
                                     MutableArrayRef<Value> operands) {
  FlashAttention(builder, *this)
      .makeCotangents(cotangents[0], cotangents[1], operands);
}
