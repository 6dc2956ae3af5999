//===- ParserMessages.cpp - Clearer messages for MLIR's parser ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "ParserMessages.h"

#include "SpellingHints.h"

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Message.h"
#include "dlc/Support/Suggest.h"

#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

#include <map>

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

/// Explains a word that the parser takes for an op of an unknown dialect, or
/// for an unknown op of a known one.
static std::string explainUnknownOp(MLIRContext &context, StringRef message) {
  bool foreign = message.starts_with("Dialect `") &&
                 message.contains("' not found for custom op '");
  bool unknown =
      message.starts_with("custom op '") && message.contains("' is unknown");
  if (!foreign && !unknown)
    return {};
  StringRef word = message.split("op '").second.split('\'').first;
  SmallVector<StringRef> names;
  for (RegisteredOperationName name : context.getRegisteredOperations())
    if (name.getDialectNamespace() == "dl")
      names.push_back(name.stripDialect());
  StringRef bare = word.contains('.') ? word.split('.').second : word;
  StringRef here = dl::opHere(bare);
  std::string nearest = suggestion(here.empty() ? bare : here, names, "dl.");
  if (word.contains('.'))
    return ("there is no op '" + word + "'" + nearest).str();
  // The op in front of the word is complete without it.
  return ("expected an op, whose name begins with that of its dialect "
          "('dl.relu'), not '" +
          word + "'" +
          (word == "attributes" ? "; the attributes of the op before it stand "
                                  "in braces without this word"
                                : nearest))
      .str();
}

static bool isNameLetter(char c) {
  return llvm::isAlnum(c) || StringRef("_$.-").contains(c);
}

/// The name that `text` begins with, with the % or @ before it.
static StringRef nameAt(StringRef text) {
  if (text.empty())
    return text;
  return text.take_front(1 + text.drop_front().take_while(isNameLetter).size());
}

/// The value of a program whose name is nearest to that at the place.
static std::string explainUnknownValue(StringRef text, StringRef program) {
  StringRef name = nameAt(text);
  if (!name.starts_with("%"))
    return {};
  // Numbers are not misspelt words.
  bool isNumber = llvm::all_of(name.drop_front(), llvm::isDigit);
  llvm::SetVector<StringRef> known;
  for (size_t at = program.find('%'); at != StringRef::npos;
       at = program.find('%', at + 1)) {
    StringRef other = nameAt(program.drop_front(at));
    if (other != name && !isNumber)
      known.insert(other.drop_front());
  }
  return ("there is no value '" + name + "' here" +
          suggestion(name.drop_front(), known.getArrayRef(), "%"))
      .str();
}

/// Explains a use with another type than before: %y, its type here and before.
static std::string explainTypes(StringRef message) {
  SmallVector<StringRef> parts;
  message.split(parts, '\'');
  return ("value '" + parts[1] + "' has type '" + parts[3] + "' here, but '" +
          parts[5] + "' before")
      .str();
}

std::string dlc::explainParserMessage(MLIRContext &context, StringRef message,
                                      StringRef text, StringRef program) {
  std::string unknownOp = explainUnknownOp(context, message);
  if (!unknownOp.empty())
    return unknownOp;
  std::string spelling = explainSpelling(message, text, program);
  if (!spelling.empty())
    return spelling;
  if (message == "use of undeclared SSA value name")
    return explainUnknownValue(text, program);
  if (message.starts_with("use of value '") && message.count('\'') == 6)
    return explainTypes(message);
  if (message == "expected operation name in quotes")
    return "expected an op, or '}' after the last one: the op before ends here";
  if (message == "expected ':'" || message == "expected '->'") {
    text = text.ltrim();
    StringRef word = text.take_while(isNameLetter);
    if (!word.empty() && text.drop_front(word.size()).ltrim().starts_with("="))
      return ("attributes stand in braces: '{" + word + " = ...}'").str();
  }
  if (message == "expected ':'")
    return "expected ':' and the types of what stands before it, as in "
           "'dl.relu %x : tensor<8x4xf32>'";
  if (message == "expected '->'")
    return "expected '->' and the type of the result, as in "
           "'tensor<8x4xf32> -> tensor<8xf32>'";
  if (message == "expected SSA operand")
    return "expected a value, whose name begins with '%'";
  if (message == "expected non-function type")
    return "expected a type, such as tensor<8x4xf32>; elements are " +
           elementTypeNames();
  if (message == "expected 'x' in dimension list")
    return "expected 'x' between the extents of a shape and before the type "
           "of its elements, as in tensor<8x4xf32>";
  if (message == "expected attribute value")
    return "expected the value of an attribute: a number, \"text\", a list in "
           "brackets, true, false, or an attribute whose name begins with "
           "'#dl.'";
  if (message.starts_with("undefined symbol alias id '")) {
    StringRef word = message.split('\'').second.split('\'').first;
    return ("there is no '#" + word +
            "'; the names of attributes begin with '#dl.': '#dl." + word + "'")
        .str();
  }
  // The parser puts an op's name before the op's message, which begins with it.
  StringRef rest = message;
  if (rest.consume_front("custom op '")) {
    auto [op, said] = rest.split("' ");
    if (said.starts_with(("'" + op + "'").str()))
      return said.str();
  }
  return {};
}

