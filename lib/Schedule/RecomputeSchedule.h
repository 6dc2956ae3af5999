//===- RecomputeSchedule.h - Choosing values to recompute -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_SCHEDULE_RECOMPUTESCHEDULE_H
#define DLC_LIB_SCHEDULE_RECOMPUTESCHEDULE_H

#include "MemoryPlan.h"
#include "StepProgram.h"

namespace dlc::schedule {

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

/// The treatment of a root in its longest time without a use.
enum class Treatment : uint8_t {
  Keep,
  /// Made again when it is needed. Its operands that are not cheap to make live
  /// on until then.
  Repeat,
  /// Made again, and so are all its operands.
  RepeatChain
};
using Treatments = llvm::SmallVector<Treatment>; ///< of all roots

/// The order of a step in which some roots are not kept.
struct Schedule {
  std::vector<Instruction> instructions;
  std::vector<Version> versions;
  double cost = 0; ///< cycles beyond those of the program as it is
};

/// Finds the values of a step that are not worth keeping.
class RecomputeSearch {
public:
  explicit RecomputeSearch(const StepProgram &program) : program(program) {}

  /// A treatment under which all roots are kept.
  Treatments keepAll() const {
    return Treatments(program.roots.size(), Treatment::Keep);
  }
  /// None if a root cannot be made again, or with `cheapOnly` not by cheap ops.
  std::optional<Schedule> schedule(const Treatments &treatments,
                                   bool cheapOnly) const;
  /// Bytes of the arena; most bytes in use, and the position where they are.
  int64_t arenaOf(const Schedule &schedule) const;
  int64_t peakOf(const Schedule &schedule, unsigned *position = nullptr) const;

  /// Changes treatments so that the bytes in use are at most `target`
  /// everywhere; false if that is not reached.
  bool search(Treatments &treatments, int64_t target, bool cheapOnly) const;

private:
  double excessOf(const Schedule &schedule, int64_t target) const;
  std::vector<Interval> intervalsOf(const Schedule &schedule) const;

  const StepProgram &program;
};

} // namespace dlc::schedule
#endif // DLC_LIB_SCHEDULE_RECOMPUTESCHEDULE_H
