//===- dlc-models.cpp - Prints a reference model --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Models.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/OptionList.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Report.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Support/Version.h"

#include "llvm/Support/FormatAdapters.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

namespace {

enum Option : unsigned {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "tools/dlc-models/Options.inc"
#undef OPTION
};

} // namespace

#define DLC_OPTIONS_INC "tools/dlc-models/Options.inc"
#define DLC_OPTION_TABLE ModelsOptTable
#include "dlc/Support/OptionTable.inc"

/// A line for each model, after `indent`.
static void printModels(raw_ostream &os, StringRef indent) {
  size_t longest = 0;
  for (const models::ModelEntry &entry : models::entries())
    longest = std::max(longest, entry.name.size());
  for (const models::ModelEntry &entry : models::entries())
    os << indent << left_justify(entry.name, longest + 2) << entry.summary
       << "; " << models::describeOptions(entry) << '\n';
}

/// A row for each model, for programs.
static void printTable(raw_ostream &os) {
  os << "name,summary,options,data,cycle\n";
  for (const models::ModelEntry &entry : models::entries())
    os << entry.name << ",\"" << entry.summary << "\",\""
       << models::describeOptions(entry) << "\",\"" << entry.data << "\",\""
       << entry.cycle << "\"\n";
}

static const models::ModelEntry *findEntry(StringRef name) {
  for (const models::ModelEntry &entry : models::entries())
    if (entry.name == name)
      return &entry;
  return nullptr;
}

static Expected<const models::ModelEntry *>
chooseModel(const OptionList &options) {
  std::vector<std::string> given = options.positionals();
  if (given.size() > 1)
    return makeError("unexpected argument '{0}': a model is given, '{1}'",
                     given[1], given[0]);
  std::string name = given.empty() ? "" : given.front();
  if (const models::ModelEntry *entry = findEntry(name))
    return entry;
  SmallVector<StringRef> names;
  for (const models::ModelEntry &known : models::entries())
    names.push_back(known.name);
  return unknownName("model", name, names);
}

static bool isOfModel(const opt::Option &option) {
  opt::Option group = option.getGroup();
  return group.isValid() && group.getID() == OPT_ModelGroup;
}

/// Takes the options that are given in place of the defaults.
static Error choose(const OptionList &list, const models::ModelEntry &entry,
                    models::ModelOptions &options) {
  for (const opt::Arg *arg : list.arguments()) {
    opt::Option given = arg->getOption().getUnaliasedOption();
    if (!isOfModel(given))
      continue;
    if (Error error = list.once(given.getID()))
      return error;
    const models::OptionEntry *option =
        find_if(models::optionEntries(), [&](const models::OptionEntry &known) {
          return known.name == given.getName();
        });
    if (option == models::optionEntries().end() ||
        models::optionValue(*option, entry.defaults).empty())
      return makeError("model '{0}' has no option {1}: it has {2}", entry.name,
                       given.getPrefixedName(), models::describeOptions(entry));
    StringRef text = arg->getValue();
    if (auto expected = models::setOption(*option, text, options))
      return makeError("{0}: '{1}', expected {2}", given.getPrefixedName(),
                       text, *expected);
  }
  return Error::success();
}

static Error writeModel(const OptionList &list) {
  Expected<const models::ModelEntry *> entry = chooseModel(list);
  if (!entry)
    return entry.takeError();
  models::ModelOptions options = (*entry)->defaults;
  if (Error error = choose(list, **entry, options))
    return error;

  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  mlir::OwningOpRef<mlir::ModuleOp> module = (*entry)->build(context, options);
  if (!module)
    return makeError("the model does not hold together");
  return writeFileAtomically(list.text(OPT_o, "-"), [&](raw_ostream &os) {
    module->getBody()->front().print(os);
    os << '\n';
  });
}

static Error run(const ModelsOptTable &table, const OptionList &options) {
  if (options.has(OPT_help)) {
    table.printHelp(outs(), "dlc-models NAME OPTIONS",
                    "prints a reference model as a program in dl");
    outs() << "\nModels:\n";
    printModels(outs(), "  ");
    return Error::success();
  }
  if (options.has(OPT_version)) {
    outs() << versionText("dlc-models") << '\n';
    return Error::success();
  }
  if (Error error = options.check())
    return error;
  if (Error error = options.once(OPT_o))
    return error;
  for (unsigned option : {OPT_print_list, OPT_describe})
    if (std::vector<std::string> names = options.positionals();
        options.has(option) && !names.empty())
      return makeError("{0} prints all models: leave out '{1}'",
                       options.spelling(option), names.front());
  if (options.has(OPT_describe)) {
    printTable(outs());
    return Error::success();
  }
  if (!options.has(OPT_print_list))
    return writeModel(options);
  printModels(outs(), "");
  return Error::success();
}

int main(int argc, char **argv) {
  GuardedTool tool("dlc-models", argc, argv);
  ModelsOptTable table;
  OptionList options(table, ArrayRef<const char *>(argv + 1, argv + argc),
                     opt::Visibility(), "dlc-models");
  Error error = run(table, options);
  return error ? reportError("dlc-models", std::move(error)) : 0;
}