bool dlc::repeatsEarlierMessage(StringRef message) {
  return message.contains("failed to parse Dl_") &&
         message.contains("' which is to be a `");
}

//===----------------------------------------------------------------------===//
// Types that are stated twice
//===----------------------------------------------------------------------===//

namespace {
/// Walks the words of a program, without its comments and strings.
class Words {
public:
  explicit Words(StringRef text) : text(text) {}

  /// The next op of the dialect; false at the end.
  bool findOp(StringRef &op) {
    while (at < text.size()) {
      char before = at ? text[at - 1] : ' ';
      if (text.substr(at).starts_with("//")) {
        at = std::min(text.find('\n', at), text.size());
      } else if (text[at] == '"') {
        skipString();
      } else if (!isNameLetter(before) && !StringRef("%@#!").contains(before) &&
                 text.substr(at).starts_with("dl.")) {
        op = take();
        return true;
      } else {
        ++at;
      }
    }
    return false;
  }
  StringRef take() {
    skipSpace();
    StringRef word = nameAt(text.substr(at));
    at += word.size();
    return word;
  }
  bool consume(StringRef word) {
    skipSpace();
    if (!text.substr(at).starts_with(word))
      return false;
    at += word.size();
    return true;
  }
  /// `tensor<...>`; empty where there is something else.
  StringRef takeTensor() {
    skipSpace();
    StringRef rest = text.substr(at);
    size_t end = rest.starts_with("tensor<") ? rest.find('>') : StringRef::npos;
    if (end == StringRef::npos)
      return {};
    at += end + 1;
    return rest.take_front(end + 1);
  }
  /// Passes over `<in, out>`, if it stands here.
  void skipSizes() {
    if (consume("<"))
      skipTo(">");
  }
  /// Passes over the next `mark`; false, and nothing passed over, where another
  /// op comes before it.
  bool skipTo(StringRef mark) {
    StringRef rest = text.substr(at);
    size_t end = rest.find(mark);
    if (end == StringRef::npos || rest.take_front(end).contains("dl."))
      return false;
    at += end + mark.size();
    return true;
  }
  size_t place() const { return at; }

private:
  void skipSpace() {
    while (at < text.size() && llvm::isSpace(text[at]))
      ++at;
  }
  void skipString() {
    for (++at; at < text.size() && text[at] != '"' && text[at] != '\n'; ++at)
      if (text[at] == '\\')
        ++at;
    at = std::min(at + 1, text.size());
  }

  StringRef text;
  size_t at = 0;
};
} // namespace

static std::string withoutSpaces(StringRef text) {
  std::string result;
  for (char c : text)
    if (!llvm::isSpace(c))
      result += c;
  return result;
}

/// A list of types without spaces: `tensor<4xf32>`, `()` or
/// `(tensor<4xf32>,tensor<f32>)`, with names before the types or without. False
/// where there is something else.
static bool takeTypes(Words &words, SmallVectorImpl<std::string> &types) {
  if (!words.consume("(")) {
    types.push_back(withoutSpaces(words.takeTensor()));
    return !types.back().empty();
  }
  while (!words.consume(")")) {
    types.push_back(withoutSpaces(words.takeTensor()));
    if (types.back().empty()) {
      words.take(); // a name
      words.consume(":");
      types.back() = withoutSpaces(words.takeTensor());
    }
    if (types.back().empty())
      return false;
    words.consume(",");
  }
  return true;
}

/// `'tensor<4xf32>', 'tensor<f32>'`, as a diagnostic prints types.
static std::string quoted(ArrayRef<std::string> types) {
  std::string result;
  for (const std::string &type : types)
    result += (result.empty() ? "'" : ", '") + type + "'";
  return result;
}

namespace {
/// Checks the types in a text twice: where a name is declared, and where it is
/// used.
class StatedTypes {
public:
  StatedTypes(StringRef path, StringRef program)
      : path(path), program(program) {
    StringRef op;
    for (Words words(program); words.findOp(op);)
      declare(op, words);
    functions = scope = 0;
  }

