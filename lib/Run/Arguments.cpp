//===- Arguments.cpp - Reading dlc-run's command line ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arguments.h"

#include "dlc/Data/Kinds.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

using namespace llvm;
using namespace dlc;
using namespace dlc::run;

#define DLC_OPTIONS_INC "lib/Run/Options.inc"
#define DLC_OPTION_TABLE RunOptTable
#include "dlc/Support/OptionTable.inc"

static const RunOptTable &table() {
  static const RunOptTable options;
  return options;
}

/// All commands: options are parsed first, and checked against the command when
/// the command is known.
static opt::Visibility everyCommand() {
  unsigned mask = 0;
  for (const Command &command : commands())
    mask |= command.visibility;
  return opt::Visibility(mask);
}

std::string run::spelling(Option option) {
  return StringRef(table().getOption(option).getPrefixedName())
      .rtrim('=')
      .str();
}

/// "'train'", or for the command without a name what makes it the command.
static std::string nameOf(const Command &command) {
  return command.name.empty() ? "a single step"
                              : "'" + command.name.str() + "'";
}

Error Arguments::checkCommand() const {
  for (const opt::Arg *arg : arguments()) {
    const opt::Option &option = arg->getOption();
    if (option.getKind() != opt::Option::InputClass &&
        !option.hasVisibilityFlag(chosen->visibility))
      return makeError("'" + option.getPrefixedName() +
                       "' is not an option of " + nameOf(*chosen));
  }
  return Error::success();
}

Error Arguments::takePositionals() {
  std::vector<std::string> words = positionals();
  const Command *single = nullptr;
  SmallVector<StringRef> names;
  for (const Command &command : commands()) {
    if (command.name.empty())
      single = &command;
    else
      names.push_back(command.name);
  }
  chosen = single;
  if (words.empty())
    return makeError("no model; see dlc-run --help");
  model = words.front();
  if (words.size() == 1) {
    if (is_contained(names, model))
      return makeError("no model: expected dlc-run MODEL " + model);
    return Error::success();
  }
  chosen = find_if(commands(), [&](const Command &command) {
    return !command.name.empty() && command.name == words[1];
  });
  if (chosen == commands().end())
    return unknownName("command", words[1], names);
  if (words.size() > 2)
    return makeError("unexpected argument '" + words[2] + "'");
  return Error::success();
}

Arguments::Arguments(ArrayRef<const char *> words)
    : OptionList(table(), words, everyCommand(), "dlc-run") {}

Expected<Arguments> Arguments::parse(ArrayRef<const char *> words) {
  Arguments result(words);
  if (result.wantsHelp() || result.wantsVersion())
    return result;
  if (Error error = result.check())
    return std::move(error);
  if (result.wantsData()) {
    if (result.positionals().empty())
      return result;
    return makeError("{0} describes data without a model: leave out '{1}'",
                     result.spelling(OPT_describe_data),
                     result.positionals().front());
  }
  if (Error error = result.takePositionals())
    return std::move(error);
  if (Error error = result.checkCommand())
    return std::move(error);
  return result;
}

Expected<std::string> Arguments::required(Option option) const {
  if (has(option))
    return text(option).str();
  std::string message = nameOf(command()) + " needs " + spelling(option);
  if (command().name.empty() && option == OPT_step)
    message = "nothing to do: name a step with --step, or a command";
  return makeError(Twine(message));
}

Expected<uint64_t> Arguments::seed() const {
  uint64_t value = 0;
  if (has(OPT_seed) && text(OPT_seed).getAsInteger(10, value))
    return makeError(
        "--seed: '{0}', expected a whole number of at most 64 bits",
        text(OPT_seed));
  return value;
}

Expected<Assignments> Arguments::assignments(Option option) const {
  Assignments result;
  for (StringRef argument : all(option)) {
    auto [name, value] = argument.split('=');
    if (name.empty() || value.empty())
      return makeError("{0}: '{1}', expected {2}", spelling(option), argument,
                       table().getOptionMetaVar(option));
    for (const auto &[other, otherValue] : result)
      if (other == name)
        return makeError("{0}: '{1}' is given twice: '{2}' and '{3}'",
                         spelling(option), name, otherValue, value);
    result.emplace_back(name, value);
  }
  return result;
}

void run::printHelp(raw_ostream &os) {
  table().printHelp(os, "dlc-run MODEL [COMMAND] OPTIONS",
                    "runs a model: a program (.mlir, or - for standard input), "
                    "which is\ncompiled in memory, or a shared library (.so) "
                    "that dlc compiled",
                    /*ShowHidden=*/false, /*ShowAllAliases=*/false,
                    everyCommand());
  os << "\nCOMMANDS:\n";
  for (const Command &command : commands())
    os << "  dlc-run MODEL " << command.usage << "\n      " << command.help
       << '\n';
  os << R"(
DATA (a field feeds the step's input of the same name; integers of one type feed
an input of another that has their values):
)";
  printDataKinds(os);
  os << R"(
METRICS (scalar outputs of steps are columns of metrics.csv):
  floats are averaged over the samples, i32 and i64 added up; the accuracy is
  `correct` by the samples, or by `count` if there is one, which then weighs the
  averages too

SCHEDULE (a text file; what follows a # is left out):
  step N NAME=VALUE ...
  epoch N NAME=VALUE ...
      the values hold from step or epoch N on (from 1), until another line
      gives that hyper-parameter another; a run that resumes needs the same file

PLATEAU (as torch's ReduceLROnPlateau, once an epoch):
  NAME:metric=eval_loss,mode=min,factor=0.1,patience=10,threshold=1e-4,
  threshold_mode=rel,cooldown=0,min_lr=0,eps=1e-8
      NAME is a hyper-parameter, the metric a column of metrics.csv; these are
      the defaults. Checkpoints keep where it stands

EARLY STOP (--stop-early METRIC:patience=5,mode=min|max,threshold=0):
  the run ends when the metric was not better by more than the threshold for so
  many epochs in a row; more is better of an accuracy, less of other metrics.
  best.safetensors in --out has the parameters of the best epoch

AUGMENTATION (a function of seed, epoch and sample, in this order):
  crop=PART  a window whose sides are a part of the image's, from PART to 1, is
             enlarged to the whole
  flip       left and right change places in half of all cases
  shift=N    moves by up to N pixels, zeros come in: a random crop after N
             pixels of padding

CLASSES (a step to evaluate with the input `label` and an output `prediction` of
whole numbers, or `logits`):
  precision, recall and F1 of each class are printed at the end, and --out has
  the confusion matrix as confusion.csv

CACHE:
  What a program is compiled to is kept in $DLC_CACHE_DIR (empty: nowhere; not
  set: dlc in $XDG_CACHE_HOME or ~/.cache), up to 512 MiB. It is used again for
  the same text, options, processor and build of the compiler, unless the
  program was warned about. Data that take time to convert are kept there too,
  up to 1 GiB, and used again for the same files and descriptor
)";
}
