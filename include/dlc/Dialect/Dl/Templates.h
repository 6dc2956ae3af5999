//===- Templates.h - Functions with open extents ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A `dl.func` whose types have open extents, or which has parameters of its
// own, is a template: `dl-instantiate-functions` makes a function of it for
// each instance and for the types of each call. Until then the verifiers check
// only the structure of its ops, not their types.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_DIALECT_DL_TEMPLATES_H
#define DLC_DIALECT_DL_TEMPLATES_H

#include "dlc/Dialect/Dl/Dl.h"

namespace dlc::dl {

/// Whether a type is a tensor that has `?` among its extents.
bool hasOpenExtents(mlir::Type type);

/// Whether two types are the same but for extents that are open in one.
bool mayBe(mlir::Type a, mlir::Type b);
bool mayBe(mlir::TypeRange a, mlir::TypeRange b);

/// Whether an op is one of a template that its instances verify: one with open
/// extents, or an entry of a function.
bool isDeferred(mlir::Operation *op);

/// Whether an op is a parameter or a buffer of a function.
bool isEntryOfFunction(mlir::Operation *op);

/// Verifies that such an entry says which sizes of the function its open
/// extents are.
mlir::LogicalResult verifyEntryOfFunction(mlir::Operation *op);

/// The entry of the state that `ref` names at an op: one of the op's function,
/// or one of the model, or null.
mlir::Operation *findEntry(mlir::Operation *from, mlir::FlatSymbolRefAttr ref,
                           mlir::SymbolTableCollection &symbols);

/// Whether instances of functions may still declare entries of the model, such
/// as one that an op names.
bool declaresMore(mlir::Operation *from);

/// Checks the sizes and the instance that a call gives a function.
mlir::LogicalResult verifyCallSizes(CallOp call, FuncOp callee);

} // namespace dlc::dl
#endif // DLC_DIALECT_DL_TEMPLATES_H
