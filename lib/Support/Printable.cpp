//===- Printable.cpp - Text from outside, for a terminal ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Printable.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Unicode.h"

using namespace llvm;

static std::string printableBut(StringRef text, StringRef kept) {
  std::string result;
  result.reserve(text.size());
  const UTF8 *at = text.bytes_begin(), *end = text.bytes_end();
  while (at != end) {
    const UTF8 *begin = at;
    UTF32 code = 0;
    bool good = kept.contains(static_cast<char>(*at)) ||
                (convertUTF8Sequence(&at, end, &code, strictConversion) ==
                     conversionOK &&
                 sys::unicode::isPrintable(code));
    if (at == begin)
      ++at; // one byte that stays, or that begins no character
    for (; begin != at; ++begin)
      if (good)
        result += static_cast<char>(*begin);
      else
        result += "\\x" + utohexstr(*begin, /*LowerCase=*/true, /*Width=*/2);
  }
  return result;
}

std::string dlc::printable(StringRef text) { return printableBut(text, ""); }

std::string dlc::printableLines(StringRef text) {
  return printableBut(text, "\n\t");
}
