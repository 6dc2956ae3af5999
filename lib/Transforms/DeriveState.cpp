//===- DeriveState.cpp - Derivations of state-only values -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each step is cut between the values that follow from the state alone and the
// rest. Values that cross the cut are derived: entries of the state that a
// function of their own makes. To find values that several steps derive alike,
// the functions of all steps are first joined, which merges equal ops; then
// every set of steps gets a function for the values that exactly these steps
// read.
//
//===----------------------------------------------------------------------===//

#include "LayoutRules.h"
#include "StateOnly.h"

#include "dlc/Transforms/Passes.h"

#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/CSE.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

namespace dlc {
#define GEN_PASS_DEF_DERIVESTATE
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;
using dlc::layout::bytesOf;

//===----------------------------------------------------------------------===//
// The cut
//===----------------------------------------------------------------------===//

/// Whether the step had better compute the value itself, from its operands: a
/// value that needs no memory, or a cheap one with more bytes to read than its
/// operands.
static bool staysInStep(Operation *op) {
  if (dl::isFree(op))
    return true;
  if (!op->hasTrait<Elementwise>() || !op->hasTrait<CheapToRepeat>())
    return false;
  int64_t sources = 0;
  for (Value operand : op->getOperands()) {
    while (dl::isFree(operand.getDefiningOp()) &&
           operand.getDefiningOp()->getNumOperands() == 1)
      operand = operand.getDefiningOp()->getOperand(0);
    // Constants and iotas are made where they are used.
    if (!dl::isFree(operand.getDefiningOp()))
      sources += bytesOf(operand);
  }
  return bytesOf(op->getResult(0)) > sources;
}

namespace {

/// The derived values that a step reads.
class Cut {
public:
  explicit Cut(func::FuncOp step) : stateOnly(step) {
    for (Operation &op : step.getBody().front())
      if (!llvm::all_of(op.getResults(),
                        [&](Value v) { return stateOnly.contains(v); }) ||
          op.hasTrait<OpTrait::IsTerminator>())
        for (Value operand : op.getOperands())
          add(operand);
  }

  /// In the order of the step.
  ArrayRef<Value> getValues() const { return values.getArrayRef(); }

private:
  void add(Value value) {
    Operation *op = value.getDefiningOp();
    if (!op || !stateOnly.contains(value) || !seen.insert(value).second)
      return;
    if (!staysInStep(op)) {
      values.insert(value);
      return;
    }
    for (Value operand : op->getOperands())
      add(operand);
  }

  StateOnly stateOnly;
  llvm::SetVector<Value> values;
  DenseSet<Value> seen;
};

} // namespace

//===----------------------------------------------------------------------===//
// Functions that derive
//===----------------------------------------------------------------------===//

namespace {

class Deriver {
public:
  explicit Deriver(ModelOp model)
      : model(model), symbols(model), builder(model.getContext()) {}

  /// How many entries.
  unsigned run();

private:
  /// A value in one of the steps.
  struct Use {
    func::FuncOp step;
    Value value;
  };

  void copy(func::FuncOp step, Value value);
  Value argument(FlatSymbolRefAttr state, Type type, Location loc);
  std::string nameOf(Value value) const;
  void derive(ArrayRef<unsigned> uses, func::FuncOp step);
  Value argument(func::FuncOp step, FlatSymbolRefAttr entry, Value like);

