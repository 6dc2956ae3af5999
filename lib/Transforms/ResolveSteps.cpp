//===- ResolveSteps.cpp - Steps as pure functions
//------------------------------===//
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

#include "dlc/Transforms/Passes.h"

#include "dialects/Dl/Build.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/GlobPattern.h"

namespace dlc {
#define GEN_PASS_DEF_RESOLVESTEPS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Replaces every call in `block` by the callee's body. `active` holds the
/// callees being inlined, to find recursion.
static LogicalResult inlineCalls(Block &block, std::optional<Mode> mode,
                                 SymbolTable &symbols,
                                 SmallVectorImpl<StringRef> &active) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    if (auto modal = dyn_cast<HasMode>(op))
      if (!modal.getMode() && mode)
        modal.setMode(*mode);
    if (auto scan = dyn_cast<ScanOp>(op))
      if (failed(inlineCalls(scan.getBlock(), mode, symbols, active)))
        return failure();
    auto call = dyn_cast<CallOp>(op);
    if (!call)
      continue;
    auto callee = symbols.lookup<FuncOp>(call.getCallee());
    if (llvm::is_contained(active, call.getCallee()))
      return call.emitOpError()
             << "is recursive: " << call.getCalleeAttr() << " calls itself";
    // A copy of the body, resolved on its own, takes the place of the call.
    IRMapping mapping;
    OwningOpRef<FuncOp> copy = cast<FuncOp>(callee->clone(mapping));
    Block &body = copy->getBody().front();
    active.push_back(call.getCallee());
    if (failed(inlineCalls(body, call.getMode() ? call.getMode() : mode,
                           symbols, active)))
      return failure();
    active.pop_back();
    auto ret = cast<ReturnOp>(body.getTerminator());
    for (auto [arg, value] : llvm::zip(body.getArguments(), call.getArgs()))
      arg.replaceAllUsesWith(value);
    call->replaceAllUsesWith(ret.getValues());
    ret.erase();
    block.getOperations().splice(call->getIterator(), body.getOperations());
    call.erase();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// State of one step
//===----------------------------------------------------------------------===//

namespace {

class StepResolver {
public:
  /// `numRandomOps` counts the ops of the model that draw.
  StepResolver(ModelOp model, SymbolTable &symbols, StepOp step,
               int64_t &numRandomOps)
      : model(model), symbols(symbols), step(step), builder(step.getContext()),
        numRandomOps(numRandomOps) {}

  LogicalResult run();

private:
  Value read(StringAttr entry, Type type);
  void write(StringAttr entry, Value value) {
    current[entry] = value;
    written.insert(entry);
  }
  LogicalResult resolve(Block &block);
  LogicalResult resolve(BatchNormOp op);
  LogicalResult resolve(Random op);
  LogicalResult resolve(MinimizeOp op);
  LogicalResult checkReached(MinimizeOp op, ArrayRef<ParamOp> params,
                             ArrayRef<Value> values);
  Operation *declareSlot(StringRef optimizer, StringRef slot, ParamOp param);
  StringAttr declareCounter(const Twine &name);
  Value count(StringAttr counter, Location loc);

  ModelOp model;
  SymbolTable &symbols;
  StepOp step;
  OpBuilder builder;
  func::FuncOp function;
  /// The state's values at this point of the step, by entry in order of first
  /// use.
  llvm::MapVector<StringAttr, Value> current;
  llvm::SetVector<StringAttr> written;
  SmallVector<DictionaryAttr> argAttrs;
  bool trains = false;
  int64_t &numRandomOps;
};

} // namespace

/// The value of a state entry: the argument it came in with, or what was
/// written.
Value StepResolver::read(StringAttr entry, Type type) {
  auto found = current.find(entry);
  if (found != current.end())
    return found->second;
  Value arg = function.getBody().front().addArgument(type, function.getLoc());
  argAttrs.push_back(builder.getDictionaryAttr(
      builder.getNamedAttr(names::state, FlatSymbolRefAttr::get(entry))));
  return current[entry] = arg;
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
    write(meanEntry, blend(mean, train.getMean(), 1));
    write(varEntry, blend(var, train.getVar(), unbias));
  }
  op.replaceAllUsesWith(train.getY());
  op.erase();
  return success();
}

