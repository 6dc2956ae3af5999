//===- FormKernels.cpp - Group ops into kernels ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %1 = dl.conv2d %0, %w ...
//   %2 = dl.broadcast %b ...
//   %3 = dl.add %1, %2 ...
//   %4 = dl.relu %3 ...
//
// becomes
//
//   %4 = call @kernel_0(%0, %w, %b)
//
// Two kinds of ops stand together: those that share a loop over rows (dimension
// 0), each needing of the group's values only the same row, and elementwise ops
// of one shape. Within a kernel no worker needs what another computes, so a
// kernel has no barrier. Large elementwise ops join the kernel of a producer or
// a co-reader of their operands. So the update of a parameter is one kernel,
// and not one with those of other parameters.
//
// Constants, iotas, broadcasts, reshapes, random bits and the masks made of
// them are free: each group has its own (FreeOps.h). In a loop over rows such
// an op makes one row at a time, so what reads other rows than its own, as a
// reverse or the right operand of a product does, has the value copied to
// memory first:
//
//   %1 = dl.iota {axis = 0} ...               %1 = call @kernel_0()
//   %2 = dl.reverse %1 dims [0] ...           %2 = call @kernel_1(%1)
//
// A loop stays in the step, between kernels, and its body is treated as the
// step is:
//
//   %s = dl.scan 16 carry(%h = %h0) over(%x = %xs) {
//     %0 = func.call @kernel_1(%h, %x)
//     dl.yield %0
//   }
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "KernelGroups.h"
#include "KernelSet.h"
#include "RepeatedOps.h"

#include "dlc/Machine/TargetInfo.h"
#include "dlc/Transforms/Origin.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {
#define GEN_PASS_DEF_FORMKERNELS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

//===----------------------------------------------------------------------===//
// Values that need a place of their own
//===----------------------------------------------------------------------===//

/// Copies `value` to memory, behind the op that makes it.
static Value copyToMemory(Value value) {
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  return CopyOp::create(builder, value.getLoc(), value.getType(), value);
}

/// Gives every operand of a terminator a value of its own: each returned value
/// is computed by a kernel, for one result only. A step may return stacked
/// outputs of a loop too.
static void separateResults(Block &body, const FreeOps &freeOps) {
  Operation *terminator = body.getTerminator();
  OpBuilder builder(terminator);
  DenseSet<Value> seen;
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value value = operand.get();
    Operation *producer = value.getDefiningOp();
    bool given = producer && !freeOps.isFree(producer);
    if (auto loop = dyn_cast_or_null<ScanOp>(producer))
      given = isa<func::ReturnOp>(terminator) &&
              llvm::is_contained(loop.getOutputs(), value);
    if (given && seen.insert(value).second)
      continue;
    operand.set(
        CopyOp::create(builder, terminator->getLoc(), value.getType(), value));
  }
}

/// Copies to memory the operands of a loop that no kernel gives. Reshapes of
/// values in memory lie there too; in the body of another loop, where nothing
/// but kernels and loops may stand, they are copied.
static void separateOperands(ScanOp loop, const FreeOps &freeOps) {
  bool isNested = isa<ScanOp>(loop->getParentOp());
  for (OpOperand &operand : loop->getOpOperands()) {
    Value source = operand.get();
    while (auto view = source.getDefiningOp<ReshapeOp>())
      source = view.getX();
    if (freeOps.isFree(source.getDefiningOp()) ||
        (isNested && source != operand.get()))
      operand.set(copyToMemory(operand.get()));
  }
}

/// Returns true if the kernel of the operand's owner may make the operand
/// itself, one row at a time.
static bool isMadeByRow(OpOperand &operand) {
  Operation *op = operand.getOwner();
  if (op->hasTrait<Irregular>())
    return false;
  // A kernel of scalars has no loop over rows.
  if (tensorType(op->getResult(0)).getRank() == 0 &&
      (op->hasTrait<Elementwise>() || op->hasTrait<View>()))
    return true;
  auto parallel = dyn_cast<RowParallel>(op);
  return parallel && parallel.isRowOperand(operand.getOperandNumber());
}

