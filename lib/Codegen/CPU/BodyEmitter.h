//===- BodyEmitter.h - The region of a structured op, vectorized ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Evaluates the region of a `linalg.generic` for `width` consecutive iterations
// at once. Values that are the same in all of these iterations stay scalars
// until they meet a vector:
//
//   %0 = arith.mulf %scale, %eps : f32              // both uniform: scalar
//   %1 = arith.addf %x, %0 : f32                    // %x varies
// becomes
//   %0 = arith.mulf %scale, %eps : f32
//   %v = vector.broadcast %0 : f32 to vector<16xf32>
//   %1 = arith.addf %x, %v : vector<16xf32>
//
// Accumulation of a product, `acc + a * b`, becomes one fused operation; a load
// along a row of a table, the row being the same in all iterations, a load of
// a vector.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_CODEGEN_CPU_BODYEMITTER_H
#define DLC_LIB_CODEGEN_CPU_BODYEMITTER_H

#include "../LoopNest.h"

#include "llvm/ADT/DenseSet.h"

namespace dlc::codegen {

class BodyEmitter {
public:
  /// The value of `linalg.index` of a loop, at the first of the iterations.
  using IndexFn = llvm::function_ref<mlir::Value(unsigned loop)>;

  /// `vectorLoop` is the loop that consecutive iterations belong to.
  BodyEmitter(const LoopNest &nest, std::optional<unsigned> vectorLoop);

  /// Evaluates the region at `width` iterations. An element of `args` is a
  /// vector of `width` elements or a scalar common to all iterations; so are
  /// the results.
  llvm::SmallVector<mlir::Value> emit(mlir::OpBuilder &builder,
                                      llvm::ArrayRef<mlir::Value> args,
                                      int64_t width, IndexFn index);

  /// `value` as a vector of `width` elements; itself if it is one already or if
  /// `width` is 1.
  mlir::Value widen(mlir::OpBuilder &builder, mlir::Value value, int64_t width);

  /// Forgets the vectors that `widen` made: the builder goes to another block.
  void clearCache() { widened.clear(); }

private:
  mlir::Value emitIndex(mlir::OpBuilder &builder, mlir::linalg::IndexOp op,
                        int64_t width, IndexFn index);
  mlir::Value emitFusedAccumulation(mlir::OpBuilder &builder,
                                    mlir::Operation *add,
                                    const mlir::IRMapping &values,
                                    int64_t width);
  mlir::Value emitRowLoad(mlir::OpBuilder &builder, mlir::Operation *op,
                          const mlir::IRMapping &values, int64_t width,
                          IndexFn index);
  void emitPerLane(mlir::OpBuilder &builder, mlir::Operation *op,
                   mlir::IRMapping &values, int64_t width);

  const LoopNest &nest;
  std::optional<unsigned> vectorLoop;
  /// Additions that become a fused multiply-add, with their product.
  llvm::DenseMap<mlir::Operation *, mlir::Operation *> fusedProducts;
  llvm::DenseSet<mlir::Operation *> skipped;
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, mlir::Value> widened;
};

} // namespace dlc::codegen

#endif // DLC_LIB_CODEGEN_CPU_BODYEMITTER_H
