//===- Kernels.cpp - Kernels compiled alone -------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   func.func @train(...) {
//     %0 = call @kernel_0(%x, %w)
//     %1 = dl.scan 5 carry(%h = %0) { %2 = func.call @kernel_1(%h) ... }
//
// is evaluated while a second program is compiled whose steps are the kernels
// and loops alone:
//
//   func.func @u0(%a0, %a1) { %0 = call @kernel_0(%a0, %a1) return %0 }
//   func.func @u1(%a0) { %0 = call @kernel_1(%a0) return %0 }
//   func.func @u2(%a0) { %1 = dl.scan 5 carry(%h = %a0) { ... } return ... }
//
// Whenever the interpreter evaluates a call or a loop, the step of it runs on
// the same operands. So an error is found where it arises, whatever follows.
// The ops of the kernel that is found are told apart in the same way: a step
// for each, of the ops it depends on.
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "Probe.h"
#include "Values.h"

#include "dlc/Execution/Interpret.h"
#include "dlc/Support/Error.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"

#include <map>

using namespace llvm;
using namespace dlc;
using mlir::func::FuncOp;

using Shared = SharedTensor;

//===----------------------------------------------------------------------===//
// The ops of one kernel
//===----------------------------------------------------------------------===//

namespace {

/// An op of a kernel as a kernel of its own, with all it depends on.
struct OpKernel {
  mlir::Operation *op;
  unsigned result;
};

/// Tells the ops of a kernel apart.
class OpFinder {
public:
  OpFinder(const CompareRequest &request, Compilation &compilation,
           FuncOp kernel, ArrayRef<Shared> operands)
      : request(request), compilation(compilation), kernel(kernel),
        operands(operands) {}

  /// The first op that differs, as text; empty if none does.
  std::string find(Difference &difference);

private:
  FuncOp addKernel(dl::ModelOp model, const OpKernel &wanted, StringRef name);
  bool isGood(mlir::ModuleOp program);
  /// The first of these ops that differs, empty if none does; nothing where
  /// they do not compile.
  std::optional<std::string> tryOps(ArrayRef<OpKernel> ops,
                                    Difference &difference);

  const CompareRequest &request;
  Compilation &compilation;
  FuncOp kernel;
  ArrayRef<Shared> operands;
};

} // namespace

/// Adds a kernel that gives one value of the kernel.
FuncOp OpFinder::addKernel(dl::ModelOp model, const OpKernel &wanted,
                           StringRef name) {
  SetVector<mlir::Operation *> ops;
  mlir::BackwardSliceOptions options;
  options.inclusive = true;
  options.omitBlockArguments = true;
  (void)mlir::getBackwardSlice(wanted.op, &ops, options);

  mlir::OpBuilder builder =
      mlir::OpBuilder::atBlockEnd(&model.getBody().front());
  mlir::Value value = wanted.op->getResult(wanted.result);
  auto result = FuncOp::create(
      builder, kernel.getLoc(), name,
      builder.getFunctionType(kernel.getArgumentTypes(), value.getType()));
  result.setPrivate();
  for (StringRef attr : {StringRef(names::kernel), StringRef(names::rows)})
    if (mlir::Attribute kept = kernel->getAttr(attr))
      result->setAttr(attr, kept);
  mlir::Block *body = result.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  mlir::IRMapping mapping;
  mapping.map(kernel.getArguments(), body->getArguments());
  for (mlir::Operation &op : kernel.getBody().front())
    if (ops.contains(&op))
      builder.clone(op, mapping);
  mlir::func::ReturnOp::create(builder, kernel.getLoc(), mapping.lookup(value));
  return result;
}

/// Whether the phase `fuse` could have left this program.
bool OpFinder::isGood(mlir::ModuleOp program) {
  Error error = compilation.runCollecting(
      [&] {
        mlir::PassManager manager(program.getContext());
        manager.nest<dl::ModelOp>().addPass(createVerifyKernels());
        return manager.run(program);
      },
      "not a program of kernels");
  if (!error)
    return true;
  consumeError(std::move(error));
  return false;
}

