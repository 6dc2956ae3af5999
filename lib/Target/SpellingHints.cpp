//===- SpellingHints.cpp - Hints for foreign spellings --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "SpellingHints.h"

#include "dlc/Support/Suggest.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace {

/// The place of a message in a program.
struct Place {
  Place(StringRef text, StringRef program) : text(text.ltrim()) {
    if (text.empty() || text.data() < program.data() ||
        text.data() > program.data() + program.size())
      return;
    StringRef front = program.take_front(text.data() - program.data());
    before = front.drop_front(front.rfind('\n') + 1);
    line =
        program.drop_front(front.size() - before.size()).take_until([](char c) {
          return c == '\n';
        });
  }

  bool isIn(StringRef op) const { return line.contains(op); }

  StringRef text;         ///< from the place on, without leading spaces
  StringRef before, line; ///< the line, up to the place and all of it
};

} // namespace

static bool isWordLetter(char c) { return isAlnum(c) || c == '_'; }

static StringRef wordAt(StringRef text) {
  return text.take_while(isWordLetter);
}

static StringRef wordBefore(StringRef text) {
  text = text.rtrim();
  return text.drop_front(text.rtrim("abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
                             .size());
}

/// The name and the type that a declaration like `dl.hparam @w : T = ...` has.
static std::pair<StringRef, StringRef> declared(StringRef line) {
  StringRef name = line.drop_front(line.find('@'));
  name = name.take_front(1 + wordAt(name.drop_front()).size());
  StringRef type;
  if (size_t at = line.find("tensor<"); at != StringRef::npos)
    type = line.drop_front(at).take_until([](char c) { return c == '>'; });
  return {name, type};
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// A parameter of an initialiser with a name where its place says which it is.
static bool isNamedByMistake(const Place &place) {
  StringRef word = wordAt(place.text);
  return !word.empty() &&
         place.text.drop_front(word.size()).ltrim().starts_with("=");
}

static std::string explainNumber(const Place &place) {
  if (place.text.starts_with("+"))
    return "a positive number stands without '+'";
  if (place.isIn("dl.hparam")) {
    auto [name, type] = declared(place.line);
    std::string shaped =
        (type.empty() ? "tensor<3xf32" : type.str()) + "> = ones";
    return "a hyper-parameter is one number; numbers with a shape are a buffer "
           "that no step writes: 'dl.buffer " +
           name.str() + " : " + shaped + "'";
  }
  if (wordBefore(place.before) == "by")
    return "'by' takes a number; to multiply by a value write 'dl.mul'";
  if (isNamedByMistake(place))
    return "expected a number: the parameters of this initialiser have no "
           "names, as in 'normal<0.0, 0.02>'";
  return "expected a number, such as 0.5 or 1.0e-3";
}

//===----------------------------------------------------------------------===//
// Punctuation
//===----------------------------------------------------------------------===//

static std::string explainBrackets(const Place &place) {
  return "the parameters of initialisers and optimizers stand in '<' and '>', "
         "as in 'normal<0.0, 0.02>' and '#dl.adam<beta1 = 0.9>'" +
         std::string(place.text.starts_with("(") ? ", not in parentheses" : "");
}

static std::string explainEquals(const Place &place) {
  if (place.isIn("dl.hparam"))
    return "expected '=' and the first value, as in 'dl.hparam @lr = 1e-3'";
  StringRef word = wordBefore(place.before);
  if (place.isIn("#dl.") && !word.empty())
    return ("expected '=' and a value: '" + word + " = true' or '" + word +
            " = 0.9'")
        .str();
  return {};
}

/// Options whose value is a word: they stand behind the operands.
static bool isWordOption(StringRef name) {
  return is_contained({"approximate", "reduction", "mode"}, name);
}

static std::string explainWordOption(StringRef name, StringRef word) {
  return ("'" + name + "' stands behind the operands and before the braces: '" +
          name + "(" + (word.empty() ? "..." : word) + ")'")
      .str();
}

static std::string explainAttributeValue(const Place &place) {
  StringRef word = wordAt(place.text);
  if (word.empty())
    return {};
  StringRef before = place.before.rtrim();
  if (before.consume_back("=") && isWordOption(wordBefore(before)))
    return explainWordOption(wordBefore(before), word);
  StringRef op = wordBefore(before);
  if (before.ends_with(("dl." + op).str()) &&
      is_contained({"read", "read_hparam", "call"}, op))
    return ("expected a name that begins with '@': '@" + word + "'").str();
  return {};
}

/// A word before the body of a step that begins no clause.
static std::string explainClause(StringRef word) {
  if (word.empty())
    return {};
  std::string nearest = dlc::suggestion(word, {"updates", "batch"});
  return ("a step has no clause '" + word + "'").str() +
         (nearest.empty() ? ": before its body stand 'updates [\"*\"]' and "
                            "'batch(1 to 32)'"
                          : nearest);
}

//===----------------------------------------------------------------------===//
// Constraints
//===----------------------------------------------------------------------===//

/// The value that the op at `text` gives an attribute in its braces.
static StringRef givenValue(StringRef text, StringRef name) {
  text = text.take_until([](char c) { return c == '\n'; });
  for (size_t at = text.find(name); at != StringRef::npos;
       at = text.find(name, at + 1)) {
    StringRef rest = text.drop_front(at + name.size()).ltrim();
    if ((at == 0 || !isWordLetter(text[at - 1])) && rest.consume_front("="))
      return rest.take_until([](char c) { return c == ',' || c == '}'; })
          .trim()
          .trim('"');
  }
  return {};
}

static std::string explainConstraint(StringRef message, const Place &place) {
  auto [front, constraint] = message.split("' failed to satisfy constraint: ");
  auto [op, name] = front.split("attribute '");
  StringRef value = givenValue(place.text, name);
  std::string said;
  if (isWordOption(name))
    said = "has no attribute in braces of that name: " +
           explainWordOption(name, value);
  else if (constraint == "unit attribute")
    said = ("takes '" + name + "' without a value: '{" + name +
            "}', or leave it out")
               .str();
  else if (constraint == "64-bit integer array attribute")
    said = ("takes a list as '" + name + "': '" + name + " = [" +
            (value.empty() ? "0" : value) + "]', one number for each dimension")
               .str();
  else if (constraint == "string array attribute")
    said = "takes names in quotes: [\"fc.*\", \"conv1.weight\"]";
  else if (constraint == "a number or a hyper-parameter")
    said = ("takes '" + name + "' as '" + name + "(" +
            (value.empty() ? "1" : value) + ")' or as a number with a point")
               .str();
  else
    return {};
  return (op + said).str();
}

std::string dlc::explainSpelling(StringRef message, StringRef text,
                                 StringRef program) {
  Place place(text, program);
  if (place.line.empty())
    return {};
  StringRef said = message;
  if (said.starts_with("custom op '"))
    said = said.split("' ").second;
  if (said == "expected floating point literal")
    return explainNumber(place);
  if (said == "expected '<'" &&
      (place.isIn("dl.param") || place.isIn("dl.buffer")))
    return explainBrackets(place);
  if (said == "expected operation name in quotes" &&
      place.text.starts_with("(") && place.before.contains('='))
    return explainBrackets(place);
  if (said == "expected '='")
    return explainEquals(place);
  if (said == "expected attribute value")
    return explainAttributeValue(place);
  if (message.contains("' failed to satisfy constraint: "))
    return explainConstraint(message, place);
  if (said == "expected valid '@'-identifier for symbol name")
    return ("expected a name that begins with '@': '@" + wordAt(place.text) +
            "'")
        .str();
  if (said == "@ identifier expected to start with letter or '_'") {
    StringRef name = place.text;
    name.consume_front("@");
    name = name.take_while([](char c) { return isWordLetter(c) || c == '.'; });
    return ("a name that begins with a digit stands in quotes: '@\"" + name +
            "\"'")
        .str();
  }
  if (said == "invalid kind of attribute specified" &&
      is_contained({"over", "frozen", "updates"}, wordBefore(place.before)))
    return "expected a list of names in brackets: [\"*\"]";
  if (said == "invalid attribute name" && place.text.starts_with("#"))
    return "a comment begins with '//'";
  if (said == "expected 'perm'" || said == "expected 'by'") {
    StringRef word = said.split('\'').second.drop_back();
    if (place.text.starts_with("{"))
      return ("'" + word + "' stands behind the operand and not in braces: '" +
              word + (word == "perm" ? " [1, 0]'" : " 0.5'"))
          .str();
  }
  // `-> tensor<4xf32>` and `-> (tensor<4xf32>)`.
  if (place.isIn("dl.step") && place.before.contains("->") &&
      (said == "expected '('" || said == "expected ':'"))
    return "the outputs of a step have names: '-> (loss: tensor<f32>)'";
  if (said == "expected '{' to begin a region" && place.isIn("dl.step"))
    return explainClause(wordAt(place.text));
  if (said.contains("created with unregistered dialect"))
    return "the attributes of dl begin with '#dl.', as '#dl.adam'";
  return {};
}
