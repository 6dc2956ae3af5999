//===- Options.cpp - Options of reference models --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Models.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringTable.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::models;

#define OPTTABLE_STR_TABLE_CODE
#include "lib/Models/ModelOptions.inc"
#undef OPTTABLE_STR_TABLE_CODE

ArrayRef<OptionEntry> models::optionEntries() {
  static const OptionEntry table[] = {
#define OPTION_WITH_MARSHALLING(                                               \
    PREFIX, SPELLING, ID, KIND, GROUP, ALIAS, ALIAS_ARGUMENTS, FLAGS,          \
    VISIBILITY, PARAMETER, HELP, HELP_VARIANTS, METAVAR, VALUES, SUBCOMMANDS,  \
    IS_PARSED, IS_EMITTED, MEMBER, ...)                                        \
  {OptionStrTable[SPELLING].drop_front(2), &ModelOptions::MEMBER},
#include "lib/Models/ModelOptions.inc"
#undef OPTION_WITH_MARSHALLING
  };
  return table;
}

namespace {

/// Prints the value of a member.
class Printer {
public:
  explicit Printer(const ModelOptions &options) : options(options) {}

  std::string operator()(OptionEntry::Count member) const {
    return options.*member ? std::to_string(options.*member) : "";
  }
  std::string operator()(OptionEntry::Fraction member) const {
    std::string text;
    if (options.*member)
      raw_string_ostream(text) << format("%g", *(options.*member));
    return text;
  }
  std::string operator()(OptionEntry::Extents member) const {
    return join(
        map_range(options.*member, [](int64_t n) { return std::to_string(n); }),
        "x");
  }
  std::string operator()(OptionEntry::Word member) const {
    return (options.*member).value.str();
  }

private:
  const ModelOptions &options;
};

/// Reads the value of a member.
class Reader {
public:
  Reader(StringRef text, ModelOptions &options)
      : text(text), options(options) {}
  using Expected = std::optional<std::string>;

  Expected operator()(OptionEntry::Count member) const {
    int64_t limit = member == &ModelOptions::directions ? 2 : most;
    if (readCount(text, options.*member, limit))
      return std::nullopt;
    return "a whole number from 1 to " + std::to_string(limit);
  }
  Expected operator()(OptionEntry::Fraction member) const {
    double value;
    if (text.getAsDouble(value) || !(value >= 0 && value < 1))
      return "a number from 0 on, less than 1";
    options.*member = value;
    return std::nullopt;
  }
  Expected operator()(OptionEntry::Extents member) const {
    SmallVector<StringRef> parts;
    text.split(parts, 'x');
    nn::Shape shape(parts.size());
    bool isRead =
        parts.size() == (options.*member).size() &&
        all_of(zip_equal(parts, shape), [](auto pair) {
          return readCount(std::get<0>(pair), std::get<1>(pair), largestExtent);
        });
    if (!isRead)
      return "CxHxW, as 1x28x28 or 3x224x224, at most " +
             std::to_string(largestExtent) + " each";
    options.*member = shape;
    return std::nullopt;
  }
  Expected operator()(OptionEntry::Word member) const {
    Choice &choice = options.*member;
    const StringRef *found = find(choice.among, text);
    if (found == choice.among.end())
      return join(choice.among, ", ");
    choice.value = *found;
    return std::nullopt;
  }

private:
  static constexpr int64_t most = 1 << 24, largestExtent = 4096;

  static bool readCount(StringRef digits, int64_t &count, int64_t limit) {
    int64_t value;
    if (digits.getAsInteger(10, value) || value < 1 || value > limit)
      return false;
    count = value;
    return true;
  }

  StringRef text;
  ModelOptions &options;
};

} // namespace

std::string models::optionValue(const OptionEntry &entry,
                                const ModelOptions &options) {
  return std::visit(Printer(options), entry.member);
}

std::optional<std::string> models::setOption(const OptionEntry &entry,
                                             StringRef text,
                                             ModelOptions &options) {
  return std::visit(Reader(text, options), entry.member);
}

std::string models::describeOptions(const ModelEntry &entry) {
  std::string text;
  for (const OptionEntry &option : optionEntries())
    if (std::string value = optionValue(option, entry.defaults); !value.empty())
      text += (text.empty() ? "--" : " --") + option.name.str() + ' ' + value;
  return text;
}
