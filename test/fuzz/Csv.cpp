//===- Csv.cpp - Tables from anywhere -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FuzzFile.h"

#include "lib/Data/Csv.h"

using namespace dlc;
using namespace dlc::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  llvm::StringRef text(reinterpret_cast<const char *>(data) + 1, size - 1);
  char separator = *data % 3 == 0 ? ',' : *data % 3 == 1 ? ';' : '\t';
  CsvRows rows(text, separator, "table");
  std::vector<std::string> cells;
  size_t bytes = 0;
  while (true) {
    llvm::Expected<bool> more = rows.next(cells);
    if (!more) {
      require(llvm::toString(more.takeError()).rfind("table:", 0) == 0,
              "a message begins with the path");
      return 0;
    }
    if (!*more)
      break;
    require(!cells.empty(), "a row has a cell");
    require(rows.line() <= size, "no more lines than bytes");
    for (const std::string &cell : cells)
      bytes += cell.size();
    require(bytes <= size, "cells have no more bytes than the text");
  }
  return 0;
}
