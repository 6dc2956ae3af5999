//===- NestEmitter.cpp - Loops and vectors for one loop nest --------------===//

#include "NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dlc::codegen {

/// Index arithmetic stays within buffers: it never wraps.
static constexpr auto kNoWrap =
    arith::IntegerOverflowFlags::nsw | arith::IntegerOverflowFlags::nuw;

std::pair<Value, Value> emitSlice(OpBuilder &builder, Location loc,
                                  int64_t total, Workers workers) {
  Value totalValue = arith::ConstantIndexOp::create(builder, loc, total);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  auto boundary = [&](Value worker) -> Value {
    Value product =
        arith::MulIOp::create(builder, loc, worker, totalValue, kNoWrap);
    return arith::DivUIOp::create(builder, loc, product, workers.count);
  };
  Value next = arith::AddIOp::create(builder, loc, workers.self, one, kNoWrap);
  Value first = boundary(workers.self);
  Value last = boundary(next);
  return {first, last};
}

NestEmitter::NestEmitter(const LoopNest &nest, const TilePlan &plan,
                         ArrayRef<Value> starts)
    : nest(nest), plan(plan), starts(starts), body(nest, plan.vectorLoop),
      loc(nest.op.getLoc()) {}

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

/// `memref` as one run of elements from its first to its last.
static Value flatten(OpBuilder &builder, Location loc, Value memref) {
  auto type = cast<MemRefType>(memref.getType());
  if (type.getRank() == 1 && type.getLayout().isIdentity())
    return memref;
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  (void)type.getStridesAndOffset(strides, offset);
  int64_t elements = 1;
  for (auto [stride, extent] : llvm::zip_equal(strides, type.getShape()))
    elements += stride * (extent - 1);
  auto layout = StridedLayoutAttr::get(builder.getContext(), offset,
                                       ArrayRef<int64_t>{1});
  MemRefLayoutAttrInterface layoutAttr = layout;
  if (offset == 0)
    layoutAttr = {};
  auto flatType = MemRefType::get({elements}, type.getElementType(), layoutAttr,
                                  type.getMemorySpace());
  OpFoldResult start = builder.getIndexAttr(offset);
  if (ShapedType::isDynamic(offset))
    start = memref::ExtractStridedMetadataOp::create(builder, loc, memref)
                .getOffset();
  OpFoldResult size = builder.getIndexAttr(elements);
  OpFoldResult stride = builder.getIndexAttr(1);
  return memref::ReinterpretCastOp::create(builder, loc, flatType, memref,
                                           start, size, stride);
}

void NestEmitter::emitViews(OpBuilder &viewBuilder) {
  for (const Access &access : nest.accesses)
    views.push_back(access.isScalar()
                        ? access.operand
                        : flatten(viewBuilder, loc, access.operand));
}

Value NestEmitter::constantIndex(int64_t value) {
  return arith::ConstantIndexOp::create(*builder, loc, value);
}

Value NestEmitter::materialize(Index index, int64_t extra) {
  int64_t constant = index.constant + extra;
  if (!index.dynamic)
    return constantIndex(constant);
  if (constant == 0)
    return index.dynamic;
  Value term = constantIndex(constant);
  // Without nuw: the constant may be negative (a window read backwards).
  return arith::AddIOp::create(*builder, loc, index.dynamic, term,
                               arith::IntegerOverflowFlags::nsw);
}

/// Adds `iteration * scale` to `index`.
void NestEmitter::advance(Index &index, Value iteration, int64_t scale) {
  if (scale == 0)
    return;
  Value term = iteration;
  if (scale != 1) {
    Value factor = constantIndex(scale);
    term = arith::MulIOp::create(*builder, loc, iteration, factor,
                                 arith::IntegerOverflowFlags::nsw);
  }
  index.dynamic =
      index.dynamic ? arith::AddIOp::create(*builder, loc, index.dynamic, term,
                                            arith::IntegerOverflowFlags::nsw)
                    : term;
}