std::optional<std::string> OpFinder::tryOps(ArrayRef<OpKernel> ops,
                                            Difference &difference) {
  mlir::OwningOpRef<mlir::ModuleOp> program =
      cloneKernels(kernel->getParentOfType<mlir::ModuleOp>());
  dl::ModelOp model = *program->getOps<dl::ModelOp>().begin();
  for (FuncOp other : make_early_inc_range(model.getBody().getOps<FuncOp>()))
    other.erase();
  for (auto [i, op] : enumerate(ops))
    addKernelStep(model, ("op" + Twine(i)).str(),
                  addKernel(model, op, ("kernel_op" + Twine(i)).str()));
  if (!isGood(*program))
    return std::nullopt;
  auto probe = Probe::compile(request, compilation, std::move(program));
  if (!probe) {
    consumeError(probe.takeError());
    return std::nullopt;
  }
  for (auto [i, op] : enumerate(ops)) {
    std::string name = ("op" + Twine(i)).str();
    Expected<std::vector<Shared>> expected = (*probe)->evaluate(name, operands);
    if (!expected) {
      consumeError(expected.takeError());
      continue;
    }
    Answer answer = (*probe)->run(name, operands, *expected, request.tolerance);
    if (!answer.differs())
      continue;
    difference = answer.difference;
    return nameOf(op.op);
  }
  return "";
}

std::string OpFinder::find(Difference &difference) {
  SmallVector<OpKernel> all;
  auto rows = kernel->getAttrOfType<mlir::IntegerAttr>(names::rows);
  for (mlir::Operation &op : kernel.getBody().front().without_terminator()) {
    if (op.hasTrait<mlir::OpTrait::ConstantLike>())
      continue;
    for (mlir::OpResult result : op.getResults()) {
      mlir::RankedTensorType type = dl::tensorType(result);
      // A kernel that runs row by row gives values with these rows.
      if (rows && (type.getRank() == 0 || type.getDimSize(0) != rows.getInt()))
        continue;
      all.push_back({&op, result.getResultNumber()});
    }
  }
  constexpr size_t together = 16;
  for (ArrayRef<OpKernel> rest = all; !rest.empty();) {
    ArrayRef<OpKernel> some = rest.take_front(together);
    rest = rest.drop_front(some.size());
    std::optional<std::string> found = tryOps(some, difference);
    // An op that does not compile must not hide the others.
    if (!found)
      for (const OpKernel &one : some)
        if ((found = tryOps(one, difference)) && !found->empty())
          break;
    if (found && !found->empty())
      return *found;
  }
  return "";
}

//===----------------------------------------------------------------------===//
// All kernels of a step
//===----------------------------------------------------------------------===//

namespace {

/// Compares the kernels of a step while the interpreter runs it.
class KernelComparison {
public:
  explicit KernelComparison(const CompareRequest &request) : request(request) {}

  Expected<KernelReport> run(StringRef path, const CompilerOptions &options);

private:
  Error compileUnits();
  void observe(mlir::Operation *op, ArrayRef<Shared> operands,
               ArrayRef<Shared> results);
  std::string describeUnit(mlir::Operation *op) const;

  const CompareRequest &request;
  /// Owns the context of everything below.
  std::unique_ptr<Model> model;
  Compilation *compilation = nullptr;
  std::unique_ptr<Probe> probe;
  /// The steps of kernels, by their names, and of loops.
  std::map<std::string, std::string> kernelSteps;
  DenseMap<mlir::Operation *, std::string> loopSteps;

  KernelReport report;
  DenseMap<mlir::Operation *, int64_t> evaluations;
  /// The kernel that differs, and its operands.
  FuncOp guilty;
  SmallVector<Shared> given;
};

} // namespace

static FuncOp calledBy(mlir::Operation *op) {
  auto call = cast<mlir::func::CallOp>(op);
  return mlir::SymbolTable::lookupNearestSymbolFrom<FuncOp>(
      call, call.getCalleeAttr());
}

Error KernelComparison::compileUnits() {
  mlir::ModuleOp fused = compilation->getModule();
  FuncOp step = findStep(fused, request.step);
  if (!step)
    return makeError("after fuse there is no step '{0}'", request.step);
  mlir::OwningOpRef<mlir::ModuleOp> program = cloneKernels(fused);
  dl::ModelOp model = *program->getOps<dl::ModelOp>().begin();
  mlir::SymbolTable kernels(model);
  unsigned number = 0;
  step.walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation *op) {
    std::string name = "u" + std::to_string(number);
    if (auto call = dyn_cast<mlir::func::CallOp>(op)) {
      // The check of indices: the step itself tells whether it fails.
      if (calledBy(op)->hasAttr(names::fault))
        return;
      auto [entry, isNew] =
          kernelSteps.try_emplace(call.getCallee().str(), name);
      if (!isNew)
        return;
      addKernelStep(model, name, kernels.lookup<FuncOp>(call.getCallee()));
      ++number;
    } else if (auto loop = dyn_cast<dl::ScanOp>(op)) {
      // A loop in a loop is part of the outer one.
      if (loop->getParentOp() != step)
        return;
      addLoopStep(model, name, loop);
      loopSteps[op] = name;
      ++number;
    }
  });
  if (number == 0)
    return Error::success();
  auto compiled = Probe::compile(request, *compilation, std::move(program));
  if (!compiled)
    return makeError("the kernels do not compile alone: {0}",
                     toString(compiled.takeError()));
  probe = std::move(*compiled);
  return Error::success();
}

