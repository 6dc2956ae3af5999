//===- ScanGradient.cpp - The derivative of a loop ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   s, y = scan carry(s) over(x) with(w) { s1, y = f(s, x, w); yield s1, y }
//
// becomes
//
//   s, y, saved = scan carry(s) over(x) with(w) { ...; yield s1, y, saved }
//   ds, dw, dx  = scan reverse carry(ds, dw) over(dy, x, saved) with(w) {
//     ds1, dx, dwt = f's derivative at (saved, x, w) of (ds, dy)
//     yield ds1, dw + dwt, dx
//   }
//
// `saved` are the values of each step that the derivative needs and that are
// not cheap to compute again: matrix products and functions, not copies and
// comparisons.
//
// A cotangent dwt that is a^T b, or a sum over rows, is not added up step by
// step: a and b are yielded, and one product of all rows of all steps stands
// behind the loop.
//
//===----------------------------------------------------------------------===//

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Dialect/Dl/ReverseMode.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace dlc::dl;

namespace {

/// Builds both scans.
class ScanDerivative {
public:
  ScanDerivative(ScanOp op, OpBuilder &builder, ArrayRef<Value> cotangents)
      : op(op), builder(builder), cotangents(cotangents),
        primal(std::make_unique<Region>()) {}

  void build(MutableArrayRef<Value> operands);

private:
  /// Something that every step of the backward scan has, as a stack.
  using Stack = std::function<Value()>;
  /// A sum over all steps, built behind the backward scan.
  using Sum = std::function<Value(Expr &)>;

  void differentiateBody();
  std::optional<Stack> stackOf(Value value);
  std::optional<Sum> sumOverSteps(Value value);
  Sum accumulate(Value value);

  unsigned addOutput(Value value);
  void eraseDead();
  void bringPrimals();
  Value bring(Value value);
  void findRecomputable();
  void makeForward();
  void makeScans();

  ScanOp op;
  OpBuilder &builder;
  ArrayRef<Value> cotangents;

  /// A copy of the body; the backward one takes ops from it.
  std::unique_ptr<Region> primal;
  Block *forward = nullptr;
  /// The backward body; its arguments are in the order of the lists below only
  /// once it is complete.
  Block *back = nullptr;

  DenseMap<Value, Value> ofValues;

  // The backward scan: its carried values, inputs and outputs.
  SmallVector<Value> inits, next;
  SmallVector<BlockArgument> carriedArgs;
  SmallVector<std::pair<BlockArgument, Stack>> inputs;
  SmallVector<std::pair<BlockArgument, Value>> invariants;
  SmallVector<Value> outputs;
  DenseMap<Value, unsigned> outputOf;

  // Additional outputs of the forward scan.
  llvm::MapVector<Value, unsigned> saved;

  /// Values of the forward body as the backward one sees them.
  DenseMap<Value, Value> brought;
  DenseSet<Value> needed;
  DenseSet<Operation *> recomputable;
  Operation *lastBrought = nullptr;

  ScanOp forwardScan, backwardScan;
};

} // namespace

//===----------------------------------------------------------------------===//
// The body's derivative
//===----------------------------------------------------------------------===//

void ScanDerivative::differentiateBody() {
  IRMapping mapping;
  op.getBody().cloneInto(primal.get(), mapping);
  forward = &primal->front();
  back = &primal->emplaceBlock();
  Operation *yield = forward->getTerminator();
  Location loc = op.getLoc();
  OpBuilder inside(op.getContext());
  inside.setInsertionPointToEnd(back);

  SmallVector<Value> sources, sinks;
  for (BlockArgument arg : forward->getArguments())
    if (isFloat(arg))
      sources.push_back(arg);
  SmallVector<std::pair<Value, Value>> seeds;
  Expr outside(builder, loc);
  for (auto [i, value] : llvm::enumerate(yield->getOperands())) {
    if (!isFloat(value))
      continue;
    bool isCarried = i < op.getNumCarried();
    if (!isCarried && !cotangents[i])
      continue;
    BlockArgument seed = back->addArgument(value.getType(), loc);
    if (isCarried) {
      carriedArgs.push_back(seed);
      inits.push_back(cotangents[i] ? cotangents[i]
                                    : outside.splat(value.getType(), 0));
    } else {
      Value stack = cotangents[i];
      inputs.push_back({seed, [stack] { return stack; }});
    }
    seeds.push_back({value, seed});
    sinks.push_back(value);
  }
  Path path = findPath(*forward, yield, sources, sinks);
  for (auto [value, seed] : seeds) {
    Value &sum = ofValues[value];
    sum = sum ? Expr(inside, loc).add(sum, seed) : seed;
  }
  accumulateCotangents(inside, path, ofValues);
}

