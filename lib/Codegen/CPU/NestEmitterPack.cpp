//===- NestEmitterPack.cpp - The copy of a panel --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of NestEmitter that copies what tiles read of one input to the stack
// of the worker, and reads it there:
//
//   for steps of the reductions                (or squares of one of them)
//     %0 = vector.load %flat[...]              (16 of them, transposed)
//     vector.store %0, %panel[...]
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace dlc::codegen {

int64_t NestEmitter::packBytes() const {
  return plan.packed ? plan.packed->elements *
                           nest.accesses[plan.packed->operand].elementBytes()
                     : 0;
}

void NestEmitter::usePackBuffer(OpBuilder &viewBuilder, Value buffer) {
  if (!plan.packed)
    return;
  Value zero = arith::ConstantIndexOp::create(viewBuilder, loc, 0);
  auto type = MemRefType::get({plan.packed->elements},
                              nest.accesses[plan.packed->operand].elementType);
  packView = memref::ViewOp::create(viewBuilder, loc, type, buffer, zero,
                                    ValueRange());
}

/// Copies the elements of the packed operand that the tiles at `position` read.
void NestEmitter::emitPack(const Position &position, unsigned level) {
  if (level < plan.reductionLoops.size()) {
    const TileLoop &tileLoop = plan.reductionLoops[level];
    if (plan.packed->strides[tileLoop.loop] == 0)
      return emitPack(position, level + 1);
    SmallVector<Segment> segments = reductionSegments(position, tileLoop);
    if (plan.packed->transposedLoop == tileLoop.loop)
      segments = splitSquares(segments.front().count, plan.lanes);
    for (const Segment &segment : segments)
      emitSegment(position, tileLoop.loop, segment, {},
                  [&](const Position &inner, ValueRange) {
                    emitPack(inner, level + 1);
                    return SmallVector<Value>();
                  });
    return;
  }
  Slot slot;
  slot.steps.assign(nest.numLoops(), 0);
  for (int64_t width :
       vectorWidths(position.sizes[*plan.vectorLoop], plan.lanes)) {
    slot.width = width;
    unsigned operand = plan.packed->operand;
    if (std::optional<unsigned> loop = plan.packed->transposedLoop) {
      SmallVector<Value> square;
      if (position.sizes[*loop] == plan.lanes && width == plan.lanes)
        square = loadSquare(position, operand, slot, target.prefetchLines);
      for (int64_t &step = slot.steps[*loop]; step < position.sizes[*loop];
           ++step)
        storePacked(position, slot,
                    square.empty() ? load(position, operand, slot)
                                   : square[step]);
      slot.steps[*loop] = 0;
    } else {
      storePacked(position, slot, load(position, operand, slot));
    }
    slot.steps[*plan.vectorLoop] += width;
  }
}

/// Stores a vector of the packed operand in its copy.
void NestEmitter::storePacked(const Position &position, const Slot &slot,
                              Value value) {
  Value index = packedIndex(position, slot);
  if (slot.width == 1)
    memref::StoreOp::create(*builder, loc, value, packView, index);
  else
    vector::StoreOp::create(*builder, loc, value, packView, index);
}

/// Where in its copy the vector of `slot` lies.
Value NestEmitter::packedIndex(const Position &position, const Slot &slot) {
  int64_t step = 0;
  for (auto [stride, count] : llvm::zip_equal(plan.packed->strides, slot.steps))
    step += stride * count;
  return materialize(position.packed, step);
}

Value NestEmitter::loadPacked(const Position &position, const Slot &slot) {
  Value index = packedIndex(position, slot);
  if (slot.width == 1)
    return memref::LoadOp::create(*builder, loc, packView, index);
  Type element = nest.accesses[plan.packed->operand].elementType;
  return vector::LoadOp::create(
      *builder, loc, VectorType::get({slot.width}, element), packView, index);
}

} // namespace dlc::codegen
