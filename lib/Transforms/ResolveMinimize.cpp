//===- ResolveMinimize.cpp - Descent as gradients, updates and writes -----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
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
// and writes of parameters, slots and counters.
//
//===----------------------------------------------------------------------===//

#include "StepResolver.h"

#include "dlc/Dialect/Dl/Optimizer.h"
#include "dlc/Dialect/Dl/Params.h"
#include "dlc/Dialect/Dl/ReverseMode.h"
#include "dlc/Transforms/Origin.h"

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
    // Losses over the same parameters may depend on different ones. In a
    // function, the loss may be one for each call.
    if (!isNew || op->getParentOfType<FuncOp>())
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
  // A slot of the parameter's type is stored like it.
  FlatSymbolRefAttr like;
  if (slot.type == param.getType())
    like = FlatSymbolRefAttr::get(param.getSymNameAttr());
  symbols.insert(SlotOp::create(atEnd, param.getLoc(), name, slot.type, init,
                                like, StorageAttr(), ArrayAttr()));
  return name;
}

StringAttr StepResolver::counterOf(StringRef optimizer, StringRef name,
                                   ParamOp param) {
  if (uses.at(optimizer).countsEach)
    return declareCounter(optimizer + "." + name + "." + param.getSymName());
  return declareCounter(optimizer + "." + name);
}

StringAttr StepResolver::averageCounterOf(StringRef optimizer, ParamOp param) {
  // An average is taken of a parameter without gradient too.
  StringRef name = uses.at(optimizer).countsEach ? "averages" : "step";
  return counterOf(optimizer, name, param);
}

/// A number or a hyper-parameter as a scalar of that type.
Value StepResolver::readHyper(Attribute hyper, Type element, Location loc) {
  Expr e(builder, loc);
  auto type = RankedTensorType::get({}, element);
  if (auto number = dyn_cast<FloatAttr>(hyper))
    return e.splat(type, number.getValueAsDouble());
  auto entry = cast<FlatSymbolRefAttr>(hyper).getAttr();
  auto hparam = symbols.lookup<HparamOp>(entry);
  Value value = read(entry, hparam.getType());
  return value.getType() == type ? value : e.cast(value, element);
}

/// The learning rate. A number is kept as an f64, in which updates are
/// computed.
Value StepResolver::rateOf(MinimizeOp op) {
  if (Value rate = op.getLr())
    return rate;
  return readHyper(op.getRateAttr(), builder.getF64Type(), op.getLoc());
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
  Value updates = read(averageCounterOf(optimizer, param), i64);
  Value average = read(declareSlot(optimizer, {"average", type}, param), type);
  Value none = e.compare(Predicate::eq, updates, 0);
  return e.select(e.broadcast(none, present, {}), present, average);
}

//===----------------------------------------------------------------------===//
// minimize
//===----------------------------------------------------------------------===//

/// Checks that the loss was computed with the present values of the parameters.
/// A parameter that it does not depend on stays as it is; it is an error if the
/// loss read an old value.
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
  return success();
}

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

Update StepResolver::startUpdate(MinimizeOp op, GroupAttr group,
                                 const Descent &d, Update::Reader reader) {
  Update u(builder, op.getLoc(), d.value, d.gradient, rateOf(op), d.step, {},
           reader);
  if (group && group.getWeightDecay())
    u.set("weight_decay", group.getWeightDecay());
  return u;
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
  Update u = startUpdate(op, group, d, reader);
  if (group) {
    Hyper factor = u.hyper("lr", group.getLr());
    if (factor.value || factor.number != 1)
      u.lr = u.e.mul(u.rate(), u.scalar(factor));
  }
  // The moved rows of entries that are as large as the parameter.
  auto rowsOf = [&](Value entry) -> Value {
    if (!d.places || entry.getType() != type)
      return entry;
    return IndexSelectOp::create(builder, op.getLoc(), entry, d.places,
                                 builder.getI64IntegerAttr(0));
  };
  u.param = rowsOf(d.value);
  u.sparse = bool(d.places);
  SmallVector<StringAttr> entries{d.param.getSymNameAttr()};
  SmallVector<Value> old{d.value};
  for (const OptimizerSlot &slot : rule.getSlots(type)) {
    entries.push_back(declareSlot(optimizer, slot, d.param));
    old.push_back(read(entries.back(), slot.type));
    Value rows = rowsOf(old.back());
    u.slots.push_back(
        slot.startsAsParameter ? u.choose(u.isFirst(), u.param, rows) : rows);
  }
  SmallVector<Value> updated = rule.buildUpdate(u);
  if (d.places)
    for (auto [before, after] : llvm::zip_equal(old, updated))
      if (before.getType() == type)
        after = IndexCopyOp::create(builder, op.getLoc(), after, d.places,
                                    d.count, before);
  if (d.reached)
    for (auto [before, after] : llvm::zip_equal(old, updated))
      after = u.choose(d.reached, after, before);
  FailureOr<Value> present = writeParam(op, d, updated.front());
  if (failed(present))
    return failure();
  for (auto [entry, before, after] :
       llvm::drop_begin(llvm::zip_equal(entries, old, updated)))
    if (failed(
            write(op, entry, d.due ? u.choose(d.due, after, before) : after)))
      return failure();
  return writeAverage(op, d, *present);
}

