//===- Passes.h - Kernels -> loops and vectors ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_CODEGEN_PASSES_H
#define DLC_CODEGEN_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

#endif // DLC_CODEGEN_PASSES_H
