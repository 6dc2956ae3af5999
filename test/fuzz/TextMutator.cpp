//===- TextMutator.cpp - Programs made from programs ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TextMutator.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <map>
#include <optional>

using namespace llvm;
using namespace dlc::fuzz;

namespace {

enum class Kind { Value, Symbol, Op, Type, Number, Word, String, Other };

struct Token {
  Kind kind;
  std::string text;
};

using Tokens = std::vector<Token>;

} // namespace

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

static bool inName(char c) {
  return isAlnum(c) || c == '_' || c == '.' || c == '$' || c == '#';
}

static bool isElementType(StringRef word) {
  return StringSwitch<bool>(word)
      .Cases({"f16", "bf16", "f32", "f64", "i1", "i8", "ui8", "i32", "i64",
              "index"},
             true)
      .Default(false);
}

/// The length of what stands in brackets at the start of `text`.
static size_t bracketed(StringRef text) {
  int depth = 0;
  for (auto [position, c] : enumerate(text)) {
    depth +=
        (c == '<') - (c == '>' && (position == 0 || text[position - 1] != '-'));
    if (depth == 0)
      return position + 1;
    if (c == '\n')
      break;
  }
  return 1;
}

static Token firstToken(StringRef text) {
  auto take = [&](Kind kind, size_t length) {
    return Token{kind, text.take_front(length).str()};
  };
  char c = text.front();
  if (c == '%' || (c == '@' && !text.starts_with("@\"")))
    return take(c == '%' ? Kind::Value : Kind::Symbol,
                1 + text.drop_front().take_while(inName).size());
  if (c == '"' || c == '@') {
    size_t end = text.find('"', text.find('"') + 1);
    return take(c == '@' ? Kind::Symbol : Kind::String,
                end == StringRef::npos ? 1 : end + 1);
  }
  if (text.starts_with("//"))
    return take(Kind::Other, text.find('\n'));
  if (isDigit(c)) {
    size_t end = text.take_while(inName).size();
    if (toLower(text[end - 1]) == 'e' && !text.starts_with("0x") &&
        end < text.size() && StringRef("+-").contains(text[end]))
      end += 1 + text.drop_front(end + 1).take_while(isDigit).size();
    return take(Kind::Number, end);
  }
  if (!isAlpha(c) && c != '_')
    return take(Kind::Other, 1);
  StringRef word = text.take_while(inName);
  StringRef behind = text.drop_front(word.size());
  bool shaped = word == "tensor" || word == "memref" || word == "vector";
  if (shaped && behind.starts_with("<"))
    return take(Kind::Type, word.size() + bracketed(behind));
  if (isElementType(word))
    return take(Kind::Type, word.size());
  return take(word.contains('.') ? Kind::Op : Kind::Word, word.size());
}

static Tokens tokenize(StringRef text) {
  Tokens tokens;
  while (!text.empty()) {
    tokens.push_back(firstToken(text));
    text = text.drop_front(tokens.back().text.size());
  }
  return tokens;
}

static std::string joinTokens(const Tokens &tokens) {
  std::string text;
  for (const Token &token : tokens)
    text += token.text;
  return text;
}