  ModelOp model;
  SymbolTable symbols;
  OpBuilder builder;
  SmallVector<Use> uses;
  /// All that is derived, in one function.
  func::FuncOp all;
  SmallVector<FlatSymbolRefAttr> states;
  DenseMap<Operation *, IRMapping> copies;
  unsigned numFunctions = 0;
  /// Entries of the values of `all`.
  llvm::MapVector<Value, FlatSymbolRefAttr> entries;
};

} // namespace

Value Deriver::argument(FlatSymbolRefAttr state, Type type, Location loc) {
  auto known = llvm::find(states, state);
  if (known != states.end())
    return all.getArgument(known - states.begin());
  states.push_back(state);
  return all.getBody().front().addArgument(type, loc);
}

/// Copies into `all` what makes a value of a step.
void Deriver::copy(func::FuncOp step, Value value) {
  IRMapping &map = copies[step];
  if (map.contains(value))
    return;
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    FlatSymbolRefAttr state = stateOfArgument(step, arg.getArgNumber());
    map.map(value, argument(state, arg.getType(), arg.getLoc()));
    return;
  }
  Operation *op = value.getDefiningOp();
  for (Value operand : op->getOperands())
    copy(step, operand);
  builder.clone(*op, map);
}

/// The name of a derived entry: that of the largest entry that it follows from,
/// with a prefix: `conv1.derived_weight` of `conv1.weight`.
std::string Deriver::nameOf(Value value) const {
  DenseSet<Value> seen;
  BlockArgument largest;
  std::function<void(Value)> visit = [&](Value source) {
    if (!seen.insert(source).second)
      return;
    if (Operation *op = source.getDefiningOp()) {
      llvm::for_each(op->getOperands(), visit);
      return;
    }
    auto arg = cast<BlockArgument>(source);
    if (!largest || bytesOf(arg) > bytesOf(largest))
      largest = arg;
  };
  visit(value);
  if (!largest)
    return "derived_table";
  StringRef name = states[largest.getArgNumber()].getValue();
  size_t last = name.rfind('.') + 1;
  return (name.take_front(last) + "derived_" + name.drop_front(last)).str();
}

/// A function in front of `step` for what these uses read.
void Deriver::derive(ArrayRef<unsigned> numbers, func::FuncOp step) {
  auto results =
      cast<func::ReturnOp>(all.getBody().front().getTerminator()).getOperands();
  llvm::SetVector<Value> made;
  llvm::SetVector<Operation *> ops;
  llvm::SetVector<Value> read;
  std::function<void(Value)> visit = [&](Value value) {
    Operation *op = value.getDefiningOp();
    if (!op) {
      read.insert(value);
      return;
    }
    if (ops.contains(op))
      return;
    for (Value operand : op->getOperands())
      visit(operand);
    ops.insert(op);
  };
  for (unsigned number : numbers)
    made.insert(results[number]);
  llvm::for_each(made, visit);

  SmallVector<Type> argTypes, resultTypes;
  SmallVector<DictionaryAttr> argAttrs, resultAttrs;
  auto attrsOf = [&](FlatSymbolRefAttr state) {
    return builder.getDictionaryAttr(builder.getNamedAttr(names::state, state));
  };
  for (Value value : read) {
    argTypes.push_back(value.getType());
    argAttrs.push_back(
        attrsOf(states[cast<BlockArgument>(value).getArgNumber()]));
  }
  for (Value value : made) {
    builder.setInsertionPoint(step);
    auto entry = DerivedOp::create(builder, value.getLoc(),
                                   builder.getStringAttr(nameOf(value)),
                                   TypeAttr::get(value.getType()));
    entries[value] = FlatSymbolRefAttr::get(symbols.insert(entry));
    resultTypes.push_back(value.getType());
    resultAttrs.push_back(attrsOf(entries[value]));
  }
  // Each result is an argument too, the memory for it.
  llvm::append_range(argTypes, resultTypes);
  llvm::append_range(argAttrs, resultAttrs);

  builder.setInsertionPoint(step);
  auto function = func::FuncOp::create(
      builder, all.getLoc(), "derive_" + std::to_string(numFunctions++),
      builder.getFunctionType(argTypes, resultTypes), {}, argAttrs);
  function.setAllResultAttrs(resultAttrs);
  function->setAttr(names::step, builder.getUnitAttr());
  function->setAttr(names::derives, builder.getUnitAttr());
  symbols.insert(function);
  OpBuilder body = OpBuilder::atBlockEnd(function.addEntryBlock());
  IRMapping map;
  for (auto [value, arg] : llvm::zip(read, function.getArguments()))
    map.map(value, arg);
  for (Operation &op : all.getBody().front())
    if (ops.contains(&op))
      body.clone(op, map);
  func::ReturnOp::create(
      body, all.getLoc(),
      llvm::map_to_vector(made, [&](Value v) { return map.lookup(v); }));
}

