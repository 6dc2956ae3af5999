//===- StepProgram.h - A step as a list of calls and loops ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_SCHEDULE_STEPPROGRAM_H
#define DLC_LIB_SCHEDULE_STEPPROGRAM_H

#include "KernelParts.h"

namespace dlc::schedule {

/// Memory that a step names: a buffer of its own, or an argument.
struct Root {
  mlir::Value memref;
  int64_t bytes = 0; ///< 0 for what does not lie in the arena
  llvm::SmallVector<unsigned> writers, uses; ///< items, in order
  /// The one call that makes it, if it can be made again by a part of it, and
  /// as which argument of the kernel.
  bool repeatable = false;
  unsigned argument = 0;
  /// The longest time without a use ends at this item.
  unsigned gapEnd = 0;
  bool unusedBefore = false; ///< the first use is behind the gap

  unsigned lastUse() const { return uses.empty() ? 0 : uses.back(); }
  bool isWrittenBetween(unsigned after, unsigned before) const {
    return llvm::any_of(
        writers, [&](unsigned item) { return item > after && item < before; });
  }
};

/// A call or loop of a step.
struct Item {
  mlir::Operation *op = nullptr;
  KernelOps *kernel = nullptr;            ///< of a call that can be taken apart
  llvm::SmallVector<unsigned> roots;      ///< all that it names, once each
  llvm::SmallVector<unsigned> byArgument; ///< of such a call
  int64_t privateBytes = 0;               ///< of a loop's own buffers
};

/// Kernels taken apart, each once.
using Kernels = llvm::DenseMap<mlir::Operation *, std::unique_ptr<KernelOps>>;

/// The calls and copies of a step on memory, in order, and their buffers.
struct StepProgram {
  TargetInfo target;
  std::vector<Root> roots;
  std::vector<Item> items;

  static StepProgram read(mlir::func::FuncOp step, const TargetInfo &target,
                          mlir::SymbolTable &symbols, Kernels &kernels);
};

} // namespace dlc::schedule
#endif // DLC_LIB_SCHEDULE_STEPPROGRAM_H
