//===- DotText.cpp - Words and colours of graphs --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "DotText.h"

#include "dlc/Support/Printable.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::graph;

std::string graph::html(StringRef text) {
  std::string result;
  llvm::raw_string_ostream os(result);
  llvm::printHTMLEscaped(printable(text), os);
  // A backslash and a letter stand for the name of the node and the like.
  for (size_t at = 0; (at = result.find('\\', at)) != std::string::npos;
       at += 2)
    result.insert(at, 1, '\\');
  return result;
}

std::string graph::quoted(StringRef text) {
  std::string result = "\"";
  for (char c : printableLines(text)) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + '"';
}

std::string graph::shapeOf(Type type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped) {
    os << type;
    return text;
  }
  for (int64_t extent : shaped.getShape())
    os << extent << 'x';
  os << shaped.getElementType();
  return text;
}

std::string graph::shapesOf(ArrayRef<Type> types) {
  constexpr size_t most = 4;
  std::string text =
      llvm::join(llvm::map_range(types.take_front(most), shapeOf), ", ");
  if (types.size() > most)
    text += " and " + std::to_string(types.size() - most) + " more";
  return text;
}

std::string graph::amount(double value, StringRef unit) {
  static constexpr StringRef prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  size_t prefix = 0;
  while (value >= 999.5 && prefix + 1 < std::size(prefixes)) {
    value /= 1000;
    ++prefix;
  }
  int decimals = prefix == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::format("%.*f", decimals, value);
  if (prefix || !unit.empty())
    os << ' ' << prefixes[prefix] << unit;
  return text;
}

std::string graph::costs(double flops, double bytes) {
  SmallVector<std::string> parts;
  if (flops > 0)
    parts.push_back(amount(flops, "FLOP"));
  if (bytes > 0)
    parts.push_back(amount(bytes, "B"));
  return llvm::join(parts, ", ");
}

std::string graph::summary(ArrayRef<const Item *> items) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (size_t i = 0; i < items.size();) {
    size_t end = i + 1;
    while (end < items.size() && items[end]->name == items[i]->name)
      ++end;
    os << (i ? ", " : "") << items[i]->name;
    if (end - i > 1)
      os << " x" << end - i;
    i = end;
  }
  return text;
}

SmallVector<std::string> graph::wrapped(StringRef text, size_t width) {
  SmallVector<std::string> lines{""};
  for (StringRef word : llvm::split(text, ", ")) {
    if (!lines.back().empty()) {
      lines.back() += ",";
      if (lines.back().size() + word.size() + 1 > width)
        lines.emplace_back();
      else
        lines.back() += " ";
    }
    lines.back() += word.str();
  }
  return lines;
}
/// Light enough for black text, and neighbours far apart.
static constexpr StringRef kernelColours[] = {
    "#a6cee3", "#fdbf6f", "#b2df8a", "#cab2d6", "#ffed6f", "#fb9a99",
    "#8dd3c7", "#d9c7a5", "#bebada", "#ccebc5", "#f4cae4", "#c7d7f0"};

StringRef graph::kernelColour(int kernel) {
  return kernelColours[kernel % std::size(kernelColours)];
}

StringRef graph::fillOf(Part part) {
  return part == Part::Forward    ? "#dce9f7"
         : part == Part::Gradient ? "#f9d9d6"
                                  : "#d9efd6";
}

StringRef graph::lineOf(Part part) {
  return part == Part::Forward    ? "#2b5c8a"
         : part == Part::Gradient ? "#b03a2e"
                                  : "#2e7d32";
}
