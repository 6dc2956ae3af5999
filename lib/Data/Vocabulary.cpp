//===- Vocabulary.cpp - What the numbers of a text stand for --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Vocabulary.h"

#include "dlc/Support/PendingFiles.h"

#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static void writeWord(raw_ostream &os, StringRef word) {
  const auto *begin = reinterpret_cast<const UTF8 *>(word.begin());
  const auto *end = reinterpret_cast<const UTF8 *>(word.end());
  bool isText = isLegalUTF8String(&begin, end);
  for (char c : word) {
    auto byte = static_cast<uint8_t>(c);
    if (c == '\n')
      os << "\\n";
    else if (c == '\t')
      os << "\\t";
    else if (c == '\\')
      os << "\\\\";
    else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !isText))
      os << format("\\x%02x", byte);
    else
      os << c;
  }
  os << '\n';
}

Error dlc::writeVocabulary(StringRef path, ArrayRef<std::string> words) {
  return writeFileAtomically(path, [&](raw_ostream &os) {
    for (const std::string &word : words)
      writeWord(os, word);
  });
}
