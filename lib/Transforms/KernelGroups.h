//===- KernelGroups.h - Grouping ops into kernels ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRANSFORMS_KERNELGROUPS_H
#define DLC_TRANSFORMS_KERNELGROUPS_H

#include "FreeOps.h"

#include "dlc/Machine/TargetInfo.h"

namespace dlc {

/// Ops that will be one kernel.
struct KernelGroup {
  llvm::SmallVector<mlir::Operation *> ops;
  /// The shape, as long as all ops are elementwise and of one shape.
  std::optional<llvm::SmallVector<int64_t>> pointwise;
  /// The number of rows, as long as all ops can share a loop over them.
  std::optional<int64_t> rows;
  /// The shape of a convolution or product without rows that is the first op,
  /// as long as all others are elementwise, of its shape, and can be evaluated
  /// on each of its results while that is in registers.
  std::optional<llvm::SmallVector<int64_t>> epilogue;
  /// Whether the last op puts a border around that.
  bool isPadded = false;
  /// Values that the ops read and do not make, free ones looked through.
  llvm::DenseSet<mlir::Value> inputs;
  /// Those of them that every row reads as a whole, and their bytes.
  llvm::DenseSet<mlir::Value> shared;
  double sharedBytes = 0;
};

/// Limits of a kernel.
struct KernelLimits {
  int64_t minRows;  ///< fewest rows that are divided among workers
  size_t maxOps;    ///< most ops, those that are free not counted
  size_t maxInputs; ///< most values that are read; one op may exceed it
  TargetInfo target;
  /// Bytes that stay in cache while a kernel goes over its rows.
  double cacheBytes() const { return double(target.panelBytes()); }
  /// Operations that take as long as memory behind it needs for a byte.
  double flopsPerByte() const {
    return target.flopsPerCycle() / target.memoryBytesPerCycle;
  }
};

/// Assigns every op of `block` that is not free to a group. The groups are in
/// an order in which they can run.
std::vector<KernelGroup> formGroups(mlir::Block &block, const FreeOps &freeOps,
                                    const KernelLimits &limits);

/// Whether a value is part of the state, or the carried value of a loop: the
/// new one may take its place as soon as nothing reads it any more, so it
/// should not be read later than the program says.
bool mayBeOverwritten(mlir::Value value);

} // namespace dlc

#endif // DLC_TRANSFORMS_KERNELGROUPS_H
