//===- DestinationStyle.h - Kernels and steps -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_SCHEDULE_DESTINATIONSTYLE_H
#define DLC_LIB_SCHEDULE_DESTINATIONSTYLE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc {

/// On an argument: whether the function may write into its buffer.
inline constexpr llvm::StringLiteral writable = "bufferization.writable";

/// The result -> input pairs of a kernel that computes in place.
using InPlacePairs = llvm::SmallDenseMap<unsigned, unsigned>;
InPlacePairs inPlacePairs(mlir::func::FuncOp kernel);

/// Gives a kernel an argument for each result, to write it into.
void kernelToDestinationStyle(mlir::func::FuncOp kernel);

/// Gives the kernels that a step calls their destinations. `inPlace` holds the
/// pairs of all kernels, which no longer say so themselves.
void stepToDestinationStyle(
    mlir::func::FuncOp step, mlir::SymbolTable &symbols,
    const llvm::DenseMap<mlir::Operation *, InPlacePairs> &inPlace);

} // namespace dlc
#endif // DLC_LIB_SCHEDULE_DESTINATIONSTYLE_H
