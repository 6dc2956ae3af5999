//===- ResolveSteps.cpp - Steps as pure functions -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   dl.step @train(%x: ...) -> (loss: tensor<f32>) {
//     %w = dl.read @w : ...
//     ...
//     dl.minimize %loss with @sgd over ["*"] lr(%lr) : ...
//     dl.return %loss : ...
//   }
//
// becomes
//
//   func.func @train(%x {dl.name = "x"}, %w {dl.state = @w}, ...)
//       -> (tensor<f32> {dl.name = "loss"}, ... {dl.state = @w}) {
//     ...
//     %g = dl.gradient %loss wrt %w : ...
//     %w1 = <update of w by g>
//     return %loss, %w1 : ...
//   }
//
//===----------------------------------------------------------------------===//

#include "InlineCalls.h"
#include "StepResolver.h"

#include "dlc/Dialect/Dl/Params.h"
#include "dlc/Dialect/Dl/ReverseMode.h"
#include "dlc/Transforms/Origin.h"

namespace dlc {
#define GEN_PASS_DEF_RESOLVESTEPS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// State of one step
//===----------------------------------------------------------------------===//

/// The value of a state entry: the argument it came in with, or the value
/// written last.
Value StepResolver::read(StringAttr entry, Type type) {
  auto found = current.find(entry);
  if (found != current.end())
    return found->second;
  Value arg = function.getBody().front().addArgument(type, function.getLoc());
  argAttrs.push_back(builder.getDictionaryAttr(
      builder.getNamedAttr(names::state, FlatSymbolRefAttr::get(entry))));
  return current[entry] = arg;
}

Value StepResolver::readAlone(StringAttr entry, Type type) {
  Value value = read(entry, type);
  if (!isFloat(value) || !symbols.lookup<ParamOp>(entry) ||
      !written.contains(entry) || value.getDefiningOp<VariableOp>())
    return value;
  // The written value may be another value too: an activation, or another
  // parameter.
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(value);
  return current[entry] =
             VariableOp::create(builder, value.getLoc(), type, value);
}

LogicalResult StepResolver::write(Operation *op, StringAttr entry,
                                  Value value) {
  auto param = symbols.lookup<ParamOp>(entry);
  if (updates && param && !updates->contains(param))
    return op->emitOpError()
           << "changes @" << entry.getValue() << ", which is not among the "
           << "parameters that @" << function.getSymName() << " updates";
  current[entry] = value;
  written.insert(entry);
  return success();
}

/// Fails for an op whose mode neither it nor any call states.
static LogicalResult checkMode(HasMode op) {
  if (op.getMode())
    return success();
  return op->emitOpError(
      "has no mode here; call its function with mode(train) or "
      "mode(eval), or state the mode on it");
}

/// `value`, a value of the step, as `user` in the body of a loop may use it.
static Value visibleTo(Operation *user, Value value) {
  auto scan = dyn_cast<ScanOp>(user->getParentOp());
  if (!scan)
    return value;
  Value outside = visibleTo(scan, value);
  for (auto [operand, arg] :
       llvm::zip(scan.getInvariants(), scan.getInvariantArgs()))
    if (operand == outside)
      return arg;
  return scan.addInvariant(outside);
}

LogicalResult StepResolver::resolve(BatchNormOp op) {
  Expr e(builder, op.getLoc());
  RankedTensorType x = tensorType(op.getX());
  auto channels = RankedTensorType::get({x.getDimSize(1)}, x.getElementType());
  Value weight = op.getWeight() ? op.getWeight() : e.splat(channels, 1);
  Value bias = op.getBias() ? op.getBias() : e.splat(channels, 0);
  bool tracks = op.getRunningMeanAttr() != nullptr;
  StringAttr meanEntry, varEntry;
  Value mean, var;
  if (tracks) {
    meanEntry = op.getRunningMeanAttr().getAttr();
    varEntry = op.getRunningVarAttr().getAttr();
    mean = visibleTo(op, read(meanEntry, channels));
    var = visibleTo(op, read(varEntry, channels));
  }
  if (*op.getMode() == Mode::Eval && tracks) {
    Value y = BatchNormEvalOp::create(builder, op.getLoc(), op.getX(), weight,
                                      bias, mean, var, op.getEpsAttr(),
                                      builder.getI64IntegerAttr(1));
    op.replaceAllUsesWith(y);
    op.erase();
    return success();
  }
  if (tracks && isa<ScanOp>(op->getParentOp()))
    return op.emitOpError("in mode train may not be reached from the body of "
                          "dl.scan: it would write its statistics at every "
                          "step");
  int64_t count = x.getNumElements() / std::max<int64_t>(1, x.getDimSize(1));
  if (count < 2 && *op.getMode() == Mode::Train)
    return op.emitOpError() << "in mode train needs more than one element a "
                               "channel, but operand x is "
                            << x;
  auto train =
      BatchNormTrainOp::create(builder, op.getLoc(), op.getX(), weight, bias,
                               op.getEpsAttr(), builder.getI64IntegerAttr(1));
  if (tracks) {
    double momentum = op.getMomentum().convertToDouble();
    double unbias = double(count) / double(count - 1);
    auto blend = [&](Value old, Value batch, double factor) {
      return e.add(e.scale(old, 1 - momentum),
                   e.scale(e.stop(batch), momentum * factor));
    };
    if (failed(write(op, meanEntry, blend(mean, train.getMean(), 1))) ||
        failed(write(op, varEntry, blend(var, train.getVar(), unbias))))
      return failure();
  }
  op.replaceAllUsesWith(train.getY());
  op.erase();
  return success();
}

/// The number that random ops in the block of `op` use as step count: itself,
/// and in the bodies of loops plus 2^32 times the number of the iteration, of
/// which `repeated` of loops within are one of this block.
Value StepResolver::drawnStep(Operation *op, int64_t repeated) {
  auto scan = dyn_cast<ScanOp>(op->getParentOp());
  if (!scan)
    return read(declareCounter(names::stepCount),
                RankedTensorType::get({}, builder.getI64Type()));
  auto key = std::make_pair(scan.getOperation(), repeated);
  if (Value known = drawnSteps.lookup(key))
    return known;
  int64_t trips = scan.getTrips();
  Value outside = drawnStep(scan, repeated * trips);
  OpBuilder inFront(scan);
  Expr e(inFront, scan.getLoc());
  Value trip = e.iota(RankedTensorType::get({trips}, builder.getI64Type()), 0);
  double stride = std::ldexp(double(repeated), 32);
  Value offset = e.mul(trip, e.splat(trip.getType(), stride));
  Value each = e.add(offset, e.broadcast(outside, offset, {}));
  return drawnSteps[key] = scan.addInput(each);
}

/// Whether the iterations of the loops around an op can be told apart.
static LogicalResult checkIterations(Operation *op) {
  constexpr int64_t most = int64_t(1) << 31;
  int64_t iterations = 1;
  for (auto scan = dyn_cast<ScanOp>(op->getParentOp()); scan;
       scan = dyn_cast<ScanOp>(scan->getParentOp())) {
    int64_t trips = std::max<int64_t>(1, scan.getTrips());
    if (trips > most / iterations)
      return op->emitOpError() << "may not be reached from the bodies of loops "
                                  "with more than 2^31 iterations in all";
    iterations *= trips;
  }
  return success();
}

/// Ops are numbered over all steps in program order, so that no two draw the
/// same numbers.
FailureOr<RandomSource> StepResolver::nextSource(Operation *op) {
  RandomSource source{};
  if (failed(checkIterations(op)))
    return failure();
  if (numRandomOps == maxRandomOps)
    return op->emitOpError() << "is one too many: a model may have "
                             << maxRandomOps << " ops that draw";
  auto type = RankedTensorType::get({}, builder.getI64Type());
  source.seed = visibleTo(op, read(declareCounter(names::seed), type));
  source.step = drawnStep(op, 1);
  source.number = numRandomOps++;
  return source;
}

LogicalResult StepResolver::resolve(Random op) {
  RandomSource source{};
  if (op.isRandom()) {
    FailureOr<RandomSource> next = nextSource(op);
    if (failed(next))
      return failure();
    source = *next;
  }
  op->replaceAllUsesWith(op.draw(builder, source));
  op->erase();
  return success();
}

StringAttr StepResolver::declareCounter(const Twine &name) {
  StringAttr attr = builder.getStringAttr(name);
  if (!symbols.lookup(attr)) {
    OpBuilder atEnd = OpBuilder::atBlockEnd(&model.getBody().front());
    symbols.insert(CounterOp::create(atEnd, model.getLoc(), attr));
  }
  return attr;
}

LogicalResult StepResolver::resolve(ReadOp op) {
  StringAttr entry = op.getEntryAttr().getAttr();
  auto param = symbols.lookup<ParamOp>(entry);
  Value value;
  if (op.getAveragedAttr() && param) {
    FailureOr<Value> average = readAverage(op, *op.getAveraged(), param);
    if (failed(average))
      return failure();
    value = *average;
  } else {
    value = readAlone(entry, op.getType());
  }
  for (Operation *user : op->getUsers())
    if (auto alone = dyn_cast<VariableOp>(user))
      readTargets[alone] = entry;
  op.replaceAllUsesWith(visibleTo(op, value));
  op.erase();
  return success();
}

/// A gradient with respect to one read where another one was used is zero, and
/// no one would notice.
LogicalResult StepResolver::resolve(GradientOp op) {
  DenseSet<Value> wanted = findDependences(*op->getBlock(), op, {op.getY()},
                                           /*throughGradients=*/true);
  for (Value target : op.getTargets()) {
    StringAttr entry = readTargets.lookup(target);
    if (!entry || wanted.contains(target) ||
        !wanted.contains(target.getDefiningOp<VariableOp>().getX()))
      continue;
    return op.emitOpError()
           << "has as target a dl.read of @" << entry.getValue()
           << " that y does not depend on; y depends on another dl.read of it. "
              "Use one for both, or 'dl.read @"
           << entry.getValue() << " shared', which stands for all";
  }
  return success();
}

/// Advances a counter and returns its new value.
Value StepResolver::count(StringAttr counter, Location loc) {
  Expr e(builder, loc);
  auto type = RankedTensorType::get({}, builder.getI64Type());
  Value next = e.add(read(counter, type), e.splat(type, 1));
  current[counter] = next;
  written.insert(counter);
  return next;
}

/// Whether the step gives a parameter a value that it made of a gradient: it
/// trains, without a dl.minimize.
bool StepResolver::descends() {
  SmallVector<Value> values;
  for (StringAttr entry : written)
    if (symbols.lookup<ParamOp>(entry))
      values.push_back(current[entry]);
  DenseSet<Operation *> seen;
  while (!values.empty()) {
    Operation *op = values.pop_back_val().getDefiningOp();
    if (!op || !seen.insert(op).second)
      continue;
    // In the body of a loop too.
    auto isGradient = [](GradientOp) { return WalkResult::interrupt(); };
    if (op->walk(isGradient).wasInterrupted())
      return true;
    llvm::append_range(values, op->getOperands());
  }
  return false;
}

/// Replaces all that reads and writes the state in a block of the step.
LogicalResult StepResolver::resolve(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    builder.setInsertionPoint(&op);
    if (auto modal = dyn_cast<HasMode>(op))
      if (failed(checkMode(modal)))
        return failure();
    auto replaceByState = [&](StringAttr entry) {
      Value result = op.getResult(0);
      result.replaceAllUsesWith(visibleTo(&op, read(entry, result.getType())));
      op.erase();
    };
    if (auto scan = dyn_cast<ScanOp>(op)) {
      if (failed(resolve(scan.getBlock())))
        return failure();
    } else if (auto read = dyn_cast<ReadOp>(op)) {
      if (failed(resolve(read)))
        return failure();
    } else if (auto read = dyn_cast<ReadHparamOp>(op)) {
      replaceByState(read.getEntryAttr().getAttr());
    } else if (isa<StepCountOp>(op)) {
      replaceByState(declareCounter(names::stepCount));
    } else if (isa<WriteOp, MinimizeOp>(op) && isa<ScanOp>(op.getParentOp())) {
      return op.emitOpError("may not be reached from the body of dl.scan: the "
                            "state is the same at every step");
    } else if (auto write = dyn_cast<WriteOp>(op)) {
      // The entry must be an argument too, so that its old value can be
      // replaced.
      this->read(write.getEntryAttr().getAttr(), write.getValue().getType());
      if (failed(this->write(write, write.getEntryAttr().getAttr(),
                             write.getValue())))
        return failure();
      write.erase();
    } else if (auto norm = dyn_cast<BatchNormOp>(op)) {
      if (failed(resolve(norm)))
        return failure();
    } else if (auto random = dyn_cast<Random>(op)) {
      if (failed(resolve(random)))
        return failure();
    } else if (auto gradient = dyn_cast<GradientOp>(op)) {
      if (failed(resolve(gradient)))
        return failure();
    } else if (auto minimize = dyn_cast<MinimizeOp>(op)) {
      if (failed(resolve(minimize)))
        return failure();
    }
  }
  return success();
}

