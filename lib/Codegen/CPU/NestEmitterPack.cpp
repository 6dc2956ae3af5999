//===- NestEmitterPack.cpp - The copy of a panel --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of NestEmitter that copies what tiles read of an input to the stack
// of the worker, and reads it there. The vectors of a tile:
//
//   for steps of the reductions                (or squares of one of them)
//     %0 = vector.load %flat[...]              (16 of them, transposed)
//     vector.store %0, %panel[...]
//
// The rows of all tiles of an input that is broadcast:
//
//   for tiles of rows
//     for steps of the reductions
//       %0 = vector.load %flat[...]            (as many as the tile has rows)
//       vector.store %0, %panel[...]
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace dlc::codegen {

/// Bytes of the copy of a panel, in whole cache lines.
static int64_t bytesOf(const PackedPanel &panel, const LoopNest &nest,
                       const TargetInfo &target) {
  return llvm::alignTo(panel.elements *
                           nest.accesses[panel.operand].elementBytes(),
                       target.lineBytes);
}

int64_t NestEmitter::packBytes() const {
  int64_t bytes = 0;
  for (const PackedPanel &panel : plan.packed)
    bytes += bytesOf(panel, nest, target);
  return bytes;
}

void NestEmitter::usePackBuffer(OpBuilder &viewBuilder, Value buffer) {
  int64_t offset = 0;
  for (const PackedPanel &panel : plan.packed) {
    Value start = arith::ConstantIndexOp::create(viewBuilder, loc, offset);
    auto type = MemRefType::get({panel.elements},
                                nest.accesses[panel.operand].elementType);
    packViews.push_back(memref::ViewOp::create(viewBuilder, loc, type, buffer,
                                               start, ValueRange()));
    offset += bytesOf(panel, nest, target);
  }
}

/// Elements of the copy that one step of `loop` moves by, from tile to tile.
int64_t NestEmitter::packedStride(const Position &position, unsigned panel,
                                  unsigned loop) const {
  const PackedPanel &packed = plan.packed[panel];
  int64_t stride = packed.strides[loop];
  return packed.rowLoop && loop != *packed.rowLoop
             ? stride * position.sizes[*packed.rowLoop]
             : stride;
}

/// Copies the elements of a packed operand that the tiles at `position` read.
void NestEmitter::emitPack(const Position &position, unsigned panel) {
  std::optional<unsigned> rows = plan.packed[panel].rowLoop;
  if (!rows)
    return emitPackSteps(position, panel, 0);
  const TileLoop *tiles = llvm::find_if(
      plan.tileLoops, [&](const TileLoop &tile) { return tile.loop == *rows; });
  for (const Segment &segment : tiles->segments)
    emitSegment(position, *rows, segment, {},
                [&](const Position &inner, ValueRange) {
                  emitPackSteps(inner, panel, 0);
                  return SmallVector<Value>();
                });
}

void NestEmitter::emitPackSteps(const Position &position, unsigned panel,
                                unsigned level) {
  const PackedPanel &packed = plan.packed[panel];
  if (level == plan.reductionLoops.size()) {
    if (packed.rowLoop)
      packRows(position, panel);
    else
      packVectors(position, panel);
    return;
  }
  const TileLoop &tileLoop = plan.reductionLoops[level];
  if (packed.strides[tileLoop.loop] == 0)
    return emitPackSteps(position, panel, level + 1);
  SmallVector<Segment> segments = reductionSegments(position, tileLoop);
  if (packed.transposedLoop == tileLoop.loop)
    segments = splitSquares(segments.front().count, plan.lanes);
  for (const Segment &segment : segments)
    emitSegment(position, tileLoop.loop, segment, {},
                [&](const Position &inner, ValueRange) {
                  emitPackSteps(inner, panel, level + 1);
                  return SmallVector<Value>();
                });
}

void NestEmitter::packRows(const Position &position, unsigned panel) {
  const PackedPanel &packed = plan.packed[panel];
  auto type = VectorType::get({position.sizes[*packed.rowLoop]},
                              nest.accesses[packed.operand].elementType);
  Value from = materialize(position.elements[packed.operand]);
  Value rows =
      vector::LoadOp::create(*builder, loc, type, views[packed.operand], from);
  Value to = materialize(position.packed[panel]);
  vector::StoreOp::create(*builder, loc, rows, packViews[panel], to);
}

void NestEmitter::packVectors(const Position &position, unsigned panel) {
  const PackedPanel &packed = plan.packed[panel];
  Slot slot;
  slot.steps.assign(nest.numLoops(), 0);
  for (int64_t width :
       vectorWidths(position.sizes[*plan.vectorLoop], plan.lanes)) {
    slot.width = width;
    if (std::optional<unsigned> loop = packed.transposedLoop) {
      SmallVector<Value> square;
      if (position.sizes[*loop] == plan.lanes && width == plan.lanes)
        square =
            loadSquare(position, packed.operand, slot, target.prefetchLines);
      for (int64_t &step = slot.steps[*loop]; step < position.sizes[*loop];
           ++step)
        storePacked(position, panel, slot,
                    square.empty() ? load(position, packed.operand, slot)
                                   : square[step]);
      slot.steps[*loop] = 0;
    } else {
      storePacked(position, panel, slot, load(position, packed.operand, slot));
    }
    slot.steps[*plan.vectorLoop] += width;
  }
}

/// Stores a vector of a packed operand in its copy.
void NestEmitter::storePacked(const Position &position, unsigned panel,
                              const Slot &slot, Value value) {
  Value index = packedIndex(position, panel, slot);
  if (slot.width == 1)
    memref::StoreOp::create(*builder, loc, value, packViews[panel], index);
  else
    vector::StoreOp::create(*builder, loc, value, packViews[panel], index);
}

/// Where in its copy the vector, or the row, of `slot` lies.
Value NestEmitter::packedIndex(const Position &position, unsigned panel,
                               const Slot &slot) {
  const PackedPanel &packed = plan.packed[panel];
  int64_t step = 0;
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    step += slot.steps[loop] *
            (loop == packed.rowLoop ? 1 : packedStride(position, panel, loop));
  return materialize(position.packed[panel], step);
}

Value NestEmitter::loadPacked(const Position &position, unsigned panel,
                              const Slot &slot) {
  Value index = packedIndex(position, panel, slot);
  if (slot.width == 1 || plan.packed[panel].rowLoop)
    return memref::LoadOp::create(*builder, loc, packViews[panel], index);
  Type element = nest.accesses[plan.packed[panel].operand].elementType;
  return vector::LoadOp::create(*builder, loc,
                                VectorType::get({slot.width}, element),
                                packViews[panel], index);
}

} // namespace dlc::codegen
