//===- BatchTracer.h - One round of following a batch -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_BATCHTRACER_H
#define DLC_LIB_TRANSFORMS_BATCHTRACER_H

#include "BatchTrace.h"
#include "Retyping.h"

namespace dlc {

/// A dimension of a value.
using BatchDim = std::pair<mlir::Value, int64_t>;

class BatchTracer : Retyping {
public:
  explicit BatchTracer(dl::StepOp step)
      : step(step), written(step.getWrittenBatch()), probe(choosePrime()) {}

  mlir::LogicalResult run();
  mlir::Value probed(mlir::Value value) { return copied(value); }
  int64_t getWritten() const { return written; }
  int64_t getProbe() const { return probe; }

private:
  int64_t choosePrime();
  mlir::LogicalResult trace(mlir::Block &block);
  mlir::LogicalResult trace(mlir::Operation *op);
  mlir::LogicalResult traceScan(dl::ScanOp op);
  mlir::LogicalResult resizeSource(mlir::Operation *op);
  /// The types of the results; fails without a message if they do not follow.
  mlir::FailureOr<llvm::SmallVector<mlir::Type>>
  inferTypes(mlir::Operation *op);
  mlir::FailureOr<llvm::SmallVector<int64_t>> reshapedShape(dl::ReshapeOp op);
  std::optional<int64_t> outerFactor(mlir::Value value, int64_t dim);
  void recordFactors(mlir::Operation *op);
  mlir::LogicalResult acceptSlice(dl::SliceOp op);

  /// Whether an op makes a tensor of any extent out of nothing.
  static bool isSource(mlir::Operation *op);
  /// Makes a dimension one of the batch; false where it cannot be.
  bool demand(mlir::Value value, int64_t dim);
  /// Finds operands that would have to have the batch.
  bool demandOperands(mlir::Operation *op);
  mlir::LogicalResult refuse(mlir::Operation *op);
  std::string describe(mlir::Value value);

  dl::StepOp step;
  int64_t written, probe;
  mlir::OwningOpRef<dl::StepOp> copy;
  /// Dimensions of sources that have the batch.
  llvm::SetVector<BatchDim> demanded;
  bool again = false;
  /// For dimensions that are a multiple of the batch: the extents before it, as
  /// T of a T x N that was reshaped to one dimension.
  llvm::DenseMap<BatchDim, int64_t> factors;
  std::string why;
};

} // namespace dlc
#endif // DLC_LIB_TRANSFORMS_BATCHTRACER_H
