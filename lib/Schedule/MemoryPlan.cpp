//===- MemoryPlan.cpp - Live ranges and offsets of buffers ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "MemoryPlan.h"

#include "dlc/Dialect/Dl/ElementTypes.h"

#include "llvm/ADT/Sequence.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

Value dlc::rootOfViews(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>())
    memref = view.getViewSource();
  return memref;
}

namespace dlc::schedule {

int64_t placeIntervals(ArrayRef<Interval *> intervals) {
  // Equal ones stay in the order given.
  auto order = llvm::to_vector(llvm::seq<size_t>(intervals.size()));
  llvm::sort(order, [&](size_t a, size_t b) {
    auto key = [&](size_t i) {
      return std::tuple(-intervals[i]->bytes, intervals[i]->first,
                        intervals[i]->last, i);
    };
    return key(a) < key(b);
  });
  int64_t total = 0;
  std::vector<Interval *> placed; // by offset
  for (size_t number : order) {
    Interval *interval = intervals[number];
    int64_t offset = 0;
    for (Interval *other : placed) {
      if (other->first > interval->last || interval->first > other->last)
        continue;
      if (offset + interval->bytes <= other->offset)
        break;
      offset = std::max(offset, int64_t(llvm::alignTo(
                                    other->offset + other->bytes, kAlignment)));
    }
    interval->offset = offset;
    placed.insert(llvm::upper_bound(placed, interval,
                                    [](Interval *a, Interval *b) {
                                      return a->offset < b->offset;
                                    }),
                  interval);
    total = std::max(
        total, int64_t(llvm::alignTo(offset + interval->bytes, kAlignment)));
  }
  return total;
}

std::pair<int64_t, unsigned> findPeak(ArrayRef<Interval *> intervals) {
  unsigned end = 0;
  for (const Interval *interval : intervals)
    end = std::max(end, interval->last + 1);
  std::vector<int64_t> change(end + 1);
  for (const Interval *interval : intervals) {
    int64_t bytes = llvm::alignTo(interval->bytes, kAlignment);
    change[interval->first] += bytes;
    change[interval->last + 1] -= bytes;
  }
  std::pair<int64_t, unsigned> peak{0, 0};
  int64_t live = 0;
  for (unsigned time = 0; time < end; ++time) {
    live += change[time];
    if (live > peak.first)
      peak = {live, time};
  }
  return peak;
}

/// Visits a block; the buffers it uses.
SetVector<Operation *> Lifetimes::visit(Block &block) {
  SetVector<Operation *> used;
  for (Operation &op : block) {
    // A view of a buffer does not use it.
    if (isa<ViewLikeOpInterface>(op) ||
        (op.getNumRegions() == 0 &&
         llvm::none_of(op.getOperandTypes(), llvm::IsaPred<MemRefType>)))
      continue;
    unsigned start = ++time;
    for (Value operand : op.getOperands()) {
      if (!isa<MemRefType>(operand.getType()))
        continue;
      auto alloc = rootOfViews(operand).getDefiningOp<memref::AllocOp>();
      if (!alloc)
        continue;
      auto [entry, isNew] = buffers.insert(
          {alloc, {alloc, &op, {dl::bytesOf(alloc.getType()), time, time}}});
      entry->second.interval.last = time;
      used.insert(alloc);
    }
    SetVector<Operation *> inside;
    for (Region &region : op.getRegions())
      for (Block &inner : region)
        inside.insert_range(visit(inner));
    inside.remove_if([&](Operation *alloc) { return op.isAncestor(alloc); });
    if (inside.empty())
      continue;
    // An iteration finds the contents that the one before it left.
    unsigned end = ++time;
    for (Operation *alloc : inside) {
      Interval &interval = buffers.find(alloc)->second.interval;
      interval.first = std::min(interval.first, start);
      interval.last = end;
    }
    used.insert_range(inside);
  }
  return used;
}

} // namespace dlc::schedule
