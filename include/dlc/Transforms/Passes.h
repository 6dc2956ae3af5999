//===- Passes.h - dl -> dl --------------------------------------*- C++ -*-===//
#ifndef DLC_TRANSFORMS_PASSES_H
#define DLC_TRANSFORMS_PASSES_H

#include "dialects/Dl/Dl.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace dlc {

/// Attributes of the functions that `dl-resolve` and `dl-form-kernels` make.
namespace names {
/// On an argument or result of a step: the input's or output's name.
inline constexpr llvm::StringLiteral io = "dl.name";
/// On an argument or result of a step: the state entry it is.
inline constexpr llvm::StringLiteral state = "dl.state";
/// On a step: it trains, that is, it advances `step_count`.
inline constexpr llvm::StringLiteral trains = "dl.trains";
/// On a function: it is a step.
inline constexpr llvm::StringLiteral step = "dl.step";
/// On a function: it is a kernel.
inline constexpr llvm::StringLiteral kernel = "dl.kernel";
/// On a kernel: its ops share a loop over dimension 0 of this extent.
inline constexpr llvm::StringLiteral rows = "dl.sliced";
} // namespace names

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dlc/Transforms/Passes.h.inc"

} // namespace dlc

#endif // DLC_TRANSFORMS_PASSES_H
