//===- Descriptor.cpp - Parser of data descriptors ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Descriptor.h"

#include "Readers.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace dlc;

std::vector<std::string> dlc::filesOfText(StringRef text) {
  std::vector<std::string> files;
  for (StringRef item : split(text, ',')) {
    auto [name, value] = item.split('=');
    if (name.size() == item.size())
      files.push_back(item.str());
    else if (name == "labels" || name == "test")
      files.push_back(value.str());
  }
  return files;
}

Expected<Descriptor> Descriptor::parse(StringRef text,
                                       ArrayRef<StringRef> known) {
  Descriptor result;
  SmallVector<StringRef> items;
  text.split(items, ',');
  for (StringRef item : items) {
    auto [name, value] = item.split('=');
    if (name.size() == item.size()) {
      if (item.empty())
        return makeError("data descriptor '{0}': an empty name between commas",
                         text);
      result.fileList.push_back(item.str());
      continue;
    }
    if (!is_contained(known, name))
      return makeError("data descriptor: '{0}': {1}", item,
                       toString(unknownName("option", name, known)));
    if (value.empty())
      return makeError("data descriptor: '{0}' has no value", item);
    if (!result.options.try_emplace(name.str(), value.str()).second)
      return makeError("data descriptor: option '{0}' is given twice", name);
  }
  return std::move(result);
}

Expected<std::string> Descriptor::file() const {
  if (fileList.size() == 1)
    return fileList.front();
  return makeError("data descriptor: {0} files, expected one; files and "
                   "options are separated by commas",
                   fileList.size());
}

bool Descriptor::has(StringRef option) const {
  return options.count(option.str()) != 0;
}

std::string Descriptor::text(StringRef option, StringRef fallback) const {
  auto found = options.find(option.str());
  return found == options.end() ? fallback.str() : found->second;
}

Expected<int64_t> Descriptor::number(StringRef option, int64_t fallback,
                                     int64_t minimum, int64_t maximum) const {
  if (!has(option))
    return fallback;
  int64_t value = 0;
  std::string given = text(option);
  if (StringRef(given).getAsInteger(10, value) || value < minimum ||
      value > maximum)
    return makeError("data descriptor: {0}={1}, expected a whole number from "
                     "{2} to {3}",
                     option, given, minimum, maximum);
  return value;
}

Expected<double> Descriptor::fraction(StringRef option, double fallback) const {
  if (!has(option))
    return fallback;
  double value = 0;
  std::string given = text(option);
  if (StringRef(given).getAsDouble(value) || !(value >= 0 && value < 1))
    return makeError("data descriptor: {0}={1}, expected a part from 0 to less "
                     "than 1, as 0.1",
                     option, given);
  return value;
}

Expected<std::string> Descriptor::choice(StringRef option,
                                         ArrayRef<StringRef> words) const {
  std::string given = text(option, words.front());
  if (is_contained(words, given))
    return given;
  return makeError("data descriptor: {0}={1}, expected {2}", option, given,
                   join(words, " or "));
}

Expected<bool> Descriptor::flag(StringRef option, bool fallback) const {
  Expected<std::string> word =
      choice(option, fallback ? ArrayRef<StringRef>{"yes", "no"}
                              : ArrayRef<StringRef>{"no", "yes"});
  if (!word)
    return word.takeError();
  return *word == "yes";
}
