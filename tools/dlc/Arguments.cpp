//===- Arguments.cpp - Reading dlc's command line -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arguments.h"

#include "dlc/Support/Error.h"
#include "dlc/Target/Backend.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace dlc;

#define DLC_OPTIONS_INC "tools/dlc/Options.inc"
#define DLC_OPTION_TABLE DlcOptTable
#include "dlc/Support/OptionTable.inc"

static const DlcOptTable &table() {
  static const DlcOptTable options;
  return options;
}

Arguments::Arguments(ArrayRef<const char *> words)
    : OptionList(table(), words, opt::Visibility(), "dlc") {}

Expected<Arguments> Arguments::parse(ArrayRef<const char *> words) {
  Arguments result(words);
  if (result.has(OPT_help) || result.has(OPT_version))
    return result;
  if (Error error = result.check())
    return std::move(error);
  for (const opt::Arg *arg : result.arguments())
    if (unsigned id = arg->getOption().getUnaliasedOption().getID();
        arg->getOption().getKind() != opt::Option::InputClass &&
        arg->getOption().getKind() != opt::Option::FlagClass &&
        id != OPT_batch && id != OPT_leave_out && id != OPT_rename)
      if (Error error = result.once(id))
        return std::move(error);
  std::vector<std::string> models = result.positionals();
  if (models.size() > 1)
    return makeError("unexpected argument '{0}': a model is given, '{1}'",
                     models[1], models[0]);
  if (!models.empty())
    result.model = models.front();
  return result;
}

void dlc::printHelp(raw_ostream &os) {
  table().printHelp(
      os, "dlc MODEL.mlir OPTIONS",
      "compiles a model (- for standard input) to a library that trains and "
      "predicts\n\n"
      "  dlc model.mlir -o model.so      also writes model.h\n"
      "  dlc model.mlir --emit=grad      prints the program after a phase\n"
      "  dlc model.mlir --print-graph=model.svg --step=predict\n"
      "                                  draws a step");
  os << "\nBackends, for --backend:\n";
  for (const Backend *backend : getBackends()) {
    os << "  " << left_justify(backend->name, 26) << backend->summary
       << "; -o FILE: ";
    interleave(
        backend->forms, os, [&](StringRef form) { os << '.' << form; }, ", ");
    os << '\n';
  }
}
