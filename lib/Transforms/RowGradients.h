//===- RowGradients.h - Gradients of the rows that a loss reads -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_ROWGRADIENTS_H
#define DLC_LIB_TRANSFORMS_ROWGRADIENTS_H

#include "dlc/Dialect/Dl/Dl.h"

#include "llvm/ADT/DenseSet.h"

namespace dlc {

/// The uses of a parameter in a loss.
struct TableUses {
  /// The rows that it reads, in the order of the program.
  llvm::SmallVector<dl::EmbeddingOp> lookups;
  /// The first use that is not a lookup, or null.
  mlir::Operation *other = nullptr;
  /// A lookup that asks for the rule for sparse gradients.
  dl::EmbeddingOp asks;

  bool areAllSparse() const {
    return llvm::all_of(
        lookups, [](dl::EmbeddingOp op) { return op->hasAttr("sparse"); });
  }
};

/// Finds the uses of `table` before `end` that values in `wanted`, those that
/// the loss depends on, pass gradients to.
TableUses findTableUses(mlir::Value table, mlir::Operation *end,
                        const llvm::DenseSet<mlir::Value> &wanted);

/// Fails at a `sparse` embedding that the loss depends on, before `end`, of a
/// table that is computed from one of the parameters.
mlir::LogicalResult checkSparseTables(mlir::Block &step, mlir::Operation *end,
                                      const llvm::DenseSet<mlir::Value> &wanted,
                                      llvm::ArrayRef<mlir::Value> params);

/// The entries of all indices.
int64_t countEntries(TableUses &uses);

/// Puts a `dl.variable` behind each lookup, as a target for gradients.
llvm::SmallVector<mlir::Value> isolateLookups(TableUses &uses);

/// The gradient of some rows of a table.
struct RowGradient {
  mlir::Value places;   ///< which rows, each once
  mlir::Value count;    ///< how many of `places` are meant
  mlir::Value gradient; ///< of these rows
};

/// Sums the cotangents of the lookups for each row that they read.
RowGradient sumRows(mlir::OpBuilder &builder, mlir::Location loc,
                    TableUses &uses, mlir::ValueRange cotangents);

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_ROWGRADIENTS_H
