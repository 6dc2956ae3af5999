//===- Kernels.cpp - Kernels compiled alone -------------------------------===//
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

#include "Values.h"

#include "dlc/Conversion/Passes.h"
#include "dlc/Execution/Interpret.h"
#include "dlc/Support/Error.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <limits>

using namespace llvm;
using namespace dlc;
using mlir::func::FuncOp;

using Shared = std::shared_ptr<const interp::Tensor>;

//===----------------------------------------------------------------------===//
// Programs of kernels
//===----------------------------------------------------------------------===//

/// A program with the kernels of `fused` and nothing else but the counters that
/// every model has.
static mlir::OwningOpRef<mlir::ModuleOp> cloneKernels(mlir::ModuleOp fused) {
  mlir::OwningOpRef<mlir::ModuleOp> result = fused.clone();
  for (auto model : result->getOps<dl::ModelOp>())
    for (mlir::Operation &op : make_early_inc_range(model.getBody().front())) {
      if (isa<dl::CounterOp>(op))
        continue;
      auto kernel = dyn_cast<FuncOp>(op);
      if (!kernel || !kernel->hasAttr(names::kernel)) {
        op.erase();
        continue;
      }
      // What a kernel alone takes are inputs, which are not written to.
      kernel->removeAttr(names::inPlace);
      kernel->removeAttr(names::fault);
    }
  return result;
}

/// Adds a step with inputs a0, a1, ... and outputs r0, r1, ...; `body` makes
/// the results.
static void addStep(
    dl::ModelOp model, StringRef name, mlir::TypeRange inputs,
    mlir::TypeRange outputs, mlir::Location loc,
    function_ref<SmallVector<mlir::Value>(mlir::OpBuilder &, mlir::ValueRange)>
        body) {
  mlir::OpBuilder builder =
      mlir::OpBuilder::atBlockEnd(&model.getBody().front());
  auto step = FuncOp::create(builder, loc, name,
                             builder.getFunctionType(inputs, outputs));
  step->setAttr(names::step, builder.getUnitAttr());
  for (unsigned i = 0; i < inputs.size(); ++i)
    step.setArgAttr(i, names::io,
                    builder.getStringAttr("a" + std::to_string(i)));
  for (unsigned i = 0; i < outputs.size(); ++i)
    step.setResultAttr(i, names::io,
                       builder.getStringAttr("r" + std::to_string(i)));
  mlir::Block *block = step.addEntryBlock();
  builder.setInsertionPointToEnd(block);
  mlir::func::ReturnOp::create(builder, loc,
                               body(builder, block->getArguments()));
}

static void addKernelStep(dl::ModelOp model, StringRef name, FuncOp kernel) {
  addStep(model, name, kernel.getArgumentTypes(), kernel.getResultTypes(),
          kernel.getLoc(),
          [&](mlir::OpBuilder &builder, mlir::ValueRange arguments) {
            return SmallVector<mlir::Value>(
                mlir::func::CallOp::create(builder, kernel.getLoc(), kernel,
                                           arguments)
                    .getResults());
          });
}

/// Adds a step of one loop. What a loop carries is returned by way of kernels
/// that copy it, as a step can return only what a kernel or a stack gives.
static void addLoopStep(dl::ModelOp model, StringRef name, dl::ScanOp loop) {
  SmallVector<FuncOp> copies;
  mlir::OpBuilder atEnd = mlir::OpBuilder::atBlockEnd(&model.getBody().front());
  for (unsigned i = 0; i < loop.getNumCarried(); ++i) {
    mlir::Type type = loop.getResult(i).getType();
    auto copy = FuncOp::create(atEnd, loop.getLoc(),
                               ("kernel_" + name + "_copy" + Twine(i)).str(),
                               atEnd.getFunctionType(type, type));
    copy.setPrivate();
    copy->setAttr(names::kernel, atEnd.getUnitAttr());
    mlir::OpBuilder inside = mlir::OpBuilder::atBlockEnd(copy.addEntryBlock());
    mlir::Value value =
        dl::CopyOp::create(inside, loop.getLoc(), type, copy.getArgument(0));
    mlir::func::ReturnOp::create(inside, loop.getLoc(), value);
    copies.push_back(copy);
  }
  addStep(model, name, loop->getOperandTypes(), loop->getResultTypes(),
          loop.getLoc(),
          [&](mlir::OpBuilder &builder, mlir::ValueRange arguments) {
            mlir::IRMapping mapping;
            mlir::Operation *clone = builder.clone(*loop, mapping);
            clone->setOperands(arguments);
            SmallVector<mlir::Value> results(clone->getResults());
            for (auto [copy, result] : zip(copies, results))
              result = mlir::func::CallOp::create(builder, loop.getLoc(), copy,
                                                  result)
                           .getResult(0);
            return results;
          });
}

//===----------------------------------------------------------------------===//
// Running one
//===----------------------------------------------------------------------===//

namespace {

/// How a step of a probe compares with what is expected.
struct Answer {
  unsigned result = 0;
  Difference difference;
  std::string error;

  bool differs() const { return difference.differs() || !error.empty(); }
};

/// A compiled program of kernels.
class Probe {
public:
  static Expected<std::unique_ptr<Probe>>
  compile(const CompareRequest &request, Compilation &compilation,
          mlir::OwningOpRef<mlir::ModuleOp> program);

  /// The first result that differs; if none does, the one that is furthest off.
  Answer run(StringRef step, ArrayRef<Shared> operands,
             ArrayRef<Shared> expected, const Tolerance &tolerance);

