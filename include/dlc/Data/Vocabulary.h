//===- Vocabulary.h - Vocabulary of a text ----------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_VOCABULARY_H
#define DLC_DATA_VOCABULARY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace dlc {

/// Writes the words in the order of their numbers, a line each: line n, from 1,
/// has number n - 1. Ends of lines, tabs, backslashes and bytes that are not
/// UTF-8 are written as \n, \t, \\ and \xHH.
llvm::Error writeVocabulary(llvm::StringRef path,
                            llvm::ArrayRef<std::string> words);

/// Writes the words that an integer tensor of one or two dimensions stands for:
/// characters one after the other, words with spaces between. One dimension is
/// one text, as it is. Of two each row is a line, with the escapes above. A
/// number that has no word is written as <number>.
void writeTexts(llvm::raw_ostream &os, llvm::ArrayRef<std::string> words,
                int32_t type, llvm::ArrayRef<int64_t> shape,
                llvm::ArrayRef<char> data);

} // namespace dlc
#endif // DLC_DATA_VOCABULARY_H
