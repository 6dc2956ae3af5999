//===- Phases.cpp - The way from a model to code --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Pipelines/Phases.h"

#include "dlc/Autodiff/Passes.h"
#include "dlc/Codegen/Passes.h"
#include "dlc/Conversion/Passes.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Machine/Passes.h"
#include "dlc/Schedule/Passes.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Passes that may be left out
//===----------------------------------------------------------------------===//

/// Adds an optional pass, unless it is left out.
static void addOptional(OpPassManager &manager, const PhaseOptions &options,
                        std::unique_ptr<Pass> pass) {
  StringRef name = pass->getArgument();
  if (options.optional && !llvm::is_contained(*options.optional, name))
    options.optional->push_back(name.str());
  if (!llvm::is_contained(options.disabled, name))
    manager.addPass(std::move(pass));
}

std::vector<std::string>
dlc::getOptionalPasses(ArrayRef<const Phase *> phases) {
  std::vector<std::string> names;
  PhaseOptions options;
  options.optional = &names;
  OpPassManager manager(ModuleOp::getOperationName());
  for (const Phase *phase : phases)
    phase->addPasses(manager, options);
  return names;
}

//===----------------------------------------------------------------------===//
// resolve, grad, simplify, fuse: programs in dl
//===----------------------------------------------------------------------===//

static void addCleanup(OpPassManager &manager, const PhaseOptions &options) {
  manager.addPass(createCanonicalize());
  addOptional(manager, options, createCSEPass());
}

static void addResolve(OpPassManager &manager, const PhaseOptions &options) {
  manager.addNestedPass<dl::ModelOp>(createInstantiateFunctions());
  if (!options.partOnly)
    manager.addNestedPass<dl::ModelOp>(createFindUnusedState());
  SpecializeBatchOptions sizes;
  sizes.batch = llvm::to_vector(options.batch);
  manager.addNestedPass<dl::ModelOp>(createSpecializeBatch(sizes));
  manager.addNestedPass<dl::ModelOp>(createResolveSteps());
  if (options.evaluationOnly)
    manager.addNestedPass<dl::ModelOp>(createKeepEvaluation());
  manager.nest<dl::ModelOp>().addNestedPass<func::FuncOp>(
      createWriteBroadcasts());
  addCleanup(manager, options);
}

/// Whether an elementwise op has an operand of another shape than its result's.
static bool broadcastsOperands(Operation *op) {
  return op->hasTrait<dl::Elementwise>() &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           return dl::tensorType(operand).getShape() !=
                  dl::tensorType(op->getResult(0)).getShape();
         });
}

static bool isResolved(Operation *op) {
  // A step is made of dl only.
  if (op->getParentOfType<dl::ModelOp>() &&
      !isa<dl::DlDialect, func::FuncDialect>(op->getDialect()))
    return false;
  if (broadcastsOperands(op))
    return false;
  return !op->hasTrait<dl::Shorthand>() ||
         isa<dl::GradientOp, dl::DependsOp>(op);
}

static void addGrad(OpPassManager &manager, const PhaseOptions &options) {
  OpPassManager &functions = manager.nest<dl::ModelOp>().nest<func::FuncOp>();
  functions.addPass(createDifferentiate());
  addCleanup(manager, options);
}

static bool isExplicit(Operation *op) {
  return isResolved(op) &&
         !isa<dl::GradientOp, dl::DependsOp, dl::VariableOp>(op);
}

void dlc::addPrimitives(OpPassManager &manager) {
  OpPassManager &model = manager.nest<dl::ModelOp>();
  model.addNestedPass<func::FuncOp>(createDecompose());
  model.addNestedPass<func::FuncOp>(createDropStopGradient());
  model.addNestedPass<func::FuncOp>(createVerifyRows());
  model.addPass(createVerifyRowCounts());
}