std::string KernelComparison::describeUnit(mlir::Operation *op) const {
  if (isa<dl::ScanOp>(op))
    return "the loop at " + placeOf(op->getLoc());
  std::string text =
      "kernel @" + cast<mlir::func::CallOp>(op).getCallee().str();
  text += ", called at " + placeOf(op->getLoc());
  if (auto loop = op->getParentOfType<dl::ScanOp>())
    text += ", call " + std::to_string(evaluations.lookup(op)) +
            " in the loop at " + placeOf(loop.getLoc());
  return text;
}

void KernelComparison::observe(mlir::Operation *op, ArrayRef<Shared> operands,
                               ArrayRef<Shared> results) {
  if (report.fault || !probe)
    return;
  std::string step;
  if (auto call = dyn_cast<mlir::func::CallOp>(op)) {
    auto found = kernelSteps.find(call.getCallee().str());
    if (found != kernelSteps.end())
      step = found->second;
  } else if (isa<dl::ScanOp>(op)) {
    step = loopSteps.lookup(op);
  }
  if (step.empty())
    return;
  bool isFirst = ++evaluations[op] == 1;
  Answer answer = probe->run(step, operands, results, request.tolerance);
  if (!answer.differs()) {
    report.agreeing += isFirst;
    if (answer.difference.excess > report.excess) {
      report.excess = answer.difference.excess;
      report.furthest = describeUnit(op);
    }
    return;
  }
  KernelFault &fault = report.fault.emplace();
  fault.unit = describeUnit(op);
  fault.result = answer.result;
  fault.difference = answer.difference;
  fault.error = answer.error;
  if (isa<dl::ScanOp>(op) || !fault.error.empty())
    return;
  guilty = calledBy(op);
  given.assign(operands.begin(), operands.end());
}

Expected<KernelReport> KernelComparison::run(StringRef path,
                                             const CompilerOptions &options) {
  auto read = Compilation::read(path, options);
  if (!read)
    return read.takeError();
  compilation = read->get();
  CompilerOptions fused = options;
  fused.interpretAfter = phase::fuse.str();
  auto interpreted = interpretAndLoad(
      std::move(*read), fused,
      [&](mlir::Operation *op, ArrayRef<Shared> operands,
          ArrayRef<Shared> results) { observe(op, operands, results); });
  if (!interpreted)
    return interpreted.takeError();
  model = std::move(*interpreted);
  if (Error error = compileUnits())
    return std::move(error);

  Expected<int> index = model->findStep(request.step);
  if (!index)
    return index.takeError();
  const dlc_step &step = model->step(*index);
  Expected<StepBuffers> buffers = StepBuffers::create(step);
  if (!buffers)
    return buffers.takeError();
  if (Error error = request.fillInputs(step, *buffers))
    return std::move(error);
  if (Error error = request.initialise(*model))
    return std::move(error);
  // A step that fails has run kernels up to there.
  if (Error error = model->run(*index, *buffers))
    consumeError(std::move(error));

  if (guilty) {
    OpFinder finder(request, *compilation, guilty, given);
    report.fault->op = finder.find(report.fault->opDifference);
    SetVector<mlir::Operation *> ops;
    mlir::BackwardSliceOptions slice;
    slice.inclusive = true;
    slice.omitBlockArguments = true;
    mlir::Value result = guilty.getBody().front().getTerminator()->getOperand(
        report.fault->result);
    if (mlir::Operation *op = result.getDefiningOp())
      (void)mlir::getBackwardSlice(op, &ops, slice);
    for (mlir::Operation *op : ops)
      if (!op->hasTrait<mlir::OpTrait::ConstantLike>())
        report.fault->ops.push_back(nameOf(op));
  }
  return std::move(report);
}

Expected<KernelReport> dlc::compareKernels(const CompareRequest &request,
                                           StringRef path,
                                           const CompilerOptions &options) {
  return KernelComparison(request).run(path, options);
}
