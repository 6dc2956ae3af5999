//===- dlc.cpp - The compiler ---------------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Arguments.h"
#include "Request.h"

#include "dlc/Describe/OpTable.h"
#include "dlc/Execution/Freeze.h"
#include "dlc/Graph/Graph.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Report.h"
#include "dlc/Support/Version.h"
#include "dlc/Target/Output.h"

#include "mlir/Support/Timing.h"
#include "llvm/Support/MemoryBuffer.h"

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
  for (const Backend *backend : getBackends()) {
    if (backend->phases.data() == getCpuPhases().data())
      continue;
    out << "\nThe backend `" << backend->name << "`, behind `"
        << getProgramPhases().back().name
        << "`:\n\n| phase | leaves |\n|---|---|\n";
    for (const Phase &phase : backend->phases)
      out << "| `" << phase.name << "` | " << phase.leaves << " |\n";
  }
}

/// Draws the program as it is after the phase to draw.
static Error draw(Compilation &compilation, const Request &request,
                  StringRef step, const GraphFile &graph, PendingFiles &files) {
  mlir::TimingScope scope = compilation.getOptions().measure("Draw");
  Expected<std::vector<std::string>> graphs =
      drawGraph(compilation.getModule(), request.drawn, step,
                /*columnsApart=*/graph.isLaidOut());
  if (!graphs)
    return graphs.takeError();
  return files.describe(graph.write(*graphs));
}

/// Writes the program in the form of the request.
static Error write(Compilation &compilation, const Request &request,
                   PendingFiles &files) {
  StringRef path = request.output.empty() ? "-" : StringRef(request.output);
  return writeForm(compilation, request.form, path, files);
}

static Error compile(const Arguments &arguments, Request request) {
  CompilerOptions &options = request.options;
  PendingFiles files(arguments.input());
  std::optional<GraphFile> graph;
  if (!request.drawn.empty()) {
    Expected<GraphFile> file =
        GraphFile::open(arguments.text(OPT_print_graph), files);
    if (!file)
      return file.takeError();
    graph = std::move(*file);
  }
  mlir::DefaultTimingManager timing;
  timing.setEnabled(arguments.has(OPT_time_report));
  mlir::TimingScope total = timing.getRootScope();
  options.timing = &total;
  auto text = Compilation::open(arguments.input());
  if (!text)
    return text.takeError();
  // A folder that cannot be written to is an error now, not after compiling.
  if (!request.output.empty()) {
    Expected<std::string> file =
        PendingFiles(arguments.input()).reserve(request.output);
    if (!file)
      return file.takeError();
  }
  StringMap<std::vector<char>> state;
  if (arguments.has(OPT_freeze)) {
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
  std::string done = request.from;
  bool hasOutput = !request.output.empty();
  if (graph) {
    if (Error error = (*compilation)->run(done, request.drawn))
      return error;
    if (Error error = draw(**compilation, request, arguments.text(OPT_step),
                           *graph, files))
      return error;
    if (!hasOutput && !options.printMemoryPlan)
      return files.commit();
    done = request.drawn;
  }
  if (Error error = (*compilation)->run(done, request.lastPhase()))
    return error;
  bool wantsPlanAlone = options.printMemoryPlan && !hasOutput &&
                        (!arguments.has(OPT_emit) || graph);
  if (!wantsPlanAlone)
    if (Error error = write(**compilation, request, files))
      return error;
  return files.commit();
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
  Expected<Request> request = readRequest(arguments);
  return request ? compile(arguments, std::move(*request))
                 : request.takeError();
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
