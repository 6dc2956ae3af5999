//===- StepOfBatch.h - A step as it is for a batch --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_EXECUTION_STEPOFBATCH_H
#define DLC_EXECUTION_STEPOFBATCH_H

#include "dlc/Runtime.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace dlc {

/// The tensors of a step for a batch of so many rows, whether that size is
/// compiled or a call of it is made of others.
class StepOfBatch {
public:
  /// The step as it stands.
  explicit StepOfBatch(const dlc_step &step) : step(step) {}
  StepOfBatch(StepOfBatch &&) = default;

  /// An error for a batch that the step does not take.
  static llvm::Expected<StepOfBatch> create(const dlc_step &step,
                                            int64_t batch);

  const dlc_step &get() const { return step; }

private:
  dlc_step step;
  std::vector<dlc_tensor> tensors;
  /// One after the other; the vectors' memory stays where it is when they move.
  std::vector<std::vector<int64_t>> shapes;
};

/// "1, 8 or 32", or "1 to 32": the batches that a step with sizes takes.
std::string describeSizes(const dlc_step &step);

/// Whether dimension 0 of input `index` is the batch: it then differs from size
/// to size. False of a step with one size.
bool hasBatch(const dlc_step &step, int index);

} // namespace dlc
#endif // DLC_EXECUTION_STEPOFBATCH_H