NestEmitter::Position NestEmitter::enter(const Position &position,
                                         unsigned loop, const Segment &segment,
                                         Value tile) {
  Position inner = position;
  inner.sizes[loop] = segment.size;
  inner.iterations[loop].constant += segment.start;
  if (tile)
    advance(inner.iterations[loop], tile, segment.size);
  for (auto [access, element] :
       llvm::zip_equal(nest.accesses, inner.elements)) {
    element.constant += access.strides[loop] * segment.start;
    if (tile)
      advance(element, tile, access.strides[loop] * segment.size);
  }
  return inner;
}

int64_t NestEmitter::elementStep(const Access &access,
                                 ArrayRef<int64_t> steps) const {
  int64_t elements = 0;
  for (auto [stride, count] : llvm::zip_equal(access.strides, steps))
    elements += stride * count;
  return elements;
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

/// Loads the elements of one operand for one slot: a scalar if all iterations
/// of the slot read the same one, element by element if they are apart.
Value NestEmitter::load(const Position &position, unsigned operand,
                        const Slot &slot) {
  const Access &access = nest.accesses[operand];
  Value view = views[operand];
  if (access.isScalar())
    return view;
  const Index &element = position.elements[operand];
  int64_t step = elementStep(access, slot.steps);
  auto loadScalar = [&](int64_t extra) -> Value {
    Value index = materialize(element, step + extra);
    return memref::LoadOp::create(*builder, loc, view, index);
  };
  if (slot.width == 1 || access.isInvariant(*plan.vectorLoop))
    return loadScalar(0);
  auto type = VectorType::get({slot.width}, access.elementType);
  if (access.isContiguous(*plan.vectorLoop)) {
    Value index = materialize(element, step);
    return vector::LoadOp::create(*builder, loc, type, view, index);
  }
  SmallVector<Value> lanes;
  for (int64_t lane = 0; lane < slot.width; ++lane)
    lanes.push_back(loadScalar(lane * access.strides[*plan.vectorLoop]));
  return vector::FromElementsOp::create(*builder, loc, type, lanes);
}

/// True if the elements of `slot` come out of a square that is transposed in
/// registers.
bool NestEmitter::isTransposed(const Position &position, unsigned operand,
                               const Slot &slot) const {
  const Access &access = nest.accesses[operand];
  return plan.transposedLoop && !access.isScalar() &&
         slot.width == plan.lanes &&
         position.sizes[*plan.transposedLoop] == plan.lanes &&
         access.isContiguous(*plan.transposedLoop) &&
         !access.isInvariant(*plan.vectorLoop) &&
         !access.isContiguous(*plan.vectorLoop);
}

/// Loads the square that `slot`, the first along the transposed loop, belongs
/// to, one vector for each lane, and transposes it: in each round, blocks
/// beside the diagonal of half the size change places.
void NestEmitter::loadTransposed(const Position &position, unsigned operand,
                                 const Slot &slot) {
  const Access &access = nest.accesses[operand];
  int64_t lanes = plan.lanes, first = elementStep(access, slot.steps);
  auto type = VectorType::get({lanes}, access.elementType);
  SmallVector<Value> rows;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    Value index = materialize(position.elements[operand],
                              first + lane * access.strides[*plan.vectorLoop]);
    rows.push_back(
        vector::LoadOp::create(*builder, loc, type, views[operand], index));
  }
  for (int64_t half = lanes / 2; half > 0; half /= 2) {
    SmallVector<int64_t> upper, lower;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      bool right = lane & half;
      upper.push_back(right ? lanes + lane - half : lane);
      lower.push_back(right ? lanes + lane : lane + half);
    }
    for (int64_t row = 0; row < lanes; ++row) {
      if (row & half)
        continue;
      Value a = rows[row], b = rows[row + half];
      rows[row] = vector::ShuffleOp::create(*builder, loc, a, b, upper);
      rows[row + half] = vector::ShuffleOp::create(*builder, loc, a, b, lower);
    }
  }
  for (auto [step, row] : llvm::enumerate(rows))
    loaded[{operand, first + int64_t(step), lanes}] = row;
}

