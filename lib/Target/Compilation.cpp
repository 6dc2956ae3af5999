//===- Compilation.cpp - One program on its way through the phases --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Compiler.h"

#include "CheckNames.h"
#include "CoverSamples.h"
#include "Manifest.h"
#include "NumberSyntax.h"
#include "ObjectCode.h"
#include "UnknownOps.h"
#include "dialects/Dl/Build.h"
#include "dlc/Autodiff/Passes.h"
#include "dlc/Pipelines/Phases.h"
#include "dlc/Pipelines/VerifyProgram.h"
#include "dlc/Support/LargeStack.h"
#include "dlc/Support/Limits.h"
#include "dlc/Support/PendingFiles.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/ProgramText.h"
#include "dlc/Transforms/Names.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Remarks.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace dlc;

TimingScope CompilerOptions::measure(StringRef stage) const {
  return timing ? timing->nest(stage) : TimingScope();
}

//===----------------------------------------------------------------------===//
// The machine
//===----------------------------------------------------------------------===//

/// The name of the processor and its features, as LLVM wants them.
static std::pair<std::string, std::string>
findProcessor(const CompilerOptions &options) {
  if (options.cpu != "native")
    return {options.cpu, ""};
  std::vector<std::string> list;
  for (auto &feature : llvm::sys::getHostCPUFeatures())
    list.push_back((feature.second ? "+" : "-") + feature.first().str());
  // One order, whatever that of the map.
  llvm::sort(list);
  return {llvm::sys::getHostCPUName().str(), llvm::join(list, ",")};
}

std::string dlc::describeProcessor(const CompilerOptions &options) {
  auto [cpu, features] = findProcessor(options);
  return llvm::sys::getDefaultTargetTriple() + " " + cpu + " " + features;
}

/// Other architectures that have a processor of this name: "AArch64 or ARM".
static std::string otherArchitectures(StringRef cpu) {
  llvm::InitializeAllTargetInfos();
  llvm::InitializeAllTargetMCs();
  SmallVector<StringRef> names;
  for (const llvm::Target &target : llvm::TargetRegistry::targets()) {
    StringRef name = target.getBackendName();
    llvm::Triple triple(llvm::Triple::getArchTypeName(
        llvm::Triple::getArchTypeForLLVMName(target.getName())));
    std::unique_ptr<llvm::MCSubtargetInfo> info(
        target.createMCSubtargetInfo(triple, "", ""));
    if (info && info->isCPUStringValid(cpu) && !llvm::is_contained(names, name))
      names.push_back(name);
  }
  llvm::sort(names);
  return llvm::join(names, " or ");
}

static llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
makeMachine(const CompilerOptions &options) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::InitializeNativeTargetAsmParser();
  llvm::Triple triple(llvm::sys::getDefaultTargetTriple());
  std::string message;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return llvm::createStringError(message);

  auto [cpu, features] = findProcessor(options);
  std::unique_ptr<llvm::MCSubtargetInfo> known(
      target->createMCSubtargetInfo(triple, "generic", ""));
  if (options.cpu != "native" && !known->isCPUStringValid(cpu)) {
    SmallVector<StringRef> names;
    for (const llvm::SubtargetSubTypeKV &entry :
         known->getAllProcessorDescriptions())
      names.push_back(entry.Key);
    if (std::string others = otherArchitectures(cpu); !others.empty())
      return llvm::createStringError(
          "the processor '" + cpu + "' is one of " + others +
          ", and dlc compiles for " + triple.getArchName() +
          " alone: the runtime that it puts into each library is of that "
          "architecture");
    return llvm::createStringError("there is no processor '" + cpu + "'" +
                                   dl::suggestion(cpu, names));
  }
  // Older processors are known to LLVM too, but cannot run 64-bit code.
  std::unique_ptr<llvm::MCSubtargetInfo> chosen(
      target->createMCSubtargetInfo(triple, cpu, features));
  if (triple.getArch() == llvm::Triple::x86_64 &&
      !chosen->checkFeatures("+64bit"))
    return llvm::createStringError("the processor '" + cpu +
                                   "' cannot run 64-bit code");
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, cpu, features, llvm::TargetOptions(), llvm::Reloc::PIC_,
      std::nullopt,
      options.optLevel == 0 ? llvm::CodeGenOptLevel::Less
                            : llvm::CodeGenOptLevel::Aggressive));
}

