//===- dlc.cpp - The compiler ---------------------------------------------===//

#include "dialects/Dl/Build.h"
#include "dlc/Compiler.h"
#include "dlc/Describe/OpTable.h"
#include "dlc/Execution/Freeze.h"
#include "dlc/Graph/Graph.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Support/Bytes.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Report.h"

#include "mlir/Support/Timing.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace dlc;

static cl::OptionCategory category("Options of dlc");
static cl::opt<std::string> input(cl::Positional, cl::desc("MODEL.mlir"),
                                  cl::init("-"), cl::cat(category));
static cl::opt<std::string>
    output("o",
           cl::desc("what to write; the suffix says in which form: .so, .o, "
                    ".s, .ll or .mlir ('-': standard output)"),
           cl::value_desc("file"), cl::cat(category));
static cl::opt<std::string>
    emit("emit", cl::desc("stop after this phase, or: ll, s, o, so"),
         cl::value_desc("phase"), cl::cat(category));
static cl::opt<std::string> from("from",
                                 cl::desc("the input is what this phase left"),
                                 cl::value_desc("phase"), cl::cat(category));
static cl::opt<std::string>
    dumpPhases("dump-phases",
               cl::desc("write the program after each phase to DIR"),
               cl::value_desc("dir"), cl::cat(category));
static cl::opt<unsigned>
    level("O", cl::Prefix, cl::desc("0: plain loops; 2: everything (default)"),
          cl::init(2), cl::cat(category));
static cl::opt<std::string>
    cpu("mcpu", cl::desc("the processor to compile for (default: native)"),
        cl::value_desc("cpu"), cl::init("native"), cl::cat(category));
static cl::opt<std::string> memoryBudget(
    "memory-budget",
    cl::desc("what each step may use beside state, inputs and outputs (suffix "
             "K, M, G); values are computed again to fit it"),
    cl::value_desc("bytes"), cl::cat(category));
static cl::list<std::string>
    batch("batch",
          cl::desc("compile a step, or all that change no state, for these "
                   "batches: 1,8,32, or any from 1to32; may be repeated"),
          cl::value_desc("[step=]sizes"), cl::cat(category));
static cl::opt<bool> printMemoryPlan(
    "print-memory-plan",
    cl::desc("print where the values of each step lie, and when; needs no -o"),
    cl::cat(category));

static cl::opt<std::string> printRemarks(
    "remarks", cl::ValueOptional,
    cl::desc("print to standard error what passes decided and why, of passes "
             "whose names match REGEX (default: all)"),
    cl::value_desc("REGEX"), cl::cat(category));

static cl::opt<bool> freeze(
    "freeze",
    cl::desc("make the weights of --params a part of the library, which then "
             "has only the steps that leave the state as it is, and needs no "
             "other file"),
    cl::cat(category));
static cl::opt<std::string>
    params("params",
           cl::desc("of --freeze: parameters and buffers, a safetensors file"),
           cl::value_desc("file"), cl::cat(category));

static cl::list<std::string> leftOut(
    "leave-out", cl::CommaSeparated,
    cl::desc("do without these passes, of those that a program means the same "
             "without; to find one that is wrong"),
    cl::value_desc("PASS,..."), cl::cat(category));
static cl::opt<std::string> printGraph(
    "print-graph",
    cl::desc("draw what the phase of --emit leaves (default: fuse), as .svg "
             "(by Graphviz) or .dot; needs no -o"),
    cl::value_desc("file"), cl::cat(category));
static cl::opt<std::string>
    graphStep("step",
              cl::desc("the step that --print-graph draws (default: all)"),
              cl::value_desc("name"), cl::cat(category));

static cl::opt<bool>
    timeReport("time-report",
               cl::desc("print to standard error how long each phase, pass and "
                        "stage of code generation took"),
               cl::cat(category));

static cl::opt<bool>
    describePhases("describe-phases",
                   cl::desc("print what each phase leaves, as docs/phases.md"),
                   cl::cat(category));

static cl::opt<bool> describeOps(
    "describe-ops",
    cl::desc("print which ops have type inference, a reference meaning, a "
             "lowering and a gradient, as CSV"),
    cl::cat(category));

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

/// Forms behind the last phase, by the suffix of the file.
static constexpr StringLiteral codeForms[] = {"ll", "s", "o", "so"};

