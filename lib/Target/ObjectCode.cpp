//===- ObjectCode.cpp - Machine code, on all CPUs -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A module is cut into parts of about one size, and each is optimized and
// compiled by a thread of its own, in a context of its own. Kernels do not call
// one another and are not inlined, so that nothing is lost by it.
//
// How a module is cut follows from its functions alone, so that the code does
// not depend on the machine that compiled it.
//
//===----------------------------------------------------------------------===//

#include "ObjectCode.h"
#include "LLVMErrors.h"

#include "dlc/Support/LargeStack.h"

#include "mlir/Support/Timing.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;
using namespace dlc;

/// A part is worth a thread from this many instructions on. Each part repeats
/// declarations, so that there is an end to their number.
static constexpr unsigned kPartInstructions = 2000, kMostParts = 16;

/// Constants up to this size may be in several parts.
static constexpr uint64_t kSmallConstant = 1024;

/// Plain loops are for comparison and debugging: they are compiled quickly.
static constexpr StringLiteral kQuickPasses =
    "function(sroa,early-cse,simplifycfg,loop-mssa(loop-rotate,licm))";

/// The passes of LLVM's default pipeline that kernels need: addresses are
/// simplified, invariants leave loops, loads and stores of one place are
/// merged, short loops are unrolled. Kernels come as vectors in their final
/// shape, so that only loops are vectorised that ask for it.
static constexpr StringLiteral kKernelPasses =
    "function("
    "sroa<modify-cfg>,early-cse<memssa>,simplifycfg,"
    "instcombine<max-iterations=1;no-verify-fixpoint>,"
    "loop-mssa(loop-instsimplify,loop-simplifycfg,licm<no-allowspeculation>,"
    "loop-rotate<header-duplication>,licm<allowspeculation>),"
    "simplifycfg,instcombine<max-iterations=1;no-verify-fixpoint>,"
    "loop(loop-idiom,indvars,loop-deletion,loop-unroll-full),"
    "gvn,dse,loop-mssa(licm<allowspeculation>),"
    "loop-vectorize<no-interleave-forced-only;vectorize-forced-only>,"
    "instcombine<max-iterations=1;no-verify-fixpoint>,"
    "loop-unroll<O2>,instcombine<max-iterations=1;no-verify-fixpoint>,"
    "div-rem-pairs,simplifycfg),"
    "globaldce";

Error dlc::optimize(Module &module, TargetMachine &machine, unsigned optLevel) {
  LLVMErrors errors(module.getContext());
  PassBuilder passes(&machine);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager calls;
  ModuleAnalysisManager modules;
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(calls);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, calls, modules);
  ModulePassManager pipeline;
  cantFail(passes.parsePassPipeline(pipeline, optLevel == 0 ? kQuickPasses
                                                            : kKernelPasses));
  onLargeStack([&] { pipeline.run(module, modules); });
  return errors.take();
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

namespace {

/// Which functions and constants are compiled together.
class Partition {
public:
  explicit Partition(const Module &module);

  unsigned size() const { return numParts; }
  bool contains(unsigned part, const GlobalValue *value) const {
    auto found = partsOf.find(value);
    return found != partsOf.end() && found->second.contains(part);
  }

private:
  unsigned numParts = 1;
  DenseMap<const GlobalValue *, SmallSetVector<unsigned, 2>> partsOf;
};

} // namespace

/// The functions that use a variable, other variables in between included.
static SmallSetVector<const Function *, 4>
findUsers(const GlobalVariable &variable) {
  SmallSetVector<const Function *, 4> functions;
  SmallSetVector<const User *, 8> seen(variable.user_begin(),
                                       variable.user_end());
  for (size_t i = 0; i < seen.size(); ++i) {
    const User *user = seen[i];
    if (auto *instruction = dyn_cast<Instruction>(user))
      functions.insert(instruction->getFunction());
    else
      seen.insert(user->user_begin(), user->user_end());
  }
  return functions;
}