static void addSimplify(OpPassManager &manager, const PhaseOptions &options) {
  addOptional(manager.nest<dl::ModelOp>(), options, createFoldBatchNorm());
  addOptional(manager.nest<dl::ModelOp>().nest<func::FuncOp>(), options,
              createPoolFirst());
  addPrimitives(manager);
  addCleanup(manager, options);
  addOptional(manager.nest<dl::ModelOp>().nest<func::FuncOp>(), options,
              createFastMath());
  manager.nest<dl::ModelOp>().addNestedPass<func::FuncOp>(
      createCollectFaults());
  addOptional(manager.nest<dl::ModelOp>(), options, createAssignStorage());
  manager.nest<dl::ModelOp>().addPass(createAssignLayout());
  // Views inside of loops move as far as the loop's invariants, in front of the
  // loops, and on from there.
  OpPassManager &functions = manager.nest<dl::ModelOp>().nest<func::FuncOp>();
  addOptional(functions, options, createMoveViews());
  addOptional(functions, options, createHoistInvariants());
  addOptional(functions, options, createMoveViews());
  addCleanup(manager, options);
  addOptional(manager.nest<dl::ModelOp>(), options, createChooseLayout());
  addOptional(manager.nest<dl::ModelOp>().nest<func::FuncOp>(), options,
              createBlockWeights());
  addOptional(manager.nest<dl::ModelOp>(), options, createDeriveState());
  if (options.freeze)
    manager.addNestedPass<dl::ModelOp>(createFreezeState());
  addCleanup(manager, options);
}

static bool isSimplified(Operation *op) {
  return isExplicit(op) &&
         !isa<dl::Decomposable, dl::StopGradientOp, dl::Conv2dInputGradOp>(op);
}

static void addFuse(OpPassManager &manager, const PhaseOptions &options) {
  OpPassManager &model = manager.nest<dl::ModelOp>();
  OpPassManager &functions = model.nest<func::FuncOp>();
  addOptional(functions, options, createSplitConcats());
  addOptional(functions, options, createSplitReductions());
  addOptional(model, options, createCSEPass());
  addOptional(functions, options, createNoteZeroBorders());
  model.addPass(createFormKernels());
  model.addPass(createVerifyKernels());
  if (options.profile)
    model.addPass(createNoteCosts());
}

/// Steps only call kernels, some of them in loops; everything else is in
/// kernels.
static bool isFused(Operation *op) {
  if (!isSimplified(op))
    return false;
  auto function = op->getParentOfType<func::FuncOp>();
  if (!function)
    return true;
  if (!function->hasAttr(names::step))
    return !isa<dl::ScanOp, func::CallOp>(op);
  // A reshape there is the view through which a loop takes an operand.
  if (isa<dl::ReshapeOp>(op))
    return llvm::all_of(op->getUsers(), [](Operation *user) {
      return isa<dl::ScanOp, dl::ReshapeOp>(user);
    });
  return isa<dl::ScanOp, dl::YieldOp, func::CallOp, func::ReturnOp>(op);
}

//===----------------------------------------------------------------------===//
// linalg, vector, llvm: towards the machine
//===----------------------------------------------------------------------===//

static void addLinalg(OpPassManager &manager, const PhaseOptions &options) {
  manager.addNestedPass<dl::ModelOp>(createDlToLinalg());
  addOptional(manager.nest<dl::ModelOp>().nest<func::FuncOp>(), options,
              createFuseElementwise());
  addCleanup(manager, options);
  manager.addPass(createDestinationStyle());
  addCleanup(manager, options);
}

template <typename... Dialects>
static bool isIn(Operation *op) {
  return (isa<Dialects>(op->getDialect()) || ...);
}

static bool isLinalg(Operation *op) {
  return isIn<BuiltinDialect, func::FuncDialect, linalg::LinalgDialect,
              arith::ArithDialect, math::MathDialect, scf::SCFDialect,
              tensor::TensorDialect>(op) ||
         isa<bufferization::AllocTensorOp,
             bufferization::MaterializeInDestinationOp>(op);
}

