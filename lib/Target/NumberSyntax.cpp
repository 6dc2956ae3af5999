//===- NumberSyntax.cpp - Numbers that MLIR reads as something else -------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "NumberSyntax.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

/// The digits that `text` begins with.
static StringRef digits(StringRef text) { return text.take_while(isDigit); }

/// The exponent that `text` begins with: e-3.
static StringRef exponent(StringRef text) {
  if (!text.starts_with_insensitive("e"))
    return "";
  size_t sign = text.size() > 1 && (text[1] == '-' || text[1] == '+');
  StringRef power = digits(text.drop_front(1 + sign));
  return power.empty() ? "" : text.take_front(1 + sign + power.size());
}

/// Whether a number cannot begin behind that character: it is part of a name,
/// of a shape or of another number.
static bool continues(char c) {
  return isAlnum(c) || StringRef("_$.%#@^!").contains(c);
}

/// The number at the start of `text` that MLIR would split, and how to write
/// it.
static std::pair<StringRef, std::string> splitNumber(StringRef text) {
  StringRef whole = digits(text), rest = text.drop_front(whole.size());
  if (whole.empty() && rest.consume_front(".")) {
    StringRef fraction = digits(rest);
    if (fraction.empty())
      return {};
    StringRef power = exponent(rest.drop_front(fraction.size()));
    StringRef number = text.take_front(1 + fraction.size() + power.size());
    return {number, ("0" + number).str()};
  }
  StringRef power = exponent(rest);
  if (whole.empty() || power.empty())
    return {};
  return {text.take_front(whole.size() + power.size()),
          (whole + ".0" + power).str()};
}

Error dlc::checkNumberAt(const Message &message, StringRef text) {
  unsigned line = 1;
  size_t start = 0; // of the line
  char before = ' ';
  for (size_t i = 0; i < text.size();) {
    char c = text[i];
    size_t length = 1;
    if (c == '\n') {
      ++line;
      start = i + 1;
    } else if (text.substr(i).starts_with("//")) {
      length = std::min(text.find('\n', i), text.size()) - i;
    } else if (c == '"') {
      while (i + length < text.size() && text[i + length] != '"' &&
             text[i + length] != '\n')
        length += text[i + length] == '\\' ? 2 : 1;
      ++length;
    } else if (!continues(before)) {
      auto [number, written] = splitNumber(text.substr(i));
      StringRef behind = text.substr(i + number.size());
      // Messages of the dialect's own parser on a number are at its start.
      size_t first = i - start + 1;
      bool isAbout = line == message.line &&
                     message.column >= first + (c != '.') &&
                     message.column < first + number.size();
      if (!number.empty() && isAbout &&
          (behind.empty() || !continues(behind.front())))
        return makeProgramError(
            message.file, line, first,
            formatv("'{0}' is not a number in MLIR, which wants digits on both "
                    "sides of a point: write {1}",
                    number, written)
                .str());
      // Digits that start no such number belong together.
      length = std::max<size_t>(1, digits(text.substr(i)).size());
    }
    i = std::min(i + length, text.size());
    before = text[i - 1];
  }
  return Error::success();
}
