//===- SpellingHints.h - Hints for foreign spellings ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_SPELLINGHINTS_H
#define DLC_LIB_TARGET_SPELLINGHINTS_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace dlc {

/// Replaces a parser's or verifier's `message` about a spelling that other
/// frameworks and languages have (`normal(0, 0.02)`, `keep_dims = true`,
/// `reduction = "mean"`) by one that shows dl's. `text` is the rest of
/// `program` from the place of the message on. Empty for other messages.
std::string explainSpelling(llvm::StringRef message, llvm::StringRef text,
                            llvm::StringRef program);

} // namespace dlc
#endif // DLC_LIB_TARGET_SPELLINGHINTS_H
