//===- Vocabulary.cpp - Vocabulary of a text ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Vocabulary.h"

#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/PendingFiles.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static void writeEscaped(raw_ostream &os, StringRef word) {
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
}

Error dlc::writeVocabulary(StringRef path, ArrayRef<std::string> words) {
  return writeFileAtomically(path, [&](raw_ostream &os) {
    for (const std::string &word : words) {
      writeEscaped(os, word);
      os << '\n';
    }
  });
}

/// Whether `word` is one character, or one byte that is not a character.
static bool isCharacter(StringRef word) {
  return word.size() == 1 ||
         (!word.empty() &&
          word.size() == getNumBytesForUTF8(static_cast<UTF8>(word.front())));
}

void dlc::writeTexts(raw_ostream &os, ArrayRef<std::string> words, int32_t type,
                     ArrayRef<int64_t> shape, ArrayRef<char> data) {
  bool isOfWords = !all_of(words, isCharacter);
  bool isOneText = shape.size() == 1;
  int64_t rows = isOneText ? 1 : shape[0], length = shape.back();
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t i = 0; i < length; ++i) {
      int64_t number = integerElement(type, data.data(), row * length + i);
      if (isOfWords && i > 0)
        os << ' ';
      if (number < 0 || number >= static_cast<int64_t>(words.size()))
        os << '<' << number << '>';
      else if (isOneText)
        os << words[number];
      else
        writeEscaped(os, words[number]);
    }
    os << '\n';
  }
}
