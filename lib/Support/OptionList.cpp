//===- OptionList.cpp - The command line of a tool ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/OptionList.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

using namespace llvm;
using namespace dlc;

OptionList::OptionList(const opt::OptTable &table, ArrayRef<const char *> words,
                       opt::Visibility visibility, StringRef tool)
    : optTable(&table), words(words), visibility(visibility), tool(tool),
      list(table.ParseArgs(words, missingIndex, missingCount, visibility)) {}

Error OptionList::check() const {
  if (missingCount != 0)
    return makeError(Twine("'") + words[missingIndex] + "' needs a value");
  for (const opt::Arg *arg : list) {
    if (arg->getOption().getKind() != opt::Option::UnknownClass)
      continue;
    std::string seen = arg->getSpelling().str();
    // Names of one letter are left out: each would be near any other.
    std::vector<std::string> names;
    for (unsigned id = 1; id <= optTable->getNumOptions(); ++id) {
      opt::Option option = optTable->getOption(id);
      StringRef name = option.getName().rtrim('=');
      if (option.isValid() && !option.getPrefix().empty() && name.size() > 1 &&
          option.hasVisibilityFlag(visibility))
        names.push_back(name.str());
    }
    std::vector<StringRef> candidates(names.begin(), names.end());
    std::string nearest = suggestion(
        StringRef(seen).ltrim('-').split('=').first, candidates, "--");
    return makeError("unknown option '{0}'{1}", seen,
                     nearest.empty() ? "; see " + tool + " --help" : nearest);
  }
  return Error::success();
}

Error OptionList::once(opt::OptSpecifier option) const {
  std::vector<std::string> values = all(option);
  if (values.size() < 2)
    return Error::success();
  return makeError("{0} is given twice: '{1}' and '{2}'", spelling(option),
                   values[0], values[1]);
}

Expected<int64_t> OptionList::number(opt::OptSpecifier option, int64_t fallback,
                                     int64_t minimum, int64_t maximum) const {
  if (!has(option))
    return fallback;
  int64_t value;
  if (!text(option).getAsInteger(10, value) && value >= minimum &&
      value <= maximum)
    return value;
  std::string range = "of at least " + std::to_string(minimum);
  if (maximum != std::numeric_limits<int64_t>::max())
    range =
        "from " + std::to_string(minimum) + " to " + std::to_string(maximum);
  return makeError("{0}: '{1}', expected a whole number {2}", spelling(option),
                   text(option), range);
}

std::vector<std::string> OptionList::positionals() const {
  std::vector<std::string> result;
  for (const opt::Arg *arg : list)
    if (arg->getOption().getKind() == opt::Option::InputClass)
      result.push_back(arg->getValue());
  return result;
}

std::string OptionList::spelling(opt::OptSpecifier option) const {
  return StringRef(optTable->getOption(option).getPrefixedName())
      .rtrim('=')
      .str();
}