Partition::Partition(const Module &module) {
  // Functions that share a variable stay together, unless it is a small
  // constant.
  EquivalenceClasses<const Function *> together;
  MapVector<const GlobalVariable *, SmallSetVector<const Function *, 4>> users;
  for (const GlobalVariable &variable : module.globals()) {
    if (variable.isDeclaration())
      continue;
    SmallSetVector<const Function *, 4> functions = findUsers(variable);
    uint64_t bytes =
        module.getDataLayout().getTypeAllocSize(variable.getValueType());
    bool isCopied = variable.isConstant() && variable.hasLocalLinkage() &&
                    bytes <= kSmallConstant;
    if (!isCopied)
      for (const Function *function : functions)
        together.unionSets(functions.front(), function);
    users[&variable] = std::move(functions);
  }
  // So do the functions that are called from outside.
  const Function *exported = nullptr;
  uint64_t total = 0;
  MapVector<const Function *, uint64_t> weights;
  for (const Function &function : module) {
    if (function.isDeclaration())
      continue;
    together.insert(&function);
    if (!function.hasLocalLinkage()) {
      exported = exported ? exported : &function;
      together.unionSets(exported, &function);
    }
    weights[&function] = function.getInstructionCount();
    total += weights[&function];
  }

  struct Unit {
    uint64_t weight = 0;
    SmallVector<const Function *> functions;
  };
  MapVector<const Function *, Unit> byLeader;
  for (auto &[function, weight] : weights) {
    Unit &unit = byLeader[together.getLeaderValue(function)];
    unit.weight += weight;
    unit.functions.push_back(function);
  }
  SmallVector<Unit> units;
  for (auto &[leader, unit] : byLeader)
    units.push_back(std::move(unit));
  // The largest first; equal ones in the order of the module.
  auto order = to_vector(seq<size_t>(units.size()));
  llvm::sort(order, [&](size_t a, size_t b) {
    return std::tuple(units[b].weight, a) < std::tuple(units[a].weight, b);
  });
  numParts = std::clamp<uint64_t>(total / kPartInstructions, 1, kMostParts);
  SmallVector<uint64_t> load(numParts);
  for (size_t index : order) {
    const Unit &unit = units[index];
    unsigned part = llvm::min_element(load) - load.begin();
    load[part] += unit.weight;
    for (const Function *function : unit.functions)
      partsOf[function].insert(part);
  }
  for (auto &[variable, functions] : users)
    for (const Function *function : functions)
      partsOf[variable].insert(partsOf[function].front());
}

/// Lets other parts name the functions of this one, and nothing else.
static void externalize(Module &module, StringRef prefix) {
  for (Function &function : module) {
    if (function.isDeclaration() || !function.hasLocalLinkage())
      continue;
    // Models of other names may be linked into the same program.
    function.setName("dlc." + prefix + "." + function.getName());
    function.setLinkage(GlobalValue::ExternalLinkage);
    function.setVisibility(GlobalValue::HiddenVisibility);
  }
}

/// One part as bitcode, to be read in another context.
static SmallVector<char, 0> extract(const Module &module,
                                    const Partition &partition, unsigned part) {
  ValueToValueMapTy map;
  std::unique_ptr<Module> copy =
      CloneModule(module, map, [&](const GlobalValue *value) {
        return partition.contains(part, value);
      });
  for (Function &function : make_early_inc_range(*copy))
    if (function.isDeclaration() && function.use_empty())
      function.eraseFromParent();
  for (GlobalVariable &variable : make_early_inc_range(copy->globals()))
    if (variable.isDeclaration() && variable.use_empty())
      variable.eraseFromParent();
  SmallVector<char, 0> bitcode;
  raw_svector_ostream stream(bitcode);
  WriteBitcodeToFile(*copy, stream);
  return bitcode;
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

static Error compile(Module &module, TargetMachine &machine,
                     const CompilerOptions &options, mlir::TimingScope &timing,
                     SmallVectorImpl<char> &object) {
  if (mlir::TimingScope scope = timing.nest("Optimize LLVM IR"); true)
    if (Error error = optimize(module, machine, options.optLevel))
      return error;
  mlir::TimingScope scope = timing.nest("Generate code");
  return writeCode(module, machine, CodeFormat::Object, object);
}

static Error compilePart(ArrayRef<char> bitcode, const TargetMachine &machine,
                         const CompilerOptions &options,
                         mlir::TimingScope &timing,
                         SmallVectorImpl<char> &object) {
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = parseBitcodeFile(
      MemoryBufferRef(StringRef(bitcode.data(), bitcode.size()), "part"),
      context);
  if (!module)
    return module.takeError();
  std::unique_ptr<TargetMachine> copy(machine.getTarget().createTargetMachine(
      machine.getTargetTriple(), machine.getTargetCPU(),
      machine.getTargetFeatureString(), machine.Options,
      machine.getRelocationModel(), std::nullopt, machine.getOptLevel()));
  return compile(**module, *copy, options, timing, object);
}

Expected<Objects> dlc::compileObjects(std::unique_ptr<Module> module,
                                      const TargetMachine &machine,
                                      StringRef prefix,
                                      const CompilerOptions &options) {
  mlir::TimingScope timing = options.measure("LLVM, all threads");
  std::vector<SmallVector<char, 0>> parts;
  {
    mlir::TimingScope scope = timing.nest("Cut into parts");
    Partition partition(*module);
    if (partition.size() > 1)
      externalize(*module, prefix);
    for (unsigned part = 0; part < partition.size(); ++part)
      parts.push_back(extract(*module, partition, part));
    module.reset();
  }
  Objects objects(parts.size());
  std::vector<std::optional<Error>> errors(parts.size());
  ThreadPoolStrategy threads = hardware_concurrency(parts.size());
  threads.Limit = true;
  DefaultThreadPool pool(threads);
  for (size_t i = 0; i < parts.size(); ++i)
    pool.async([&, i] {
      errors[i] = compilePart(parts[i], machine, options, timing, objects[i]);
    });
  pool.wait();
  Error all = Error::success();
  for (std::optional<Error> &error : errors)
    all = joinErrors(std::move(all), std::move(*error));
  if (all)
    return std::move(all);
  return objects;
}
