//===- ProgramText.cpp - Text that the parser can be given ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parser calls itself for each bracket and for each operator of an affine
// expression, and the expansion of an alias nests as deep as the alias. One
// pass over the text counts all three. It need not understand the text: it
// skips strings and comments, pairs brackets, and knows where an alias is
// defined (`#name =`, `!name =` outside of all brackets).
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/ProgramText.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Limits.h"
#include "dlc/Support/Message.h"
#include "dlc/Support/ReadFile.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;
using namespace dlc;

namespace {

class TextScanner {
public:
  TextScanner(StringRef name, StringRef text) : name(name), text(text) {}

  Error scan();

private:
  struct Bracket {
    char open;
    /// Operators one after the other, with no comma between.
    unsigned operators = 0;
  };
  struct Alias {
    unsigned depth = 1;
    uint64_t size = 1;
  };

  Error fail(const Twine &what) const;
  Error scanAlias();
  Error scanWord();
  Error scanOperator();
  Error nestsTo(unsigned depth);
  void scanString();
  void close(char opening);

  StringRef name, text;
  size_t at = 0, lineStart = 0;
  unsigned line = 1;
  SmallVector<Bracket> open;
  StringMap<Alias> aliases;
  /// The alias whose definition is being read; the text behind the last one
  /// counts as part of it, which does no harm.
  StringMapEntry<Alias> *current = nullptr;
};

} // namespace

Error TextScanner::fail(const Twine &what) const {
  return makeProgramError(name, line, at - lineStart + 1, what);
}

/// Notes that something stands `depth` levels below the present place.
Error TextScanner::nestsTo(unsigned depth) {
  // The program around the last alias does not belong to what it stands for.
  depth += open.size();
  if (depth > limits::nesting)
    return fail("nests deeper than " + Twine(limits::nesting) +
                " levels (brackets, operators of one affine expression, and "
                "aliases count)");
  if (current)
    current->second.depth = std::max(current->second.depth, depth + 1);
  return Error::success();
}

/// At `#` or `!`: an alias that is defined or used.
Error TextScanner::scanAlias() {
  size_t end = at + 1;
  while (end < text.size() &&
         (isAlnum(text[end]) || StringRef("_$-.").contains(text[end])))
    ++end;
  StringRef id = text.slice(at, end);
  // Anything with a dot is an attribute or type of a dialect.
  if (id.size() == 1 || id.contains('.')) {
    at = end;
    return Error::success();
  }
  size_t next = text.find_first_not_of(" \t\r\n", end);
  bool defines = open.empty() && next != StringRef::npos && text[next] == '=' &&
                 !text.substr(next).starts_with("==");
  if (defines) {
    // Defined twice only in files of several programs, which dlc-opt splits.
    current = &*aliases.insert_or_assign(id, Alias()).first;
    at = end;
    return Error::success();
  }
  auto used = aliases.find(id);
  if (used != aliases.end() && &*used != current) {
    Alias alias = used->second;
    if (Error error = nestsTo(alias.depth))
      return error;
    if (alias.size > limits::aliasSize)
      return fail("the alias '" + id + "' stands for more than " +
                  Twine(limits::aliasSize) + " attributes");
    if (current)
      current->second.size =
          std::min(current->second.size + alias.size, 2 * limits::aliasSize);
  }
  at = end;
  return Error::success();
}

/// An operator of an affine expression, if expressions may stand here.
Error TextScanner::scanOperator() {
  if (open.empty() || open.back().open == '{')
    return Error::success();
  return nestsTo(++open.back().operators);
}

Error TextScanner::scanWord() {
  size_t begin = at;
  while (at < text.size() &&
         (isAlnum(text[at]) || StringRef("_$.").contains(text[at])))
    ++at;
  StringRef word = text.slice(begin, at);
  if (word == "mod" || word == "floordiv" || word == "ceildiv")
    return scanOperator();
  return Error::success();
}

void TextScanner::scanString() {
  for (++at; at < text.size() && text[at] != '\n'; ++at) {
    if (text[at] == '"') {
      ++at;
      return;
    }
    if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] != '\n')
      ++at;
  }
}

/// A closing bracket without its opening one is an error of the parser; it must
/// not hide the depth of the text behind it.
void TextScanner::close(char opening) {
  if (!open.empty() && open.back().open == opening)
    open.pop_back();
}

Error TextScanner::scan() {
  // Four letters that no text begins with.
  if (text.starts_with("ML\xEFR"))
    return makeError("{0}: is MLIR bytecode, which dlc does not read; give it "
                     "the program as text",
                     name);
  while (at < text.size()) {
    char c = text[at];
    if (isAlnum(c) || c == '_') {
      if (Error error = scanWord())
        return error;
      continue;
    }
    switch (c) {
    case '\n':
      ++line;
      lineStart = at + 1;
      break;
    case 0:
      return fail("a zero byte; a program is text");
    case '"':
      scanString();
      continue;
    case '/':
      if (text.substr(at).starts_with("//")) {
        at = std::min(text.find('\n', at), text.size());
        continue;
      }
      break;
    case '#':
    case '!':
      if (Error error = scanAlias())
        return error;
      continue;
    case '(':
    case '[':
    case '{':
    case '<':
      if (Error error = nestsTo(1))
        return error;
      open.push_back({c});
      break;
    case ')':
      close('(');
      break;
    case ']':
      close('[');
      break;
    case '}':
      close('{');
      break;
    case '>':
      close('<');
      break;
    case ',':
      if (!open.empty())
        open.back().operators = 0;
      break;
    case '-':
      if (text.substr(at).starts_with("->")) {
        ++at;
        break;
      }
      [[fallthrough]];
    case '+':
    case '*':
      if (Error error = scanOperator())
        return error;
      break;
    default:
      break;
    }
    ++at;
  }
  return Error::success();
}

Error dlc::checkText(StringRef name, StringRef text) {
  return TextScanner(name, text).scan();
}

Expected<std::unique_ptr<MemoryBuffer>> dlc::readProgram(StringRef path) {
  auto buffer = readFile(path, limits::textBytes);
  if (!buffer)
    return buffer.takeError();
  if (Error error =
          checkText((*buffer)->getBufferIdentifier(), (*buffer)->getBuffer()))
    return error;
  return buffer;
}
