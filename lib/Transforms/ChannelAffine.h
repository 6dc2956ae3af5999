//===- ChannelAffine.h - A factor and a term for each channel ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Batch norms in evaluation, and sums and products with one number a channel,
// as y = factor x + term along one dimension; and how factor and term go
// through reshapes and transposes.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_TRANSFORMS_CHANNELAFFINE_H
#define DLC_LIB_TRANSFORMS_CHANNELAFFINE_H

#include "StateOnly.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"

namespace dlc::channels {

/// Returns true if the numbers of the result are those of operand 0, perhaps
/// under another shape.
bool isView(mlir::Operation *op);

/// y = factor x + term, both of rank 1 and along one dimension; null: 1 and 0.
struct Affine {
  mlir::Value factor, term;
};

/// outer(inner(x))
Affine compose(dl::Expr e, const Affine &outer, const Affine &inner);

/// An op of a chain: affine in x along a dimension, or a view of x.
struct Link {
  mlir::Operation *op = nullptr;
  unsigned number = 0; ///< x is operand `number`
  /// Along which dimension of x factors and terms go; -1: one for all.
  int64_t dim = -1;
  /// The numbers that x is added to or multiplied with: a vector along `dim`,
  /// a scalar, or a constant that is the same everywhere.
  mlir::Value vector = {};

  mlir::Value x() const { return op->getOperand(number); }
  bool isView() const { return channels::isView(op); }
  bool isNorm() const { return mlir::isa<dl::BatchNormEvalOp>(op); }
  explicit operator bool() const { return op != nullptr; }
};

/// An op as a link whose factor and term follow from the state alone; none if
/// it is not one.
Link linkOf(mlir::Operation *op, const StateOnly &stateOnly);

/// factor x + term that a link is, as vectors of this type.
Affine affineOf(mlir::OpBuilder &builder, const Link &link,
                mlir::RankedTensorType vector);

/// How numbers along a dimension on one side of a view go along one on the
/// other.
struct Passage {
  int64_t dim;
  /// Where dimensions are merged: their extents. The numbers go along the one
  /// at `place` and repeat along the others.
  llvm::SmallVector<int64_t> merged = {};
  int64_t place = 0;
};

/// From the result of a view to its operand, or the other way; nothing where
/// numbers along `dim` do not go along one dimension there.
std::optional<Passage> passView(mlir::Operation *view, int64_t dim,
                                bool toOperand);

/// Numbers behind a passage.
mlir::Value pass(dl::Expr e, mlir::Value vector, const Passage &passage);

} // namespace dlc::channels

#endif // DLC_LIB_TRANSFORMS_CHANNELAFFINE_H
