//===- Printable.h - Text from outside, for a terminal ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names come from programs and files, and messages quote them: control
// characters that a terminal would obey must not reach it.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_PRINTABLE_H
#define DLC_SUPPORT_PRINTABLE_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace dlc {

/// The same text with each byte that is not part of printable UTF-8 as \xNN.
std::string printable(llvm::StringRef text);

/// The same, but of text of several lines: line ends and tabs stay.
std::string printableLines(llvm::StringRef text);

} // namespace dlc
#endif // DLC_SUPPORT_PRINTABLE_H
