//===- Numbers.cpp - Numbers as they are written --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Dl.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

using namespace mlir;
using namespace dlc::dl;

/// How many hexadecimal digits follow `0x` there; 0 where something else does.
static int countHexDigits(SMLoc loc) {
  const char *text = loc.getPointer();
  if (text[0] != '0' || text[1] != 'x')
    return 0;
  int count = 0;
  while (llvm::isHexDigit(text[2 + count]))
    ++count;
  return count;
}

/// The number there if it has an exponent, but no point: 1e-3, 2E5.
static StringRef numberWithoutPoint(const char *text) {
  const char *end = text;
  while (llvm::isDigit(*end))
    ++end;
  if (end == text || (*end != 'e' && *end != 'E'))
    return {};
  ++end;
  if (*end == '-' || *end == '+')
    ++end;
  const char *power = end;
  while (llvm::isDigit(*end))
    ++end;
  // A longer run of characters is another word.
  if (end == power || llvm::isAlnum(*end) || StringRef("_$.").contains(*end))
    return {};
  return StringRef(text, end - text);
}

/// Takes the tokens of such a number: digits, a word, and with a sign in the
/// exponent that sign and digits.
static ParseResult parseWithoutPoint(AsmParser &parser, StringRef text,
                                     double &value) {
  SMLoc loc = parser.getCurrentLocation();
  APInt digits;
  StringRef word;
  OptionalParseResult whole = parser.parseOptionalInteger(digits);
  if (!whole.has_value() || failed(*whole) || parser.parseKeyword(&word))
    return failure();
  if (text.contains('-') || text.contains('+')) {
    bool negative = text.contains('-');
    if ((negative ? parser.parseMinus() : parser.parsePlus()))
      return failure();
    OptionalParseResult power = parser.parseOptionalInteger(digits);
    if (!power.has_value() || failed(*power))
      return failure();
  }
  if (text.getAsDouble(value) || std::isinf(value))
    return parser.emitError(loc, "expected a number that an f64 can hold, up "
                                 "to 1.8e+308");
  return success();
}

/// A number without its sign.
static ParseResult parseMagnitude(AsmParser &parser, double &value) {
  SMLoc loc = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalKeyword("inf"))) {
    value = INFINITY;
    return success();
  }
  if (succeeded(parser.parseOptionalKeyword("nan"))) {
    value = NAN;
    return success();
  }
  // Hexadecimal are the bits of a float, as everywhere in MLIR; a short one was
  // rather meant as an integer.
  if (int digits = countHexDigits(loc)) {
    if (digits != 16)
      return parser.emitError(loc)
             << "expected a decimal number, or all 16 digits of the bits of an "
                "f64, not "
             << digits << " hexadecimal digits";
    return parser.parseFloat(value);
  }
  // Integers are numbers too: `value = 1`. MLIR's tokens of 1e-3 are several.
  if (StringRef text = numberWithoutPoint(loc.getPointer()); !text.empty())
    return parseWithoutPoint(parser, text, value);
  APInt integer;
  OptionalParseResult whole = parser.parseOptionalInteger(integer);
  if (whole.has_value()) {
    if (failed(*whole))
      return failure();
    llvm::APFloat nearest(llvm::APFloat::IEEEdouble());
    nearest.convertFromAPInt(integer, /*IsSigned=*/true,
                             llvm::APFloat::rmNearestTiesToEven);
    value = nearest.convertToDouble();
  } else if (parser.parseFloat(value)) {
    return failure();
  }
  if (std::isinf(value))
    return parser.emitError(loc, "expected a number that an f64 can hold, up "
                                 "to 1.8e+308");
  return success();
}

FailureOr<FloatAttr> dlc::dl::parseNumber(AsmParser &parser) {
  bool negative = succeeded(parser.parseOptionalMinus());
  double value = 0;
  if (parseMagnitude(parser, value))
    return failure();
  return parser.getBuilder().getF64FloatAttr(negative ? -value : value);
}

// AsmPrinter::printFloat falls back on the bits in hexadecimal, for whole
// numbers of more than six digits too, which nobody can read.
void dlc::dl::printNumber(AsmPrinter &printer, FloatAttr value) {
  double number = value.getValueAsDouble();
  if (std::isinf(number)) {
    printer << (number < 0 ? "-inf" : "inf");
    return;
  }
  if (std::isnan(number)) {
    auto bits = llvm::bit_cast<uint64_t>(number);
    if (bits == llvm::bit_cast<uint64_t>(double(NAN)))
      printer << "nan";
    else
      printer.getStream() << llvm::format_hex(bits, 18);
    return;
  }
  // The fewest digits, from six behind the point on, that give it back.
  char text[32];
  for (int digits = 6; digits <= 16; ++digits) {
    std::snprintf(text, sizeof(text), "%.*e", digits, number);
    if (std::strtod(text, nullptr) == number)
      break;
  }
  printer << text;
}
