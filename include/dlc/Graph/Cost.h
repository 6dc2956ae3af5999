//===- Cost.h - Arithmetic and memory of an op ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_GRAPH_COST_H
#define DLC_GRAPH_COST_H

#include "mlir/IR/Operation.h"

namespace dlc::graph {

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

} // namespace dlc::graph
#endif // DLC_GRAPH_COST_H
