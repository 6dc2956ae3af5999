//===- ElementTypes.h - Element types and bytes of MLIR's types -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DIALECT_DL_ELEMENTTYPES_H
#define DLC_DIALECT_DL_ELEMENTTYPES_H

#include "dlc/Support/ElementTypes.h"

#include "mlir/IR/BuiltinTypes.h"

namespace dlc::dl {

/// The row of a type in dlc/ElementTypes.def, or null.
const ElementType *findElementType(mlir::Type type);

/// Bytes of one element in memory, in programs of any phase.
int64_t elementBytes(mlir::Type element);

/// Bytes of all elements of a static shape.
int64_t bytesOf(mlir::ShapedType type);

} // namespace dlc::dl
#endif // DLC_DIALECT_DL_ELEMENTTYPES_H