/// Copies to memory the values made where they are used that an op reads at
/// other rows than its own.
static void separateRows(Block &body, FreeOps &freeOps) {
  DenseMap<Value, Value> copies;
  for (Operation &op : llvm::make_early_inc_range(body.without_terminator())) {
    if (auto loop = dyn_cast<ScanOp>(op)) {
      separateOperands(loop, freeOps);
      continue;
    }
    for (OpOperand &operand : op.getOpOperands()) {
      Value value = operand.get();
      if (!freeOps.isMade(value) || isMadeByRow(operand))
        continue;
      Value &copy = copies[value];
      if (!copy)
        copy = copyToMemory(value);
      operand.set(copy);
      if (op.hasTrait<View>())
        freeOps.setInMemory(&op);
    }
  }
}

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

namespace {

/// A group as a function, with its inputs and outputs in the step. A loop has
/// no function: it stays.
struct Outlined {
  func::FuncOp kernel;
  ScanOp loop;
  llvm::SetVector<Value> inputs;
  SmallVector<Value> outputs;
};

/// Makes functions of groups and calls in their place; equal functions are one.
class Outliner {
public:
  Outliner(ModelOp model, const KernelLimits &limits)
      : model(model), symbols(model), limits(limits) {}

  /// Makes kernels of all that a block of a step computes, loops included.
  void outline(Block &block);

  int64_t numKernels = 0, numShared = 0, numRepeated = 0;

private:
  Outlined makeKernel(const KernelGroup &group, const FreeOps &freeOps);
  void markInPlace(func::FuncOp step, ArrayRef<KernelGroup> groups,
                   ArrayRef<Outlined> outlined, const FreeOps &freeOps);
  func::FuncOp share(func::FuncOp kernel);

  ModelOp model;
  SymbolTable symbols;
  KernelLimits limits;
  KernelSet known;
};

} // namespace

/// The kernel of a group, not yet in the model.
Outlined Outliner::makeKernel(const KernelGroup &group,
                              const FreeOps &freeOps) {
  Outlined result;
  if (auto loop = dyn_cast<ScanOp>(group.ops.front())) {
    result.loop = loop;
    for (Value operand : loop.getOperands()) {
      while (auto view = operand.getDefiningOp<ReshapeOp>())
        operand = view.getX();
      result.inputs.insert(operand);
    }
    return result;
  }
  DenseSet<Operation *> members(group.ops.begin(), group.ops.end());

  // Free ops come along, each before its first user.
  llvm::SetVector<Operation *> ops;
  std::function<void(Operation *)> include = [&](Operation *op) {
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (freeOps.isFree(producer))
        include(producer);
      else if (!producer || !members.contains(producer))
        result.inputs.insert(operand);
    }
    ops.insert(op);
  };
  for (Operation *op : group.ops)
    include(op);

  std::function<bool(Operation *)> usedOutside = [&](Operation *user) {
    if (freeOps.isFree(user))
      return llvm::any_of(user->getUsers(), usedOutside);
    return !members.contains(user);
  };
  for (Operation *op : group.ops)
    for (Value value : op->getResults())
      if (llvm::any_of(value.getUsers(), usedOutside))
        result.outputs.push_back(value);

  OpBuilder builder(model.getContext());
  Location loc = group.ops.front()->getLoc();
  auto type = builder.getFunctionType(
      ValueRange(result.inputs.getArrayRef()).getTypes(),
      ValueRange(result.outputs).getTypes());
  result.kernel = func::FuncOp::create(loc, "kernel", type);
  result.kernel.setPrivate();
  result.kernel->setAttr(names::kernel, builder.getUnitAttr());
  if (group.rows && !group.pointwise)
    result.kernel->setAttr(names::rows, builder.getI64IntegerAttr(*group.rows));
  if (isa<FirstFaultOp>(group.ops.front()))
    result.kernel->setAttr(names::fault, builder.getUnitAttr());
  Block *body = result.kernel.addEntryBlock();
  IRMapping mapping;
  for (auto [value, arg] : llvm::zip(result.inputs, body->getArguments()))
    mapping.map(value, arg);
  builder.setInsertionPointToEnd(body);
  for (Operation *op : ops)
    builder.clone(*op, mapping);
  SmallVector<Value> results;
  for (Value output : result.outputs)
    results.push_back(mapping.lookup(output));
  func::ReturnOp::create(builder, loc, results);
  return result;
}