/// Fetches what `slot` loads some steps later into cache.
void NestEmitter::prefetch(const Position &position, unsigned operand,
                           const Slot &slot) {
  const Access &access = nest.accesses[operand];
  int64_t ahead = plan.reductionLoops.empty()
                      ? 0
                      : access.strides[plan.reductionLoops.back().loop] *
                            plan.prefetchDistance;
  if (ahead == 0 || access.isScalar() || access.isInvariant(*plan.vectorLoop))
    return;
  Value index = materialize(position.elements[operand],
                            elementStep(access, slot.steps) + ahead);
  memref::PrefetchOp::create(*builder, loc, views[operand], index,
                             /*isWrite=*/false, /*localityHint=*/3,
                             /*isDataCache=*/true);
}

/// Like `load`, but each element of an input only once per step.
Value NestEmitter::loadInput(const Position &position, unsigned operand,
                             const Slot &slot) {
  const Access &access = nest.accesses[operand];
  bool uniform = !plan.vectorLoop || access.isInvariant(*plan.vectorLoop);
  std::tuple key(operand, elementStep(access, slot.steps),
                 uniform ? 1 : slot.width);
  if (!loaded.contains(key)) {
    if (isTransposed(position, operand, slot)) {
      loadTransposed(position, operand, slot);
    } else {
      loaded[key] = load(position, operand, slot);
      prefetch(position, operand, slot);
    }
  }
  return loaded.lookup(key);
}