/// What the phases may assume of the machine.
static PhaseOptions phaseOptions(const llvm::TargetMachine &machine,
                                 const CompilerOptions &options) {
  PhaseOptions result;
  const llvm::MCSubtargetInfo *info = machine.getMCSubtargetInfo();
  if (options.optLevel == 0)
    result.vectorBits = 0;
  else if (info->checkFeatures("+avx512f"))
    result.vectorBits = 512;
  else if (info->checkFeatures("+avx"))
    result.vectorBits = 256;
  else
    result.vectorBits = 128;
  result.registers = result.vectorBits == 512 ? 32 : 16;
  result.memoryBudget = options.memoryBudget;
  result.printMemoryPlan = options.printMemoryPlan;
  result.batch = options.batch;
  result.disabled = options.disabledPasses;
  result.evaluationOnly = options.evaluationOnly;
  result.freeze = options.frozen != nullptr;
  result.profile = options.profile;
  return result;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Collects what is wrong as text, with the lines of the source.
struct Compilation::Diagnostics {
  explicit Diagnostics(MLIRContext &context)
      : stream(text), handler(sources, &context, stream) {
    // Asked before the other.
    context.getDiagEngine().registerHandler([&](Diagnostic &diagnostic) {
      std::string better = explainUnknownOp(context, diagnostic.str());
      if (better.empty())
        return failure();
      handler.emitDiagnostic(diagnostic.getLocation(), better,
                             diagnostic.getSeverity());
      return success();
    });
  }

  llvm::SourceMgr sources;
  std::string text;
  llvm::raw_string_ostream stream;
  SourceMgrDiagnosticHandler handler;
};

namespace {
/// Prints the remarks of passes like other diagnostics.
class RemarkPrinter : public remark::detail::MLIRRemarkStreamerBase {
public:
  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    InFlightDiagnostic diag = emitRemark(remark.getLocation());
    diag << remark.getCategoryName() << ": @" << remark.getFunction() << ": ";
    for (const remark::detail::Remark::Arg &arg : remark.getArgs())
      diag << arg.val;
  }
};
} // namespace

/// Turns on the remarks of the passes whose names match.
static void enableRemarks(MLIRContext &context, StringRef passes) {
  remark::RemarkCategories categories;
  // A category is matched as a whole.
  std::string all = (".*(" + passes + ").*").str();
  categories.passed = categories.missed = categories.analysis =
      categories.failed = all;
  // Fails only where an engine is there already.
  (void)remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkPrinter>(),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), categories);
}

Compilation::Compilation(const CompilerOptions &options) : options(options) {
  DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
  diagnostics = std::make_unique<Diagnostics>(context);
  if (!options.remarks.empty())
    enableRemarks(context, options.remarks);
}

Compilation::~Compilation() = default;

llvm::Error
Compilation::runCollecting(llvm::function_ref<LogicalResult()> action,
                           StringRef otherwise) {
  diagnostics->text.clear();
  // Parser and passes recurse over the program.
  bool done = false;
  onLargeStack([&] { done = succeeded(action()); });
  StringRef text = StringRef(diagnostics->text).rtrim();
  if (done) {
    // Warnings and remarks: nothing to return, and nothing to keep quiet about.
    warned |= !text.empty();
    if (!text.empty())
      llvm::errs() << printableLines(text) << '\n';
    return llvm::Error::success();
  }
  return llvm::createStringError(text.empty() ? otherwise : text);
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

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::readText(StringRef text, StringRef name,
                      const CompilerOptions &options) {
  if (llvm::Error error = checkText(name, text))
    return error;
  return read(llvm::MemoryBuffer::getMemBufferCopy(text, name), options);
}

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::read(std::unique_ptr<llvm::MemoryBuffer> buffer,
                  const CompilerOptions &options) {
  if (options.optLevel != 0 && options.optLevel != 2)
    return llvm::createStringError(
        "there are optimisation levels 0 and 2, not " +
        Twine(options.optLevel));
  std::unique_ptr<Compilation> result(new Compilation(options));
  auto machine = makeMachine(options);
  if (!machine)
    return machine.takeError();
  result->machine = std::move(*machine);
  result->diagnostics->sources.AddNewSourceBuffer(std::move(buffer), SMLoc());
  TimingScope timing = options.measure("Parse");
  llvm::Error error = result->runCollecting(
      [&] {
        result->module = parseSourceFile<ModuleOp>(result->diagnostics->sources,
                                                   &result->context);
        return success(bool(result->module));
      },
      "the program could not be read");
  if (error) {
    llvm::SourceMgr &sources = result->diagnostics->sources;
    const llvm::MemoryBuffer *source =
        sources.getMemoryBuffer(sources.getMainFileID());
    if (llvm::Error number =
            checkNumbers(source->getBufferIdentifier(), source->getBuffer())) {
      llvm::consumeError(std::move(error));
      return number;
    }
  }
  // What follows changes the program: it must be one before that.
  if (!error && !options.gradientsOf.empty())
    error = result->enter("");
  if (!error && !options.gradientsOf.empty())
    error = result->runCollecting(
        [&] {
          PassManager manager(&result->context);
          manager.addPass(createWidenFloats());
          GradientStepOptions step;
          step.step = options.gradientsOf;
          step.order = options.gradientOrder;
          step.minimize = options.gradientNumber;
          manager.addNestedPass<dl::ModelOp>(createGradientStep(step));
          return manager.run(*result->module);
        },
        "the step of gradients could not be made");
  if (error)
    return error;
  return result;
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
        return failure(failed(verifyProgram(*module, from)) ||
                       failed(checkNames(*module)));
      },
      "the program is none that can enter here");
}