/// The form wanted: a phase, or one of codeForms.
static Expected<std::string> findForm() {
  SmallVector<StringRef> known(std::begin(codeForms), std::end(codeForms));
  for (const Phase &phase : getPhases())
    known.push_back(phase.name);
  if (!emit.empty()) {
    if (!is_contained(known, StringRef(emit)))
      return createStringError("--emit: there is no phase '" + emit + "'" +
                               dl::suggestion(emit, known));
    return emit.getValue();
  }
  StringRef suffix = sys::path::extension(output).drop_front(
      sys::path::extension(output).empty() ? 0 : 1);
  if (is_contained(codeForms, suffix))
    return suffix.str();
  if (suffix == "mlir" || output == "-")
    return getPhases().back().name.str();
  if (output.empty() && printMemoryPlan)
    return std::string("vector");
  if (output.empty() && printGraph.getNumOccurrences())
    return std::string("fuse");
  if (output.empty())
    return createStringError(
        "say what to write with -o FILE (the suffix .so, .o, .s, .ll or "
        ".mlir says in which form), or where to stop with "
        "--emit=PHASE");
  return createStringError("-o " + output +
                           ": the suffix is none of .so, .o, .s, .ll, .mlir; "
                           "say the form with --emit");
}

/// Where a phase stands in the table.
static ptrdiff_t place(StringRef phase) {
  return findPhase(phase) - getPhases().begin();
}

