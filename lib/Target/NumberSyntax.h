//===- NumberSyntax.h - Numbers that MLIR reads as something else ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LIB_TARGET_NUMBERSYNTAX_H
#define LIB_TARGET_NUMBERSYNTAX_H

#include "dlc/Support/Message.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// An error at the number of a program that a message of the parser is about if
/// that has an exponent and no point (1e-3), or no digit before its point (.5),
/// with how to write it. MLIR splits such a number into several tokens, and the
/// message names one of the pieces.
llvm::Error checkNumberAt(const Message &message, llvm::StringRef text);

} // namespace dlc
#endif // LIB_TARGET_NUMBERSYNTAX_H