void dlc::addSchedule(OpPassManager &manager, const PhaseOptions &options) {
  manager.addPass(createBufferizeSteps());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  manager.addPass(bufferization::createOneShotBufferizePass(bufferize));
  manager.addPass(createOrderGlobals());
  // Views of views of an argument become the argument.
  manager.addPass(createCanonicalize());
  manager.addPass(bufferization::createDropEquivalentBufferResultsPass());
  addCleanup(manager, options);
  manager.addPass(createHoistScratch());
  addOptional(manager, options, createOrderKernels());
  RecomputeOptions recompute;
  recompute.budget = options.memoryBudget;
  addOptional(manager, options, createRecompute(recompute));
  PlanMemoryOptions plan;
  plan.print = options.printMemoryPlan;
  plan.budget = options.memoryBudget;
  manager.addPass(createPlanMemory(plan));
}

static void addVector(OpPassManager &manager, const PhaseOptions &options) {
  addSchedule(manager, options);
  manager.addPass(createAddWorkers());
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createEmitLoops());
  addCleanup(functions, options);
  addOptional(functions, options, createApproximateMath());
  manager.addPass(createInsertBarriers());
  manager.addPass(createGuardState());
  if (options.profile)
    manager.addPass(createInsertMarks());
  manager.addPass(createFlattenEmptyBuffers());
  addCleanup(manager.nest<func::FuncOp>(), options);
}

static bool isVector(Operation *op) {
  return isIn<BuiltinDialect, func::FuncDialect, scf::SCFDialect,
              vector::VectorDialect, memref::MemRefDialect, arith::ArithDialect,
              math::MathDialect, ub::UBDialect>(op) &&
         !isa<memref::AllocOp, memref::CopyOp>(op);
}

static void addLLVM(OpPassManager &manager, const PhaseOptions &options) {
  manager.addPass(createPrefixSteps());
  // Function by function, on all CPUs, as far as a pass needs no more.
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(createLowerAffinePass());
  functions.addPass(createSCFToControlFlowPass());
  manager.addPass(createConvertMathToLLVMPass());
  // Takes vectors apart, element by element.
  manager.addPass(createConvertMathToLibmPass());
  manager.nest<func::FuncOp>().addPass(createConvertBodyToLLVM());
  // Globals, and what reads them.
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions function;
  function.useBarePtrCallConv = true;
  manager.addPass(createConvertFuncToLLVMPass(function));
  OpPassManager &lowered = manager.nest<LLVM::LLVMFuncOp>();
  lowered.addPass(createReconcileUnrealizedCastsPass());
  lowered.addPass(createAnnotateLoops());
  addCleanup(lowered, options);
}