//===----------------------------------------------------------------------===//
// Sums over steps
//===----------------------------------------------------------------------===//

unsigned ScanDerivative::addOutput(Value value) {
  auto [entry, isNew] = outputOf.try_emplace(value, outputs.size());
  if (isNew)
    outputs.push_back(value);
  return entry->second;
}

/// The values that the steps have for `value`, one above the other; none if
/// keeping them all would be a waste.
std::optional<ScanDerivative::Stack> ScanDerivative::stackOf(Value value) {
  for (auto &[arg, stack] : inputs)
    if (arg == value)
      return stack;
  if (value.getParentBlock() == back) {
    unsigned number = addOutput(value);
    return [this, number] { return backwardScan.getOutputs()[number]; };
  }
  if (auto arg = dyn_cast<BlockArgument>(value)) {
    unsigned number = arg.getArgNumber(), carried = op.getNumCarried();
    if (number >= carried + op.getInputs().size())
      return std::nullopt;
    if (number >= carried) {
      Value stack = op.getInputs()[number - carried];
      return [stack] { return stack; };
    }
  } else if (isFree(value.getDefiningOp())) {
    return std::nullopt;
  }
  saved.try_emplace(value, 0);
  return [this, value] { return forwardScan.getResult(saved.lookup(value)); };
}

/// Adds up step by step.
ScanDerivative::Sum ScanDerivative::accumulate(Value value) {
  Expr outside(builder, op.getLoc());
  OpBuilder inside(op.getContext());
  inside.setInsertionPointToEnd(back);
  BlockArgument sum = back->addArgument(value.getType(), op.getLoc());
  carriedArgs.push_back(sum);
  inits.push_back(outside.splat(value.getType(), 0));
  next.push_back(Expr(inside, op.getLoc()).add(sum, value));
  unsigned number = next.size() - 1;
  return [this, number](Expr &) { return backwardScan.getResult(number); };
}

/// The sum of the terms of all steps for `value`, computed behind the loop from
/// stacked outputs; none if `value` is not linear in anything smaller.
std::optional<ScanDerivative::Sum> ScanDerivative::sumOverSteps(Value value) {
  Operation *producer = value.getDefiningOp();
  if (!producer || producer->getBlock() != back)
    return std::nullopt;
  if (auto add = dyn_cast<AddOp>(producer)) {
    std::optional<Sum> a = sumOverSteps(add.getA());
    std::optional<Sum> b = sumOverSteps(add.getB());
    if (!a && !b)
      return std::nullopt;
    return [a = a ? *a : accumulate(add.getA()),
            b = b ? *b : accumulate(add.getB())](Expr &e) {
      Value first = a(e), second = b(e);
      return e.add(first, second);
    };
  }
  if (auto transpose = dyn_cast<TransposeOp>(producer)) {
    std::optional<Sum> x = sumOverSteps(transpose.getX());
    if (!x)
      return std::nullopt;
    SmallVector<int64_t> perm(transpose.getPerm());
    return [x = *x, perm](Expr &e) { return e.transpose(x(e), perm); };
  }
  if (auto reduce = dyn_cast<ReduceSumOp>(producer);
      reduce && !reduce.getKeepDims()) {
    SmallVector<int64_t> axes{0};
    for (int64_t axis : reduce.getReducedAxes())
      axes.push_back(axis + 1);
    std::optional<Stack> x = stackOf(reduce.getX());
    if (!x)
      return std::nullopt;
    return [x = *x, axes](Expr &e) { return e.sum(x(), axes); };
  }
  auto matmul = dyn_cast<MatmulOp>(producer);
  if (!matmul || !matmul.getTransposeA() || matmul.getTransposeB() ||
      tensorType(matmul.getA()).getRank() != 2 ||
      tensorType(matmul.getB()).getRank() != 2)
    return std::nullopt;
  std::optional<Stack> a = stackOf(matmul.getA());
  std::optional<Stack> b = a ? stackOf(matmul.getB()) : std::nullopt;
  if (!b)
    return std::nullopt;
  return [a = *a, b = *b](Expr &e) {
    auto rows = [&](Value stack) {
      ArrayRef<int64_t> shape = tensorType(stack).getShape();
      return e.reshape(stack, {shape[0] * shape[1], shape[2]});
    };
    Value left = rows(a()), right = rows(b());
    return e.matmul(left, right, true, false);
  };
}

