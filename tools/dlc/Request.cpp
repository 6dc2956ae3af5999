//===- Request.cpp - What a command line of dlc asks for ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Request.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Support/Bytes.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Target/Output.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace dlc;

StringRef Request::lastPhase() const {
  return isCode() ? StringRef(backend->allPhases().back()->name)
                  : StringRef(form);
}

static Expected<std::string> findForm(const Arguments &arguments,
                                      const Backend &backend) {
  StringRef emit = arguments.text(OPT_emit), output = arguments.text(OPT_o);
  SmallVector<StringRef> known(backend.forms.begin(), backend.forms.end());
  for (const Phase *phase : backend.allPhases())
    known.push_back(phase->name);
  if (!emit.empty()) {
    if (!is_contained(known, emit))
      return createStringError("--emit: there is no phase '" + emit + "'" +
                               suggestion(emit, known));
    return emit.str();
  }
  StringRef form = backend.formOfSuffix(output);
  if (!form.empty())
    return form.str();
  if (output == "-")
    return backend.allPhases().back()->name.str();
  const Phase *planning = backend.planningPhase();
  if (output.empty() && planning && arguments.has(OPT_print_memory_plan))
    return planning->name.str();
  if (output.empty() && arguments.has(OPT_print_graph))
    return getProgramPhases().back().name.str();
  if (output.empty())
    return createStringError("say what to write with -o FILE (the suffix " +
                             backend.suffixes("or ") +
                             " says in which form), or where to stop with "
                             "--emit=PHASE");
  return createStringError("-o " + output + ": the suffix is not one of " +
                           backend.suffixes() + "; say the form with --emit");
}

/// The phase whose program --print-graph draws: that of --emit, or the last
/// whose ops are those of the language, and whose kernels are known.
static Expected<std::string> findDrawnPhase(const Arguments &arguments,
                                            const Backend &backend) {
  StringRef emit = arguments.text(OPT_emit), from = arguments.text(OPT_from);
  const Phase *drawn = backend.findPhase(emit);
  if (!drawn)
    drawn = &getProgramPhases().back();
  SmallVector<const Phase *> phases = backend.allPhases();
  if (drawn->form >= ProgramForm::Code) {
    SmallVector<StringRef> drawable;
    for (const Phase *phase : phases)
      if (phase->form < ProgramForm::Code)
        drawable.push_back(phase->name);
    return createStringError("--print-graph: what phase " + drawn->name +
                             " leaves cannot be drawn; choose with --emit one "
                             "of " +
                             join(drawable, ", "));
  }
  const Phase *done = backend.findPhase(from);
  if (done && find(phases, done) > find(phases, drawn))
    return createStringError("--print-graph draws what phase " + drawn->name +
                             " leaves, which is before --from=" + from +
                             "; choose a later one with --emit");
  return drawn->name.str();
}

/// How to compile.
static Error readOptions(const Arguments &arguments, const Backend &backend,
                         CompilerOptions &options) {
  Expected<int64_t> level = arguments.number(OPT_O, 2, 0, 2);
  if (!level)
    return level.takeError();
  options.optLevel = *level;
  options.backend = backend.name.str();
  options.cpu = arguments.text(OPT_mcpu, "native").str();
  options.dumpPhases = arguments.text(OPT_dump_phases).str();
  options.printMemoryPlan = arguments.has(OPT_print_memory_plan);
  options.batch = arguments.all(OPT_batch);
  options.profile = arguments.has(OPT_profile);
  SmallVector<StringRef> leftOut;
  for (const opt::Arg *arg : arguments.arguments().filtered(OPT_leave_out))
    StringRef(arg->getValue()).split(leftOut, ',');
  for (StringRef pass : leftOut) {
    if (Error error = checkOptionalPass(pass, backend))
      return createStringError("--leave-out: " + toString(std::move(error)));
    options.disabledPasses.push_back(pass.str());
  }
  if (arguments.has(OPT_remarks)) {
    StringRef passes = arguments.text(OPT_remarks);
    options.remarks = passes.empty() ? ".*" : passes.str();
    if (Error error = checkRemarks(options.remarks))
      return createStringError("--remarks: " + toString(std::move(error)));
  }
  if (arguments.has(OPT_memory_budget)) {
    Expected<int64_t> bytes = parseBytes(arguments.text(OPT_memory_budget));
    if (!bytes)
      return createStringError("--memory-budget: " +
                               toString(bytes.takeError()));
    options.memoryBudget = *bytes;
  }
  return Error::success();
}

