//===- Views.h - Merging transposes and reshapes into ops -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A view (dl.transpose, dl.reshape) of a constant, of a broadcast and of random
// numbers is made by making these otherwise.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_TRANSFORMS_VIEWS_H
#define DLC_LIB_TRANSFORMS_VIEWS_H

#include "dlc/Dialect/Dl/Build.h"

#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/PatternMatch.h"

namespace dlc::views {

using Groups = llvm::SmallVector<mlir::ReassociationIndices>;

/// For a reshape from x to y that only merges neighbouring dimensions: which
/// ones.
std::optional<Groups> collapseGroups(mlir::RankedTensorType x,
                                     mlir::RankedTensorType y);
std::optional<Groups> collapseGroups(dl::ReshapeOp op);

/// For a reshape from x to y that only splits dimensions: into which ones.
std::optional<Groups> expandGroups(mlir::RankedTensorType x,
                                   mlir::RankedTensorType y);
std::optional<Groups> expandGroups(dl::ReshapeOp op);

/// The dimensions of a broadcast's operand after a reshape of the result to
/// `to`, if they go through it whole.
std::optional<llvm::SmallVector<int64_t>>
dimsAfterReshape(dl::BroadcastOp broadcast, mlir::RankedTensorType to);

llvm::SmallVector<int64_t> permuted(llvm::ArrayRef<int64_t> list,
                                    llvm::ArrayRef<int64_t> perm);

/// An elementwise op like `op` on operands of another shape.
mlir::Operation *cloneWithOperands(mlir::PatternRewriter &rewriter,
                                   mlir::Operation *op,
                                   mlir::ValueRange operands);

/// A broadcast whose dimensions are permuted: of the same source, its remaining
/// dimensions in another order.
mlir::Value transposeBroadcast(mlir::PatternRewriter &rewriter,
                               mlir::Location loc, dl::BroadcastOp broadcast,
                               llvm::ArrayRef<int64_t> perm);

/// The elements of a constant that are written out, or null.
mlir::DenseElementsAttr denseConstant(mlir::Value value);

/// A constant with the same elements in another shape.
mlir::Value reshapeConstant(mlir::PatternRewriter &rewriter, mlir::Location loc,
                            mlir::DenseElementsAttr elements,
                            llvm::ArrayRef<int64_t> shape);

/// A constant with its dimensions permuted.
mlir::Value transposeConstant(mlir::PatternRewriter &rewriter,
                              mlir::Location loc,
                              mlir::DenseElementsAttr elements,
                              llvm::ArrayRef<int64_t> perm);

/// Whether `view` is a constant or a broadcast by a rewrite of its own. It has
/// to become that before it may move on.
bool foldsIntoSource(mlir::Operation *view);

/// Whether the inverse of `view` costs nothing on `other`: it undoes the same
/// view, or goes into what makes a constant, a broadcast or random numbers.
/// (Were it left standing, it would be the next view to move, and so on without
/// end.)
bool absorbsInverse(mlir::Value other, mlir::Operation *view);

/// The inverse of `view` on a value that absorbs it.
mlir::Value absorbInverse(mlir::PatternRewriter &rewriter, dl::Expr &e,
                          mlir::Value other, mlir::Operation *view);

} // namespace dlc::views

#endif // DLC_LIB_TRANSFORMS_VIEWS_H