/// Ops are numbered over all steps in program order, so that no two draw the
/// same numbers.
LogicalResult StepResolver::resolve(Random op) {
  RandomSource source{};
  if (op.isRandom()) {
    if (isa<ScanOp>(op->getParentOp()))
      return op->emitOpError("may not be reached from the body of dl.scan: it "
                             "would draw the same numbers at every step; draw "
                             "them in front of it");
    if (numRandomOps == maxRandomOps)
      return op->emitOpError() << "is one too many: a model may have "
                               << maxRandomOps << " ops that draw";
    auto type = RankedTensorType::get({}, builder.getI64Type());
    source.seed = read(declareCounter(names::seed), type);
    source.step = read(declareCounter(names::stepCount), type);
    source.number = numRandomOps++;
  }
  op->replaceAllUsesWith(op.draw(builder, source));
  op->erase();
  return success();
}

Operation *StepResolver::declareSlot(StringRef optimizer, StringRef slot,
                                     ParamOp param) {
  std::string name = (optimizer + "." + slot + "." + param.getSymName()).str();
  if (Operation *known = symbols.lookup(name))
    return known;
  OpBuilder atEnd = OpBuilder::atBlockEnd(&model.getBody().front());
  auto op = SlotOp::create(atEnd, param.getLoc(), name, param.getType(),
                           ZerosAttr::get(builder.getContext()),
                           FlatSymbolRefAttr::get(param.getSymNameAttr()),
                           StorageAttr());
  symbols.insert(op);
  return op;
}

StringAttr StepResolver::declareCounter(const Twine &name) {
  StringAttr attr = builder.getStringAttr(name);
  if (!symbols.lookup(attr)) {
    OpBuilder atEnd = OpBuilder::atBlockEnd(&model.getBody().front());
    symbols.insert(CounterOp::create(atEnd, model.getLoc(), attr));
  }
  return attr;
}

/// Advances a counter and returns its new value.
Value StepResolver::count(StringAttr counter, Location loc) {
  Expr e(builder, loc);
  auto type = RankedTensorType::get({}, builder.getI64Type());
  Value next = e.add(read(counter, type), e.splat(type, 1));
  write(counter, next);
  return next;
}

/// Checks that the loss was computed with the present values of the parameters:
/// a gradient with respect to values it does not depend on is zero, and no one
/// would notice.
LogicalResult StepResolver::checkReached(MinimizeOp op,
                                         ArrayRef<ParamOp> params,
                                         ArrayRef<Value> values) {
  DenseSet<Value> reached{op.getLoss()};
  for (Operation *before = op->getPrevNode(); before;
       before = before->getPrevNode())
    if (llvm::any_of(before->getResults(),
                     [&](Value v) { return reached.contains(v); }))
      reached.insert(before->operand_begin(), before->operand_end());
  for (size_t i = 0; i < params.size(); ++i) {
    ParamOp param = params[i];
    Value value = values[i];
    bool usesOld =
        llvm::any_of(function.getArguments(), [&](BlockArgument arg) {
          auto state = argAttrs[arg.getArgNumber()].getAs<FlatSymbolRefAttr>(
              names::state);
          return state && state.getAttr() == param.getSymNameAttr() &&
                 arg != value && reached.contains(arg);
        });
    if (usesOld && !reached.contains(value))
      return op.emitOpError()
             << "descends on @" << param.getSymName()
             << ", which has been written since the loss was computed; "
                "compute the loss again from a new dl.read";
  }
  if (llvm::none_of(values, [&](Value v) { return reached.contains(v); }))
    return op.emitOpError("has a loss that depends on none of the parameters "
                          "that its patterns match");
  return success();
}