/// Of a program with a memory plan: fails if no process can have that memory.
static LogicalResult checkMemory(ModuleOp module) {
  auto manifest = module->getAttrOfType<DictionaryAttr>(names::manifest);
  auto state =
      manifest ? manifest.getAs<IntegerAttr>("state_bytes") : IntegerAttr();
  if (state && state.getInt() > limits::memoryBytes)
    return module.emitError("the state of the model takes ")
           << state.getInt() << " bytes; a process has at most "
           << limits::memoryBytes;
  for (auto step : module.getOps<func::FuncOp>()) {
    if (!step->hasAttr(names::step))
      continue;
    // Arena, inputs and outputs; the state comes first.
    int64_t bytes = 0;
    for (Type type : step.getArgumentTypes().drop_front())
      if (auto buffer = dyn_cast<MemRefType>(type))
        bytes += buffer.getNumElements() *
                 llvm::divideCeil(buffer.getElementTypeBitWidth(), 8);
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

llvm::Error Compilation::run(StringRef from, StringRef to) {
  SmallVector<StringRef> known;
  for (const Phase &phase : getPhases())
    known.push_back(phase.name);
  for (StringRef name : {from, to})
    if (!name.empty() && !findPhase(name))
      return llvm::createStringError("there is no phase '" + name + "'" +
                                     dl::suggestion(name, known));
  auto position = [&](StringRef name) {
    return llvm::find(known, name) - known.begin();
  };
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
  PhaseOptions machineOptions = phaseOptions(*machine, options);
  for (auto [number, phase] : llvm::enumerate(getPhases())) {
    if (active) {
      // Begun on this thread: the report has no order for those of others.
      TimingScope timing = options.measure(phase.name);
      llvm::Error error = runCollecting(
          [&, &phase = phase] {
            PassManager manager(&context);
            addPhase(manager, phase, machineOptions);
            manager.enableTiming(timing);
            return failure(
                failed(manager.run(*module)) ||
                (phase.name == "vector" && failed(checkMemory(*module))));
          },
          ("phase '" + phase.name + "' failed").str());
      if (error)
        return error;
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

llvm::Error Compilation::runToPrimitives() {
  if (llvm::Error error = run(options.from, "grad"))
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
  result->setTargetTriple(machine->getTargetTriple());
  result->setDataLayout(machine->createDataLayout());
  for (llvm::Function &function : *result) {
    if (function.isDeclaration())
      continue;
    if (function.getName().starts_with("kernel_") ||
        function.getName().starts_with("copy_")) {
      function.setLinkage(llvm::GlobalValue::InternalLinkage);
      // A kernel is a loop nest that is called once a step: a copy of it inside
      // the step gains nothing.
      function.addFnAttr(llvm::Attribute::NoInline);
    }
    function.addFnAttr("prefer-vector-width", "512");
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
  // What the program brought with it in the LLVM dialect may be invalid there.
  std::string flaw;
  llvm::raw_string_ostream os(flaw);
  if (llvm::verifyModule(*result, &os))
    return llvm::createStringError("the program is no valid LLVM IR: " + flaw);
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
