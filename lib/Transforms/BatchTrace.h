//===- BatchTrace.h - Tracing batch extents through a step ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_BATCHTRACE_H
#define DLC_LIB_TRANSFORMS_BATCHTRACE_H

#include "dlc/Dialect/Dl/Dl.h"

#include <vector>

namespace dlc {

/// How the extents of a step's values follow its batch.
class BatchTrace {
public:
  /// Follows the batch of a step, as its clause `batch` has it, through the
  /// step, whose calls are inlined; an error names the op that it ends at.
  static mlir::FailureOr<BatchTrace> follow(dl::StepOp step);

  /// Gives a copy of the step the types that it has for a batch; fails where a
  /// type would have an extent below 0. The caller verifies the step.
  mlir::LogicalResult apply(dl::StepOp copy, int64_t batch) const;

private:
  /// An extent as a function of the batch.
  struct Extent {
    int64_t slope, offset;
  };
  /// For the values of a step in the order of forEachValue.
  std::vector<llvm::SmallVector<Extent>> shapes;
};

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_BATCHTRACE_H
