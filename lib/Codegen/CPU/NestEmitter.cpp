//===- NestEmitter.cpp - Loops and vectors for one loop nest --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dlc::codegen {

NestEmitter::NestEmitter(const LoopNest &nest, const TilePlan &plan,
                         const TargetInfo &target, ArrayRef<Value> starts)
    : nest(nest), plan(plan), target(target), starts(starts),
      body(nest, plan.vectorLoop), loc(nest.op.getLoc()) {
  for (const Epilogue &epilogue : nest.epilogues) {
    LoopNest own;
    own.op = epilogue.op;
    own.extents = nest.extents;
    own.parallel.assign(nest.numLoops(), true);
    own.loopOfDim = epilogue.loopOfDim;
    epilogueNests.push_back(own);
  }
  for (const LoopNest &own : epilogueNests)
    epilogues.emplace_back(own, plan.vectorLoop);
}

//===----------------------------------------------------------------------===//
// Register tiles
//===----------------------------------------------------------------------===//

bool NestEmitter::sumsAcrossLanes() const {
  return plan.vectorLoop && !nest.parallel[*plan.vectorLoop];
}

/// All points of the tile at `position`, vectors along the lanes.
SmallVector<NestEmitter::Slot>
NestEmitter::slotsOf(const Position &position) const {
  SmallVector<Slot> slots(1);
  slots.front().steps.assign(nest.numLoops(), 0);
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop) {
    if (!nest.parallel[loop] || loop == plan.vectorLoop)
      continue;
    SmallVector<Slot> next;
    StepRange range{loop, 0, position.sizes[loop]};
    if (position.computed && position.computed->loop == loop)
      range = *position.computed;
    for (const Slot &slot : slots)
      for (int64_t step : llvm::seq(range.count)) {
        next.push_back(slot);
        next.back().steps[loop] = range.first + step;
      }
    slots = std::move(next);
  }
  if (!plan.vectorLoop)
    return slots;
  SmallVector<Slot> vectors;
  for (const Slot &slot : slots) {
    int64_t step = 0;
    for (int64_t width :
         vectorWidths(position.sizes[*plan.vectorLoop], plan.lanes)) {
      vectors.push_back(slot);
      vectors.back().steps[*plan.vectorLoop] = step;
      vectors.back().width = width;
      step += width;
    }
  }
  return vectors;
}

/// The accumulators of the tile at `position`. If the vectorized loop is a
/// reduction, its tiles differ in size: one slot for each vector that any of
/// them has.
SmallVector<NestEmitter::Slot>
NestEmitter::accumulatorSlots(const Position &position) const {
  Position widest = position;
  widest.computed = std::nullopt;
  if (!sumsAcrossLanes())
    return slotsOf(widest);
  int64_t vectors = 0, rest = 0;
  for (const Segment &segment : plan.reductionLoops.back().segments) {
    vectors = std::max(vectors, segment.size / plan.lanes);
    rest = std::max(rest, segment.size % plan.lanes);
  }
  widest.sizes[*plan.vectorLoop] = vectors * plan.lanes + rest;
  return slotsOf(widest);
}

/// The value that the accumulation of `slot` starts from.
Value NestEmitter::startValue(const Position &position, unsigned output,
                              const Slot &slot, TileCode code) {
  Type type = nest.outputs()[output].elementType;
  BlockArgument argument =
      nest.op.getBody()->getArgument(nest.numInputs + output);
  Value start = code == TileCode::Accumulation ? Value() : starts[output];
  if (sumsAcrossLanes()) {
    Operation *combiner = matchCombiner(nest.op, output);
    start = arith::ConstantOp::create(*builder, loc,
                                      *arith::getNeutralElement(combiner));
  } else if (!start && argument.use_empty()) {
    start =
        arith::ConstantOp::create(*builder, loc, builder->getZeroAttr(type));
  } else if (!start) {
    start = load(position, nest.numInputs + output, slot);
  }
  return body.widen(*builder, start, slot.width);
}

/// `combiner` applied to `a` and `b`, scalars or vectors.
Value NestEmitter::combine(Operation *combiner, Value a, Value b) {
  IRMapping values;
  values.map(combiner->getOperand(0), a);
  values.map(combiner->getOperand(1), b);
  Operation *op = builder->clone(*combiner, values);
  op->getResult(0).setType(a.getType());
  return op->getResult(0);
}