/// Fails if an option is about phases that do not run.
static Error checkPhases(const Request &request) {
  const Backend &backend = *request.backend;
  const Phase *planning = backend.planningPhase();
  if (request.options.printMemoryPlan && !planning)
    return createStringError("--print-memory-plan: the backend " +
                             backend.name + " plans no memory");
  const Phase *last = backend.findPhase(request.form);
  if (request.options.printMemoryPlan && last &&
      last->form < ProgramForm::Buffers)
    return createStringError("--print-memory-plan: memory is planned in the "
                             "phase " +
                             planning->name +
                             ", behind --emit=" + request.form);
  if (request.options.printMemoryPlan && request.output == "-")
    return createStringError("--print-memory-plan prints to standard output: "
                             "write the program to a file, not to -o -");
  const CompilerOptions &options = request.options;
  if (!options.batch.empty() && !request.from.empty())
    return createStringError("--batch " + options.batch.front() +
                             ": sizes are made in the phase resolve, and the "
                             "program is what '" +
                             request.from + "' left");
  const Phase *done = backend.findPhase(request.from);
  if (options.profile && done && done->form >= ProgramForm::Buffers)
    return createStringError("--profile: marks are inserted in the phase " +
                             planning->name + ", and the program is what '" +
                             request.from + "' left; give --profile there");
  return Error::success();
}

static Error checkFreezing(const Arguments &arguments, const Request &request) {
  bool freeze = arguments.has(OPT_freeze);
  if (freeze && !request.backend->supports.freezing)
    return createStringError("--freeze: the backend " + request.backend->name +
                             " does not put weights into what it makes");
  if (freeze != arguments.has(OPT_params))
    return createStringError("--freeze and --params go together: the weights "
                             "of a file become a part of the library");
  if (arguments.has(OPT_rename) && !freeze)
    return createStringError(
        "--rename is of the names in the file of --params, "
        "which is not given");
  if (freeze && (!request.isCode() || !request.from.empty()))
    return createStringError(
        "--freeze makes a library (-o FILE.so or .o) of a program that "
        "a user wrote; no phase of it can be printed or go on");
  return Error::success();
}

Expected<Request> dlc::readRequest(const Arguments &arguments) {
  Expected<const Backend *> backend =
      findBackend(arguments.text(OPT_backend, "cpu"));
  if (!backend)
    return backend.takeError();
  Expected<std::string> form = findForm(arguments, **backend);
  if (!form)
    return form.takeError();
  Request request;
  request.backend = *backend;
  request.form = std::move(*form);
  request.output = arguments.text(OPT_o).str();
  request.from = arguments.text(OPT_from).str();
  if (Error error = readOptions(arguments, **backend, request.options))
    return std::move(error);
  if (Error error = checkPhases(request))
    return std::move(error);
  if (Error error = checkFreezing(arguments, request))
    return std::move(error);
  bool draws = arguments.has(OPT_print_graph);
  if (arguments.has(OPT_step) && !draws)
    return createStringError("--step says what --print-graph=FILE draws; "
                             "without it, all steps are compiled");
  if (draws) {
    Expected<std::string> phase = findDrawnPhase(arguments, **backend);
    if (!phase)
      return phase.takeError();
    request.drawn = std::move(*phase);
  }
  return std::move(request);
}
