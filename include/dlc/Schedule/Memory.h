//===- Memory.h - Buffers of steps and kernels ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SCHEDULE_MEMORY_H
#define DLC_SCHEDULE_MEMORY_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace dlc {

/// The buffer that a chain of views looks into.
mlir::Value rootOfViews(mlir::Value memref);

} // namespace dlc
#endif // DLC_SCHEDULE_MEMORY_H