/// Combines the lanes of a vector: halves onto each other while there are
/// halves, then one by one. The order depends on the width only.
Value NestEmitter::sumLanes(Operation *combiner, Value vector) {
  while (auto type = dyn_cast<VectorType>(vector.getType())) {
    int64_t width = type.getNumElements();
    if (width % 2 != 0) {
      Value sum = vector::ExtractOp::create(*builder, loc, vector, 0);
      for (int64_t lane = 1; lane < width; ++lane) {
        Value element = vector::ExtractOp::create(*builder, loc, vector, lane);
        sum = combine(combiner, sum, element);
      }
      return sum;
    }
    if (width == 2) {
      Value low = vector::ExtractOp::create(*builder, loc, vector, 0);
      Value high = vector::ExtractOp::create(*builder, loc, vector, 1);
      return combine(combiner, low, high);
    }
    auto lanes = llvm::to_vector(llvm::seq<int64_t>(0, width));
    Value low = vector::ShuffleOp::create(
        *builder, loc, vector, vector, ArrayRef(lanes).take_front(width / 2));
    Value high = vector::ShuffleOp::create(
        *builder, loc, vector, vector, ArrayRef(lanes).drop_front(width / 2));
    vector = combine(combiner, low, high);
  }
  return vector;
}

/// Sums the accumulators of each point across vectors and lanes, and adds the
/// start value.
SmallVector<NestEmitter::Sum> NestEmitter::sumSlots(const Position &position,
                                                    unsigned output,
                                                    ArrayRef<Slot> slots,
                                                    ValueRange accumulators,
                                                    TileCode code) {
  SmallVector<Sum> sums;
  unsigned operand = nest.numInputs + output, outputs = nest.numOutputs();
  Operation *combiner = matchCombiner(nest.op, output);
  for (size_t first = 0, next; first < slots.size(); first = next) {
    next = first + 1;
    while (next < slots.size() && slots[next].steps[*plan.vectorLoop] != 0)
      ++next;
    // Vectors of full width pairwise, then across lanes, then the narrow one.
    SmallVector<Value> vectors;
    Value narrow;
    for (size_t slot = first; slot < next; ++slot) {
      Value value = accumulators[slot * outputs + output];
      if (slot > first && slots[slot].width != slots[first].width)
        narrow = value;
      else
        vectors.push_back(value);
    }
    for (; vectors.size() > 1; vectors.pop_back_n(vectors.size() / 2)) {
      size_t half = (vectors.size() + 1) / 2;
      for (size_t i = half; i < vectors.size(); ++i)
        vectors[i - half] = combine(combiner, vectors[i - half], vectors[i]);
    }
    Value sum = sumLanes(combiner, vectors.front());
    if (narrow) {
      Value rest = sumLanes(combiner, narrow);
      sum = combine(combiner, sum, rest);
    }
    Slot point = slots[first];
    point.width = 1;
    Value start = code == TileCode::Accumulation ? Value() : starts[output];
    if (!start)
      start = load(position, operand, point);
    sums.push_back({point, combine(combiner, start, sum)});
  }
  return sums;
}

/// Stores the results at a slot, one for each output, and evaluates the
/// epilogues there.
void NestEmitter::finish(const Position &position, const Slot &slot,
                         ValueRange results, TileCode code) {
  SmallVector<Value> values(results);
  auto keep = [&](unsigned access, Value value) {
    if (!nest.unread.contains(access))
      store(position, access, slot, value);
  };
  if (code != TileCode::Epilogues)
    for (auto [output, value] : llvm::enumerate(results))
      keep(nest.numInputs + output, value);
  for (auto [epilogue, code] : llvm::zip_equal(nest.epilogues, epilogues)) {
    SmallVector<Value> args;
    unsigned access = epilogue.firstAccess;
    for (std::optional<unsigned> result : epilogue.results) {
      args.push_back(result ? values[*result]
                            : loadInput(position, access, slot));
      ++access;
    }
    Block *region = epilogue.op.getBody();
    for (unsigned i = epilogue.numInputs; i < region->getNumArguments(); ++i) {
      BlockArgument old = region->getArgument(i);
      args.push_back(
          old.use_empty()
              ? arith::ConstantOp::create(*builder, loc,
                                          builder->getZeroAttr(old.getType()))
              : load(position, epilogue.firstAccess + i, slot));
    }
    code.clearCache();
    for (Value value :
         code.emit(*builder, args, slot.width, [&](unsigned loop) {
           return materialize(position.iterations[loop], slot.steps[loop]);
         })) {
      values.push_back(code.widen(*builder, value, slot.width));
      keep(access++, values.back());
    }
  }
}

