//===- Compilation.cpp - One program on its way through the phases --------===//

#include "dlc/Compiler.h"

#include "Manifest.h"
#include "ObjectCode.h"
#include "dialects/Dl/Build.h"
#include "dlc/Autodiff/Passes.h"
#include "dlc/Pipelines/Phases.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/Timing.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/ToolOutputFile.h"
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
  return result;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// The parser recurses into brackets and would exhaust the stack on a hostile
/// file.
static llvm::Error checkNesting(StringRef path, StringRef text) {
  constexpr unsigned limit = 200;
  SmallVector<char> open;
  unsigned line = 1, column = 0;
  bool inString = false, inComment = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    ++column;
    if (c == '\n') {
      ++line;
      column = 0;
      inString = inComment = false;
    } else if (inComment) {
      continue;
    } else if (inString) {
      if (c == '\\')
        ++i, ++column;
      else if (c == '"')
        inString = false;
    } else if (c == '"') {
      inString = true;
    } else if (c == '/' && text.substr(i, 2) == "//") {
      inComment = true;
    } else if (c == '(' || c == '[' || c == '{' || (c == '<')) {
      open.push_back(c);
      if (open.size() > limit)
        return llvm::createStringError(
            llvm::formatv("{0}:{1}:{2}: error: brackets nest deeper than {3}",
                          path, line, column, limit));
    } else if (c == ')' || c == ']' || c == '}' ||
               (c == '>' && i > 0 && text[i - 1] != '-')) {
      if (!open.empty())
        open.pop_back();
    }
  }
  return llvm::Error::success();
}

/// Collects what is wrong as text, with the lines of the source.
struct Compilation::Diagnostics {
  explicit Diagnostics(MLIRContext &context)
      : stream(text), handler(sources, &context, stream) {}

  llvm::SourceMgr sources;
  std::string text;
  llvm::raw_string_ostream stream;
  SourceMgrDiagnosticHandler handler;
};

Compilation::Compilation(const CompilerOptions &options) : options(options) {
  DialectRegistry registry;
  registerDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
  diagnostics = std::make_unique<Diagnostics>(context);
}

Compilation::~Compilation() = default;

llvm::Error
Compilation::runCollecting(llvm::function_ref<LogicalResult()> action,
                           StringRef otherwise) {
  diagnostics->text.clear();
  bool done = succeeded(action());
  StringRef text = StringRef(diagnostics->text).rtrim();
  if (done) {
    // Warnings and remarks: nothing to return, and nothing to keep quiet about.
    warned |= !text.empty();
    if (!text.empty())
      llvm::errs() << text << '\n';
    return llvm::Error::success();
  }
  return llvm::createStringError(text.empty() ? otherwise : text);
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
Compilation::open(StringRef path) {
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> buffer = openInputFile(path, &message);
  if (!buffer)
    return llvm::createStringError(message);
  return buffer;
}

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::read(StringRef path, const CompilerOptions &options) {
  auto text = open(path);
  if (!text)
    return text.takeError();
  return read(path, std::move(*text), options);
}

llvm::Expected<std::unique_ptr<Compilation>>
Compilation::read(StringRef path, std::unique_ptr<llvm::MemoryBuffer> buffer,
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

  if (llvm::Error error = checkNesting(path, buffer->getBuffer()))
    return error;
  result->diagnostics->sources.AddNewSourceBuffer(std::move(buffer), SMLoc());
  TimingScope timing = options.measure("Parse");
  llvm::Error error = result->runCollecting(
      [&] {
        result->module = parseSourceFile<ModuleOp>(result->diagnostics->sources,
                                                   &result->context);
        return success(bool(result->module));
      },
      "the program could not be read");
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

static llvm::Error writeFile(StringRef path, ModuleOp module) {
  std::error_code code;
  llvm::ToolOutputFile file(path, code, llvm::sys::fs::OF_Text);
  if (code)
    return llvm::createStringError(path + ": " + code.message());
  module.print(file.os());
  file.keep();
  return llvm::Error::success();
}

/// Whether C and C++ can call something by this name.
static bool isCName(StringRef name) {
  static constexpr StringLiteral keywords[] = {
      "auto",     "bool",     "break",    "case",     "char",      "class",
      "const",    "continue", "default",  "delete",   "do",        "double",
      "else",     "enum",     "extern",   "float",    "for",       "goto",
      "if",       "inline",   "int",      "long",     "namespace", "new",
      "operator", "private",  "public",   "register", "restrict",  "return",
      "short",    "signed",   "sizeof",   "static",   "struct",    "switch",
      "template", "this",     "typedef",  "union",    "unsigned",  "using",
      "virtual",  "void",     "volatile", "while"};
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; }) &&
         !llvm::is_contained(keywords, name);
}

