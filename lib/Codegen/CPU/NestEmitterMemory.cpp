//===- NestEmitterMemory.cpp - Addresses, loads and stores of a nest ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of NestEmitter that touches buffers. All accesses are to
// one-dimensional views, at an element number that loops add to:
//
//   %row = arith.muli %i, %c512 overflow<nsw> : index
//   %at = arith.addi %row, %k overflow<nsw> : index
//   %0 = vector.load %flat[%at] : memref<4096xf32>, vector<16xf32>
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"

#include "TileCost.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <algorithm>
#include <numeric>

using namespace mlir;

namespace dlc::codegen {

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
  for (auto [panel, index] : llvm::enumerate(inner.packed)) {
    int64_t stride = packedStride(position, panel, loop);
    index.constant += stride * segment.start;
    if (tile)
      advance(index, tile, stride * segment.size);
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

/// Transposes a square: in each round, blocks beside the diagonal of half the
/// size change places.
void NestEmitter::transposeSquare(MutableArrayRef<Value> rows) {
  int64_t lanes = rows.size();
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
}

/// Loads the square that `slot` begins, one vector for each lane, and
/// transposes it.
SmallVector<Value> NestEmitter::loadSquare(const Position &position,
                                           unsigned operand, const Slot &slot,
                                           int64_t squaresAhead) {
  const Access &access = nest.accesses[operand];
  int64_t lanes = plan.lanes, first = elementStep(access, slot.steps);
  auto type = VectorType::get({lanes}, access.elementType);
  SmallVector<Value> rows;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    Value index = materialize(position.elements[operand],
                              first + lane * access.strides[*plan.vectorLoop]);
    rows.push_back(
        vector::LoadOp::create(*builder, loc, type, views[operand], index));
    if (squaresAhead) {
      index = materialize(position.elements[operand],
                          first + lane * access.strides[*plan.vectorLoop] +
                              squaresAhead * lanes);
      memref::PrefetchOp::create(*builder, loc, views[operand], index,
                                 /*isWrite=*/false, /*localityHint=*/2,
                                 /*isDataCache=*/true);
    }
  }
  transposeSquare(rows);
  return rows;
}

/// How many steps ahead to fetch lines that are `bytes` apart, at most `limit`:
/// lines at a distance that is a multiple of a large power of two share few
/// sets of the first-level cache and would drive each other out.
static int64_t prefetchSteps(const TargetInfo &target, int64_t bytes,
                             int64_t limit) {
  constexpr int64_t leastSteps = 4;
  int64_t resident = target.l1Bytes / std::gcd(bytes, target.l1WayBytes());
  return std::clamp(resident / 4, leastSteps, limit);
}

/// Fetches what `slot` loads some steps later into cache, if each step needs
/// another cache line, or if it is one of many runs of elements that do not all
/// stay in the second-level cache; each line only once per step.
void NestEmitter::prefetch(const Position &position, unsigned operand,
                           const Slot &slot) {
  int64_t lineBytes = target.lineBytes;
  const Access &access = nest.accesses[operand];
  if (plan.prefetchDistance == 0 || access.isScalar() ||
      plan.reductionLoops.empty())
    return;
  int64_t step = access.strides[plan.reductionLoops.back().loop];
  int64_t stepBytes = std::abs(step) * access.elementBytes();
  int64_t element = elementStep(access, slot.steps);
  int64_t ahead = 0;
  if (stepBytes >= lineBytes)
    ahead = step * prefetchSteps(target, stepBytes, plan.prefetchDistance);
  else if (step == 1 && access.isInvariant(*plan.vectorLoop) &&
           2 * footprint(access, nest.extents) > target.panelBytes())
    ahead = target.prefetchLines * lineBytes / access.elementBytes();
  if (ahead == 0 ||
      !fetched.insert({operand, element * access.elementBytes() / lineBytes})
           .second)
    return;
  Value index = materialize(position.elements[operand], element + ahead);
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
    const PackedPanel *panel =
        llvm::find_if(plan.packed, [&](const PackedPanel &panel) {
          return panel.operand == operand;
        });
    if (panel != plan.packed.end()) {
      loaded[key] = loadPacked(position, panel - plan.packed.begin(), slot);
    } else if (isTransposed(position, operand, slot)) {
      int64_t first = elementStep(access, slot.steps);
      for (auto [step, row] :
           llvm::enumerate(loadSquare(position, operand, slot)))
        loaded[{operand, first + int64_t(step), plan.lanes}] = row;
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

} // namespace dlc::codegen