//===----------------------------------------------------------------------===//
// Values of the forward body that the backward one needs
//===----------------------------------------------------------------------===//

void ScanDerivative::eraseDead() {
  for (Operation &inner : llvm::make_early_inc_range(llvm::reverse(*back)))
    if (isOpTriviallyDead(&inner))
      inner.erase();
}

/// Finds the ops of the forward body whose results can be computed again
/// cheaply from values that the backward one has anyway.
void ScanDerivative::findRecomputable() {
  DenseMap<Operation *, unsigned> cost;
  for (Operation &inner : forward->without_terminator()) {
    if (!isFree(&inner) && !inner.hasTrait<CheapToRepeat>())
      continue;
    unsigned total = 1;
    bool isThere = llvm::all_of(inner.getOperands(), [&](Value operand) {
      if (needed.contains(operand))
        return true;
      if (auto arg = dyn_cast<BlockArgument>(operand))
        return arg.getArgNumber() >= op.getNumCarried();
      total += cost.lookup(operand.getDefiningOp());
      return recomputable.contains(operand.getDefiningOp());
    });
    if (!isThere || total > maxRepeatedOps)
      continue;
    recomputable.insert(&inner);
    cost[&inner] = total;
  }
}

/// A value of the forward body, inside of the backward one.
Value ScanDerivative::bring(Value value) {
  if (Value known = brought.lookup(value))
    return known;
  unsigned carried = op.getNumCarried(), stacked = op.getInputs().size();
  auto arg = dyn_cast<BlockArgument>(value);
  auto take = [&](Stack stack) {
    BlockArgument inside = back->addArgument(value.getType(), value.getLoc());
    inputs.push_back({inside, std::move(stack)});
    return inside;
  };
  if (arg && arg.getArgNumber() >= carried + stacked) {
    BlockArgument inside = back->addArgument(value.getType(), value.getLoc());
    invariants.push_back(
        {inside, op.getInvariants()[arg.getArgNumber() - carried - stacked]});
    return brought[value] = inside;
  }
  if (arg && arg.getArgNumber() >= carried) {
    Value stack = op.getInputs()[arg.getArgNumber() - carried];
    return brought[value] = take([stack] { return stack; });
  }
  Operation *producer = value.getDefiningOp();
  if (producer && (isFree(producer) || recomputable.contains(producer))) {
    IRMapping mapping;
    for (Value operand : producer->getOperands())
      mapping.map(operand, bring(operand));
    OpBuilder inside(value.getContext());
    // Behind all ops brought so far, in front of the ops that use it.
    if (lastBrought)
      inside.setInsertionPointAfter(lastBrought);
    else
      inside.setInsertionPointToStart(back);
    lastBrought = inside.clone(*producer, mapping);
    for (auto [from, to] :
         llvm::zip(producer->getResults(), lastBrought->getResults()))
      brought[from] = to;
    return brought[value];
  }
  saved.try_emplace(value, 0);
  return brought[value] = take([this, value] {
           return forwardScan.getResult(saved.lookup(value));
         });
}