/// Writes a parameter, within the bounds of `clip_weights`, and returns its
/// value after an update that is due.
FailureOr<Value> StepResolver::writeParam(MinimizeOp op, Descent d,
                                          Value updated) {
  Expr e(builder, op.getLoc());
  RankedTensorType type = tensorType(d.value);
  if (Attribute bound = op.getClipWeightsAttr())
    updated =
        clip(e, updated, readHyper(bound, type.getElementType(), op.getLoc()));
  if (updated == d.value)
    return updated;
  Value next = updated;
  if (d.due)
    next = e.select(e.broadcast(d.due, updated, {}), updated, d.value);
  if (failed(write(op, d.param.getSymNameAttr(), next)))
    return failure();
  return updated;
}

/// Writes the average of a parameter, which is `present` now.
LogicalResult StepResolver::writeAverage(MinimizeOp op, Descent d,
                                         Value present) {
  Attribute decay = op.getAverageAttr();
  if (!decay)
    return success();
  Location loc = op.getLoc();
  StringRef optimizer = op.getOptimizer();
  StringAttr counter = averageCounterOf(optimizer, d.param);
  Value number = d.step;
  if (counter != counterOf(optimizer, "step", d.param)) {
    auto i64 = RankedTensorType::get({}, builder.getI64Type());
    Value before = read(counter, i64);
    number = count(counter, loc);
    if (d.due)
      current[counter] = Expr(builder, loc).select(d.due, number, before);
  }
  Type f64 = builder.getF64Type();
  auto reader = [&](FlatSymbolRefAttr hyper) {
    return readHyper(hyper, f64, loc);
  };
  Update u(builder, loc, d.value, d.gradient, rateOf(op), number, {}, reader);
  RankedTensorType type = tensorType(d.value);
  StringAttr slot = declareSlot(optimizer, {"average", type}, d.param);
  Value old = read(slot, type);
  Value next = u.lerp(old, present, u.complement(u.hyper("average", decay)));
  next = u.choose(u.isFirst(), present, next);
  return write(op, slot, d.due ? u.choose(d.due, next, old) : next);
}

