//===- ParsedOp.h - Common part of op parsers -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text of an op may be written in ways that its attributes do not hold: a
// real number without a point, a dimension counted from the end, and axes in
// another order than the ascending one. These are conveniences of the text. The
// parser converts them to the canonical form, and no pass has to know of
// others.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_LIB_DIALECT_DL_PARSEDOP_H
#define DLC_LIB_DIALECT_DL_PARSEDOP_H

#include "mlir/IR/OperationSupport.h"

namespace dlc::dl {

/// Whether an attribute of that name holds a dimension, or a list of them:
/// axis, axes, start_axis, dims, perm.
bool namesDimensions(llvm::StringRef attribute);

/// Makes f64s of whole numbers where the op holds real ones, counts negative
/// dimensions from the end, sorts axes, and verifies an op that has results, so
/// that errors are reported at the op and not where its result is used.
mlir::LogicalResult finishParsing(mlir::OperationState &state);

} // namespace dlc::dl
#endif // DLC_LIB_DIALECT_DL_PARSEDOP_H
