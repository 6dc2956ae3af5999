//===- ProgramText.h - Text that the parser can be given --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR's parser recurses without a bound, and reads bytecode, whose reader
// trusts its input. What would end the process is found here, before the parser
// sees it.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_PROGRAMTEXT_H
#define DLC_SUPPORT_PROGRAMTEXT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace dlc {

/// Fails, with the place as `name:line:column`, if `text` is MLIR bytecode,
/// has a zero byte, or nests deeper than `limits::nesting`: in brackets, in the
/// operators of affine expressions, or through aliases of attributes and types.
llvm::Error checkText(llvm::StringRef name, llvm::StringRef text);

/// Reads and checks a program ("-": standard input).
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
readProgram(llvm::StringRef path);

} // namespace dlc
#endif // DLC_SUPPORT_PROGRAMTEXT_H
