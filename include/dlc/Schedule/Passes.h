//===- Passes.h - Scheduling passes -----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From kernels on tensors to steps that call kernels on memory at fixed
// places. Nothing here knows for which machine: a kernel is a function with the
// attribute `dl.kernel`, which a back end turns into code (dlc/Codegen).
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SCHEDULE_PASSES_H
#define DLC_SCHEDULE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dlc/Schedule/Passes.h.inc"
} // namespace dlc

#endif // DLC_SCHEDULE_PASSES_H
