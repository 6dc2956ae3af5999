//===- Axes.h - The dimensions that an op goes over -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DIALECT_DL_AXES_H
#define DLC_LIB_DIALECT_DL_AXES_H

#include "mlir/IR/Value.h"

namespace dlc::dl {

/// Fails unless `axes`, in the ascending order in which the parser leaves them,
/// are dimensions of operand x, each named once.
mlir::LogicalResult verifyAxes(std::optional<mlir::Location> loc,
                               llvm::StringRef op, mlir::Value x,
                               llvm::ArrayRef<int64_t> axes);

} // namespace dlc::dl
#endif // DLC_LIB_DIALECT_DL_AXES_H