/// The argument of a step that is a derived entry.
Value Deriver::argument(func::FuncOp step, FlatSymbolRefAttr entry,
                        Value like) {
  unsigned number = step.getNumArguments();
  for (unsigned i = 0; i < number; ++i)
    if (stateOfArgument(step, i) == entry)
      return step.getArgument(i);
  (void)step.insertArgument(
      number, like.getType(),
      builder.getDictionaryAttr(builder.getNamedAttr(names::state, entry)),
      like.getLoc());
  return step.getArgument(number);
}

/// Removes what nothing of the step needs any more.
static void dropUnused(func::FuncOp step) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(step.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
  llvm::SmallDenseSet<Attribute> written;
  for (unsigned i = 0; i < step.getNumResults(); ++i)
    if (Attribute state = step.getResultAttr(i, names::state))
      written.insert(state);
  llvm::BitVector unused(step.getNumArguments());
  for (BlockArgument arg : step.getArguments()) {
    FlatSymbolRefAttr state = stateOfArgument(step, arg.getArgNumber());
    if (state && arg.use_empty() && !written.contains(state))
      unused.set(arg.getArgNumber());
  }
  (void)step.eraseArguments(unused);
}

unsigned Deriver::run() {
  SmallVector<func::FuncOp> steps;
  for (auto function : model.getBody().getOps<func::FuncOp>())
    if (function->hasAttr(names::step) && !function->hasAttr(names::derives))
      steps.push_back(function);
  for (func::FuncOp step : steps) {
    Cut cut(step);
    for (Value value : cut.getValues())
      uses.push_back({step, value});
  }
  if (uses.empty())
    return 0;

  all = func::FuncOp::create(builder, model.getLoc(), "all",
                             builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(all.addEntryBlock());
  SmallVector<Value> results;
  for (const Use &use : uses) {
    copy(use.step, use.value);
    results.push_back(copies[use.step].lookup(use.value));
  }
  func::ReturnOp::create(builder, model.getLoc(), results);
  IRRewriter rewriter(builder);
  DominanceInfo dominance(all);
  eliminateCommonSubExpressions(rewriter, dominance, all);

  // The steps that read each value; then, for each set of steps, the values
  // they read.
  results = llvm::to_vector(
      cast<func::ReturnOp>(all.getBody().front().getTerminator())
          .getOperands());
  llvm::MapVector<Value, SmallVector<unsigned>> readers;
  for (auto [number, value] : llvm::enumerate(results))
    readers[value].push_back(number);
  std::map<SmallVector<size_t>, SmallVector<unsigned>> sets;
  SmallVector<SmallVector<size_t>> order;
  for (auto &[value, numbers] : readers) {
    SmallVector<size_t> of;
    for (unsigned number : numbers)
      of.push_back(llvm::find(steps, uses[number].step) - steps.begin());
    of.erase(llvm::unique(of), of.end());
    if (sets[of].empty())
      order.push_back(of);
    llvm::append_range(sets[of], numbers);
  }
  for (const SmallVector<size_t> &set : order)
    derive(sets[set], steps[set.front()]);
  for (auto [use, value] : llvm::zip(uses, results))
    use.value.replaceAllUsesWith(
        argument(use.step, entries.lookup(value), use.value));
  for (func::FuncOp step : steps)
    dropUnused(step);
  all.erase();
  return entries.size();
}

namespace {

struct DeriveStatePass : dlc::impl::DeriveStateBase<DeriveStatePass> {
  void runOnOperation() override {
    numDerived += Deriver(getOperation()).run();
  }
};

} // namespace
