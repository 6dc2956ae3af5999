//===- Words.cpp - Words that an op or an attribute does not know ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Words.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace dlc::dl;

/// What `dl` calls what another framework calls by that word.
static StringRef wordHere(StringRef word) {
  return llvm::StringSwitch<StringRef>(word)
      .CasesLower({"dim", "dims", "dimension", "dimensions"}, "axis")
      .CasesLower({"rate", "prob", "probability", "ratio"}, "p")
      .CasesLower({"alpha", "negslope"}, "slope")
      .CasesLower({"pads", "border"}, "padding")
      .CasesLower({"window", "ksize", "pool"}, "kernel")
      .CasesLower({"std", "stddev", "stdev", "sigma", "scale"}, "deviation")
      .CasesLower({"loc", "mu"}, "mean")
      .CasesLower({"minval", "lower"}, "low")
      .CasesLower({"maxval", "upper"}, "high")
      .CasesLower({"unbiased", "ddof"}, "correction")
      .CasesLower({"temperature", "temp"}, "tau")
      .CasesLower({"activation", "act"}, "nonlinearity")
      .CasesLower({"ord", "order"}, "p")
      .CasesLower({"wd", "l2", "decay"}, "weight_decay")
      .CaseLower("rho", "alpha")
      .CaseLower("bptt", "truncate")
      .Default(word);
}

std::string dlc::dl::whatIsKnown(StringRef word, ArrayRef<StringRef> known) {
  SmallVector<StringRef> words;
  word.split(words, '_');
  std::string translated =
      llvm::join(llvm::map_range(words, wordHere), StringRef("_"));
  StringRef nearest;
  if (translated != word)
    nearest = nearestName(translated, known);
  if (nearest.empty())
    nearest = nearestName(word, known);
  if (!nearest.empty())
    return ("; did you mean '" + nearest + "'?").str();
  if (known.empty())
    return "; there is none";
  return "; there is " + llvm::join(known, ", ");
}

SmallVector<StringRef> dlc::dl::attributeWords(OperationName op) {
  SmallVector<StringRef> words;
  for (StringAttr name : op.getAttributeNames())
    if (!name.strref().ends_with("SegmentSizes"))
      words.push_back(name);
  return words;
}

LogicalResult dlc::dl::verifyKnownAttributes(Operation *op) {
  bool known = true;
  for (NamedAttribute attr : op->getDiscardableAttrs()) {
    StringRef name = attr.getName();
    if (name.contains('.'))
      continue;
    op->emitOpError() << "has no attribute '" << name << "'"
                      << whatIsKnown(name, attributeWords(op->getName()));
    known = false;
  }
  return success(known);
}

LogicalResult
dlc::dl::verifyPropertyWords(OperationName op, Attribute properties,
                             function_ref<InFlightDiagnostic()> emitError) {
  auto dictionary = dyn_cast_or_null<DictionaryAttr>(properties);
  if (!dictionary)
    return success();
  for (NamedAttribute entry : dictionary)
    if (!llvm::is_contained(op.getAttributeNames(), entry.getName()))
      return emitError() << "there is no attribute '"
                         << entry.getName().strref() << "'"
                         << whatIsKnown(entry.getName(), attributeWords(op));
  return success();
}

/// The first character from `text` on that is neither white space nor in a
/// comment.
static const char *skipSpace(const char *text) {
  while (true) {
    while (*text && llvm::isSpace(*text))
      ++text;
    if (text[0] != '/' || text[1] != '/')
      return text;
    while (*text && *text != '\n')
      ++text;
  }
}

/// What follows the string at whose quote `text` stands.
static const char *skipString(const char *text) {
  for (++text; *text && *text != '"' && *text != '\n'; ++text)
    if (*text == '\\' && text[1])
      ++text;
  return *text == '"' ? text + 1 : text;
}

ParseResult dlc::dl::parseWords(AsmParser &parser, ArrayRef<StringRef> known) {
  // The text is looked through ahead of the parser, which would say no more
  // than that the name is unknown. It ends with a 0.
  const char *text = skipSpace(parser.getCurrentLocation().getPointer());
  if (*text != '<')
    return success();
  int depth = 0;
  bool first = false; // whether a parameter begins here
  while (*text) {
    if (*text == '"') {
      text = skipString(text);
      first = false;
    } else if (llvm::isAlpha(*text) || *text == '_') {
      const char *begin = text;
      while (llvm::isAlnum(*text) || *text == '_')
        ++text;
      StringRef word(begin, text - begin);
      if (first && *skipSpace(text) == '=' && !llvm::is_contained(known, word))
        return parser.emitError(SMLoc::getFromPointer(begin))
               << "there is no parameter '" << word << "'"
               << whatIsKnown(word, known);
      first = false;
    } else {
      if (StringRef("<([{").contains(*text))
        ++depth;
      if (StringRef(">)]}").contains(*text) && --depth == 0)
        return success();
      first = depth == 1 && StringRef("<,").contains(*text);
      ++text;
    }
    text = skipSpace(text);
  }
  return success();
}
