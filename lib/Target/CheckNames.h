//===- CheckNames.h - Names that the outside world can hold -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_CHECKNAMES_H
#define DLC_LIB_TARGET_CHECKNAMES_H

#include "mlir/IR/BuiltinOps.h"

namespace dlc {

/// Fails at the op whose name C, C++, the linker, the C library or a
/// safetensors file cannot hold: of the model, its steps and their inputs and
/// outputs, and its state entries. For a verified program after any phase.
mlir::LogicalResult checkNames(mlir::ModuleOp module);

} // namespace dlc
#endif // DLC_LIB_TARGET_CHECKNAMES_H