/// All points of the tile at one step of the reduction loops.
SmallVector<Value> NestEmitter::emitStep(const Position &position,
                                         ValueRange accumulators) {
  SmallVector<Value> results(accumulators);
  unsigned outputs = nest.numOutputs();
  SmallVector<Slot> slots = slotsOf(position);
  SmallVector<Slot> allSlots =
      plan.accumulatesInMemory ? slots : accumulatorSlots(position);
  loaded.clear();
  fetched.clear();
  body.clearCache();
  for (const Slot &slot : slots) {
    // The accumulator for this slot; of tiles along a reduction, the narrow
    // last vector has its own.
    auto match = llvm::find_if(allSlots, [&](const Slot &candidate) {
      bool narrow = sumsAcrossLanes() && slot.width < plan.lanes;
      if (candidate.width != slot.width)
        return false;
      for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
        if (candidate.steps[loop] != slot.steps[loop] &&
            !(narrow && loop == plan.vectorLoop))
          return false;
      return true;
    });
    size_t base = (match - allSlots.begin()) * outputs;
    SmallVector<Value> args;
    for (unsigned input = 0; input < nest.numInputs; ++input)
      args.push_back(loadInput(position, input, slot));
    for (unsigned output = 0; output < outputs; ++output)
      args.push_back(plan.accumulatesInMemory
                         ? load(position, nest.numInputs + output, slot)
                         : results[base + output]);
    SmallVector<Value> values =
        body.emit(*builder, args, slot.width, [&](unsigned loop) {
          return materialize(position.iterations[loop], slot.steps[loop]);
        });
    for (unsigned output = 0; output < outputs; ++output) {
      Value value = values[output];
      bool invariant = plan.vectorLoop &&
                       nest.outputs()[output].isInvariant(*plan.vectorLoop);
      if (!plan.accumulatesInMemory)
        results[base + output] = body.widen(*builder, value, slot.width);
      else
        store(position, nest.numInputs + output, slot,
              invariant ? value : body.widen(*builder, value, slot.width));
    }
  }
  return results;
}

/// One segment for each tile.
static SmallVector<Segment> eachTile(ArrayRef<Segment> segments) {
  SmallVector<Segment> tiles;
  for (const Segment &segment : segments)
    for (int64_t tile = 0; tile < segment.count; ++tile)
      tiles.push_back({segment.start + tile * segment.size, segment.size});
  return tiles;
}

/// The steps of a reduction loop inside of the block at `position`.
SmallVector<Segment>
NestEmitter::reductionSegments(const Position &position,
                               const TileLoop &tileLoop) const {
  for (const TileLoop &block : plan.blockLoops)
    if (block.loop == tileLoop.loop)
      return {{0, 1, position.sizes[block.loop]}};
  return tileLoop.segments;
}

SmallVector<Value> NestEmitter::emitReductions(const Position &position,
                                               unsigned level,
                                               ValueRange accumulators) {
  if (level == plan.reductionLoops.size())
    return emitStep(position, accumulators);
  const TileLoop &tileLoop = plan.reductionLoops[level];
  SmallVector<Value> values(accumulators);
  SmallVector<Segment> segments = reductionSegments(position, tileLoop);
  if (tileLoop.unrolled)
    segments = eachTile(segments);
  for (const Segment &segment : segments)
    values = emitWhereNeeded(position, tileLoop.loop, segment, values,
                             [&](const Position &inner, ValueRange carried) {
                               return emitReductions(inner, level + 1, carried);
                             });
  return values;
}