  /// The results of a step by the interpreter.
  Expected<std::vector<Shared>> evaluate(StringRef step,
                                         ArrayRef<Shared> operands);

private:
  /// For each result what changes of the operands in their last bits do.
  std::vector<double> noiseOf(StringRef step, ArrayRef<Shared> operands,
                              ArrayRef<Shared> expected);

  std::unique_ptr<Model> model;
  /// The program before it was compiled.
  mlir::OwningOpRef<mlir::ModuleOp> source;
};

} // namespace

/// The step of that name.
static FuncOp findStep(mlir::ModuleOp module, StringRef name) {
  for (auto model : module.getOps<dl::ModelOp>())
    for (auto step : model.getBody().getOps<FuncOp>())
      if (step->hasAttr(names::step) && step.getSymName() == name)
        return step;
  return {};
}

Expected<std::unique_ptr<Probe>>
Probe::compile(const CompareRequest &request, Compilation &compilation,
               mlir::OwningOpRef<mlir::ModuleOp> program) {
  auto result = std::make_unique<Probe>();
  result->source = program->clone();
  // An index outside of its table is clamped, as in the step.
  result->source->walk([](FuncOp function) {
    if (function->hasAttr(names::step))
      function->setAttr(names::faults,
                        mlir::ArrayAttr::get(function.getContext(), {}));
  });
  program = compilation.exchange(std::move(program));
  auto model = request.compile(compilation, "fuse", "kernels", request.threads);
  compilation.exchange(std::move(program));
  if (!model)
    return model.takeError();
  result->model = std::move(*model);
  return result;
}

Expected<std::vector<Shared>> Probe::evaluate(StringRef step,
                                              ArrayRef<Shared> operands) {
  std::vector<interp::Tensor> arguments;
  for (const Shared &operand : operands)
    arguments.push_back(*operand);
  auto results =
      interp::evaluate(findStep(*source, step), std::move(arguments));
  if (!results)
    return results.takeError();
  std::vector<Shared> shared;
  for (interp::Tensor &result : *results)
    shared.push_back(std::make_shared<const interp::Tensor>(std::move(result)));
  return shared;
}

/// The elements in the layout of dlc/Runtime.h.
static std::vector<char> bytesOf(const interp::Tensor &tensor,
                                 const dlc_tensor &like) {
  std::vector<char> bytes(numBytes(like));
  tensor.store(bytes.data());
  return bytes;
}

std::vector<double> Probe::noiseOf(StringRef name, ArrayRef<Shared> operands,
                                   ArrayRef<Shared> expected) {
  const dlc_step &step = model->step(cantFail(model->findStep(name)));
  std::vector<double> noise(expected.size());
  for (unsigned seed : {1000u, 2000u}) {
    std::vector<Shared> moved;
    for (auto [i, operand] : enumerate(operands)) {
      std::vector<char> bytes = bytesOf(*operand, step.inputs[i]);
      perturb(step.inputs[i].type, bytes, seed + i);
      moved.push_back(std::make_shared<const interp::Tensor>(
          interp::Tensor::load(operand->type(), bytes.data())));
    }
    Expected<std::vector<Shared>> results = evaluate(name, moved);
    if (!results) {
      consumeError(results.takeError());
      continue;
    }
    for (auto [i, result] : enumerate(*results))
      noise[i] =
          std::max(noise[i], largestMove(step.outputs[i].type,
                                         bytesOf(*expected[i], step.outputs[i]),
                                         bytesOf(*result, step.outputs[i])));
  }
  return noise;
}

Answer Probe::run(StringRef name, ArrayRef<Shared> operands,
                  ArrayRef<Shared> expected, const Tolerance &tolerance) {
  Answer answer;
  auto fail = [&](Error error) {
    answer.error = toString(std::move(error));
    return answer;
  };
  Expected<int> index = model->findStep(name);
  if (!index)
    return fail(index.takeError());
  const dlc_step &step = model->step(*index);
  StepBuffers buffers(step);
  if (Error error = buffers.check())
    return fail(std::move(error));
  for (auto [i, operand] : enumerate(operands))
    operand->store(buffers.input(i).data());
  if (Error error = model->run(*index, buffers.io()))
    return fail(std::move(error));
  // How sensitive it is is asked only where it matters.
  std::vector<double> noise;
  for (unsigned i = 0; i < expected.size(); ++i) {
    std::vector<char> bytes = bytesOf(*expected[i], step.outputs[i]);
    auto compare = [&](double moved) {
      return compareTensors(step.outputs[i].type, expected[i]->shape(),
                            buffers.output(i).data(), bytes.data(), tolerance,
                            moved);
    };
    Difference difference = compare(0);
    if (difference.differs()) {
      if (noise.empty())
        noise = noiseOf(name, operands, expected);
      difference = compare(noise[i]);
    }
    if (i == 0 || difference.excess > answer.difference.excess) {
      answer.result = i;
      answer.difference = difference;
    }
    if (difference.differs())
      break;
  }
  return answer;
}

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

/// Whether a program is one that the phase `fuse` could have left.
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
    // What does not compile does not stand in the way of the others.
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
  /// The kernel that differs, and what it was given.
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
  fused.interpretAfter = "fuse";
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
  StepBuffers buffers(step);
  if (Error error = buffers.check())
    return std::move(error);
  if (Error error = request.fillInputs(step, buffers))
    return std::move(error);
  if (Error error = request.initialise(*model))
    return std::move(error);
  // A step that fails has run kernels up to there.
  if (Error error = model->run(*index, buffers.io()))
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
