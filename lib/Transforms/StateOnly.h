//===- StateOnly.h - Values that depend on the state alone ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_STATEONLY_H
#define DLC_LIB_TRANSFORMS_STATEONLY_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace dlc {

/// Which values of a step depend on no input and on no entry of the state that
/// the step itself changes: they are the same at each call until something else
/// changes the state. In loops, those that are moreover the same at each trip.
class StateOnly {
public:
  explicit StateOnly(mlir::func::FuncOp step);

  bool contains(mlir::Value value) const { return values.contains(value); }
  /// Adds a value that has been built of such values.
  void insert(mlir::Value value) { values.insert(value); }

private:
  void find(mlir::Block &block);

  llvm::DenseSet<mlir::Value> values;
};

/// The entry of the state that an argument of a step is, or null.
mlir::FlatSymbolRefAttr stateOfArgument(mlir::func::FuncOp step,
                                        unsigned number);

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_STATEONLY_H
