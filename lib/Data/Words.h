//===- Words.h - Documents as lists of words --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_WORDS_H
#define DLC_LIB_DATA_WORDS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace dlc {

/// A file of lines in memory.
class Lines {
public:
  /// Reads a file, plain or compressed with gzip.
  static llvm::Expected<Lines> read(llvm::StringRef path);
  /// The lines without their ends.
  llvm::ArrayRef<llvm::StringRef> lines() const { return list; }

private:
  /// Apart from the object, so that lines stay where they are when it moves.
  std::unique_ptr<llvm::SmallVector<char, 0>> data;
  std::vector<llvm::StringRef> list;
};

/// The words of a line: what blanks and tabs separate.
void splitWords(llvm::StringRef line,
                llvm::SmallVectorImpl<llvm::StringRef> &words);

/// Words by their number: those that come at least so often, the most frequent
/// first, of equally frequent ones in the order of their bytes.
class Vocabulary {
public:
  /// Counts the words of a line.
  void count(llvm::StringRef line);
  /// Numbers the counted words, behind the words `first`.
  void number(llvm::ArrayRef<llvm::StringRef> first, int64_t minimum);

  llvm::ArrayRef<std::string> words() const { return list; }
  /// The number of a word; -1 without one.
  int32_t find(llvm::StringRef word) const;

private:
  llvm::StringMap<int64_t> counts;
  llvm::StringMap<int32_t> numbers;
  std::vector<std::string> list;
};

/// Labels of documents, a line each: "CLASS", or columns that tabs separate,
/// the last of which is the class; one before it may be `train` or `test`, the
/// use of the document.
struct Labels {
  std::vector<int32_t> classes;   ///< of each document
  std::vector<std::string> names; ///< of each class
  std::vector<bool> isTest;       ///< of each document; empty if no line says
};

llvm::Expected<Labels> readLabels(llvm::StringRef path, int64_t documents);

/// Numbers the names of classes: as numbers where all are such, or else in the
/// order of their bytes.
void numberClasses(llvm::ArrayRef<std::string> values, Labels &labels);

} // namespace dlc
#endif // DLC_LIB_DATA_WORDS_H