/// Says of each kernel which results may overwrite which of its inputs: the new
/// value of a state entry the old one, if the kernel reads that element by
/// element, or makes the new value of it by writing some, and no later kernel
/// reads it.
void Outliner::markInPlace(func::FuncOp step, ArrayRef<KernelGroup> groups,
                           ArrayRef<Outlined> outlined,
                           const FreeOps &freeOps) {
  DenseMap<Attribute, BlockArgument> oldValue;
  for (BlockArgument arg : step.getArguments())
    if (Attribute state = step.getArgAttr(arg.getArgNumber(), names::state))
      oldValue[state] = arg;
  DenseMap<Value, BlockArgument> overwrites;
  auto ret = cast<func::ReturnOp>(step.getBody().front().getTerminator());
  for (OpOperand &operand : ret->getOpOperands())
    if (Attribute state =
            step.getResultAttr(operand.getOperandNumber(), names::state))
      overwrites[operand.get()] = oldValue.lookup(state);
  DenseMap<Value, size_t> lastReader;
  for (auto [i, group] : llvm::enumerate(outlined))
    for (Value input : group.inputs)
      lastReader[input] = i;

  // Before the check for faults the state must not change.
  size_t check = 0;
  for (auto [i, group] : llvm::enumerate(groups))
    if (isa<FirstFaultOp>(group.ops.front()))
      check = i;

  Builder builder(step.getContext());
  for (auto [i, group] : llvm::enumerate(outlined)) {
    if (group.loop || i < check)
      continue;
    SmallPtrSet<Operation *, 16> members(groups[i].ops.begin(),
                                         groups[i].ops.end());
    std::function<bool(Operation *)> isOfGroup = [&](Operation *user) {
      return freeOps.isFree(user) ? llvm::any_of(user->getUsers(), isOfGroup)
                                  : members.contains(user);
    };
    auto isReadOtherwise = [&](OpOperand &use, Value output) {
      Operation *user = use.getOwner();
      auto writer = dyn_cast<Overwrites>(user);
      if (writer && writer->getResult(0) == output)
        return &writer.getOverwritten() != &use;
      return isOfGroup(user) &&
             (freeOps.isFree(user) || !user->hasTrait<dl::Elementwise>());
    };
    SmallVector<Attribute> pairs;
    for (size_t number = 0; number < group.outputs.size(); ++number) {
      Value output = group.outputs[number];
      BlockArgument old = overwrites.lookup(output);
      if (!old || !group.inputs.contains(old) || lastReader.lookup(old) != i ||
          llvm::any_of(old.getUses(), [&](OpOperand &use) {
            return isReadOtherwise(use, output);
          }))
        continue;
      int64_t input = llvm::find(group.inputs, old) - group.inputs.begin();
      pairs.push_back(builder.getDenseI64ArrayAttr({int64_t(number), input}));
    }
    if (!pairs.empty())
      outlined[i].kernel->setAttr(names::inPlace, builder.getArrayAttr(pairs));
  }
}

/// The kernel itself, or one known to be equal to it.
func::FuncOp Outliner::share(func::FuncOp kernel) {
  if (func::FuncOp equal = known.findOrInsert(kernel); equal != kernel) {
    kernel.erase();
    ++numShared;
    return equal;
  }
  kernel.setSymName(("kernel_" + Twine(numKernels++)).str());
  symbols.insert(kernel);
  return kernel;
}

/// Says which ops a kernel computes, and why in one.
static void explain(const KernelGroup &group, func::FuncOp kernel, bool known,
                    Location loc) {
  auto remark = remark::passed(loc, remark::RemarkOpts::name("formed")
                                        .category("dl-form-kernels:fuse")
                                        .function(kernel.getSymName()));
  if (!remark)
    return;
  llvm::MapVector<OperationName, unsigned> counts;
  for (Operation *op : group.ops)
    ++counts[op->getName()];
  std::string ops;
  llvm::raw_string_ostream os(ops);
  llvm::interleaveComma(counts, os, [&](auto &entry) {
    if (entry.second > 1)
      os << entry.second << ' ';
    os << '\'' << entry.first << '\'';
  });
  auto shapeOf = [](ArrayRef<int64_t> shape) {
    std::string text;
    llvm::raw_string_ostream os(text);
    llvm::interleave(shape, os, "x");
    return text.empty() ? "one element" : text;
  };
  std::string why =
      group.ops.size() == 1 ? "alone"
      : group.rows ? "in one loop over " + std::to_string(*group.rows) + " rows"
      : group.pointwise ? "elementwise over " + shapeOf(*group.pointwise)
      : group.epilogue
          ? "on the results of the first, of " + shapeOf(*group.epilogue)
          : "small values of any shape";
  remark << remark::add("{0}, {1}{2}", ops, why,
                        known ? "; the code is there already" : "");
}

