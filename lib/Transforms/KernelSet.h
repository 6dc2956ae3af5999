//===- KernelSet.h - Kernels that differ ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_KERNELSET_H
#define DLC_LIB_TRANSFORMS_KERNELSET_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace dlc {

/// Kernels that are pairwise different: in ops, types, attributes or in which
/// value an op reads. Names and locations do not count.
class KernelSet {
public:
  /// The equal kernel of the set, or else `kernel`, which is added. It must not
  /// change afterwards except for its name.
  mlir::func::FuncOp findOrInsert(mlir::func::FuncOp kernel);

private:
  llvm::DenseMap<size_t, llvm::SmallVector<mlir::func::FuncOp, 1>> byHash;
};

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_KERNELSET_H
