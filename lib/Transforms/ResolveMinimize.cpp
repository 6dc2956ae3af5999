//===- ResolveMinimize.cpp - Descent as gradients, updates and writes -----===//
//
//   dl.minimize %loss with @sgd over ["*"] lr(%lr) clip_norm(1.0) : ...
//
// becomes
//
//   %g:2 = dl.gradient %loss wrt %w, %b : ...
//   %norm, %c:2 = dl.clip_by_global_norm %g#0, %g#1 to %max : ...
//   %w1 = <update of w by c#0>
//   %b1 = <update of b by c#1>
//
// and what it writes: parameters, slots and counters.
//
//===----------------------------------------------------------------------===//

#include "StepResolver.h"

#include "dialects/Dl/Optimizer.h"
#include "dialects/Dl/Params.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Groups and uses
//===----------------------------------------------------------------------===//

/// The group of each parameter that has one.
static FailureOr<DenseMap<Operation *, GroupAttr>>
groupsOf(MinimizeOp op, ArrayRef<ParamOp> params) {
  DenseMap<Operation *, GroupAttr> groups;
  if (!op.getGroupsAttr())
    return groups;
  for (Attribute attr : op.getGroupsAttr()) {
    auto group = cast<GroupAttr>(attr);
    FailureOr<SmallVector<ParamOp>> members = matchParams(
        op, group.getPatterns(), params, "parameter that it descends along");
    if (failed(members))
      return failure();
    for (ParamOp param : *members) {
      auto [place, isNew] = groups.try_emplace(param, group);
      if (!isNew)
        return op.emitOpError()
               << "has @" << param.getSymName() << " in two groups, "
               << place->second.getPatterns() << " and " << group.getPatterns();
    }
  }
  return groups;
}

