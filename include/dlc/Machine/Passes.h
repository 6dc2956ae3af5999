//===- Passes.h - The machine that code is made for -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_MACHINE_PASSES_H
#define DLC_MACHINE_PASSES_H

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dlc/Machine/Passes.h.inc"
} // namespace dlc

#endif // DLC_MACHINE_PASSES_H
