//===- MemoryPlan.h - Live ranges and offsets of buffers --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_SCHEDULE_MEMORYPLAN_H
#define DLC_LIB_SCHEDULE_MEMORYPLAN_H

#include "dlc/Runtime.h"
#include "dlc/Schedule/Memory.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace dlc::schedule {

/// Offsets are multiples of it.
inline constexpr int64_t kAlignment = DLC_RT_ALIGNMENT;

/// Bytes that are in use from one position of a program to another, both
/// included.
struct Interval {
  int64_t bytes = 0;
  unsigned first = 0, last = 0;
  int64_t offset = 0;
};

/// Gives every interval an offset, from the largest to the smallest, each the
/// lowest where nothing lies that is in use at the same time; the bytes of the
/// arena. Those of one size are placed in the order of their times.
int64_t placeIntervals(llvm::ArrayRef<Interval *> intervals);

/// Most bytes in use at one position, and the first such position: no arena is
/// smaller.
std::pair<int64_t, unsigned> findPeak(llvm::ArrayRef<Interval *> intervals);

/// The allocations in a block of a step, with the times they are in use.
/// Positions number calls and loops.
class Lifetimes {
public:
  struct Buffer {
    mlir::memref::AllocOp alloc;
    mlir::Operation *maker; ///< the first op that uses it
    Interval interval;
  };

  explicit Lifetimes(mlir::Block &block) { visit(block); }

  /// In the order of their first uses.
  llvm::SmallVector<Buffer> getBuffers() const {
    return llvm::map_to_vector(buffers,
                               [](auto &entry) { return entry.second; });
  }

private:
  llvm::SetVector<mlir::Operation *> visit(mlir::Block &block);

  llvm::MapVector<mlir::Operation *, Buffer> buffers;
  unsigned time = 0;
};

} // namespace dlc::schedule
#endif // DLC_LIB_SCHEDULE_MEMORYPLAN_H