FailureOr<OptimizerUses> dlc::findOptimizerUses(ModelOp model) {
  OptimizerUses uses;
  WalkResult result = model.walk([&](MinimizeOp op) {
    FailureOr<SmallVector<ParamOp>> params = paramsOf(op);
    if (failed(params))
      return WalkResult::interrupt();
    auto [place, isNew] = uses.try_emplace(op.getOptimizer());
    OptimizerUse &use = place->second;
    auto isSame = [&](ParamOp p) { return llvm::is_contained(use.params, p); };
    if (isNew)
      use.params = *params;
    else if (params->size() != use.params.size() ||
             !llvm::all_of(*params, isSame))
      use.countsEach = true;
    if (op.getAverageAttr())
      for (ParamOp param : *params)
        use.averaged.insert(param);
    return WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  return uses;
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

StringAttr StepResolver::declareSlot(StringRef optimizer, OptimizerSlot slot,
                                     ParamOp param) {
  StringAttr name = builder.getStringAttr(optimizer + "." + slot.name + "." +
                                          param.getSymName());
  if (symbols.lookup(name))
    return name;
  OpBuilder atEnd = OpBuilder::atBlockEnd(&model.getBody().front());
  InitializerAttrInterface init = ZerosAttr::get(builder.getContext());
  if (slot.init != 0)
    init =
        FillAttr::get(builder.getContext(), builder.getF64FloatAttr(slot.init));
  // What is of the parameter's type is stored like it.
  FlatSymbolRefAttr like;
  if (slot.type == param.getType())
    like = FlatSymbolRefAttr::get(param.getSymNameAttr());
  symbols.insert(SlotOp::create(atEnd, param.getLoc(), name, slot.type, init,
                                like, StorageAttr()));
  return name;
}

StringAttr StepResolver::counterOf(StringRef optimizer, StringRef name,
                                   ParamOp param) {
  if (uses.at(optimizer).countsEach)
    return declareCounter(optimizer + "." + name + "." + param.getSymName());
  return declareCounter(optimizer + "." + name);
}

/// A number or a hyper-parameter as a scalar of that type.
Value StepResolver::readHyper(Attribute hyper, Type element, Location loc) {
  Expr e(builder, loc);
  auto type = RankedTensorType::get({}, element);
  if (auto number = dyn_cast<FloatAttr>(hyper))
    return e.splat(type, number.getValueAsDouble());
  auto entry = cast<FlatSymbolRefAttr>(hyper).getAttr();
  auto f32 = RankedTensorType::get({}, builder.getF32Type());
  Value value = read(entry, f32);
  return element.isF32() ? value : e.cast(value, element);
}

FailureOr<Value> StepResolver::readAverage(Operation *op, StringRef optimizer,
                                           ParamOp param) {
  auto use = uses.find(optimizer);
  if (use == uses.end() || use->second.averaged.empty())
    return op->emitOpError()
           << "reads the averages of @" << optimizer
           << ", but no dl.minimize of it has the clause 'average'";
  auto type = cast<RankedTensorType>(param.getType());
  Value present = read(param.getSymNameAttr(), type);
  if (!use->second.averaged.contains(param))
    return present;
  Expr e(builder, op->getLoc());
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  Value updates = read(counterOf(optimizer, "step", param), i64);
  Value average = read(declareSlot(optimizer, {"average", type}, param), type);
  Value none = e.compare(Predicate::eq, updates, 0);
  return e.select(e.broadcast(none, present, {}), present, average);
}

//===----------------------------------------------------------------------===//
// minimize
//===----------------------------------------------------------------------===//

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

/// One parameter on its way through a minimize.
struct dlc::Descent {
  ParamOp param;
  Value value, gradient;
  Value step; ///< the number of this update
  Value due;  ///< whether it is made in this call; null: it is
};

/// Between -bound and bound.
static Value clip(Expr &e, Value x, Value bound) {
  Value least = e.broadcast(e.neg(bound), x, {});
  Value greatest = e.broadcast(bound, x, {});
  return e.minimum(e.maximum(x, least), greatest);
}

/// Normal numbers of variance eta / step^gamma.
FailureOr<Value> StepResolver::drawNoise(MinimizeOp op, RankedTensorType type,
                                         Value step) {
  Expr e(builder, op.getLoc());
  Type f64 = builder.getF64Type();
  Attribute gamma = op.getNoiseDecayAttr();
  if (!gamma)
    gamma = builder.getF64FloatAttr(0.55);
  Value eta = readHyper(op.getNoiseAttr(), f64, op.getLoc());
  Value power = e.mul(readHyper(gamma, f64, op.getLoc()),
                      e.neg(e.log(e.cast(step, f64))));
  Value deviation = e.sqrt(e.mul(eta, e.exp(power)));
  auto normal =
      NormalOp::create(builder, op.getLoc(), type, builder.getF64FloatAttr(0),
                       builder.getF64FloatAttr(1));
  FailureOr<RandomSource> source = nextSource(normal);
  if (failed(source))
    return failure();
  Value z = normal.draw(builder, *source).front();
  normal.erase();
  return e.mul(z, e.broadcast(e.cast(deviation, type.getElementType()), z, {}));
}

/// The gradients as the clauses want them.
LogicalResult StepResolver::shapeGradients(MinimizeOp op,
                                           MutableArrayRef<Descent> descents) {
  Location loc = op.getLoc();
  Expr e(builder, loc);
  if (op.getAccumulate())
    for (Descent &d : descents) {
      RankedTensorType type = tensorType(d.value);
      StringAttr slot =
          declareSlot(op.getOptimizer(), {"accumulated", type}, d.param);
      Value part = e.scale(d.gradient, 1 / double(*op.getAccumulate()));
      d.gradient = e.add(read(slot, type), part);
      Value rest = e.unless(e.broadcast(d.due, d.gradient, {}), d.gradient);
      if (failed(write(op, slot, rest)))
        return failure();
    }
  auto element = [](Descent &d) {
    return tensorType(d.value).getElementType();
  };
  if (Attribute bound = op.getClipValueAttr())
    for (Descent &d : descents)
      d.gradient = clip(e, d.gradient, readHyper(bound, element(d), loc));
  if (Attribute bound = op.getClipNormAttr()) {
    SmallVector<Value> gradients;
    SmallVector<Type> types;
    for (Descent &d : descents) {
      gradients.push_back(d.gradient);
      types.push_back(d.gradient.getType());
    }
    Type scalar = element(descents.front());
    auto clipped = ClipByGlobalNormOp::create(
        builder, loc, RankedTensorType::get({}, scalar), types, gradients,
        readHyper(bound, scalar, loc));
    for (auto [d, gradient] : llvm::zip(descents, clipped.getClipped()))
      d.gradient = gradient;
  }
  if (op.getNoiseAttr())
    for (Descent &d : descents) {
      FailureOr<Value> noise = drawNoise(op, tensorType(d.value), d.step);
      if (failed(noise))
        return failure();
      d.gradient = e.add(d.gradient, *noise);
    }
  return success();
}

/// Moves one parameter and writes what came of it.
LogicalResult StepResolver::update(MinimizeOp op, OptimizerAttrInterface rule,
                                   GroupAttr group, Descent d) {
  StringRef optimizer = op.getOptimizer();
  RankedTensorType type = tensorType(d.value);
  Type f64 = builder.getF64Type();
  auto reader = [&](FlatSymbolRefAttr hyper) {
    return readHyper(hyper, f64, op.getLoc());
  };
  Update u(builder, op.getLoc(), d.value, d.gradient, op.getLr(), d.step, {},
           reader);
  if (group) {
    Hyper factor = u.hyper("lr", group.getLr());
    if (factor.value || factor.number != 1)
      u.lr = u.e.mul(u.rate(), u.scalar(factor));
    if (group.getWeightDecay())
      u.set("weight_decay", group.getWeightDecay());
  }
  SmallVector<StringAttr> entries{d.param.getSymNameAttr()};
  SmallVector<Value> old{d.value};
  for (const OptimizerSlot &slot : rule.getSlots(type)) {
    entries.push_back(declareSlot(optimizer, slot, d.param));
    old.push_back(read(entries.back(), slot.type));
    u.slots.push_back(slot.startsAsParameter
                          ? u.choose(u.isFirst(), d.value, old.back())
                          : old.back());
  }
  SmallVector<Value> updated = rule.buildUpdate(u);
  if (Attribute bound = op.getClipWeightsAttr())
    updated[0] = clip(u.e, updated[0],
                      readHyper(bound, type.getElementType(), op.getLoc()));
  if (Attribute decay = op.getAverageAttr()) {
    entries.push_back(declareSlot(optimizer, {"average", type}, d.param));
    old.push_back(read(entries.back(), type));
    Value next =
        u.lerp(old.back(), updated[0], u.complement(u.hyper("average", decay)));
    updated.push_back(u.choose(u.isFirst(), updated[0], next));
  }
  for (auto [entry, before, after] : llvm::zip_equal(entries, old, updated))
    if (failed(
            write(op, entry, d.due ? u.choose(d.due, after, before) : after)))
      return failure();
  return success();
}

LogicalResult StepResolver::resolve(MinimizeOp op) {
  auto optimizer = symbols.lookup<OptimizerOp>(op.getOptimizer());
  OptimizerAttrInterface rule = optimizer.getRule();
  FailureOr<SmallVector<ParamOp>> params = paramsOf(op);
  if (failed(params))
    return failure();
  FailureOr<DenseMap<Operation *, GroupAttr>> groups = groupsOf(op, *params);
  if (failed(groups))
    return failure();

  SmallVector<Value> values;
  SmallVector<Type> types;
  for (ParamOp param : *params) {
    auto type = cast<RankedTensorType>(param.getType());
    values.push_back(read(param.getSymNameAttr(), type));
    types.push_back(type);
    auto complain = [&] {
      return op.emitOpError() << "matches @" << param.getSymName() << ' ';
    };
    if (!isa<FloatType>(type.getElementType()))
      return op.emitOpError() << "matches @" << param.getSymName()
                              << ", whose type " << type << " has no gradient";
    if (failed(rule.verifyFor(type, complain)))
      return failure();
  }
  if (failed(checkReached(op, *params, values)))
    return failure();
  auto gradient =
      GradientOp::create(builder, op.getLoc(), types, op.getLoss(), values,
                         /*cotangent=*/Value());

  SmallVector<Descent> descents;
  DenseMap<StringAttr, Descent> clocks;
  for (auto [param, value, g] :
       llvm::zip(*params, values, gradient.getResults())) {
    auto [clock, isNew] =
        clocks.try_emplace(counterOf(op.getOptimizer(), "step", param));
    if (isNew)
      clock->second = advance(op, param);
    descents.push_back(
        {param, value, g, clock->second.step, clock->second.due});
  }
  if (failed(shapeGradients(op, descents)))
    return failure();
  for (Descent &d : descents)
    if (failed(update(op, rule, groups->lookup(d.param), d)))
      return failure();
  trains = true;
  op.erase();
  return success();
}

/// Counts an update, or, where gradients are accumulated, a call.
Descent StepResolver::advance(MinimizeOp op, ParamOp param) {
  Descent clock;
  StringAttr counter = counterOf(op.getOptimizer(), "step", param);
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  Value before = read(counter, i64);
  clock.step = count(counter, op.getLoc());
  if (!op.getAccumulate())
    return clock;
  Expr e(builder, op.getLoc());
  StringAttr calls = counterOf(op.getOptimizer(), "calls", param);
  Value number = count(calls, op.getLoc());
  clock.due = e.compare(Predicate::ge, number, double(*op.getAccumulate()));
  current[calls] = e.unless(clock.due, number);
  current[counter] = e.select(clock.due, clock.step, before);
  return clock;
}
