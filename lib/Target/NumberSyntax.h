//===- NumberSyntax.h - Numbers that MLIR reads as something else ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef LIB_TARGET_NUMBERSYNTAX_H
#define LIB_TARGET_NUMBERSYNTAX_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// An error at the first number of a program that has an exponent and no point
/// (1e-3), or no digit before its point (.5), with how to write it. MLIR splits
/// such a number into several tokens, and the parser's message names one of the
/// pieces. To be asked when a program could not be parsed.
llvm::Error checkNumbers(llvm::StringRef path, llvm::StringRef text);

} // namespace dlc
#endif // LIB_TARGET_NUMBERSYNTAX_H