  /// The first op up to a line that uses a name with another type than its
  /// declared one.
  llvm::Error check(unsigned lastLine) {
    StringRef op;
    for (Words words(program); words.findOp(op);) {
      size_t place = words.place() - op.size();
      unsigned line = 1 + program.take_front(place).count('\n');
      if (line > lastLine)
        break;
      enter(op);
      std::string message =
          op == "dl.call" ? checkCall(words) : checkEntry(op, words);
      if (message.empty())
        continue;
      size_t start = program.take_front(place).rfind('\n') + 1;
      return makeProgramError(path, line, place - start + 1,
                              "'" + op + "' op " + message);
    }
    return llvm::Error::success();
  }

private:
  struct Signature {
    SmallVector<std::string> inputs, results;
  };

  static bool isOpen(StringRef type) { return type.contains('?'); }
  /// Whether two types, of which any extent may be open, can be one.
  static bool mayBeOne(StringRef a, StringRef b) {
    SmallVector<StringRef> parts, others;
    a.split(parts, 'x');
    b.split(others, 'x');
    return llvm::equal(parts, others, [](StringRef one, StringRef other) {
      return one == other || isOpen(one) || isOpen(other);
    });
  }
  static bool mayBe(ArrayRef<std::string> a, ArrayRef<std::string> b) {
    return llvm::equal(a, b, [](StringRef one, StringRef other) {
      return mayBeOne(one, other);
    });
  }

  void enter(StringRef op) {
    if (op == "dl.func" || op == "dl.step")
      scope = ++functions;
    else if (op == "dl.return")
      scope = 0;
  }

  void declare(StringRef op, Words &words) {
    enter(op);
    if (op == "dl.func") {
      StringRef name = words.take();
      Signature signature;
      words.skipSizes();
      if (takeTypes(words, signature.inputs) &&
          (!words.consume("->") || takeTypes(words, signature.results)))
        signatures.try_emplace(name, std::move(signature));
      return;
    }
    if (op != "dl.param" && op != "dl.buffer" && op != "dl.hparam")
      return;
    StringRef name = words.take();
    std::string type = op == "dl.hparam" ? "tensor<f32>" : "";
    if (words.consume(":"))
      type = withoutSpaces(words.takeTensor());
    if (name.starts_with("@") && !type.empty())
      entries.try_emplace({scope, name}, type);
  }

  std::string checkEntry(StringRef op, Words &words) const {
    if (op != "dl.read" && op != "dl.write" && op != "dl.read_hparam")
      return {};
    if (op == "dl.write") {
      words.take(); // the value
      if (!words.consume(","))
        return {};
    }
    StringRef name = words.take();
    if (words.consume("averaged") && words.consume("(")) {
      words.take();
      words.consume(")");
    }
    words.consume("shared");
    if (!words.consume(":"))
      return {};
    std::string type = withoutSpaces(words.takeTensor());
    auto declared = entries.find({scope, name});
    if (declared == entries.end())
      declared = entries.find({0, name});
    // Each call chooses the open extents.
    if (type.empty() || declared == entries.end() ||
        mayBeOne(type, declared->second))
      return {};
    return ("has type '" + type + "' but " + name + " is '" + declared->second +
            "'")
        .str();
  }

  std::string checkCall(Words &words) const {
    auto callee = signatures.find(words.take());
    Signature used;
    if (callee == signatures.end() || !words.skipTo(":") ||
        !takeTypes(words, used.inputs) || !words.consume("->") ||
        !takeTypes(words, used.results))
      return {};
    const Signature &declared = callee->second;
    if (mayBe(used.inputs, declared.inputs) &&
        mayBe(used.results, declared.results))
      return {};
    std::string results = llvm::join(declared.results, ", ");
    if (declared.results.size() != 1)
      results = "(" + results + ")";
    return ("has type (" + quoted(used.inputs) + ") -> (" +
            quoted(used.results) + ") but " + callee->first + " is '(" +
            llvm::join(declared.inputs, ", ") + ") -> " + results + "'")
        .str();
  }

  StringRef path, program;
  /// By the function that has the entry, in the order of the text; 0: the
  /// model.
  std::map<std::pair<unsigned, StringRef>, std::string> entries;
  std::map<StringRef, Signature> signatures;
  unsigned functions = 0, scope = 0;
};
} // namespace

llvm::Error dlc::checkStatedTypes(StringRef path, StringRef program,
                                  unsigned last) {
  return StatedTypes(path, program).check(last);
}
