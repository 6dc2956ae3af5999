//===- InlineCalls.h - Calls of a step replaced by bodies -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_INLINECALLS_H
#define DLC_LIB_TRANSFORMS_INLINECALLS_H

#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/SymbolTable.h"

namespace dlc {

/// Makes each target of a gradient a value that no pass merges with an equal
/// one. Runs before anything is inlined or folded: values that are equal
/// afterwards need not have been one value in the program.
void isolateTargets(dl::ModelOp model);

/// Replaces the calls of a step by the bodies of the called functions, which
/// take the modes of the calls; recursion is an error.
mlir::LogicalResult inlineCalls(dl::StepOp step, mlir::SymbolTable &symbols);

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_INLINECALLS_H
