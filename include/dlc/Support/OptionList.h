//===- OptionList.h - The command line of a tool ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A tool describes its options in a table (Options.td), from which parsing,
// --help and suggestions follow.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_OPTIONLIST_H
#define DLC_SUPPORT_OPTIONLIST_H

#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Option/Option.h"
#include "llvm/Support/Error.h"

#include <limits>
#include <string>
#include <vector>

namespace dlc {

/// The options that a command line gives. The getters check values, and name
/// the option in their errors.
class OptionList {
public:
  /// Parses; `tool` is for messages. Table and words must outlive the list.
  OptionList(const llvm::opt::OptTable &table,
             llvm::ArrayRef<const char *> words,
             llvm::opt::Visibility visibility, llvm::StringRef tool);

  /// An error for an option without its value, or one that the table does not
  /// have, with the nearest that it has. A misspelt option leaves its value
  /// among the positionals: check this first.
  llvm::Error check() const;

  bool has(llvm::opt::OptSpecifier option) const { return list.hasArg(option); }
  /// The last value given, or `fallback`.
  llvm::StringRef text(llvm::opt::OptSpecifier option,
                       llvm::StringRef fallback = "") const {
    return list.getLastArgValue(option, fallback);
  }
  /// All values given.
  std::vector<std::string> all(llvm::opt::OptSpecifier option) const {
    return list.getAllArgValues(option);
  }
  /// An error where an option that has one value is given another.
  llvm::Error once(llvm::opt::OptSpecifier option) const;
  llvm::Expected<int64_t>
  number(llvm::opt::OptSpecifier option, int64_t fallback, int64_t minimum,
         int64_t maximum = std::numeric_limits<int64_t>::max()) const;

  /// Arguments that are not options.
  std::vector<std::string> positionals() const;
  /// "--epochs", as a user writes it.
  std::string spelling(llvm::opt::OptSpecifier option) const;

  /// All that was given, in its order.
  const llvm::opt::InputArgList &arguments() const { return list; }

private:
  const llvm::opt::OptTable *optTable;
  llvm::ArrayRef<const char *> words;
  llvm::opt::Visibility visibility;
  std::string tool;
  unsigned missingIndex = 0, missingCount = 0;
  llvm::opt::InputArgList list;
};

} // namespace dlc
#endif // DLC_SUPPORT_OPTIONLIST_H
