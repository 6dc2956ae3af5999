//===- Passes.h - dl -> dl: derivatives -------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_AUTODIFF_PASSES_H
#define DLC_AUTODIFF_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dlc/Autodiff/Passes.h.inc"
} // namespace dlc

#endif // DLC_AUTODIFF_PASSES_H
