//===- StepBuffers.h - Memory for one step's inputs and outputs -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_EXECUTION_STEPBUFFERS_H
#define DLC_EXECUTION_STEPBUFFERS_H

#include "dlc/Runtime.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstdlib>
#include <memory>

namespace dlc {

/// One buffer for each input and output of a step, zeroed, in the order of its
/// tables. Aligned to cache lines, which also suits the widest vector loads.
/// `Model::run` takes them and compares them with the step.
class StepBuffers {
public:
  /// An error if memory runs out. The tables of the step must outlive the
  /// buffers.
  static llvm::Expected<StepBuffers> create(const dlc_step &step);
  StepBuffers(StepBuffers &&) = default;
  StepBuffers &operator=(StepBuffers &&) = default;

  const dlc_step &step() const { return description; }

  llvm::MutableArrayRef<char> input(int index);
  llvm::ArrayRef<char> output(int index) const;

  /// The first element of an output as a number, read by the type that the
  /// table gives it: exact as a double for floats, as an integer for integers.
  double real(int index) const;
  int64_t integer(int index) const;

  llvm::ArrayRef<void *> io() const { return pointers; }

private:
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };

  explicit StepBuffers(const dlc_step &step) : description(step) {}

  dlc_step description;
  std::vector<std::unique_ptr<void, Free>> owned;
  llvm::SmallVector<void *, 8> pointers; ///< the addresses of `owned`
};

} // namespace dlc
#endif // DLC_EXECUTION_STEPBUFFERS_H