void NestEmitter::store(const Position &position, unsigned operand,
                        const Slot &slot, Value value) {
  const Access &access = nest.accesses[operand];
  Value view = views[operand];
  const Index &element = position.elements[operand];
  int64_t step = elementStep(access, slot.steps);
  if (!isa<VectorType>(value.getType())) {
    Value index = materialize(element, step);
    memref::StoreOp::create(*builder, loc, value, view, index);
    return;
  }
  if (access.isContiguous(*plan.vectorLoop)) {
    Value index = materialize(element, step);
    vector::StoreOp::create(*builder, loc, value, view, index);
    return;
  }
  for (int64_t lane = 0; lane < slot.width; ++lane) {
    Value scalar = vector::ExtractOp::create(*builder, loc, value, lane);
    Value index =
        materialize(element, step + lane * access.strides[*plan.vectorLoop]);
    memref::StoreOp::create(*builder, loc, scalar, view, index);
  }
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
    for (const Slot &slot : slots)
      for (int64_t step = 0; step < position.sizes[loop]; ++step) {
        next.push_back(slot);
        next.back().steps[loop] = step;
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
  if (!sumsAcrossLanes())
    return slotsOf(position);
  int64_t vectors = 0, rest = 0;
  for (const Segment &segment : plan.reductionLoops.back().segments) {
    vectors = std::max(vectors, segment.size / plan.lanes);
    rest = std::max(rest, segment.size % plan.lanes);
  }
  Position widest = position;
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

/// Sums the accumulators of each point across vectors and lanes, adds the start
/// value and stores the result.
void NestEmitter::storeSums(const Position &position, unsigned output,
                            ArrayRef<Slot> slots, ValueRange accumulators,
                            TileCode code) {
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
    sum = combine(combiner, start, sum);
    store(position, operand, point, sum);
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

SmallVector<Value> NestEmitter::emitReductions(const Position &position,
                                               unsigned level,
                                               ValueRange accumulators) {
  if (level == plan.reductionLoops.size())
    return emitStep(position, accumulators);
  const TileLoop &tileLoop = plan.reductionLoops[level];
  SmallVector<Value> values(accumulators);
  for (const Segment &segment : tileLoop.segments)
    values = emitSegment(position, tileLoop.loop, segment, values,
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
  SmallVector<Slot> slots = accumulatorSlots(position);
  unsigned outputs = nest.numOutputs();
  SmallVector<Value> accumulators;
  for (const Slot &slot : slots)
    for (unsigned output = 0; output < outputs; ++output)
      accumulators.push_back(startValue(position, output, slot, code));
  if (code != TileCode::Starts)
    accumulators = emitReductions(position, 0, accumulators);
  for (unsigned output = 0; output < outputs; ++output) {
    if (sumsAcrossLanes()) {
      storeSums(position, output, slots, accumulators, code);
      continue;
    }
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

/// One loop over all tiles in the given segments of the task loops.
void NestEmitter::emitTaskLoop(const Position &position,
                               ArrayRef<Segment> segments,
                               std::optional<Workers> workers, TileCode code) {
  int64_t total = 1;
  for (const Segment &segment : segments)
    total *= segment.count;
  auto [first, last] = emitSlice(*builder, loc, total, *workers);
  Value one = constantIndex(1);
  auto forOp = scf::ForOp::create(*builder, loc, first, last, one);
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

/// Shares out the task loops: one loop for each combination of their segments,
/// so that tiles in a loop are equal.
void NestEmitter::emitTasks(const Position &position,
                            std::optional<Workers> workers, TileCode code) {
  if (!workers) {
    emitTileLoops(position, 0, code);
    return;
  }
  auto tasks = ArrayRef(plan.tileLoops).take_front(plan.numTaskLoops);
  if (llvm::all_of(tasks,
                   [](const TileLoop &task) { return task.numTiles() == 1; })) {
    Value zero = constantIndex(0);
    Value isFirst = arith::CmpIOp::create(
        *builder, loc, arith::CmpIPredicate::eq, workers->self, zero);
    auto ifOp = scf::IfOp::create(*builder, loc, isFirst);
    OpBuilder::InsertionGuard guard(*builder);
    builder->setInsertionPointToStart(ifOp.thenBlock());
    emitTileLoops(position, 0, code);
    return;
  }
  SmallVector<SmallVector<Segment>> combinations(1);
  for (const TileLoop &task : tasks) {
    SmallVector<SmallVector<Segment>> next;
    for (const SmallVector<Segment> &combination : combinations)
      for (const Segment &segment : task.segments) {
        next.push_back(combination);
        next.back().push_back(segment);
      }
    combinations = std::move(next);
  }
  for (const SmallVector<Segment> &combination : combinations)
    emitTaskLoop(position, combination, workers, code);
}

void NestEmitter::emitBlocks(const Position &position, unsigned level,
                             PositionFn emitBody) {
  if (level == plan.blockLoops.size()) {
    emitBody(position);
    return;
  }
  const TileLoop &blockLoop = plan.blockLoops[level];
  for (const Segment &segment : blockLoop.segments)
    emitSegment(position, blockLoop.loop, segment, {},
                [&](const Position &inner, ValueRange) {
                  emitBlocks(inner, level + 1, emitBody);
                  return SmallVector<Value>();
                });
}

void NestEmitter::emit(OpBuilder &codeBuilder, std::optional<Workers> workers,
                       Value slicedIndex) {
  builder = &codeBuilder;
  Position position;
  position.iterations.resize(nest.numLoops());
  position.sizes.assign(nest.numLoops(), 1);
  for (const Access &access : nest.accesses)
    position.elements.push_back({nullptr, access.offset});
  // The offset of a memref is part of its view.
  if (nest.slicedLoop)
    position = enter(position, *nest.slicedLoop, Segment(), slicedIndex);
  if (plan.blockLoops.empty()) {
    emitTasks(position, workers, TileCode::All);
    return;
  }
  if (llvm::any_of(starts, [](Value start) { return bool(start); }))
    emitTasks(position, workers, TileCode::Starts);
  emitBlocks(position, 0, [&](const Position &block) {
    emitTasks(block, workers, TileCode::Accumulation);
  });
}

} // namespace dlc::codegen
