//===- UnknownOps.h - Words that are no op ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_UNKNOWNOPS_H
#define DLC_LIB_TARGET_UNKNOWNOPS_H

#include "mlir/IR/MLIRContext.h"

#include <string>

namespace dlc {

/// What to say in place of the parser's `message` where it takes a word for an
/// op of a dialect that it does not know: that there is no such op, and the
/// nearest one. Empty for other messages.
std::string explainUnknownOp(mlir::MLIRContext &context,
                             llvm::StringRef message);

} // namespace dlc
#endif // DLC_LIB_TARGET_UNKNOWNOPS_H