/// The phase whose program --print-graph draws: that of --emit, or the last
/// whose ops are those of the language, and whose kernels are known.
static Expected<std::string> findDrawnPhase() {
  std::string phase = findPhase(emit) ? emit.getValue() : "fuse";
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

static Error write(PendingFiles &files, StringRef path,
                   function_ref<void(raw_ostream &)> print) {
  Expected<std::string> temporary = files.reserve(path);
  return temporary ? files.describe(writeStream(*temporary, print))
                   : temporary.takeError();
}

static Error run() {
  if (describePhases) {
    printPhases(outs());
    return Error::success();
  }
  if (describeOps) {
    printOpTable(outs());
    return Error::success();
  }
  Expected<std::string> form = findForm();
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
  options.optLevel = level;
  options.cpu = cpu;
  options.dumpPhases = dumpPhases;
  options.printMemoryPlan = printMemoryPlan;
  for (const std::string &pass : leftOut) {
    SmallVector<StringRef> known(getOptionalPasses());
    if (!is_contained(known, pass))
      return createStringError(
          "--leave-out: '" + pass + "' is no pass that can be left out" +
          dl::suggestion(pass, known) + "; these can: " + join(known, ", "));
    options.disabledPasses.push_back(pass);
  }
  if (printRemarks.getNumOccurrences()) {
    options.remarks = printRemarks.empty() ? ".*" : printRemarks.getValue();
    std::string flaw;
    if (!Regex(options.remarks).isValid(flaw))
      return createStringError("--remarks: '" + options.remarks +
                               "' is no regular expression: " + flaw);
  }
  PendingFiles files;
  std::optional<GraphFile> graph;
  std::string drawn;
  if (graphStep.getNumOccurrences() && !printGraph.getNumOccurrences())
    return createStringError("--step says what --print-graph=FILE draws; "
                             "without it, all steps are compiled");
  if (printGraph.getNumOccurrences()) {
    Expected<std::string> phase = findDrawnPhase();
    if (!phase)
      return phase.takeError();
    drawn = *phase;
    Expected<GraphFile> file = GraphFile::open(printGraph, files);
    if (!file)
      return file.takeError();
    graph = std::move(*file);
  }
  if (memoryBudget.getNumOccurrences()) {
    Expected<int64_t> bytes = parseBytes(memoryBudget);
    if (!bytes)
      return createStringError("--memory-budget: " +
                               toString(bytes.takeError()));
    options.memoryBudget = *bytes;
  }
  mlir::DefaultTimingManager timing;
  timing.setEnabled(timeReport);
  mlir::TimingScope total = timing.getRootScope();
  options.timing = &total;
  options.batch = batch;
  if (!batch.empty() && !from.empty())
    return createStringError("--batch " + batch.front() +
                             ": sizes are made in the phase resolve, and the "
                             "program is what '" +
                             from + "' left");
  bool isCode = is_contained(codeForms, StringRef(*form));
  if (freeze.getValue() != !params.empty())
    return createStringError("--freeze and --params go together: the weights "
                             "of a file become a part of the library");
  if (freeze && (!isCode || !from.empty()))
    return createStringError(
        "--freeze makes a library (-o FILE.so or .o) of a program that "
        "a user wrote; no phase of it can be printed or go on");
  auto text = Compilation::open(input);
  if (!text)
    return text.takeError();
  StringMap<std::vector<char>> state;
  if (freeze) {
    Expected<StringMap<std::vector<char>>> frozen =
        freezeState(MemoryBuffer::getMemBufferCopy(
                        (*text)->getBuffer(), (*text)->getBufferIdentifier()),
                    options, params);
    if (!frozen)
      return frozen.takeError();
    state = std::move(*frozen);
    options.evaluationOnly = true;
    options.frozen = &state;
  }
  auto compilation = Compilation::read(std::move(*text), options);
  if (!compilation)
    return compilation.takeError();
  std::string last = isCode ? getPhases().back().name.str() : *form;
  std::string done = from;
  if (graph) {
    if (Error error = (*compilation)->run(from, drawn))
      return error;
    mlir::TimingScope scope = options.measure("Draw");
    Expected<std::string> text =
        drawGraph((*compilation)->getModule(), drawn, graphStep);
    if (!text)
      return text.takeError();
    if (Error error = files.describe(graph->write(*text)))
      return error;
    // The graph is all that was asked for.
    if (output.empty() && !printMemoryPlan)
      return files.commit();
    done = drawn;
  }
  if (Error error = (*compilation)->run(done, last))
    return error;

  // The plan is all that was asked for.
  if (printMemoryPlan && output.empty() && (emit.empty() || graph))
    return files.commit();
  std::string path = output.empty() ? "-" : output.getValue();
  if (!isCode) {
    if (Error error = write(files, path, [&](raw_ostream &out) {
          (*compilation)->getModule().print(out);
        }))
      return error;
    return files.commit();
  }

  auto writeAll = [&](function_ref<void(raw_ostream &)> print) -> Error {
    if (Error error = write(files, path, print))
      return error;
    return files.commit();
  };
  if (*form == "ll" || *form == "s") {
    LLVMContext context;
    auto module = (*compilation)->translate(context, /*interface=*/true);
    if (!module)
      return module.takeError();
    if (*form == "ll")
      return writeAll(
          [&](raw_ostream &out) { (*module)->print(out, nullptr); });
    SmallVector<char, 0> text;
    if (Error error = writeCode(**module, (*compilation)->getMachine(),
                                CodeFormat::Assembly, text))
      return error;
    return writeAll(
        [&](raw_ostream &out) { out.write(text.data(), text.size()); });
  }
  Expected<Objects> objects = (*compilation)->compile(/*interface=*/true);
  if (!objects)
    return objects.takeError();
  mlir::TimingScope scope = options.measure("Link");
  if (*form == "o") {
    Expected<SmallVector<char, 0>> code = mergeObjects(*objects);
    if (!code)
      return code.takeError();
    return writeAll(
        [&](raw_ostream &out) { out.write(code->data(), code->size()); });
  }
  if (path == "-")
    return createStringError("a shared library cannot go to standard output");
  SmallString<128> header(path);
  sys::path::replace_extension(header, "h");
  if (Error error = write(files, header, [&](raw_ostream &out) {
        out << makeHeader((*compilation)->getModule());
      }))
    return error;
  Expected<std::string> library = files.reserveRegular(path);
  if (!library)
    return library.takeError();
  if (Error error = linkLibrary(*objects, *library))
    return error;
  return files.commit();
}

int main(int argc, char **argv) {
  GuardedTool tool("dlc", argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "dlc: compiles a model to a library that trains and predicts\n\n"
      "  dlc model.mlir -o model.so      also writes model.h\n"
      "  dlc model.mlir --emit=grad      prints the program after a phase\n"
      "  dlc model.mlir --print-graph=model.svg --step=predict\n"
      "                                  draws a step\n");
  Error error = run();
  if (!error)
    return 0;
  return reportError("dlc", std::move(error));
}
