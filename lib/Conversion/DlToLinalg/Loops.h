//===- Loops.h - Ops that are no loop nest over elements --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops that read or write at computed places are lowered to `scf.for` over
// tensors, one kernel an op:
//
//   %y = scf.for %task = %c0 to %tasks step %c1 iter_args(%t = %empty) {
//     ... tensor.extract, tensor.insert, further loops ...
//   } {dl.tasks}
//
// Iterations of the outermost loop, the tasks, write to different places and do
// not read what others write: workers share them out. Tensors are used through
// one-dimensional views, so that an address is a number, and all of a result
// is written by the loop itself.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_CONVERSION_DLTOLINALG_LOOPS_H
#define DLC_LIB_CONVERSION_DLTOLINALG_LOOPS_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace dlc {

class Loops {
public:
  /// Emits one iteration: takes the carried values, returns their next ones.
  using Body = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::Value iteration, mlir::ValueRange carried)>;

  Loops(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}

  mlir::Value constant(int64_t value);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, int64_t factor);
  mlir::Value min(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, int64_t divisor);
  mlir::Value rem(mlir::Value x, int64_t divisor);

  /// A loop from `first` to before `last`. The iterations of a `vectorized`
  /// one are independent of each other, or carry an integer maximum.
  llvm::SmallVector<mlir::Value> repeat(mlir::Value first, mlir::Value last,
                                        mlir::ValueRange carried, Body body,
                                        bool vectorized = false);
  /// The loop that workers share out.
  llvm::SmallVector<mlir::Value> tasks(int64_t count, mlir::ValueRange tensors,
                                       Body body);

  /// `tensor` as one dimension.
  mlir::Value flat(mlir::Value tensor);
  /// A one-dimensional tensor to be written, for a result of type `type`.
  mlir::Value flatEmpty(mlir::RankedTensorType type);
  /// The opposite of `flat`.
  mlir::Value shaped(mlir::Value flat, mlir::RankedTensorType type);

  mlir::Value read(mlir::Value tensor, mlir::Value at);
  /// An element that is a place.
  mlir::Value readIndex(mlir::Value tensor, mlir::Value at, bool isUnsigned);
  mlir::Value write(mlir::Value element, mlir::Value tensor, mlir::Value at);
  mlir::Value zero(mlir::Type element);
  mlir::Value sum(mlir::Value x, mlir::Value y);
  mlir::Value product(mlir::Value x, mlir::Value y);

  mlir::OpBuilder &builder() { return b; }
  mlir::Location location() const { return loc; }

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
};

/// A tensor as the dimensions before one, that one, and those behind it.
struct AxisView {
  AxisView(llvm::ArrayRef<int64_t> shape, int64_t axis);
  int64_t outer = 1, extent = 1, inner = 1;
};

/// Contiguous elements cut into blocks, so that there is something to share
/// out; each is worth a vector or more.
struct Blocks {
  /// `others` is the number of tasks there are for each block.
  Blocks(Loops &loops, int64_t elements, int64_t others);
  /// Blocks of rows of `elements` elements, for tasks that each search all
  /// entries for those of its rows; none if the search would take longer than
  /// the work on the entries.
  static std::optional<Blocks> ofRows(Loops &loops, int64_t rows,
                                      int64_t elements);
  int64_t size, count, elements;

  /// First and last (excluded) element of block `number`.
  std::pair<mlir::Value, mlir::Value> bounds(Loops &loops,
                                             mlir::Value number) const;

private:
  Blocks(int64_t size, int64_t elements);
};

} // namespace dlc
#endif // DLC_LIB_CONVERSION_DLTOLINALG_LOOPS_H
