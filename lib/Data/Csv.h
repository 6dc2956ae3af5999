//===- Csv.h - Rows of comma-separated values -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_CSV_H
#define DLC_LIB_DATA_CSV_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace dlc {

/// Takes the rows of a text one after the other (RFC 4180): a field in quotes
/// may hold separators, ends of lines and, twice, quotes.
class CsvRows {
public:
  CsvRows(llvm::StringRef text, char separator, llvm::StringRef path)
      : rest(text), separator(separator), path(path) {}

  /// Fills `cells` with the next row; false at the end. Empty lines are passed
  /// over.
  llvm::Expected<bool> next(std::vector<std::string> &cells);
  /// The line that the last row began in, from 1.
  unsigned line() const { return firstLine; }

private:
  llvm::Error takeQuoted(std::string &cell);

  llvm::StringRef rest;
  char separator;
  llvm::StringRef path;
  unsigned firstLine = 0, lineNumber = 1;
};

} // namespace dlc
#endif // DLC_LIB_DATA_CSV_H
