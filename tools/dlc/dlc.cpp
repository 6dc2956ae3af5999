//===- dlc.cpp - The compiler ---------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arguments.h"

#include "dlc/Describe/OpTable.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Execution/Freeze.h"
#include "dlc/Graph/Graph.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/Bytes.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Report.h"
#include "dlc/Support/Version.h"
#include "dlc/Target/Backend.h"
#include "dlc/Target/Output.h"

#include "mlir/Support/Timing.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace dlc;

/// docs/phases.md, from the table of phases.
static void printPhases(raw_ostream &out) {
  out << "# Phases\n\nWritten by `dlc --describe-phases` from the table in "
         "`lib/Pipelines/Phases.cpp`. `dlc --emit=PHASE`\nstops after a phase, "
         "`--from=PHASE` goes on from there, `--dump-phases=DIR` writes all of "
         "them;\n`dlc-opt --dl-PHASE` runs one alone.\n\n| phase | leaves |\n"
         "|---|---|\n";
  for (const Phase &phase : getPhases())
    out << "| `" << phase.name << "` | " << phase.leaves << " |\n";
}

/// ".so, .o or .mlir".
static std::string suffixesOf(const Backend &backend, StringRef before) {
  std::string text;
  for (StringRef form : backend.forms)
    text += "." + form.str() + ", ";
  return text + before.str() + ".mlir";
}

/// The form wanted: a phase, or one of the backend's.
static Expected<std::string> findForm(const Arguments &arguments,
                                      const Backend &backend) {
  StringRef emit = arguments.text(OPT_emit), output = arguments.text(OPT_o);
  SmallVector<StringRef> known(backend.forms.begin(), backend.forms.end());
  for (const Phase *phase : backend.allPhases())
    known.push_back(phase->name);
  if (!emit.empty()) {
    if (!is_contained(known, emit))
      return createStringError("--emit: there is no phase '" + emit + "'" +
                               dl::suggestion(emit, known));
    return emit.str();
  }
  StringRef suffix = sys::path::extension(output).drop_front(
      sys::path::extension(output).empty() ? 0 : 1);
  if (is_contained(backend.forms, suffix))
    return suffix.str();
  if (suffix == "mlir" || output == "-")
    return backend.allPhases().back()->name.str();
  if (output.empty() && arguments.has(OPT_print_memory_plan))
    return std::string("vector");
  if (output.empty() && arguments.has(OPT_print_graph))
    return std::string("fuse");
  if (output.empty())
    return createStringError("say what to write with -o FILE (the suffix " +
                             suffixesOf(backend, "or ") +
                             " says in which form), or where to stop with "
                             "--emit=PHASE");
  return createStringError("-o " + output + ": the suffix is not one of " +
                           suffixesOf(backend, "") +
                           "; say the form with --emit");
}

/// Where a phase stands in the table.
static ptrdiff_t place(StringRef phase) {
  return findPhase(phase) - getPhases().begin();
}

/// The phase whose program --print-graph draws: that of --emit, or the last
/// whose ops are those of the language, and whose kernels are known.
static Expected<std::string> findDrawnPhase(const Arguments &arguments) {
  StringRef emit = arguments.text(OPT_emit), from = arguments.text(OPT_from);
  std::string phase = findPhase(emit) ? emit.str() : "fuse";
  if (!isDrawable(phase))
    return createStringError("--print-graph: what phase " + phase +
                             " leaves cannot be drawn; choose with --emit one "
                             "of " +
                             drawablePhases());
  if (findPhase(from) && place(from) > place(phase))
    return createStringError("--print-graph draws what phase " + phase +
                             " leaves, which is before --from=" + from +
                             "; choose a later one with --emit");
  return phase;
}