/// Moves a loop to the builder's position, with operands mapped by `computed`.
static void moveLoop(ScanOp loop, OpBuilder &builder, IRMapping &computed) {
  for (OpOperand &operand : loop->getOpOperands()) {
    // Reshapes of a loop's operands stay in front of it.
    SmallVector<Operation *> views;
    Value source = operand.get();
    while (auto view = source.getDefiningOp<ReshapeOp>()) {
      views.push_back(view);
      source = view.getX();
    }
    for (Operation *view : llvm::reverse(views))
      if (!computed.contains(view->getResult(0)))
        builder.clone(*view, computed);
    operand.set(computed.lookupOrDefault(operand.get()));
  }
  loop->moveBefore(builder.getInsertionBlock(), builder.getInsertionPoint());
}

void Outliner::outline(Block &body) {
  writeOutBlocks(body);
  FreeOps freeOps(body);
  separateResults(body, freeOps);
  separateRows(body, freeOps);
  for (auto loop : llvm::make_early_inc_range(body.getOps<ScanOp>()))
    outline(loop.getBlock());
  std::vector<KernelGroup> groups = formGroups(body, freeOps, limits);
  numRepeated += repeatCheapOps(groups, freeOps, limits);

  Operation *ret = body.getTerminator();
  OpBuilder builder(ret);
  SmallVector<Operation *> old;
  for (Operation &op : body.without_terminator())
    if (!isa<ScanOp>(op))
      old.push_back(&op);

  SmallVector<Outlined> outlined;
  for (const KernelGroup &group : groups)
    outlined.push_back(makeKernel(group, freeOps));
  if (auto step = dyn_cast<func::FuncOp>(body.getParentOp()))
    markInPlace(step, groups, outlined, freeOps);

  IRMapping computed;
  for (auto [group, members] : llvm::zip_equal(outlined, groups)) {
    if (group.loop) {
      moveLoop(group.loop, builder, computed);
      continue;
    }
    Location loc = group.kernel.getLoc();
    SmallVector<Value> inputs = llvm::map_to_vector(
        group.inputs, [&](Value v) { return computed.lookupOrDefault(v); });
    SmallVector<Location> ops;
    for (Operation &op : group.kernel.getBody().front().without_terminator())
      ops.push_back(op.getLoc());
    func::FuncOp made = group.kernel, kernel = share(made);
    explain(members, kernel, kernel != made, loc);
    if (kernel != made)
      loc = callOfEqual(loc, ops);
    auto call = func::CallOp::create(builder, loc, kernel, inputs);
    computed.map(group.outputs, call.getResults());
  }
  for (OpOperand &operand : ret->getOpOperands())
    operand.set(computed.lookupOrDefault(operand.get()));
  for (Operation *op : llvm::reverse(old))
    op->erase();
}

namespace {

struct FormKernelsPass : dlc::impl::FormKernelsBase<FormKernelsPass> {
  using FormKernelsBase::FormKernelsBase;

  void runOnOperation() override {
    ModelOp model = getOperation();
    SmallVector<func::FuncOp> steps;
    for (auto function : model.getBody().getOps<func::FuncOp>())
      if (function->hasAttr(names::step))
        steps.push_back(function);
    FailureOr<TargetInfo> target = TargetInfo::get(model);
    if (failed(target))
      return signalPassFailure();
    Outliner outliner(model, {minRows, maxOps, maxInputs, *target});
    for (func::FuncOp step : steps)
      outliner.outline(step.getBody().front());
    numKernels += outliner.numKernels;
    numShared += outliner.numShared;
    numRepeated += outliner.numRepeated;
  }
};

} // namespace
