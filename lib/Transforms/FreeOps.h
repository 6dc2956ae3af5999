//===- FreeOps.h - Ops that need no kernel of their own ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRANSFORMS_FREEOPS_H
#define DLC_TRANSFORMS_FREEOPS_H

#include "dlc/Dialect/Dl/Dl.h"

namespace dlc {

/// Which ops of a block each kernel makes for itself where it reads them:
/// views, ops with the trait MadeWhereUsed, and cheap elementwise ops on random
/// bits and constants, such as the mask of a dropout. Random bits may be
/// computed again anywhere because they are a function of their place alone.
class FreeOps {
public:
  explicit FreeOps(mlir::Block &block);

  /// Returns true if kernels make the results of `op` where they read them.
  bool isFree(mlir::Operation *op) const { return op && cost.contains(op); }

  /// Returns true if `value` is the result of a free op and does not lie in
  /// memory: an iota is made, a reshape of an argument or a constant is not.
  bool isMade(mlir::Value value) const {
    return made.contains(value.getDefiningOp());
  }

  /// Notes that the operand of the free op `view` now lies in memory.
  void setInMemory(mlir::Operation *view) { made.erase(view); }

private:
  /// For each free op, the number of ops that a kernel runs to make its result.
  llvm::DenseMap<mlir::Operation *, unsigned> cost;
  llvm::DenseSet<mlir::Operation *> made;
};

} // namespace dlc

#endif // DLC_TRANSFORMS_FREEOPS_H