LogicalResult StepResolver::run() {
  if (failed(inlineCalls(step, symbols)))
    return failure();

  auto type = cast<FunctionType>(step.getFunctionType());
  builder.setInsertionPoint(step);
  function =
      func::FuncOp::create(builder, step.getLoc(), step.getSymName(), type);
  function.getBody().takeBody(step.getBody());
  auto describe = [&](Attribute name, Type type) {
    return builder.getDictionaryAttr(
        {builder.getNamedAttr(names::io, name),
         builder.getNamedAttr(names::type, TypeAttr::get(type))});
  };
  for (auto [name, inputType] : llvm::zip(step.getArgNames(), type.getInputs()))
    argAttrs.push_back(describe(name, inputType));

  if (ArrayAttr patterns = step.getUpdatesAttr()) {
    FailureOr<SmallVector<ParamOp>> matched = matchParams(
        step, patterns, llvm::to_vector(model.getBody().getOps<ParamOp>()),
        "parameter of the model");
    if (failed(matched))
      return failure();
    updates.emplace();
    for (ParamOp param : *matched)
      updates->insert(param);
  }

  Block &body = function.getBody().front();
  if (failed(resolve(body)))
    return failure();

  auto ret = cast<ReturnOp>(body.getTerminator());
  builder.setInsertionPoint(ret);
  if (trains || descends()) {
    function->setAttr(names::trains, builder.getUnitAttr());
    count(declareCounter(names::stepCount),
          marked(step.getLoc(), Part::Update));
  }
  SmallVector<Value> results(ret.getValues());
  SmallVector<DictionaryAttr> resultAttrs;
  for (auto [name, resultType] :
       llvm::zip(step.getResultNames(), type.getResults()))
    resultAttrs.push_back(describe(name, resultType));
  for (StringAttr entry : written) {
    results.push_back(current[entry]);
    resultAttrs.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr(names::state, FlatSymbolRefAttr::get(entry))));
  }
  func::ReturnOp::create(builder, ret.getLoc(), results);
  ret.erase();

  function.setType(builder.getFunctionType(body.getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  function.setAllArgAttrs(argAttrs);
  function.setAllResultAttrs(resultAttrs);
  function->setAttr(names::step, builder.getUnitAttr());
  if (Attribute batch = step->getAttr(names::batch))
    function->setAttr(names::batch, batch);
  // Values that are cheap may be computed again instead of kept.
  if (StringAttr recompute = step.getRecomputeAttr())
    function->setAttr(names::recompute, recompute);
  symbols.erase(step);
  symbols.insert(function);
  return success();
}

/// Gives each hyper-parameter the range that all its users allow: a value is
/// checked when it is set, and its users are not known then.
static void recordRanges(ModelOp model) {
  SymbolTable symbols(model);
  auto record = [&](ArrayRef<HyperUse> uses) {
    for (const HyperUse &use : uses)
      if (auto ref = dyn_cast_or_null<FlatSymbolRefAttr>(use.value)) {
        auto hparam = symbols.lookup<HparamOp>(ref.getAttr());
        hparam.setRange(
            std::max(use.range, hparam.getRange().value_or(use.range)));
      }
  };
  model.walk([&](Operation *op) {
    if (auto optimizer = dyn_cast<OptimizerOp>(op))
      record(optimizer.getRule().getHypers());
    else if (auto minimize = dyn_cast<MinimizeOp>(op))
      record(minimize.getHypers());
    else if (auto dropout = dyn_cast<DropoutOp>(op))
      record(dropout.getHypers());
    else if (auto dropout = dyn_cast<AlphaDropoutOp>(op))
      record(dropout.getHypers());
  });
}

/// The names of entries that the pass declares are reserved.
static LogicalResult checkNames(ModelOp model) {
  for (Operation &op : model.getBody().front()) {
    if (isa<CounterOp, SlotOp>(op))
      continue;
    StringRef name = SymbolTable::getSymbolName(&op).getValue();
    if (name == names::stepCount || name == names::seed)
      return op.emitOpError() << "may not be called @" << name
                              << ": every model has a counter of that name";
    for (auto optimizer : model.getBody().getOps<OptimizerOp>())
      if (name.starts_with((optimizer.getSymName() + ".").str()))
        return op.emitOpError()
               << "may not be called @" << name << ": names that begin with '"
               << optimizer.getSymName() << ".' belong to the optimizer";
  }
  return success();
}

namespace {

struct ResolveStepsPass : dlc::impl::ResolveStepsBase<ResolveStepsPass> {
  void runOnOperation() override {
    ModelOp model = getOperation();
    if (failed(checkNames(model)))
      return signalPassFailure();
    FailureOr<OptimizerUses> uses = findOptimizerUses(model);
    if (failed(uses))
      return signalPassFailure();
    recordRanges(model);
    isolateTargets(model);
    SymbolTable symbols(model);
    int64_t numRandomOps = 0;
    // Sizes of one step, which stand side by side, draw the same numbers.
    StringAttr sizeOf;
    int64_t firstOfSizes = 0;
    for (auto step :
         llvm::make_early_inc_range(model.getBody().getOps<StepOp>())) {
      auto batch = step->getAttrOfType<BatchAttr>(names::batch);
      auto base = batch ? batch.getStep() : StringAttr();
      if (base && base == sizeOf)
        numRandomOps = firstOfSizes;
      sizeOf = base;
      firstOfSizes = numRandomOps;
      if (failed(StepResolver(model, symbols, step, *uses, numRandomOps).run()))
        return signalPassFailure();
    }
    for (Operation &op : llvm::make_early_inc_range(model.getBody().front()))
      if (isa<FuncOp, OptimizerOp>(op))
        op.erase();
    // Every model has these two, whether its steps use them or not.
    OpBuilder atEnd = OpBuilder::atBlockEnd(&model.getBody().front());
    for (StringRef counter : {names::stepCount, names::seed})
      if (!symbols.lookup(counter))
        symbols.insert(CounterOp::create(atEnd, model.getLoc(), counter));
  }
};

} // namespace
