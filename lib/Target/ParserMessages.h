//===- ParserMessages.h - Clearer messages for MLIR's parser ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_PARSERMESSAGES_H
#define DLC_LIB_TARGET_PARSERMESSAGES_H

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/Error.h"

#include <string>

namespace dlc {

/// Replaces a `message` of MLIR's parser that does not name the expected text
/// or its form: for a word that is not an op by the nearest op, for a missing
/// type by the syntax of types. `text` is the program from the place of the
/// message on, `program` all of it. Empty for other messages.
std::string explainParserMessage(mlir::MLIRContext &context,
                                 llvm::StringRef message, llvm::StringRef text,
                                 llvm::StringRef program);

/// Whether a message only repeats that the subject of an earlier one could not
/// be parsed.
bool repeatsEarlierMessage(llvm::StringRef message);

/// An error at the first `dl.read`, `dl.write` or `dl.call` of a program, up to
/// line `last`, that gives an entry of the state or a function another type
/// than its declaration. The parser, which knows no declarations, stops where
/// the value is used with the right type. To be asked when a program could not
/// be parsed.
llvm::Error checkStatedTypes(llvm::StringRef path, llvm::StringRef program,
                             unsigned last);

} // namespace dlc
#endif // DLC_LIB_TARGET_PARSERMESSAGES_H