static Error run(const Arguments &arguments) {
  if (arguments.has(OPT_help)) {
    printHelp(outs());
    return Error::success();
  }
  if (arguments.has(OPT_version)) {
    outs() << versionText("dlc") << '\n';
    return Error::success();
  }
  if (arguments.has(OPT_describe_phases)) {
    printPhases(outs());
    return Error::success();
  }
  if (arguments.has(OPT_describe_ops)) {
    printOpTable(outs());
    return Error::success();
  }
  std::string output = arguments.text(OPT_o).str();
  std::string from = arguments.text(OPT_from).str();
  bool printMemoryPlan = arguments.has(OPT_print_memory_plan);
  bool freeze = arguments.has(OPT_freeze);
  Expected<const Backend *> backend =
      findBackend(arguments.text(OPT_backend, "cpu"));
  if (!backend)
    return backend.takeError();
  Expected<std::string> form = findForm(arguments, **backend);
  if (!form)
    return form.takeError();
  if (printMemoryPlan && findPhase(*form) && place(*form) < place("vector"))
    return createStringError("--print-memory-plan: memory is planned in the "
                             "phase vector, behind --emit=" +
                             *form);
  if (printMemoryPlan && output == "-")
    return createStringError("--print-memory-plan prints to standard output: "
                             "write the program to a file, not to -o -");
  CompilerOptions options;
  Expected<int64_t> level = arguments.number(OPT_O, 2, 0, 2);
  if (!level)
    return level.takeError();
  options.optLevel = *level;
  options.backend = (*backend)->name.str();
  options.cpu = arguments.text(OPT_mcpu, "native").str();
  options.dumpPhases = arguments.text(OPT_dump_phases).str();
  options.printMemoryPlan = printMemoryPlan;
  SmallVector<StringRef> leftOut;
  for (const opt::Arg *arg : arguments.arguments().filtered(OPT_leave_out))
    StringRef(arg->getValue()).split(leftOut, ',');
  for (StringRef pass : leftOut) {
    if (Error error = checkOptionalPass(pass))
      return createStringError("--leave-out: " + toString(std::move(error)));
    options.disabledPasses.push_back(pass.str());
  }
  if (arguments.has(OPT_remarks)) {
    StringRef passes = arguments.text(OPT_remarks);
    options.remarks = passes.empty() ? ".*" : passes.str();
    if (Error error = checkRemarks(options.remarks))
      return createStringError("--remarks: " + toString(std::move(error)));
  }
  PendingFiles files(arguments.input());
  std::optional<GraphFile> graph;
  std::string drawn;
  if (arguments.has(OPT_step) && !arguments.has(OPT_print_graph))
    return createStringError("--step says what --print-graph=FILE draws; "
                             "without it, all steps are compiled");
  if (arguments.has(OPT_print_graph)) {
    Expected<std::string> phase = findDrawnPhase(arguments);
    if (!phase)
      return phase.takeError();
    drawn = *phase;
    Expected<GraphFile> file =
        GraphFile::open(arguments.text(OPT_print_graph), files);
    if (!file)
      return file.takeError();
    graph = std::move(*file);
  }
  if (arguments.has(OPT_memory_budget)) {
    Expected<int64_t> bytes = parseBytes(arguments.text(OPT_memory_budget));
    if (!bytes)
      return createStringError("--memory-budget: " +
                               toString(bytes.takeError()));
    options.memoryBudget = *bytes;
  }
  mlir::DefaultTimingManager timing;
  timing.setEnabled(arguments.has(OPT_time_report));
  mlir::TimingScope total = timing.getRootScope();
  options.timing = &total;
  options.batch = arguments.all(OPT_batch);
  if (!options.batch.empty() && !from.empty())
    return createStringError("--batch " + options.batch.front() +
                             ": sizes are made in the phase resolve, and the "
                             "program is what '" +
                             from + "' left");
  options.profile = arguments.has(OPT_profile);
  if (options.profile && findPhase(from) && place(from) >= place("vector"))
    return createStringError("--profile: marks are inserted in the phase "
                             "vector, and the program is what '" +
                             from + "' left; give --profile there");
  bool isCode = is_contained((*backend)->forms, StringRef(*form));
  if (freeze != arguments.has(OPT_params))
    return createStringError("--freeze and --params go together: the weights "
                             "of a file become a part of the library");
  if (arguments.has(OPT_rename) && !freeze)
    return createStringError(
        "--rename is of the names in the file of --params, "
        "which is not given");
  if (freeze && (!isCode || !from.empty()))
    return createStringError(
        "--freeze makes a library (-o FILE.so or .o) of a program that "
        "a user wrote; no phase of it can be printed or go on");
  auto text = Compilation::open(arguments.input());
  if (!text)
    return text.takeError();
  // A folder that cannot be written to is an error now, not after compiling.
  if (!output.empty()) {
    Expected<std::string> file =
        PendingFiles(arguments.input()).reserve(output);
    if (!file)
      return file.takeError();
  }
  StringMap<std::vector<char>> state;
  if (freeze) {
    Expected<StringMap<std::vector<char>>> frozen = freezeState(
        MemoryBuffer::getMemBufferCopy((*text)->getBuffer(),
                                       (*text)->getBufferIdentifier()),
        options, arguments.text(OPT_params), arguments.all(OPT_rename));
    if (!frozen)
      return frozen.takeError();
    state = std::move(*frozen);
    options.evaluationOnly = true;
    options.frozen = &state;
  }
  auto compilation = Compilation::read(std::move(*text), options);
  if (!compilation)
    return compilation.takeError();
  std::string last =
      isCode ? (*backend)->allPhases().back()->name.str() : *form;
  std::string done = from;
  if (graph) {
    if (Error error = (*compilation)->run(from, drawn))
      return error;
    mlir::TimingScope scope = options.measure("Draw");
    Expected<std::vector<std::string>> graphs =
        drawGraph((*compilation)->getModule(), drawn, arguments.text(OPT_step),
                  /*columnsApart=*/graph->isLaidOut());
    if (!graphs)
      return graphs.takeError();
    if (Error error = files.describe(graph->write(*graphs)))
      return error;
    // The graph is all that was asked for.
    if (output.empty() && !printMemoryPlan)
      return files.commit();
    done = drawn;
  }
  if (Error error = (*compilation)->run(done, last))
    return error;

  // The plan is all that was asked for.
  if (printMemoryPlan && output.empty() && (!arguments.has(OPT_emit) || graph))
    return files.commit();
  std::string path = output.empty() ? "-" : output;
  if (!isCode) {
    if (Error error = writeText(files, path, [&](raw_ostream &out) {
          (*compilation)->getModule().print(out);
        }))
      return error;
    return files.commit();
  }

  if (Error error = (*backend)->write(**compilation, *form, path, files))
    return error;
  return files.commit();
}

int main(int argc, char **argv) {
  GuardedTool tool("dlc", argc, argv);
  Expected<Arguments> arguments =
      Arguments::parse(ArrayRef(argv, argc).drop_front());
  Error error = arguments ? run(*arguments) : arguments.takeError();
  if (!error)
    return 0;
  return reportError("dlc", std::move(error));
}