/// The gradients of the parameters that the loss depends on. Where only a
/// `dl.gradient` is between, `grad` knows whether it does: the gradient of an
/// affine function does not depend on its bias.
FailureOr<SmallVector<Descent>>
StepResolver::derive(MinimizeOp op, OptimizerAttrInterface rule,
                     const DenseMap<Operation *, GroupAttr> &groups,
                     ArrayRef<ParamOp> params, ArrayRef<Value> values) {
  DenseSet<Value> surely = findDependences(*op->getBlock(), op, {op.getLoss()},
                                           /*throughGradients=*/false);
  DenseSet<Value> perhaps = findDependences(*op->getBlock(), op, {op.getLoss()},
                                            /*throughGradients=*/true);
  if (failed(checkSparseTables(*op->getBlock(), op, perhaps, values)))
    return failure();
  auto reader = [&](FlatSymbolRefAttr hyper) {
    return readHyper(hyper, builder.getF64Type(), op.getLoc());
  };
  SmallVector<Descent> descents;
  DenseMap<Value, TableUses> tables;
  SmallVector<Value> targets, unsure;
  SmallVector<StringRef> unreached, unsureNames;
  for (auto [i, value] : llvm::enumerate(values)) {
    ParamOp param = params[i];
    Descent &d = descents.emplace_back();
    d.param = param;
    d.value = value;
    if (!perhaps.contains(value)) {
      unreached.push_back(param.getSymName());
      continue;
    }
    TableUses uses = findTableUses(value, op, perhaps);
    bool areSure = llvm::all_of(uses.lookups, [&](EmbeddingOp lookup) {
      return surely.contains(lookup.getY());
    });
    FailureOr<bool> rows =
        movesRows(op, rule, startUpdate(op, groups.lookup(param), d, reader),
                  param, uses, areSure);
    if (failed(rows))
      return failure();
    if (*rows) {
      llvm::append_range(targets, isolateLookups(uses));
      tables.try_emplace(value, uses);
      continue;
    }
    targets.push_back(value);
    if (surely.contains(value))
      continue;
    unsure.push_back(value);
    unsureNames.push_back(param.getSymName());
  }
  if (targets.empty())
    return op.emitOpError("has a loss that depends on none of the parameters "
                          "that its patterns match");
  warnUnreached(op, unreached);

  ValueRange answers;
  if (!unsure.empty()) {
    auto i1 = RankedTensorType::get({}, builder.getI1Type());
    answers = DependsOp::create(
                  builder, op.getLoc(), SmallVector<Type>(unsure.size(), i1),
                  op.getLoss(), unsure, builder.getStrArrayAttr(unsureNames))
                  .getAnswers();
  }
  auto gradient = GradientOp::create(
      builder, op.getLoc(), llvm::to_vector(ValueRange(targets).getTypes()),
      op.getLoss(), targets, /*cotangent=*/Value());
  size_t numTargets = 0, numUnsure = 0;
  for (Descent &d : descents) {
    if (!perhaps.contains(d.value))
      continue;
    if (auto table = tables.find(d.value); table != tables.end()) {
      size_t lookups = table->second.lookups.size();
      RowGradient rows =
          sumRows(builder, marked(op.getLoc(), Part::Gradient), table->second,
                  ValueRange(gradient.getResults()).slice(numTargets, lookups));
      numTargets += lookups;
      d.gradient = rows.gradient;
      d.places = rows.places;
      d.count = rows.count;
      continue;
    }
    d.gradient = gradient.getResult(numTargets++);
    if (!surely.contains(d.value))
      d.reached = answers[numUnsure++];
  }
  return descents;
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
  for (ParamOp param : *params) {
    auto type = cast<RankedTensorType>(param.getType());
    values.push_back(readAlone(param.getSymNameAttr(), type));
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
  FailureOr<SmallVector<Descent>> descents =
      derive(op, rule, *groups, *params, values);
  if (failed(descents))
    return failure();
  // The ops below make new values of the gradients.
  op->setLoc(marked(op.getLoc(), Part::Update));

  DenseMap<StringAttr, Descent> clocks;
  auto isMoved = [](const Descent &d) { return bool(d.gradient); };
  SmallVector<Descent> moved, rest;
  for (Descent &d : *descents) {
    if (!isMoved(d) && !op.getAverageAttr() && !op.getClipWeightsAttr())
      continue;
    auto [clock, isNew] =
        clocks.try_emplace(counterOf(op.getOptimizer(), "step", d.param));
    if (isNew)
      clock->second = advance(op, d);
    d.step = clock->second.step;
    d.due = clock->second.due;
    (isMoved(d) ? moved : rest).push_back(d);
  }
  if (failed(shapeGradients(op, moved)))
    return failure();
  for (Descent &d : moved)
    if (failed(update(op, rule, groups->lookup(d.param), d)))
      return failure();
  for (Descent &d : rest) {
    FailureOr<Value> present = writeParam(op, d, d.value);
    if (failed(present) || failed(writeAverage(op, d, *present)))
      return failure();
  }
  trains = true;
  op.erase();
  return success();
}

/// Counts an update, or, where gradients are accumulated, a call.
/// Where each parameter is counted for itself, one without gradient is not.
Descent StepResolver::advance(MinimizeOp op, const Descent &d) {
  Descent clock;
  bool each = uses.at(op.getOptimizer()).countsEach;
  StringAttr counter = counterOf(op.getOptimizer(), "step", d.param);
  auto i64 = RankedTensorType::get({}, builder.getI64Type());
  Value before = read(counter, i64);
  clock.step = count(counter, op.getLoc());
  Expr e(builder, op.getLoc());
  if (each && !d.gradient)
    current[counter] = before;
  else if (each && d.reached)
    current[counter] = e.select(d.reached, clock.step, before);
  if (!op.getAccumulate())
    return clock;
  StringAttr calls = counterOf(op.getOptimizer(), "calls", d.param);
  Value number = count(calls, op.getLoc());
  clock.due = e.compare(Predicate::ge, number, double(*op.getAccumulate()));
  current[calls] = e.unless(clock.due, number);
  current[counter] = e.select(clock.due, current[counter], before);
  return clock;
}
