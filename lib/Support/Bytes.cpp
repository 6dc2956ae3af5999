//===- Bytes.cpp - Numbers of bytes ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Bytes.h"

using llvm::StringRef;

llvm::Expected<int64_t> dlc::parseBytes(StringRef text) {
  StringRef digits = text;
  unsigned shift = 0;
  for (auto [suffix, bits] : {std::pair('K', 10), {'M', 20}, {'G', 30}})
    if (digits.consume_back(StringRef(&suffix, 1)) ||
        digits.consume_back(StringRef(&suffix, 1).lower())) {
      shift = bits;
      break;
    }
  int64_t number;
  constexpr int64_t most = int64_t(1) << 60;
  if (digits.getAsInteger(10, number) || number < 1 || number > (most >> shift))
    return llvm::createStringError(
        "'" + text + "', expected a number of bytes such as 4096, 64K or 2G");
  return number << shift;
}