static bool isLLVM(Operation *op) {
  return isIn<BuiltinDialect, LLVM::LLVMDialect>(op) &&
         !isa<UnrealizedConversionCastOp>(op);
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static constexpr Phase phases[] = {
    {phase::resolve,
     "steps as pure functions of state and inputs: calls inlined, modes set, "
     "reads and writes as arguments and results; broadcasts written out",
     addResolve, isResolved, ProgramForm::Ops},
    {phase::grad, "an explicit backward program: no gradient, no minimize",
     addGrad, isExplicit, ProgramForm::Ops},
    {phase::simplify,
     "primitive ops only: norms folded into layers, images with channels last, "
     "weights in the order in which kernels read them, values that depend on "
     "the state alone in derivations; no repeated and no dead code",
     addSimplify, isSimplified, ProgramForm::Ops,
     /*readsTarget=*/true},
    {phase::fuse,
     "kernels: steps call functions of ops that share a loop; equal functions "
     "are merged",
     addFuse, isFused, ProgramForm::Kernels, /*readsTarget=*/true},
    {phase::linalg,
     "structured ops on tensors that write into given destinations; no dl",
     addLinalg, isLinalg, ProgramForm::Tensors},
    {phase::vector,
     "register-tiled vector loops on memory at fixed offsets of one arena",
     addVector, isVector, ProgramForm::Buffers},
    {phase::llvmDialect, "the LLVM dialect only", addLLVM, isLLVM,
     ProgramForm::Code},
};

ArrayRef<Phase> dlc::getPhases() { return phases; }

/// The number of phases in front of those of backends.
static size_t countProgramPhases() {
  return llvm::find_if(phases,
                       [](const Phase &phase) {
                         return phase.form > ProgramForm::Kernels;
                       }) -
         std::begin(phases);
}

ArrayRef<Phase> dlc::getProgramPhases() {
  return ArrayRef(phases).take_front(countProgramPhases());
}

ArrayRef<Phase> dlc::getCpuPhases() {
  return ArrayRef(phases).drop_front(countProgramPhases());
}

const Phase *dlc::findPhase(StringRef name) {
  auto found =
      llvm::find_if(phases, [&](const Phase &p) { return p.name == name; });
  return found == std::end(phases) ? nullptr : found;
}

namespace {

/// Fails on an op that a phase should not have left.
struct CheckPhase : PassWrapper<CheckPhase, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(CheckPhase)

  explicit CheckPhase(const Phase &phase) : phase(phase) {}
  StringRef getArgument() const override { return "dl-check-phase"; }
  StringRef getName() const override { return "CheckPhase"; }

  void runOnOperation() override {
    // In the name of the phase: nobody need have looked after each pass.
    if (failed(verify(getOperation())))
      return signalPassFailure();
    getOperation().walk([&](Operation *op) {
      if (phase.isLegal(op))
        return;
      op->emitOpError() << "is left after phase '" << phase.name
                        << "', which should leave " << phase.leaves;
      signalPassFailure();
    });
  }

  const Phase &phase;
};

} // namespace

void dlc::addPhase(OpPassManager &manager, const Phase &phase,
                   const PhaseOptions &options) {
  phase.addPasses(manager, options);
  manager.addPass(std::make_unique<CheckPhase>(phase));
}

namespace {

/// The options of a phase on dlc-opt's command line.
struct PhasePipelineOptions : PassPipelineOptions<PhasePipelineOptions> {
  Option<int64_t> memoryBudget{
      *this, "memory-budget",
      llvm::cl::desc("bytes that the arena of each step may have"),
      llvm::cl::init(PhaseOptions().memoryBudget)};
  Option<bool> printMemoryPlan{
      *this, "print-memory-plan",
      llvm::cl::desc("print where the values of each step lie, and when"),
      llvm::cl::init(PhaseOptions().printMemoryPlan)};
  Option<bool> evaluationOnly{
      *this, "evaluation-only",
      llvm::cl::desc("keep only steps that leave the state as it is"),
      llvm::cl::init(PhaseOptions().evaluationOnly)};
  Option<bool> profile{
      *this, "profile",
      llvm::cl::desc("let steps measure where their time goes"),
      llvm::cl::init(PhaseOptions().profile)};
};

} // namespace

void dlc::registerPhases() {
  registerAutodiffPasses();
  registerTransformsPasses();
  registerMachinePasses();
  registerConversionPasses();
  registerSchedulePasses();
  registerCodegenPasses();
  for (const Phase &phase : phases)
    PassPipelineRegistration<PhasePipelineOptions>(
        ("dl-" + phase.name).str(), phase.leaves,
        [&phase](OpPassManager &manager, const PhasePipelineOptions &options) {
          PhaseOptions chosen;
          chosen.memoryBudget = options.memoryBudget;
          chosen.printMemoryPlan = options.printMemoryPlan;
          chosen.evaluationOnly = options.evaluationOnly;
          chosen.profile = options.profile;
          addPhase(manager, phase, chosen);
        });
}