/// A model, its steps and their inputs and outputs have names in C too.
static LogicalResult checkNames(ModuleOp module) {
  auto check = [](Operation *op, StringRef what,
                  StringRef name) -> LogicalResult {
    if (isCName(name))
      return success();
    return op->emitOpError() << "has " << what << " '" << name
                             << "', which cannot be a name in C here";
  };
  WalkResult result = module.walk([&](Operation *op) -> WalkResult {
    if (auto model = dyn_cast<dl::ModelOp>(op))
      return check(op, "the name", model.getSymName());
    auto step = dyn_cast<dl::StepOp>(op);
    if (!step)
      return WalkResult::advance();
    StringRef name = step.getSymName();
    if (llvm::is_contained(reservedNames(), name)) {
      step.emitOpError() << "may not be called @" << name
                         << ": the C interface has a function of that name";
      return WalkResult::interrupt();
    }
    if (failed(check(op, "the name", name)))
      return WalkResult::interrupt();
    for (Attribute attr : llvm::concat<const Attribute>(
             step.getArgNames(), step.getResultNames())) {
      StringRef tensor = cast<StringAttr>(attr).getValue();
      // The first parameter of a step's function is the handle.
      if (tensor == "model") {
        op->emitOpError("has an input or output 'model', which in C is the "
                        "name of the handle");
        return WalkResult::interrupt();
      }
      if (failed(check(op, "the input or output", tensor)))
        return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
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

  bool active = from.empty();
  PhaseOptions machineOptions = phaseOptions(*machine, options);
  for (auto [number, phase] : llvm::enumerate(getPhases())) {
    if (active) {
      llvm::Error error = runCollecting(
          [&, &phase = phase] {
            if (failed(checkNames(*module)))
              return failure();
            PassManager manager(&context);
            addPhase(manager, phase, machineOptions);
            TimingScope timing = options.measure(phase.name);
            manager.enableTiming(timing);
            return manager.run(*module);
          },
          ("phase '" + phase.name + "' failed").str());
      if (error)
        return error;
      if (!options.dumpPhases.empty()) {
        SmallString<128> path(options.dumpPhases);
        llvm::sys::path::append(path,
                                Twine(number) + "-" + phase.name + ".mlir");
        if (llvm::Error failed = writeFile(path, *module))
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
  if (llvm::Error error = run("", "grad"))
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
  llvm::Error error = runCollecting(
      [&] {
        if (failed(checkConstants(*module)))
          return failure();
        TimingScope timing = options.measure("Translate to LLVM IR");
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
  }
  if (llvm::Function *barrier = result->getFunction("dlc_rt_barrier"))
    barrier->setVisibility(llvm::GlobalValue::HiddenVisibility);
  llvm::GlobalVariable *tables = addTables(*result, *manifest);
  if (interface)
    addInterface(*result, *manifest, tables);
  return result;
}

llvm::Expected<std::unique_ptr<llvm::Module>>
Compilation::translate(llvm::LLVMContext &llvmContext, bool interface) {
  auto result = lower(llvmContext, interface);
  TimingScope timing = options.measure("Optimize LLVM IR");
  if (result)
    optimize(**result, *machine, options.optLevel);
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
