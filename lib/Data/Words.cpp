//===- Words.cpp - Documents as lists of words ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Words.h"

#include "ByteSource.h"
#include "Elements.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"

#include <map>

using namespace llvm;
using namespace dlc;

/// A file is read as a whole.
static constexpr uint64_t mostBytes = uint64_t(1) << 31;

Expected<Lines> Lines::read(StringRef path) {
  Expected<SmallVector<char, 0>> data = readBytes(path, mostBytes);
  if (!data)
    return data.takeError();
  Lines result;
  result.data = std::make_unique<SmallVector<char, 0>>(std::move(*data));
  StringRef rest(result.data->data(), result.data->size());
  // Lines, and the words that are counted or numbered later.
  if (Error error = expectMemory(
          (rest.count('\n') + 1) * 2 * sizeof(StringRef) + 8 * rest.size(),
          path))
    return std::move(error);
  while (!rest.empty()) {
    auto [line, after] = rest.split('\n');
    line.consume_back("\r");
    result.list.push_back(line);
    rest = after;
  }
  if (result.list.empty())
    return makeError("{0}: has no lines", path);
  return std::move(result);
}

void dlc::splitWords(StringRef line, SmallVectorImpl<StringRef> &words) {
  words.clear();
  while (true) {
    line = line.ltrim(" \t");
    if (line.empty())
      return;
    StringRef word = line.take_front(line.find_first_of(" \t"));
    words.push_back(word);
    line = line.drop_front(word.size());
  }
}

void Vocabulary::count(StringRef line) {
  SmallVector<StringRef, 64> words;
  splitWords(line, words);
  for (StringRef word : words)
    ++counts[word];
}

void Vocabulary::number(ArrayRef<StringRef> first, int64_t minimum) {
  std::vector<std::pair<int64_t, StringRef>> kept;
  for (const auto &entry : counts)
    if (entry.second >= minimum && !is_contained(first, entry.first()))
      kept.push_back({-entry.second, entry.first()});
  llvm::sort(kept);
  for (StringRef word : first)
    list.push_back(word.str());
  for (const auto &entry : kept)
    list.push_back(entry.second.str());
  for (auto [place, word] : enumerate(list))
    numbers[word] = static_cast<int32_t>(place);
}

int32_t Vocabulary::find(StringRef word) const {
  auto found = numbers.find(word);
  return found == numbers.end() ? -1 : found->second;
}

void dlc::numberClasses(ArrayRef<std::string> values, Labels &labels) {
  // Whole numbers stand for themselves, so that classes may be left out.
  constexpr int32_t most = 1 << 20;
  bool areNumbers = all_of(values, [&](StringRef value) {
    int32_t number;
    return !value.getAsInteger(10, number) && number >= 0 && number < most &&
           value == std::to_string(number);
  });
  std::map<std::string, int32_t> places;
  if (!areNumbers) {
    for (const std::string &value : values)
      places.try_emplace(value, 0);
    for (auto &[name, place] : places) {
      place = static_cast<int32_t>(labels.names.size());
      labels.names.push_back(name);
    }
  }
  for (const std::string &value : values) {
    int32_t number = 0;
    if (areNumbers)
      StringRef(value).getAsInteger(10, number);
    labels.classes.push_back(areNumbers ? number : places[value]);
  }
  if (!areNumbers)
    return;
  int32_t count =
      labels.classes.empty() ? 0 : *llvm::max_element(labels.classes) + 1;
  for (int32_t number = 0; number < count; ++number)
    labels.names.push_back(std::to_string(number));
}

Expected<Labels> dlc::readLabels(StringRef path, int64_t documents) {
  Expected<Lines> lines = Lines::read(path);
  if (!lines)
    return lines.takeError();
  int64_t count = static_cast<int64_t>(lines->lines().size());
  if (count != documents)
    return makeError("{0}: has {1} lines, expected {2}: one a document", path,
                     count, documents);
  Labels labels;
  std::vector<std::string> values;
  std::vector<bool> isTest;
  size_t marked = 0;
  for (auto [number, line] : enumerate(lines->lines())) {
    SmallVector<StringRef, 3> columns;
    line.split(columns, '\t');
    StringRef value = columns.pop_back_val();
    if (value.empty())
      return makeError("{0}:{1}: no class; expected CLASS, or train or test, "
                       "a tab and CLASS",
                       path, number + 1);
    values.push_back(value.str());
    bool isTrain = is_contained(columns, "train");
    isTest.push_back(is_contained(columns, "test"));
    marked += isTrain || isTest.back();
  }
  if (marked && marked != values.size())
    return makeError("{0}: {1} of {2} lines have a column 'train' or 'test', "
                     "expected all or none",
                     path, marked, values.size());
  if (marked)
    labels.isTest = std::move(isTest);
  numberClasses(values, labels);
  return std::move(labels);
}