void ScanDerivative::bringPrimals() {
  SmallVector<OpOperand *> uses;
  for (Operation &inner : *back)
    for (OpOperand &operand : inner.getOpOperands())
      if (operand.get().getParentBlock() == forward) {
        uses.push_back(&operand);
        needed.insert(operand.get());
      }
  findRecomputable();
  for (OpOperand *use : uses)
    use->set(bring(use->get()));
}

//===----------------------------------------------------------------------===//
// The scans
//===----------------------------------------------------------------------===//

/// The forward scan with the saved values as further outputs; in place of the
/// old one, which is left without uses.
void ScanDerivative::makeForward() {
  Operation *yield = forward->getTerminator();
  SmallVector<Value> values(yield->getOperands());
  for (auto &[value, number] : saved) {
    auto outputs = ArrayRef(values).drop_front(op.getNumCarried());
    number =
        op.getNumCarried() + (llvm::find(outputs, value) - outputs.begin());
    if (number == values.size())
      values.push_back(value);
  }
  yield->setOperands(values);
  OpBuilder behind(op.getContext());
  behind.setInsertionPointAfter(op);
  forwardScan = ScanOp::create(behind, op.getLoc(), op.getTrips(),
                               op.getReverse(), op.getInits(), op.getInputs(),
                               op.getInvariants(), std::move(primal));
  op->replaceAllUsesWith(
      forwardScan.getResults().take_front(op.getNumResults()));
}

/// Both scans, once the backward body is complete.
void ScanDerivative::makeScans() {
  auto region = std::make_unique<Region>();
  Block &body = region->emplaceBlock();
  auto move = [&](BlockArgument arg) {
    arg.replaceAllUsesWith(body.addArgument(arg.getType(), arg.getLoc()));
  };
  for (BlockArgument arg : carriedArgs)
    move(arg);
  for (auto &[arg, stack] : inputs)
    move(arg);
  for (auto &[arg, value] : invariants)
    move(arg);
  body.getOperations().splice(body.end(), back->getOperations());
  back->erase();
  makeForward();

  SmallVector<Value> stacks, constants;
  for (auto &[arg, stack] : inputs)
    stacks.push_back(stack());
  for (auto &[arg, value] : invariants)
    constants.push_back(value);
  backwardScan =
      ScanOp::create(builder, op.getLoc(), op.getTrips(), !op.getReverse(),
                     inits, stacks, constants, std::move(region));
}

void ScanDerivative::build(MutableArrayRef<Value> operands) {
  differentiateBody();
  Location loc = op.getLoc();
  unsigned carried = op.getNumCarried(), stacked = op.getInputs().size();
  OpBuilder inside(op.getContext());
  inside.setInsertionPointToEnd(back);
  SmallVector<std::function<Value(Expr &)>> results(operands.size());
  for (BlockArgument arg : forward->getArguments()) {
    if (!isFloat(arg))
      continue;
    unsigned number = arg.getArgNumber();
    Value cotangent = ofValues.lookup(arg);
    if (number < carried) {
      next.push_back(cotangent ? cotangent
                               : Expr(inside, loc).splat(arg.getType(), 0));
      unsigned result = next.size() - 1;
      results[number] = [this, result](Expr &) {
        return backwardScan.getResult(result);
      };
    } else if (!cotangent) {
      continue;
    } else if (number < carried + stacked) {
      unsigned output = addOutput(cotangent);
      results[number] = [this, output](Expr &) {
        return backwardScan.getOutputs()[output];
      };
    } else {
      std::optional<Sum> sum = sumOverSteps(cotangent);
      results[number] = sum ? *sum : accumulate(cotangent);
    }
  }
  SmallVector<Value> yields(next);
  llvm::append_range(yields, outputs);
  inside.setInsertionPointToEnd(back);
  YieldOp::create(inside, loc, yields);
  eraseDead();
  bringPrimals();
  makeScans();

  Expr e(builder, loc);
  for (auto [operand, result] : llvm::zip(operands, results))
    if (result)
      operand = result(e);
}

void ScanOp::differentiate(OpBuilder &builder, ArrayRef<Value> cotangents,
                           MutableArrayRef<Value> operands) {
  ScanDerivative(*this, builder, cotangents).build(operands);
}
