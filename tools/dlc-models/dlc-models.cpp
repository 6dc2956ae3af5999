//===- dlc-models.cpp - Prints a reference model --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Models.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Report.h"
#include "dlc/Support/Suggest.h"

#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatAdapters.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace dlc;

static cl::OptionCategory category("Options of dlc-models");
static cl::opt<std::string> name(cl::Positional, cl::desc("NAME"),
                                 cl::cat(category));
static cl::opt<int64_t> batch("batch",
                              cl::desc("examples in one call of a step"),
                              cl::value_desc("N"), cl::cat(category));
static cl::opt<int64_t> classes("classes", cl::desc("classes to tell apart"),
                                cl::value_desc("N"), cl::cat(category));
static cl::opt<std::string>
    output("o", cl::desc("what to write ('-': standard output)"),
           cl::value_desc("file"), cl::init("-"), cl::cat(category));
static cl::opt<bool> list("list",
                          cl::desc("print what models there are and their "
                                   "defaults, one a line"),
                          cl::cat(category));

/// A line for each model, after `indent`.
static void printModels(raw_ostream &os, StringRef indent) {
  for (const models::ModelEntry &entry : models::entries())
    os << indent << left_justify(entry.name, 10) << entry.summary << "; batch "
       << entry.defaults.batch << ", " << entry.defaults.classes
       << " classes\n";
}

/// The overview of --help: what there is, and its defaults.
static std::string overview() {
  std::string text;
  raw_string_ostream os(text);
  os << "Prints a reference model as a program in dl.\n\nModels:\n";
  printModels(os, "  ");
  return text;
}

static const models::ModelEntry *findEntry(StringRef name) {
  for (const models::ModelEntry &entry : models::entries())
    if (entry.name == name)
      return &entry;
  return nullptr;
}

/// The user's number, if there is one, in place of the default.
static Error override(const cl::opt<int64_t> &option, int64_t &value) {
  constexpr int64_t most = 1 << 20;
  if (!option.getNumOccurrences())
    return Error::success();
  if (option < 1 || option > most)
    return createStringError("--" + option.ArgStr + " " +
                             Twine(int64_t(option)) +
                             ": expected a number from 1 to " + Twine(most));
  value = option;
  return Error::success();
}

int main(int argc, char **argv) {
  GuardedTool tool("dlc-models", argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(argc, argv, overview());
  if (list) {
    if (!name.empty())
      return reportError("dlc-models",
                         createStringError("--list prints all models: leave "
                                           "out '" +
                                           name + "'"));
    printModels(outs(), "");
    return 0;
  }
  const models::ModelEntry *entry = findEntry(name);
  if (!entry) {
    SmallVector<StringRef> names;
    for (const models::ModelEntry &known : models::entries())
      names.push_back(known.name);
    return reportError("dlc-models", unknownName("model", name, names));
  }
  models::ModelOptions options = entry->defaults;
  if (Error error = override(batch, options.batch))
    return reportError("dlc-models", std::move(error));
  if (Error error = override(classes, options.classes))
    return reportError("dlc-models", std::move(error));

  mlir::DialectRegistry registry;
  registerDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  mlir::OwningOpRef<mlir::ModuleOp> module = entry->build(context, options);
  if (!module)
    return reportError("dlc-models",
                       createStringError("the model does not hold together"));
  Error error = writeFileAtomically(output, [&](raw_ostream &os) {
    module->getBody()->front().print(os);
    os << '\n';
  });
  return error ? reportError("dlc-models", std::move(error)) : 0;
}
