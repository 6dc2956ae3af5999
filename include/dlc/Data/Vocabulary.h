//===- Vocabulary.h - What the numbers of a text stand for ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_VOCABULARY_H
#define DLC_DATA_VOCABULARY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace dlc {

/// Writes the words in the order of their numbers, a line each: line n, from 1,
/// has number n - 1. Ends of lines, tabs, backslashes and bytes that are not
/// UTF-8 are written as \n, \t, \\ and \xHH.
llvm::Error writeVocabulary(llvm::StringRef path,
                            llvm::ArrayRef<std::string> words);

} // namespace dlc
#endif // DLC_DATA_VOCABULARY_H
