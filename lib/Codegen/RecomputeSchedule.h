//===- RecomputeSchedule.h - What to keep and what to repeat ----*- C++ -*-===//
#ifndef DLC_LIB_CODEGEN_RECOMPUTESCHEDULE_H
#define DLC_LIB_CODEGEN_RECOMPUTESCHEDULE_H

#include "KernelParts.h"
#include "MemoryPlan.h"

namespace dlc::codegen {

/// Memory that a step names: a buffer of its own, or an argument.
struct Root {
  mlir::Value memref;
  int64_t bytes = 0; ///< 0 for what does not lie in the arena
  llvm::SmallVector<unsigned> writers, uses; ///< items, in order
  /// The one call that makes it, if it can be made again by a part of it, and
  /// as which argument of the kernel.
  bool repeatable = false;
  unsigned argument = 0;
  /// The longest time without a use ends at this item.
  unsigned gapEnd = 0;
  bool unusedBefore = false; ///< the first use is behind the gap

  unsigned lastUse() const { return uses.empty() ? 0 : uses.back(); }
  bool isWrittenBetween(unsigned after, unsigned before) const {
    return llvm::any_of(
        writers, [&](unsigned item) { return item > after && item < before; });
  }
};

/// A call or loop of a step.
struct Item {
  mlir::Operation *op = nullptr;
  KernelOps *kernel = nullptr;            ///< of a call that can be taken apart
  llvm::SmallVector<unsigned> roots;      ///< all that it names, once each
  llvm::SmallVector<unsigned> byArgument; ///< of such a call
  int64_t privateBytes = 0;               ///< of a loop's own buffers
};

/// A root, from when it is made to its last use.
struct Version {
  unsigned root;
  unsigned first, last; ///< instructions
};

/// An item that is carried out, or a part of a call again before it.
struct Instruction {
  unsigned item;
  bool again = false;
  std::optional<KernelPart> part; ///< none: all of it
  llvm::SmallVector<std::pair<unsigned, unsigned>> versions; ///< of roots
};

/// A step as a list of items, and the search for what not to keep.
class StepProgram {
public:
  std::vector<Root> roots;
  std::vector<Item> items;

  /// The order of a step in which some roots are not kept.
  struct Schedule {
    std::vector<Instruction> instructions;
    std::vector<Version> versions;
    double cost = 0; ///< nanoseconds beyond those of the program as it is
  };
  std::optional<Schedule> schedule(const llvm::BitVector &dropped,
                                   bool cheapOnly) const;
  /// Bytes of the arena and most bytes in use, and what is in use then.
  int64_t arenaOf(const Schedule &schedule) const;
  int64_t peakOf(const Schedule &schedule, unsigned *position = nullptr) const;

  /// Adds to `dropped` what makes the bytes in use at most `target`
  /// everywhere; false if that is not reached.
  bool search(llvm::BitVector &dropped, int64_t target, bool cheapOnly) const;

private:
  class Scheduler;
  double excessOf(const Schedule &schedule, int64_t target) const;
  std::vector<Interval> intervalsOf(const Schedule &schedule) const;
};

} // namespace dlc::codegen
#endif // DLC_LIB_CODEGEN_RECOMPUTESCHEDULE_H
