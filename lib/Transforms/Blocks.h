//===- Blocks.h - Operands that are read in blocks --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TRANSFORMS_BLOCKS_H
#define DLC_LIB_TRANSFORMS_BLOCKS_H

#include "dlc/Dialect/Dl/Dl.h"

namespace dlc {

/// The operand of a product that its kernel reads as vectors, and in blocks as
/// they are if `dl.unblock` makes it; null if there is none.
mlir::OpOperand *vectorOperand(mlir::Operation *op);

/// Makes what `dl.unblock` makes by ops that others than such operands read.
void writeOutBlocks(mlir::Block &block);

} // namespace dlc

#endif // DLC_LIB_TRANSFORMS_BLOCKS_H
