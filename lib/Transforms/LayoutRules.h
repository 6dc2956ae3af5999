//===- LayoutRules.h - Ops that compute in any order of dims ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An order of a value is a permutation of its dimensions: as they lie in
// memory, the outermost first. Ops such as elementwise ones, reductions and
// reshapes compute in several orders; that of one operand or of the result
// determines the others.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_TRANSFORMS_LAYOUTRULES_H
#define DLC_LIB_TRANSFORMS_LAYOUTRULES_H

#include "dlc/Dialect/Dl/Build.h"

namespace dlc::layout {

using Order = llvm::SmallVector<int64_t>;

/// The orders of all that an op reads and makes.
struct Orders {
  llvm::SmallVector<Order> operands;
  Order result;
};

/// The order in which the program writes the dimensions.
Order asWritten(mlir::Value value);

/// An order without the dimensions of extent 1: where these are in an order
/// makes no difference in memory.
Order significant(mlir::Value value, llvm::ArrayRef<int64_t> order);

/// The bytes that a value takes in memory.
int64_t bytesOf(mlir::Value value);

/// Returns true if the transpose changes the order of elements in memory.
bool movesElements(dl::TransposeOp op);

/// The orders that follow if the result has this one; nothing if the op cannot
/// compute it so, or if its operands do not follow.
std::optional<Orders> ordersFromResult(mlir::Operation *op,
                                       const Order &result);

/// The same from the order of one operand.
std::optional<Orders> ordersFromOperand(mlir::Operation *op, unsigned number,
                                        const Order &operand);

/// Gives the op the attributes and the type for these orders. Its operands are
/// the caller's matter.
void setOrders(mlir::Operation *op, const Orders &orders);

/// Returns true if each kernel makes the value itself, from less or from
/// nothing, in whatever order it wants.
bool isMadeInAnyOrder(mlir::Operation *op);

} // namespace dlc::layout

#endif // DLC_LIB_TRANSFORMS_LAYOUTRULES_H
