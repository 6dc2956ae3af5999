//===- Arguments.h - Reading dlc-run's command line -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_RUN_ARGUMENTS_H
#define DLC_LIB_RUN_ARGUMENTS_H

#include "dlc/Run/Run.h"
#include "dlc/Support/OptionList.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dlc::run {

/// Which commands an option belongs to (Options.td).
enum Visibility : unsigned {
  StepCommand = 1u << 1,
  TrainCommand = 1u << 2,
  CheckCommand = 1u << 3,
  DescribeCommand = 1u << 4,
  TuneCommand = 1u << 5
};

enum Option : unsigned {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "lib/Run/Options.inc"
#undef OPTION
};

class Arguments;

/// One thing that dlc-run does: `dlc-run MODEL NAME OPTIONS`. The command
/// without a name runs one step.
struct Command {
  llvm::StringLiteral name;
  llvm::StringLiteral usage; ///< the words behind MODEL
  llvm::StringLiteral help;
  /// Kinds of options that it takes.
  unsigned visibility;
  llvm::Error (*run)(const Arguments &arguments, RunContext &context);
};

/// The table of commands (Run.cpp).
llvm::ArrayRef<Command> commands();

/// NAME=VALUE options in their order.
using Assignments = std::vector<std::pair<std::string, std::string>>;

/// A command line whose options all exist and belong to the command.
class Arguments : public OptionList {
public:
  static llvm::Expected<Arguments>
  parse(llvm::ArrayRef<const char *> arguments);

  /// Asked for instead of a command.
  bool wantsHelp() const { return has(OPT_help); }
  bool wantsVersion() const { return has(OPT_version); }
  bool wantsData() const { return has(OPT_describe_data); }
  const Command &command() const { return *chosen; }
  llvm::StringRef modelPath() const { return model; }

  /// The value of an option that the command cannot do without.
  llvm::Expected<std::string> required(Option option) const;
  llvm::Expected<uint64_t> seed() const;
  /// All values of an option NAME=VALUE; no name may come twice.
  llvm::Expected<Assignments> assignments(Option option) const;

private:
  explicit Arguments(llvm::ArrayRef<const char *> words);
  llvm::Error takePositionals();
  llvm::Error checkCommand() const;

  const Command *chosen = nullptr;
  std::string model;
};

void printHelp(llvm::raw_ostream &os);

/// "--epochs", as a user writes it.
std::string spelling(Option option);

} // namespace dlc::run
#endif // DLC_LIB_RUN_ARGUMENTS_H
