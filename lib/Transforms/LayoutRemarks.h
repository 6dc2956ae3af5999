//===- LayoutRemarks.h - Remarks on remaining transposes --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_LAYOUTREMARKS_H
#define DLC_LIB_TRANSFORMS_LAYOUTREMARKS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc::layout {

/// How many transposes move elements in memory, and how many bytes these are.
struct Moved {
  int64_t transposes = 0, bytes = 0;
};

/// The transposes of a step: those that each call runs, and those of values
/// that follow from the state alone, which run when the state has changed.
struct MovedInStep {
  explicit MovedInStep(mlir::func::FuncOp step);

  Moved eachCall, eachChange;
};

/// Emits a remark with the transposes of the step, and one for each transpose
/// that names what fixes the order of dimensions at either end.
void explainLayout(mlir::func::FuncOp step, const MovedInStep &before,
                   const MovedInStep &after);

} // namespace dlc::layout

#endif // DLC_LIB_TRANSFORMS_LAYOUTREMARKS_H