LogicalResult StepResolver::resolve(MinimizeOp op) {
  auto optimizer = symbols.lookup<OptimizerOp>(op.getOptimizer());
  OptimizerAttrInterface rule = optimizer.getRule();

  SmallVector<ParamOp> params;
  if (op.getPatterns().empty())
    return op.emitOpError(
        "has no pattern, so there is nothing to descend along");
  for (Attribute attr : op.getPatterns()) {
    StringRef text = cast<StringAttr>(attr).getValue();
    llvm::Expected<llvm::GlobPattern> pattern = llvm::GlobPattern::create(text);
    if (!pattern)
      return op.emitOpError()
             << "has the pattern \"" << text
             << "\", which is not one: " << llvm::toString(pattern.takeError());
    bool any = false;
    for (auto param : model.getBody().getOps<ParamOp>()) {
      if (!pattern->match(param.getSymName()))
        continue;
      any = true;
      if (!llvm::is_contained(params, param))
        params.push_back(param);
    }
    if (!any)
      return op.emitOpError() << "has the pattern \"" << text
                              << "\", which matches no parameter of the model";
  }

  SmallVector<Value> values;
  SmallVector<Type> types;
  for (ParamOp param : params) {
    values.push_back(read(param.getSymNameAttr(), param.getType()));
    types.push_back(param.getType());
  }
  for (auto [param, type] : llvm::zip(params, types))
    if (!isa<FloatType>(cast<RankedTensorType>(type).getElementType()))
      return op.emitOpError() << "matches @" << param.getSymName()
                              << ", whose type " << type << " has no gradient";
  if (failed(checkReached(op, params, values)))
    return failure();
  auto gradient =
      GradientOp::create(builder, op.getLoc(), types, op.getLoss(), values,
                         /*cotangent=*/Value());

  Value step = count(declareCounter(op.getOptimizer() + ".step"), op.getLoc());
  for (auto [param, value, g] :
       llvm::zip(params, values, gradient.getResults())) {
    SmallVector<Value> slots;
    SmallVector<StringAttr> slotNames;
    for (StringRef slot : rule.getSlotNames()) {
      Operation *entry = declareSlot(op.getOptimizer(), slot, param);
      slotNames.push_back(SymbolTable::getSymbolName(entry));
      slots.push_back(read(slotNames.back(), param.getType()));
    }
    SmallVector<Value> updated = rule.buildUpdate(builder, op.getLoc(), value,
                                                  g, op.getLr(), step, slots);
    write(param.getSymNameAttr(), updated.front());
    for (auto [name, slot] :
         llvm::zip(slotNames, ArrayRef(updated).drop_front()))
      write(name, slot);
  }
  trains = true;
  op.erase();
  return success();
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
      replaceByState(read.getEntryAttr().getAttr());
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
      this->write(write.getEntryAttr().getAttr(), write.getValue());
      write.erase();
    } else if (auto norm = dyn_cast<BatchNormOp>(op)) {
      if (failed(resolve(norm)))
        return failure();
    } else if (auto random = dyn_cast<Random>(op)) {
      if (failed(resolve(random)))
        return failure();
    } else if (auto minimize = dyn_cast<MinimizeOp>(op)) {
      if (failed(resolve(minimize)))
        return failure();
    }
  }
  return success();
}

LogicalResult StepResolver::run() {
  SmallVector<StringRef> active;
  if (failed(
          inlineCalls(step.getBody().front(), std::nullopt, symbols, active)))
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

  Block &body = function.getBody().front();
  if (failed(resolve(body)))
    return failure();

  auto ret = cast<ReturnOp>(body.getTerminator());
  builder.setInsertionPoint(ret);
  if (trains) {
    function->setAttr(names::trains, builder.getUnitAttr());
    count(declareCounter(names::stepCount), step.getLoc());
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
  symbols.erase(step);
  symbols.insert(function);
  return success();
}

/// The names that the pass gives to what it declares are not free.
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
    SymbolTable symbols(model);
    int64_t numRandomOps = 0;
    for (auto step :
         llvm::make_early_inc_range(model.getBody().getOps<StepOp>()))
      if (failed(StepResolver(model, symbols, step, numRandomOps).run()))
        return signalPassFailure();
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
