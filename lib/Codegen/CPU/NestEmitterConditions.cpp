//===- NestEmitterConditions.cpp - Steps that add nothing are left out ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of NestEmitter that asks the conditions of a nest. A reduction loop
// runs from where they begin to hold to where they end:
//
//   %first = arith.maxsi %zero, (1 - oh)       (kh + oh >= 1)
//   %last = arith.minsi %three, (8 - oh)       (kh + oh <= 7)
//   scf.for %kh = %first to %last
//
// Where the register tile has several steps of a loop in a condition, each step
// of the reduction is emitted by itself and computes those of the tile for
// which it holds.
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace dlc::codegen {

/// The sum of a condition at the first iteration of a position.
NestEmitter::Index NestEmitter::valueOf(const Condition &condition,
                                        const Position &position) {
  Index sum{nullptr, condition.constant};
  for (auto [factor, iteration] :
       llvm::zip_equal(condition.factors, position.iterations)) {
    sum.constant += factor * iteration.constant;
    if (iteration.dynamic)
      advance(sum, iteration.dynamic, factor);
  }
  return sum;
}

/// Whether a condition tells steps of the register tile from each other.
bool NestEmitter::isOfTile(const Condition &condition,
                           const Position &position) const {
  for (unsigned loop = 0; loop < nest.numLoops(); ++loop)
    if (nest.parallel[loop] && condition.involves(loop) &&
        position.sizes[loop] > 1)
      return true;
  return false;
}

/// Restricts `position` to the steps of the tile for which the conditions hold
/// at one step of the reduction `loop`, where that is known; false if no step
/// is left.
bool NestEmitter::narrow(Position &position, unsigned loop) {
  for (const Condition &condition : nest.conditions) {
    if (!condition.involves(loop) || !isOfTile(condition, position))
      continue;
    SmallVector<unsigned> inTile;
    for (unsigned other = 0; other < nest.numLoops(); ++other)
      if (nest.parallel[other] && condition.involves(other) &&
          position.sizes[other] > 1)
        inTile.push_back(other);
    bool known = llvm::all_of(
        llvm::zip_equal(condition.factors, position.iterations), [](auto pair) {
          return !std::get<0>(pair) || !std::get<1>(pair).dynamic;
        });
    unsigned tiled = inTile.front();
    if (inTile.size() > 1 || !known || tiled == plan.vectorLoop ||
        (position.computed && position.computed->loop != tiled))
      continue;
    int64_t first = position.sizes[tiled], last = -1;
    int64_t sum = valueOf(condition, position).constant;
    for (int64_t step = 0; step < position.sizes[tiled]; ++step)
      if (sum + condition.factors[tiled] * step >= 0) {
        first = std::min(first, step);
        last = step;
      }
    if (position.computed) {
      const StepRange &before = *position.computed;
      first = std::max(first, before.first);
      last = std::min(last, before.first + before.count - 1);
    }
    if (first > last)
      return false;
    position.computed = StepRange{tiled, first, last - first + 1};
  }
  return true;
}

/// Like emitSegment for a reduction, without the steps at which a condition
/// does not hold.
SmallVector<Value> NestEmitter::emitWhereNeeded(const Position &position,
                                                unsigned loop,
                                                const Segment &segment,
                                                ValueRange carried,
                                                ValuesFn emitBody) {
  if (nest.conditions.empty() || segment.size != 1)
    return emitSegment(position, loop, segment, carried, emitBody);

  // From which tile of the segment on, and up to which.
  int64_t first = 0, last = segment.count;
  SmallVector<Value> begins, ends;
  Position start = enter(position, loop, segment, nullptr);
  for (const Condition &condition : nest.conditions) {
    int64_t factor = condition.factors[loop];
    if (factor == 0 || isOfTile(condition, position))
      continue;
    Index sum = valueOf(condition, start);
    int64_t step = std::abs(factor);
    if (!sum.dynamic) {
      // sum + factor tile >= 0
      if (factor > 0)
        first = std::max<int64_t>(
            first, llvm::divideCeil(std::max<int64_t>(0, -sum.constant), step));
      else
        last = std::min(last, std::max<int64_t>(0, sum.constant + step) / step);
      continue;
    }
    Value zero = constantIndex(0), bound;
    if (factor > 0) {
      Value most = constantIndex(-sum.constant);
      bound = arith::SubIOp::create(*builder, loc, most, sum.dynamic);
      bound = arith::MaxSIOp::create(*builder, loc, bound, zero);
      if (step > 1) {
        Value up = constantIndex(step - 1);
        bound = arith::AddIOp::create(*builder, loc, bound, up);
      }
    } else {
      bound = materialize(sum, step);
      bound = arith::MaxSIOp::create(*builder, loc, bound, zero);
    }
    if (step > 1) {
      Value divisor = constantIndex(step);
      bound = arith::DivUIOp::create(*builder, loc, bound, divisor);
    }
    (factor > 0 ? begins : ends).push_back(bound);
  }
  if (first >= last)
    return SmallVector<Value>(carried);
  auto emitNarrowed = [&](const Position &inner,
                          ValueRange values) -> SmallVector<Value> {
    Position narrowed = inner;
    if (!narrow(narrowed, loop))
      return SmallVector<Value>(values);
    return emitBody(narrowed, values);
  };
  if (begins.empty() && ends.empty()) {
    Segment own{segment.start + first, 1, last - first};
    return emitSegment(position, loop, own, carried, emitNarrowed);
  }
  Value upper = constantIndex(last);
  Value lower = first == 0 && !begins.empty() ? begins.pop_back_val()
                                              : constantIndex(first);
  for (Value bound : begins)
    lower = arith::MaxSIOp::create(*builder, loc, lower, bound);
  for (Value bound : ends)
    upper = arith::MinSIOp::create(*builder, loc, upper, bound);
  Value one = constantIndex(1);
  auto forOp = scf::ForOp::create(*builder, loc, lower, upper, one, carried);
  OpBuilder::InsertionGuard guard(*builder);
  builder->setInsertionPointToStart(forOp.getBody());
  SmallVector<Value> results =
      emitNarrowed(enter(position, loop, segment, forOp.getInductionVar()),
                   forOp.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(*builder, loc, results);
  // LLVM would write out the few steps there can be with a branch around each,
  // between which sums do not stay in their registers.
  forOp->setAttr(
      "llvm.loop_annotation",
      parseAttribute("#llvm.loop_annotation<unroll = <disable = true>>",
                     builder->getContext()));
  return SmallVector<Value>(forOp.getResults());
}

} // namespace dlc::codegen
