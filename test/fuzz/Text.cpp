//===- Text.cpp - Programs through the whole compiler, in process ---------===//
//
// A program is compiled to LLVM IR at -O0 or -O2, or is taken for the output of
// some phase; what it must not do is end the process. Mutants replace words by
// words of the same text and lines by lines, since a text with one wrong byte
// rarely gets past the parser.
//
//===----------------------------------------------------------------------===//

#include "dlc/Compiler.h"
#include "dlc/Pipelines/Phases.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

#include <random>

using namespace llvm;
using namespace dlc;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

/// Compiles `text`, which enters behind phase `from` (empty: in front of all).
static Error compile(StringRef text, StringRef from, unsigned optLevel) {
  CompilerOptions options;
  options.optLevel = optLevel;
  auto compilation = Compilation::readText(text, "program", options);
  if (!compilation)
    return compilation.takeError();
  if (Error error = (*compilation)->run(from, getPhases().back().name))
    return error;
  LLVMContext context;
  return (*compilation)->translate(context, /*interface=*/true).takeError();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef text(reinterpret_cast<const char *>(data), size);
  // The tests of dlc-opt hold several programs in a file.
  text = text.split("// -----").first;
  // What follows depends on the text alone, so that a finding can be repeated.
  StringRef from;
  for (const Phase &phase : getPhases())
    if (text.contains(("dl-" + phase.name).str()))
      from = phase.name;
  consumeError(compile(text, from, size % 2 ? 2 : 0));
  return 0;
}

/// The words of a program: names with their sigils, numbers, or one sign.
static SmallVector<StringRef> wordsOf(StringRef text) {
  SmallVector<StringRef> words;
  while (!text.empty()) {
    size_t length = 1;
    auto inWord = [](char c) {
      return isAlnum(c) || c == '_' || c == '.' || c == '@' || c == '%' ||
             c == '#';
    };
    if (inWord(text.front()))
      length = text.take_while(inWord).size();
    words.push_back(text.take_front(length));
    text = text.drop_front(length);
  }
  return words;
}

/// Joins the parts, at most `maxSize` bytes of them, into `data`.
static size_t store(ArrayRef<StringRef> parts, StringRef separator,
                    uint8_t *data, size_t maxSize) {
  std::string text = join(parts, separator);
  size_t size = std::min(text.size(), maxSize);
  std::copy_n(text.begin(), size, data);
  return size;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  std::minstd_rand random(seed);
  auto below = [&](size_t count) { return size_t(random()) % count; };
  std::string copy(reinterpret_cast<const char *>(data), size);
  static constexpr StringLiteral numbers[] = {"0",    "1", "2",  "3",  "-1",
                                              "1024", "7", "64", "0.5"};
  SmallVector<StringRef> lines;
  switch (below(8)) {
  case 0: // bytes
    return LLVMFuzzerMutate(data, size, maxSize);
  case 1: // a line fewer, twice, or elsewhere
    StringRef(copy).split(lines, '\n');
    if (lines.size() < 3)
      break;
    switch (below(3)) {
    case 0:
      lines.erase(lines.begin() + below(lines.size()));
      break;
    case 1:
      lines.insert(lines.begin() + below(lines.size()),
                   lines[below(lines.size())]);
      break;
    default:
      std::swap(lines[below(lines.size())], lines[below(lines.size())]);
    }
    return store(lines, "\n", data, maxSize);
  default: { // some words by others
    SmallVector<StringRef> words = wordsOf(copy);
    if (words.size() < 3)
      break;
    for (size_t count = 1 + below(3); count > 0; --count) {
      StringRef &word = words[below(words.size())];
      if (isDigit(word.front()) && below(2))
        word = numbers[below(std::size(numbers))];
      else
        word = words[below(words.size())];
    }
    return store(words, "", data, maxSize);
  }
  }
  return LLVMFuzzerMutate(data, size, maxSize);
}
