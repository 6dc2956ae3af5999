//===- ReverseMode.h - Derivatives of a block of ops ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The common part of differentiating a step and a loop's body.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_DIALECT_DL_REVERSEMODE_H
#define DLC_DIALECT_DL_REVERSEMODE_H

#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/DenseSet.h"

namespace dlc::dl {

/// Whether a value has a derivative at all.
inline bool isFloat(mlir::Value value) {
  return llvm::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(value));
}

/// Whether a derivative passes through that operand: it holds real numbers, and
/// its op does not say that it has none (StopsGradient).
bool passesGradient(mlir::OpOperand &operand);

/// Puts a `dl.stop_gradient` before each operand that `op` declares without
/// derivative, so that its rule or decomposition builds none there either.
void stopGradients(mlir::Operation *op);

/// The ops through which values reach others.
struct Path {
  /// In program order.
  llvm::SmallVector<mlir::Operation *> ops;
  /// The values that depend on a source, and those that a sink depends on.
  llvm::DenseSet<mlir::Value> active, wanted;
};

/// The ops of `block` before `end` that depend on a source and that a sink
/// depends on.
Path findPath(mlir::Block &block, mlir::Operation *end,
              llvm::ArrayRef<mlir::Value> sources,
              llvm::ArrayRef<mlir::Value> sinks);

/// The values of `block`, before `end`, and of the bodies of loops in it that
/// `sinks` depend on by ops that pass gradients on. A `dl.gradient` counts as
/// one between all its operands and results where `throughGradients`; else the
/// search stops there.
llvm::DenseSet<mlir::Value> findDependences(mlir::Block &block,
                                            mlir::Operation *end,
                                            llvm::ArrayRef<mlir::Value> sinks,
                                            bool throughGradients);

/// Adds to `cotangents`, which holds those of the sinks, those of the sources
/// and of all between. An op without a derivative passes nothing on: who cares
/// must have looked before.
void accumulateCotangents(mlir::OpBuilder &builder, const Path &path,
                          llvm::DenseMap<mlir::Value, mlir::Value> &cotangents);

} // namespace dlc::dl
#endif // DLC_DIALECT_DL_REVERSEMODE_H
