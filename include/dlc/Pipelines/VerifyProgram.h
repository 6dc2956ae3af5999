//===- VerifyProgram.h - Verification of programs given as text -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes trust what earlier passes left: that a step's attributes describe its
// arguments, that a kernel has a body, that the manifest is complete. A program
// that comes in as text, behind whatever phase, is held against all of it here,
// once; the types of the attributes themselves are verified by the dialect.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_PIPELINES_VERIFYPROGRAM_H
#define DLC_PIPELINES_VERIFYPROGRAM_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"

namespace dlc {

/// Fails, with a diagnostic at the op, if the phase `from` cannot have left
/// `module`. Without a phase it is a program that a user writes: one dl.model,
/// in ops of dl only, within the bounds of dlc/Support/Limits.h.
mlir::LogicalResult verifyProgram(mlir::ModuleOp module, llvm::StringRef from);

} // namespace dlc
#endif // DLC_PIPELINES_VERIFYPROGRAM_H