/// The positions of the tokens of one kind.
static std::vector<size_t> positionsOf(const Tokens &tokens, Kind kind) {
  std::vector<size_t> positions;
  for (auto [position, token] : enumerate(tokens))
    if (token.kind == kind)
      positions.push_back(position);
  return positions;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// The parts of `tensor<2x3xf32>`: what stands before them, 2, 3, f32, `>`.
static SmallVector<StringRef> splitType(StringRef type) {
  SmallVector<StringRef> parts;
  size_t open = type.find('<');
  if (open == StringRef::npos)
    return {"", type, ""};
  parts.push_back(type.take_front(open + 1));
  StringRef inner = type.drop_front(open + 1);
  while (!inner.empty()) {
    StringRef digits = inner.take_while(isDigit);
    if (digits.empty() || !inner.drop_front(digits.size()).starts_with("x"))
      break;
    parts.push_back(digits);
    inner = inner.drop_front(digits.size() + 1);
  }
  StringRef element = inner.take_while(isAlnum);
  parts.push_back(element);
  parts.push_back(inner.drop_front(element.size()));
  return parts;
}

static std::string joinType(ArrayRef<StringRef> parts) {
  return (parts.front() + join(parts.drop_front().drop_back(), "x") +
          parts.back())
      .str();
}

/// Replaces the parts of a type that are `from`.
static void replaceInType(std::string &type, StringRef from, StringRef to) {
  SmallVector<StringRef> parts = splitType(type);
  for (StringRef &part : MutableArrayRef(parts).drop_front().drop_back())
    if (part == from)
      part = to;
  type = joinType(parts);
}

/// The types of the values of a text, as far as one line says: `%x: T`, and
/// `%x = ... T` with the last type of the line.
static std::map<std::string, std::string> typesOf(const Tokens &tokens) {
  std::map<std::string, std::string> types;
  std::optional<size_t> defined, last, first;
  bool ofArgument = false;
  auto endLine = [&] {
    if (defined && last)
      types[tokens[*defined].text] = tokens[*last].text;
    defined = last = first = std::nullopt;
  };
  for (auto [position, token] : enumerate(tokens)) {
    if (token.text == "\n") {
      endLine();
      continue;
    }
    if (token.kind == Kind::Value)
      first = position;
    else if (token.text == "=" && first && !defined)
      defined = first;
    else if (token.text == ":")
      ofArgument = first && *first + 1 == position;
    else if (token.kind == Kind::Type) {
      last = position;
      if (ofArgument && first)
        types.insert({tokens[*first].text, token.text});
      ofArgument = false;
    } else if (!StringRef(token.text).trim().empty())
      ofArgument = false;
  }
  endLine();
  return types;
}

//===----------------------------------------------------------------------===//
// Mutants
//===----------------------------------------------------------------------===//

static constexpr StringLiteral extents[] = {"0",  "1",  "1",  "2",  "3",
                                            "5",  "7",  "8",  "13", "16",
                                            "17", "33", "65", "128"};
static constexpr StringLiteral numberTexts[] = {
    "0",   "1",          "2",          "3",          "-1",
    "7",   "64",         "0.5",        "-0.0",       "1.0e-30",
    "1e9", "1e39",       "1024",       "2147483648", "-9223372036854775808",
    "16",  "0x7f800000", "0x7fc00000", "4294967296", "9223372036854775807"};
static constexpr StringLiteral elementTypes[] = {"f32", "f32", "f32",  "f64",
                                                 "f64", "f64", "bf16", "i1",
                                                 "i8",  "ui8", "i32",  "i64"};

std::string TextMutator::mutate(StringRef text) {
  Tokens tokens = tokenize(text);
  auto of = [&](Kind kind) { return positionsOf(tokens, kind); };
  std::vector<size_t> types = of(Kind::Type), values = of(Kind::Value),
                      symbols = of(Kind::Symbol), names = of(Kind::Op),
                      constants = of(Kind::Number);
  auto at = [&](const std::vector<size_t> &positions) -> std::string & {
    return tokens[pick(positions)].text;
  };
  size_t choice = below(100);
  if (choice < 18 && !types.empty()) {
    // An extent, everywhere at once, in half of the cases in attributes too.
    SmallVector<StringRef> parts = splitType(at(types));
    std::string from = parts[1 + below(parts.size() - 2)].str();
    if (!isDigit(from.empty() ? 'x' : from.front()))
      from = parts[1].str();
    StringRef to = pick(extents);
    if (!from.empty() && isDigit(from.front())) {
      for (size_t type : types)
        replaceInType(tokens[type].text, from, to);
      if (below(2))
        for (size_t number : constants)
          if (tokens[number].text == from)
            tokens[number].text = to.str();
    }
  } else if (choice < 26 && !types.empty()) {
    // An element type, everywhere or in one place.
    SmallVector<StringRef> parts = splitType(at(types));
    std::string from = parts[parts.size() - 2].str();
    StringRef to = pick(elementTypes);
    if (below(4))
      for (size_t type : types)
        replaceInType(tokens[type].text, from, to);
    else
      replaceInType(at(types), from, to);
  } else if (choice < 34 && !types.empty()) {
    // One type: more or fewer dimensions, another extent, or another type.
    std::string &type = at(types);
    SmallVector<StringRef> parts = splitType(type);
    std::string other = at(types);
    switch (below(4)) {
    case 0:
      if (parts.size() > 3)
        parts.erase(parts.begin() + 1 + below(parts.size() - 3));
      type = joinType(parts);
      break;
    case 1:
      parts.insert(parts.begin() + 1 + below(parts.size() - 2), pick(extents));
      type = joinType(parts);
      break;
    case 2:
      if (parts.size() > 3)
        parts[1 + below(parts.size() - 3)] = pick(extents);
      type = joinType(parts);
      break;
    default:
      type = other;
    }
  } else if (choice < 44 && !names.empty() && !ops.empty()) {
    // Another op, of the language or of the text.
    std::string other = below(2) ? pick(ops) : at(names);
    at(names) = other;
  } else if (choice < 64 && values.size() > 1) {
    // Another operand, three times of four one of the same type.
    std::string &value = at(values);
    std::map<std::string, std::string> typed = typesOf(tokens);
    std::vector<std::string> others;
    auto own = typed.find(value);
    if (own != typed.end() && below(4))
      for (const auto &[name, type] : typed)
        if (type == own->second && name != value)
          others.push_back(name);
    std::string other = others.empty() ? at(values) : pick(others);
    value = other;
  } else if (choice < 76 && !constants.empty()) {
    std::string other = below(2) ? pick(numberTexts).str() : at(constants);
    at(constants) = other;
  } else if (choice < 80 && symbols.size() > 1) {
    std::string other = at(symbols);
    at(symbols) = other;
  } else if (choice < 86) {
    return removeOp(text);
  } else if (choice < 92) {
    return splice(text, text);
  } else if (choice < 96) {
    // A line fewer, twice, or elsewhere.
    SmallVector<StringRef> lines;
    text.split(lines, '\n');
    size_t line = below(lines.size());
    switch (below(3)) {
    case 0:
      lines.erase(lines.begin() + line);
      break;
    case 1:
      lines.insert(lines.begin() + line, pick(lines));
      break;
    default:
      std::swap(lines[line], lines[below(lines.size())]);
    }
    return join(lines, "\n");
  } else if (!tokens.empty()) {
    // Any word by any other, or away.
    size_t place = below(tokens.size());
    if (below(3))
      tokens[place] = Token(pick(tokens));
    else
      tokens.erase(tokens.begin() + place);
  }
  return joinTokens(tokens);
}

//===----------------------------------------------------------------------===//
// Ops of one result, a line each
//===----------------------------------------------------------------------===//

/// Where each line begins, and the one past the last.
static std::vector<size_t> lineStarts(const Tokens &tokens) {
  std::vector<size_t> starts = {0};
  for (auto [position, token] : enumerate(tokens))
    if (token.text == "\n")
      starts.push_back(position + 1);
  return starts;
}

/// The first token that is no blank of the line at `start` if that defines one
/// value, as in `%x = ...`.
static std::optional<size_t> definedAt(const Tokens &tokens, size_t start) {
  while (start < tokens.size() && tokens[start].text == " ")
    ++start;
  if (start + 2 < tokens.size() && tokens[start].kind == Kind::Value &&
      tokens[start + 1].text == " " && tokens[start + 2].text == "=")
    return start;
  return std::nullopt;
}

/// The values of type `type` but `besides`.
static std::vector<std::string>
valuesOf(const std::map<std::string, std::string> &types, StringRef type,
         StringRef besides) {
  std::vector<std::string> values;
  for (const auto &[value, other] : types)
    if (other == type && value != besides)
      values.push_back(value);
  return values;
}

std::string TextMutator::removeOp(StringRef text) {
  Tokens tokens = tokenize(text);
  std::map<std::string, std::string> types = typesOf(tokens);
  std::vector<size_t> starts = lineStarts(tokens);
  size_t line = below(starts.size());
  std::optional<size_t> defined = definedAt(tokens, starts[line]);
  if (!defined || line + 1 == starts.size())
    return text.str();
  std::string name = tokens[*defined].text;
  std::vector<std::string> others = valuesOf(types, types[name], name);
  if (others.empty())
    return text.str();
  tokens.erase(tokens.begin() + starts[line],
               tokens.begin() + starts[line + 1]);
  std::string other = pick(others);
  for (Token &token : tokens)
    if (token.text == name)
      token.text = other;
  return joinTokens(tokens);
}

std::string TextMutator::splice(StringRef text, StringRef other) {
  Tokens tokens = tokenize(text), source = tokenize(other);
  std::map<std::string, std::string> types = typesOf(tokens),
                                     foreign = typesOf(source);
  std::vector<size_t> starts = lineStarts(source);
  for (unsigned attempt = 0; attempt < 16; ++attempt) {
    size_t line = below(starts.size());
    std::optional<size_t> defined = definedAt(source, starts[line]);
    if (!defined || line + 1 == starts.size())
      continue;
    Tokens op(source.begin() + starts[line], source.begin() + starts[line + 1]);
    std::string name = source[*defined].text, type = foreign[name];
    bool complete = true;
    for (Token &token : op) {
      if (token.kind != Kind::Value || token.text == name)
        continue;
      auto values = valuesOf(types, foreign[token.text], "");
      complete &= !values.empty();
      if (complete)
        token.text = pick(values);
    }
    if (!complete)
      continue;
    std::string fresh = "%f" + std::to_string(below(1000000));
    op[*defined - starts[line]].text = fresh;
    // In front of a line that begins with an op, where the rest takes it once.
    std::vector<size_t> places;
    for (size_t start : lineStarts(tokens))
      if (definedAt(tokens, start))
        places.push_back(start);
    if (places.empty())
      return text.str();
    size_t place = pick(places);
    std::vector<size_t> uses;
    for (size_t i = place; i < tokens.size(); ++i)
      if (tokens[i].kind == Kind::Value && types[tokens[i].text] == type &&
          definedAt(tokens, i) != i)
        uses.push_back(i);
    if (!uses.empty())
      tokens[pick(uses)].text = fresh;
    tokens.insert(tokens.begin() + place, op.begin(), op.end());
    return joinTokens(tokens);
  }
  return mutate(text);
}