void NestEmitter::emitTile(const Position &position, TileCode code) {
  if (plan.accumulatesInMemory) {
    emitReductions(position, 0, {});
    return;
  }
  body.clearCache();
  loaded.clear();
  fetched.clear();
  if (code == TileCode::Epilogues) {
    for (const Slot &slot : slotsOf(position)) {
      SmallVector<Value> results;
      for (unsigned output = 0; output < nest.numOutputs(); ++output)
        results.push_back(load(position, nest.numInputs + output, slot));
      finish(position, slot, results, code);
    }
    return;
  }
  SmallVector<Slot> slots = accumulatorSlots(position);
  unsigned outputs = nest.numOutputs();
  SmallVector<Value> accumulators;
  for (const Slot &slot : slots)
    for (unsigned output = 0; output < outputs; ++output)
      accumulators.push_back(startValue(position, output, slot, code));
  if (code != TileCode::Starts)
    accumulators = emitReductions(position, 0, accumulators);
  loaded.clear();
  fetched.clear();
  if (sumsAcrossLanes()) {
    // One output after another, then point by point.
    SmallVector<SmallVector<Sum>> sums;
    for (unsigned output = 0; output < outputs; ++output)
      sums.push_back(sumSlots(position, output, slots, accumulators, code));
    for (size_t number = 0; number < sums.front().size(); ++number) {
      SmallVector<Value> results;
      for (ArrayRef<Sum> of : sums)
        results.push_back(of[number].second);
      finish(position, sums.front()[number].first, results, code);
    }
    return;
  }
  if (code == TileCode::All) {
    for (auto [number, slot] : llvm::enumerate(slots))
      finish(position, slot,
             ArrayRef(accumulators).slice(number * outputs, outputs), code);
    return;
  }
  for (unsigned output = 0; output < outputs; ++output) {
    // Blocks go on from memory; an output without a start value is there.
    if (code == TileCode::Starts && !starts[output])
      continue;
    for (auto [number, slot] : llvm::enumerate(slots))
      store(position, nest.numInputs + output, slot,
            accumulators[number * outputs + output]);
  }
}

//===----------------------------------------------------------------------===//
// Loops around register tiles
//===----------------------------------------------------------------------===//

