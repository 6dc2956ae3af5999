//===- Compilation.cpp - One program on its way through the phases --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Target/Compilation.h"

#include "CoverSamples.h"
#include "Diagnostics.h"
#include "Manifest.h"
#include "NumberSyntax.h"
#include "ObjectCode.h"
#include "ParserMessages.h"
#include "dlc/Autodiff/Passes.h"
#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Machine/Processor.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Pipelines/VerifyProgram.h"
#include "dlc/Schedule/Manifest.h"
#include "dlc/Support/LargeStack.h"
#include "dlc/Support/Limits.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/ProgramText.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Target/Backend.h"
#include "dlc/Target/HostTables.h"
#include "dlc/Target/Outline.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Remarks.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace dlc;

TimingScope CompilerOptions::measure(StringRef stage) const {
  return timing ? timing->nest(stage) : TimingScope();
}

//===----------------------------------------------------------------------===//
// The machine
//===----------------------------------------------------------------------===//

std::string dlc::describeProcessor(const CompilerOptions &options) {
  Processor processor = Processor::find(options.cpu);
  return processor.triple + " " + processor.cpu + " " + processor.features;
}

static PhaseOptions phaseOptions(const CompilerOptions &options) {
  PhaseOptions result;
  result.memoryBudget = options.memoryBudget;
  result.printMemoryPlan = options.printMemoryPlan;
  result.batch = options.batch;
  result.disabled = options.disabledPasses;
  result.evaluationOnly = options.evaluationOnly;
  result.freeze = options.frozen != nullptr;
  result.partOnly = !options.gradientsOf.empty();
  result.profile = options.profile;
  return result;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

Compilation::Compilation(const CompilerOptions &options,
                         std::unique_ptr<MLIRContext> owned,
                         MLIRContext &context)
    : options(options), ownedContext(std::move(owned)), context(context),
      printsOps(context.shouldPrintOpOnDiagnostic()),
      usesThreads(context.isMultithreadingEnabled()) {
  DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
  diagnostics = std::make_unique<Diagnostics>(context);
  if (!options.remarks.empty())
    madeRemarks = succeeded(enableRemarks(context, options.remarks));
}

Compilation::~Compilation() {
  if (ownedContext)
    return;
  context.printOpOnDiagnostic(printsOps);
  if (usesThreads && !context.isMultithreadingEnabled())
    context.enableMultithreading();
  if (madeRemarks)
    context.setRemarkEngine(nullptr);
}

llvm::Error
Compilation::runCollecting(llvm::function_ref<LogicalResult()> action,
                           StringRef otherwise) {
  diagnostics->clear();
  // Parser and passes recurse over the program.
  bool done = false;
  onLargeStack([&] { done = succeeded(action()); });
  if (!done)
    return diagnostics->makeError(otherwise);
  // Warnings and remarks: nothing to return, and nothing to keep quiet about.
  if (diagnostics->messages.empty())
    return llvm::Error::success();
  warned = true;
  if (options.sink)
    options.sink(diagnostics->messages);
  else
    llvm::errs() << printableLines(diagnostics->text()) << '\n';
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
Compilation::open(StringRef path) {
  return readProgram(path);
}

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::read(StringRef path, const CompilerOptions &options) {
  auto text = open(path);
  if (!text)
    return text.takeError();
  return read(std::move(*text), options);
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
Compilation::openText(StringRef text, StringRef name) {
  if (llvm::Error error = checkText(name, text))
    return error;
  return llvm::MemoryBuffer::getMemBufferCopy(text, name);
}

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::readText(StringRef text, StringRef name,
                      const CompilerOptions &options) {
  auto buffer = openText(text, name);
  if (!buffer)
    return buffer.takeError();
  return read(std::move(*buffer), options);
}

llvm::Error dlc::checkOptionalPass(StringRef pass, const Backend &backend) {
  std::vector<std::string> names = getOptionalPasses(backend.allPhases());
  SmallVector<StringRef> known(names.begin(), names.end());
  if (llvm::is_contained(known, pass))
    return llvm::Error::success();
  return llvm::createStringError(
      "'" + pass + "' is not a pass that can be left out" +
      suggestion(pass, known) + "; these can: " + llvm::join(known, ", "));
}

llvm::Error dlc::checkRemarks(StringRef passes) {
  std::string flaw;
  if (passes.empty() || llvm::Regex(passes).isValid(flaw))
    return llvm::Error::success();
  return llvm::createStringError("'" + passes +
                                 "' is not a regular expression: " + flaw);
}

/// Checks the options as far as they do not depend on the program.
static llvm::Error checkOptions(const CompilerOptions &options,
                                const Backend &backend) {
  const BackendSupport &supports = backend.supports;
  StringRef refused = options.cpu != "native" && !supports.processors ? "--mcpu"
                      : options.optLevel != 2 && !supports.levels     ? "-O"
                      : options.frozen && !supports.freezing   ? "--freeze"
                      : options.profile && !supports.profiling ? "--profile"
                                                               : "";
  if (!refused.empty())
    return llvm::createStringError(refused + ": the backend " + backend.name +
                                   " does not have it");
  if (options.optLevel != 0 && options.optLevel != 2)
    return llvm::createStringError(
        "there are optimisation levels 0 and 2, not " +
        Twine(options.optLevel));
  for (StringRef pass : options.disabledPasses)
    if (llvm::Error error = checkOptionalPass(pass, backend))
      return error;
  return checkRemarks(options.remarks);
}

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::make(const CompilerOptions &options,
                  std::unique_ptr<MLIRContext> owned, MLIRContext &context) {
  llvm::Expected<const Backend *> backend = findBackend(options.backend);
  if (!backend)
    return backend.takeError();
  if (llvm::Error error = checkOptions(options, **backend))
    return error;
  std::unique_ptr<Compilation> result(
      new Compilation(options, std::move(owned), context));
  result->backend = *backend;
  if ((*backend)->makeMachine) {
    auto machine = (*backend)->makeMachine(options);
    if (!machine)
      return machine.takeError();
    result->machine = std::move(*machine);
  }
  return result;
}

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::read(std::unique_ptr<llvm::MemoryBuffer> buffer,
                  const CompilerOptions &options) {
  auto owned = std::make_unique<MLIRContext>();
  MLIRContext &context = *owned;
  auto made = make(options, std::move(owned), context);
  if (!made)
    return made.takeError();
  std::unique_ptr<Compilation> result = std::move(*made);
  llvm::SourceMgr &sources = result->diagnostics->sources;
  sources.AddNewSourceBuffer(std::move(buffer), SMLoc());
  TimingScope timing = options.measure("Parse");
  llvm::Error error = result->runCollecting(
      [&] {
        result->module = parseSourceFile<ModuleOp>(sources, &context);
        return success(bool(result->module));
      },
      "the program could not be read");
  if (error) {
    const llvm::MemoryBuffer *source =
        sources.getMemoryBuffer(sources.getMainFileID());
    const std::vector<Message> &messages = result->diagnostics->messages;
    if (messages.empty())
      return error;
    const Message &first = messages.front();
    llvm::Error better = checkNumberAt(first, source->getBuffer());
    if (!better)
      better = checkStatedTypes(source->getBufferIdentifier(),
                                source->getBuffer(), first.line);
    if (!better)
      return error;
    llvm::consumeError(std::move(error));
    return better;
  }
  if (llvm::Error error = result->chooseGradients())
    return error;
  return result;
}

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::take(OwningOpRef<ModuleOp> module,
                  const CompilerOptions &options) {
  auto made = make(options, nullptr, *module->getContext());
  if (!made)
    return made.takeError();
  std::unique_ptr<Compilation> result = std::move(*made);
  result->module = std::move(module);
  // As the parser does of a text.
  if (llvm::Error error =
          result->runCollecting([&] { return verify(*result->module); },
                                "the program could not be verified"))
    return error;
  if (llvm::Error error = result->chooseGradients())
    return error;
  return result;
}

llvm::Error Compilation::chooseGradients() {
  if (options.gradientsOf.empty() && !options.gradientNorms)
    return llvm::Error::success();
  // The passes below change the program: it must be valid before.
  if (llvm::Error error = enter(""))
    return error;
  return runCollecting(
      [&] {
        PassManager manager(&context);
        manager.addNestedPass<dl::ModelOp>(createInstantiateFunctions());
        if (options.gradientsOf.empty()) {
          manager.addNestedPass<dl::ModelOp>(createGradientNorms());
          return manager.run(*module);
        }
        manager.addPass(createWidenFloats());
        GradientStepOptions step;
        step.step = options.gradientsOf;
        step.order = options.gradientOrder;
        step.minimize = options.gradientNumber;
        manager.addNestedPass<dl::ModelOp>(createGradientStep(step));
        return manager.run(*module);
      },
      "what gives the gradients could not be made");
}

//===----------------------------------------------------------------------===//
// Phases
//===----------------------------------------------------------------------===//

llvm::Error Compilation::enter(StringRef from) {
  if (entered)
    return llvm::Error::success();
  entered = true;
  int64_t ops = 0;
  module->walk([&](Operation *) { ++ops; });
  if (ops > limits::opsOfPool)
    context.disableMultithreading();
  return runCollecting(
      [&] {
        if (failed(verifyProgram(*module, from)))
          return failure();
        PassManager manager(&context);
        manager.enableVerifier(false); // it has been verified
        manager.addPass(createVerifyNames());
        return manager.run(*module);
      },
      "a program of this kind cannot enter here");
}

/// For a program with a memory plan: fails if no process can have that memory.
static LogicalResult checkMemory(ModuleOp module) {
  auto manifest = module->getAttrOfType<dl::ManifestAttr>(names::manifest);
  if (manifest && manifest.getStateBytes() > limits::memoryBytes)
    return module.emitError("the state of the model takes ")
           << manifest.getStateBytes() << " bytes; a process has at most "
           << limits::memoryBytes;
  for (auto step : module.getOps<func::FuncOp>()) {
    if (!step->hasAttr(names::step))
      continue;
    int64_t bytes = 0;
    for (Type type : step.getArgumentTypes().drop_front(step_arguments::arena))
      if (auto buffer = dyn_cast<MemRefType>(type))
        bytes += dl::bytesOf(buffer);
    if (bytes > limits::memoryBytes)
      return step.emitError("step @")
             << step.getSymName() << " takes " << bytes
             << " bytes for its inputs, outputs and arena; a process has at "
                "most "
             << limits::memoryBytes;
  }
  return success();
}

void Compilation::coverSamples() {
  // On a copy: where it fails, the program stays as it is.
  OwningOpRef<ModuleOp> copy;
  llvm::Error error = runCollecting(
      [&] {
        copy = module->clone();
        return compileForRest(*copy, options);
      },
      "nothing is left over");
  if (!error)
    module = std::move(copy);
  llvm::consumeError(std::move(error));
}

/// The step function of tables that are only looked at.
static void runNothing(const dlc_context *context, void *, void *,
                       void *const *) {
  *context->fault = 1;
}

llvm::Error Compilation::inspectAfter(StringRef phase) {
  if (!options.inspect)
    return llvm::Error::success();
  bool needsRanges = !options.gradientsOf.empty();
  if (phase == phase::resolve && needsRanges) {
    ranges = std::make_unique<InputRanges>();
    findInputRanges(*module, *ranges);
  }
  auto models = module->getOps<dl::ModelOp>();
  // Errors of others are reported when they are compiled.
  if (phase != phase::grad || !llvm::hasSingleElement(models))
    return llvm::Error::success();
  if (ranges) {
    OwningOpRef<ModuleOp> copy = module->clone();
    llvm::Error error = runCollecting(
        [&] {
          PassManager manager(&context);
          addPrimitives(manager);
          return manager.run(*copy);
        },
        "the program could not be made one of primitive ops");
    if (error)
      return error;
    findInputRanges(*copy, *ranges);
  }
  llvm::BumpPtrAllocator memory;
  llvm::StringMap<int64_t> derived;
  static const char *const fault = "has no code";
  auto noData = [](unsigned, unsigned) -> const void * { return nullptr; };
  dlc_model tables =
      makeHostTables(describeModel(*models.begin()),
                     {runNothing, noData, &fault}, memory, derived);
  return options.inspect({tables, ranges ? *ranges : InputRanges()});
}

llvm::Error Compilation::run(StringRef from, StringRef to) {
  SmallVector<StringRef> known;
  SmallVector<const Phase *> phases = backend->allPhases();
  for (const Phase *phase : phases)
    known.push_back(phase->name);
  for (StringRef name : {from, to})
    if (!name.empty() && !llvm::is_contained(known, name))
      return llvm::createStringError("there is no phase '" + name + "'" +
                                     suggestion(name, known));
  auto position = [&](StringRef name) {
    return llvm::find(known, name) - known.begin();
  };
  const Phase *begun = findPhase(from);
  if (!from.empty() &&
      (!begun || begun->addPasses != backend->findPhase(from)->addPasses))
    return llvm::createStringError("dlc cannot go on from phase '" + from +
                                   "' of the backend " + backend->name +
                                   ": it does not verify what that left");
  if (!from.empty() && position(from) > position(to))
    return llvm::createStringError("phase '" + to + "' comes before phase '" +
                                   from + "', from which to go on");
  if (!options.dumpPhases.empty())
    if (std::error_code code =
            llvm::sys::fs::create_directories(options.dumpPhases))
      return llvm::createStringError(options.dumpPhases + ": " +
                                     code.message());

  if (llvm::Error error = enter(from))
    return error;
  bool active = from.empty();
  if (active && !options.coverSamples.empty())
    coverSamples();
  PhaseOptions wishes = phaseOptions(options);
  for (auto [number, entry] : llvm::enumerate(phases)) {
    const Phase &phase = *entry;
    if (active) {
      bool ofBackend = number >= getProgramPhases().size();
      if (ofBackend || phase.readsTarget)
        if (llvm::Error error = ofBackend ? enterBackend() : describeTarget())
          return error;
      // Begun on this thread: the report has no order for those of others.
      TimingScope timing = options.measure(phase.name);
      llvm::Error error = runCollecting(
          [&] {
            PassManager manager(&context);
            addPhase(manager, phase, wishes);
            manager.enableTiming(timing);
#ifdef NDEBUG
            // The verifier takes two fifths of the time of passes; each phase
            // verifies its result, and dlc-opt verifies after each pass.
            manager.enableVerifier(false);
#endif
            return failure(failed(manager.run(*module)) ||
                           (ofBackend && failed(checkMemory(*module))));
          },
          ("phase '" + phase.name + "' failed").str());
      if (error)
        return error;
      if (llvm::Error refused = inspectAfter(phase.name))
        return refused;
      if (!options.dumpPhases.empty()) {
        SmallString<128> path(options.dumpPhases);
        llvm::sys::path::append(path,
                                Twine(number) + "-" + phase.name + ".mlir");
        if (llvm::Error failed = writeFileAtomically(
                path, [&](llvm::raw_ostream &os) { module->print(os); }))
          return failed;
      }
    }
    if (phase.name == from)
      active = true;
    if (phase.name == to)
      break;
  }
  return llvm::Error::success();
}

llvm::Error Compilation::runAll(StringRef from) {
  return run(from, backend->allPhases().back()->name);
}

llvm::Error Compilation::runToPrimitives() {
  if (llvm::Error error = run(options.from, phase::grad))
    return error;
  return runCollecting(
      [&] {
        PassManager manager(&context);
        addPrimitives(manager);
        return manager.run(*module);
      },
      "the program could not be made one of primitive ops");
}

//===----------------------------------------------------------------------===//
// LLVM IR
//===----------------------------------------------------------------------===//

/// LLVM has no constants of more elements, and ends the process at one.
static constexpr int64_t kMostElements = (int64_t(1) << 27) - 1;

static LogicalResult checkConstants(ModuleOp module) {
  for (auto global : module.getOps<LLVM::GlobalOp>()) {
    int64_t elements = 1;
    Type type = global.getGlobalType();
    for (; auto array = dyn_cast<LLVM::LLVMArrayType>(type);
         type = array.getElementType())
      elements *= array.getNumElements();
    if (elements > kMostElements)
      return emitError(global.getLoc())
             << "needs a table of " << elements
             << " numbers; a compiled program holds tables of at most "
             << kMostElements << "; make windows or constants smaller";
  }
  return success();
}

llvm::Expected<std::unique_ptr<llvm::Module>>
Compilation::lower(llvm::LLVMContext &llvmContext, bool interface) {
  llvm::Expected<Manifest> manifest = Manifest::read(*module);
  if (!manifest)
    return manifest.takeError();
  std::unique_ptr<llvm::Module> result;
  TimingScope timing = options.measure("Translate to LLVM IR");
  llvm::Error error = runCollecting(
      [&] {
        if (failed(checkConstants(*module)))
          return failure();
        result = translateModuleToLLVMIR(*module, llvmContext, manifest->name);
        return success(bool(result));
      },
      "the program could not be translated to LLVM IR");
  if (error)
    return error;
  FailureOr<TargetInfo> target = TargetInfo::get(*module);
  if (failed(target))
    return llvm::createStringError("the description of the target is invalid");
  if (!machine)
    return llvm::createStringError("LLVM makes no code for the backend " +
                                   backend->name);
  result->setTargetTriple(machine->getTargetTriple());
  result->setDataLayout(machine->createDataLayout());
  llvm::StringSet<> kernels;
  for (auto function : module->getOps<LLVM::LLVMFuncOp>())
    if (function->hasAttr(names::kernel))
      kernels.insert(function.getSymName());
  for (llvm::Function &function : *result) {
    if (function.isDeclaration())
      continue;
    if (kernels.contains(function.getName())) {
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
      // A kernel is a loop nest that is called once a step: a copy of it inside
      // the step gains nothing.
      function.addFnAttr(llvm::Attribute::NoInline);
    }
    if (target->vectorBits > 0)
      function.addFnAttr("prefer-vector-width",
                         std::to_string(target->vectorBits));
    function.addFnAttr("target-cpu", machine->getTargetCPU());
    function.addFnAttr("target-features", machine->getTargetFeatureString());
    function.addFnAttr("no-trapping-math", "true");
    // As workers compute. Else LLVM takes a test of a float's bits for zero,
    // which sees denormals, for a comparison, which does not.
    function.addFnAttr("denormal-fp-math", "preserve-sign,preserve-sign");
  }
  // The runtime's, which the library brings with it.
  for (llvm::Function &function : *result)
    if (function.getName().starts_with("dlc_rt_"))
      function.setVisibility(llvm::GlobalValue::HiddenVisibility);
  llvm::GlobalVariable *tables = addTables(*result, *manifest, options.frozen);
  if (interface)
    addInterface(*result, *manifest, tables);
  // Ops of the LLVM dialect that the program brought may be invalid there.
  std::string flaw;
  llvm::raw_string_ostream os(flaw);
  if (llvm::verifyModule(*result, &os))
    return llvm::createStringError("the program is not valid LLVM IR: " + flaw);
  return result;
}

llvm::Expected<std::unique_ptr<llvm::Module>>
Compilation::translate(llvm::LLVMContext &llvmContext, bool interface) {
  auto result = lower(llvmContext, interface);
  if (!result)
    return result.takeError();
  TimingScope timing = options.measure("Optimize LLVM IR");
  if (llvm::Error error = optimize(**result, *machine, options.optLevel))
    return error;
  return result;
}

llvm::Expected<Objects> Compilation::compile(bool interface) {
  llvm::LLVMContext llvmContext;
  auto lowered = lower(llvmContext, interface);
  if (!lowered)
    return lowered.takeError();
  std::string name = (*lowered)->getName().str();
  return compileObjects(std::move(*lowered), *machine, name, options);
}
