//===- Params.h - Parameters by name ----------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DIALECT_DL_PARAMS_H
#define DLC_DIALECT_DL_PARAMS_H

#include "dlc/Dialect/Dl/Dl.h"

namespace dlc::dl {

/// The parameters, of `all`, whose names match a pattern, in the order of the
/// patterns. A pattern that matches none is an error at `op`, which calls it
/// `what`.
mlir::FailureOr<llvm::SmallVector<ParamOp>>
matchParams(mlir::Operation *op, mlir::ArrayAttr patterns,
            llvm::ArrayRef<ParamOp> all, llvm::StringRef what);

/// The parameters that a minimize moves: those that its patterns match, except
/// frozen ones. Reports errors in the patterns.
mlir::FailureOr<llvm::SmallVector<ParamOp>> paramsOf(MinimizeOp op);

/// Warns at `op`, a descent, that its loss depends on none of these parameters
/// of the model.
void warnUnreached(mlir::Operation *op, llvm::ArrayRef<llvm::StringRef> params);

} // namespace dlc::dl
#endif // DLC_DIALECT_DL_PARAMS_H
