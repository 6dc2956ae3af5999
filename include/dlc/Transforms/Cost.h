//===- Cost.h - Arithmetic and memory of an op ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRANSFORMS_COST_H
#define DLC_TRANSFORMS_COST_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace dlc {

/// Additions, multiplications, comparisons and functions of real numbers that
/// one evaluation of an op takes, each counted as one; what moves, selects or
/// converts numbers counts as none. Of a composite: those of its
/// decomposition, which is built in front of the op and erased again. Of a
/// loop: those of all its iterations.
double flopsOf(mlir::Operation *op);

/// Whether an op with many terms to each element of its result: it is worth a
/// place of its own in a picture.
bool isContraction(mlir::Operation *op);

/// Whether it is known how to count the operations of ops of that name.
bool hasFlops(mlir::RegisteredOperationName name);

/// The bytes that a value takes in memory.
double bytesOf(mlir::Type type);

/// Returns true if an op computes nothing: what reads it reads its operand, or
/// a constant.
bool isTransparent(mlir::Operation *op);

/// The cost of one call of a kernel.
struct KernelCost {
  double flops = 0;
  /// Bytes that it has to read and to write once, whatever the order of its
  /// work: arguments, or the parts of them that ops select, and results.
  double reads = 0, writes = 0;
  /// Width of the widest float that it computes; 0: it computes none.
  unsigned floatBits = 0;
};

/// The cost of a kernel whose ops are of `dl`.
KernelCost costOf(mlir::func::FuncOp kernel);

} // namespace dlc
#endif // DLC_TRANSFORMS_COST_H