SmallVector<Value> NestEmitter::emitSegment(const Position &position,
                                            unsigned loop,
                                            const Segment &segment,
                                            ValueRange carried,
                                            ValuesFn emitBody) {
  if (segment.count == 1)
    return emitBody(enter(position, loop, segment, nullptr), carried);
  Value zero = constantIndex(0);
  Value count = constantIndex(segment.count);
  Value one = constantIndex(1);
  auto forOp = scf::ForOp::create(*builder, loc, zero, count, one, carried);
  OpBuilder::InsertionGuard guard(*builder);
  builder->setInsertionPointToStart(forOp.getBody());
  Position inner = enter(position, loop, segment, forOp.getInductionVar());
  SmallVector<Value> results = emitBody(inner, forOp.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(*builder, loc, results);
  return SmallVector<Value>(forOp.getResults());
}

void NestEmitter::emitTileLoops(const Position &position, unsigned level,
                                TileCode code) {
  Position start = position;
  if (code == TileCode::All || code == TileCode::Accumulation)
    for (auto [panel, packed] : llvm::enumerate(plan.packed))
      if (packed.level == level) {
        start.packed[panel] = {};
        emitPack(start, panel);
      }
  emitInnerTileLoops(start, level, code);
}

void NestEmitter::emitInnerTileLoops(const Position &position, unsigned level,
                                     TileCode code) {
  if (level == plan.tileLoops.size()) {
    emitTile(position, code);
    return;
  }
  const TileLoop &tileLoop = plan.tileLoops[level];
  for (const Segment &segment : tileLoop.segments)
    emitSegment(position, tileLoop.loop, segment, {},
                [&](const Position &inner, ValueRange) {
                  emitTileLoops(inner, level + 1, code);
                  return SmallVector<Value>();
                });
}

static int64_t countTiles(ArrayRef<Segment> segments) {
  int64_t total = 1;
  for (const Segment &segment : segments)
    total *= segment.count;
  return total;
}

/// A loop over tiles in the given segments of the task loops.
void NestEmitter::emitTaskLoop(const Position &position,
                               ArrayRef<Segment> segments, TaskRange range,
                               TileCode code) {
  int64_t total = countTiles(segments);
  Value one = constantIndex(1);
  auto forOp = scf::ForOp::create(*builder, loc, range.first, range.last, one);
  OpBuilder::InsertionGuard guard(*builder);
  builder->setInsertionPointToStart(forOp.getBody());
  // Take the number of the task apart, innermost loop first.
  Value rest = forOp.getInductionVar();
  SmallVector<Value> tiles(segments.size());
  for (size_t level = segments.size(); level-- > 0;) {
    int64_t count = segments[level].count;
    total /= count;
    if (count == 1)
      continue;
    if (total == 1) {
      tiles[level] = rest;
      break;
    }
    Value divisor = constantIndex(count);
    tiles[level] = arith::RemUIOp::create(*builder, loc, rest, divisor);
    rest = arith::DivUIOp::create(*builder, loc, rest, divisor);
  }
  Position inner = position;
  for (auto [level, segment] : llvm::enumerate(segments))
    inner = enter(inner, plan.tileLoops[level].loop, segment, tiles[level]);
  emitTileLoops(inner, segments.size(), code);
}

/// Each combination of the segments of the task loops, in which tiles are
/// equal.
SmallVector<SmallVector<Segment>> NestEmitter::taskSegments() const {
  SmallVector<SmallVector<Segment>> combinations(1);
  for (const TileLoop &task :
       ArrayRef(plan.tileLoops).take_front(plan.numTaskLoops)) {
    SmallVector<SmallVector<Segment>> next;
    for (const SmallVector<Segment> &combination : combinations)
      for (const Segment &segment : task.segments) {
        next.push_back(combination);
        next.back().push_back(segment);
      }
    combinations = std::move(next);
  }
  return combinations;
}

int64_t NestEmitter::numTasks() const {
  int64_t total = 0;
  for (ArrayRef<Segment> segments : taskSegments())
    total += countTiles(segments);
  return total;
}

/// The tiles of some tasks, or all: one loop for each combination of segments.
void NestEmitter::emitTiles(const Position &position,
                            std::optional<TaskRange> range, TileCode code) {
  if (!range || numTasks() == 1) {
    emitTileLoops(position, 0, code);
    return;
  }
  SmallVector<SmallVector<Segment>> combinations = taskSegments();
  int64_t before = 0;
  for (ArrayRef<Segment> segments : combinations) {
    int64_t count = countTiles(segments);
    TaskRange own = combinations.size() == 1
                        ? *range
                        : range->within(*builder, loc, before, count);
    emitTaskLoop(position, segments, own, code);
    before += count;
  }
}

void NestEmitter::emitBlocks(const Position &position, unsigned level,
                             PositionFn emitBody) {
  if (level == plan.blockLoops.size()) {
    emitBody(position);
    return;
  }
  const TileLoop &blockLoop = plan.blockLoops[level];
  SmallVector<Segment> segments(blockLoop.segments);
  if (blockLoop.unrolled)
    segments = eachTile(segments);
  for (const Segment &segment : segments)
    emitSegment(position, blockLoop.loop, segment, {},
                [&](const Position &inner, ValueRange) {
                  emitBlocks(inner, level + 1, emitBody);
                  return SmallVector<Value>();
                });
}

NestEmitter::Position NestEmitter::start() const {
  Position position;
  position.iterations.resize(nest.numLoops());
  position.sizes.assign(nest.numLoops(), 1);
  position.packed.resize(plan.packed.size());
  // The offset of a memref is part of its view: only that of its map is here.
  for (const Access &access : nest.accesses)
    position.elements.push_back({nullptr, access.offset});
  return position;
}

void NestEmitter::emitAll(OpBuilder &codeBuilder) {
  builder = &codeBuilder;
  emitAt(start(), std::nullopt);
}

void NestEmitter::emitTasks(OpBuilder &codeBuilder, TaskRange range) {
  builder = &codeBuilder;
  emitAt(start(), range);
}

void NestEmitter::emitBlock(OpBuilder &codeBuilder, const Segment &blocks,
                            Value number) {
  builder = &codeBuilder;
  Position position = start();
  if (nest.slicedLoop) {
    position = enter(position, *nest.slicedLoop, blocks, number);
    position.sizes[*nest.slicedLoop] = 1;
  }
  emitAt(position, std::nullopt);
}

void NestEmitter::emitAt(const Position &position,
                         std::optional<TaskRange> range) {
  if (plan.blockLoops.empty()) {
    emitTiles(position, range, TileCode::All);
    return;
  }
  if (llvm::any_of(starts, [](Value start) { return bool(start); }))
    emitTiles(position, range, TileCode::Starts);
  emitBlocks(position, 0, [&](const Position &block) {
    emitTiles(block, range, TileCode::Accumulation);
  });
  if (!epilogues.empty())
    emitTiles(position, range, TileCode::Epilogues);
}

} // namespace dlc::codegen
