//===- FormKernels.cpp - Group ops into kernels ---------------------------===//
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
// kernel has no barrier.
//
// Constants, iotas, broadcasts and reshapes compute nothing: each group has its
// own.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "dialects/Dl/Build.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"

namespace dlc {
#define GEN_PASS_DEF_FORMKERNELS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// Whether an op only says how to look at a value.
static bool isFree(Operation *op) {
  return isa_and_present<ConstantOp, BroadcastOp, IotaOp, ReshapeOp>(op);
}

namespace {

/// Ops that will be one kernel.
struct Group {
  SmallVector<Operation *> ops;
  /// The shape, as long as all ops are elementwise and of one shape.
  std::optional<SmallVector<int64_t>> pointwise;
  /// The number of rows, as long as all ops can share a loop over them.
  std::optional<int64_t> rows;
};

class Grouping {
public:
  Grouping(func::FuncOp step, int64_t minRows) : step(step), minRows(minRows) {}

  /// Assigns every op that computes something to a group; groups are in an
  /// order in which they can run.
  void run() {
    for (Operation &op : step.getBody().front().without_terminator())
      if (!isFree(&op))
        assign(&op);
  }

  ArrayRef<Group> getGroups() const { return groups; }

private:
  /// An op's value that another needs, seen through free ops.
  struct Need {
    Operation *producer;
    bool rowOnly; ///< row r is enough for row r
  };

  /// What `op` needs of ops in groups.
  SmallVector<Need> needs(Operation *op) const {
    SmallVector<Need> result;
    collect(op, true, result);
    return result;
  }
  static void collect(Operation *op, bool rowOnly,
                      SmallVectorImpl<Need> &result) {
    auto parallel = dyn_cast<RowParallel>(op);
    for (OpOperand &operand : op->getOpOperands()) {
      Operation *producer = operand.get().getDefiningOp();
      if (!producer)
        continue;
      bool row = rowOnly && parallel &&
                 parallel.isRowOperand(operand.getOperandNumber());
      if (isFree(producer))
        collect(producer, row, result);
      else
        result.push_back({producer, row});
    }
  }

  void assign(Operation *op);

  func::FuncOp step;
  int64_t minRows;
  SmallVector<Group> groups;
  DenseMap<Operation *, size_t> groupOf;
};

} // namespace

/// The op's rows if it can share a loop over them with others.
static std::optional<int64_t> rowsOf(Operation *op, int64_t minRows) {
  auto parallel = dyn_cast<RowParallel>(op);
  if (!parallel || !parallel.hasRows())
    return std::nullopt;
  int64_t rows = tensorType(op->getResult(0)).getDimSize(0);
  return rows >= minRows ? std::optional(rows) : std::nullopt;
}

void Grouping::assign(Operation *op) {
  std::optional<int64_t> rows = rowsOf(op, minRows);
  std::optional<SmallVector<int64_t>> pointwise;
  if (op->hasTrait<OpTrait::Elementwise>())
    pointwise = SmallVector<int64_t>(tensorType(op->getResult(0)).getShape());

  SmallVector<Need> needed = needs(op);
  size_t earliest = 0;
  for (const Need &need : needed)
    earliest = std::max(earliest, groupOf.lookup(need.producer));

  for (size_t i = earliest; i < groups.size(); ++i) {
    Group &group = groups[i];
    bool related = false, rowOnly = true, sameShape = true;
    for (const Need &need : needed) {
      if (groupOf.lookup(need.producer) != i)
        continue;
      related = true;
      rowOnly &= need.rowOnly;
      sameShape &=
          pointwise && tensorType(need.producer->getResult(0)).getShape() ==
                           ArrayRef<int64_t>(*pointwise);
    }
    // Small tensors are worth a common kernel even if they have nothing in
    // common; and large ones are a loop over rows that others can join.
    // (Vectors of as many entries as there are rows are most likely channels,
    // not rows.)
    int64_t elements = tensorType(op->getResult(0)).getNumElements();
    bool small = pointwise && elements <= 4096, large = elements > 4096;
    bool joinPointwise = group.pointwise && pointwise &&
                         *group.pointwise == *pointwise && sameShape &&
                         (related || small);
    bool joinRows = group.rows && rows && *group.rows == *rows &&
                    (related || large) && rowOnly;
    if (!joinPointwise && !joinRows)
      continue;
    if (!joinPointwise)
      group.pointwise.reset();
    // Unrelated ops of one shape share rows too, as long as both have them.
    if (!(group.rows && rows && *group.rows == *rows && rowOnly))
      group.rows.reset();
    group.ops.push_back(op);
    groupOf[op] = i;
    return;
  }
  groupOf[op] = groups.size();
  groups.push_back({{op}, pointwise, rows});
}

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

namespace {

/// A group as a function, and what it takes and gives in the step.
struct Outlined {
  func::FuncOp kernel;
  llvm::SetVector<Value> inputs;
  SmallVector<Value> outputs;
};

/// Makes functions of groups and calls in their place; equal functions are one.
class Outliner {
public:
  Outliner(ModelOp model) : model(model), symbols(model) {}

  void outline(func::FuncOp step, ArrayRef<Group> groups);

  int64_t numKernels = 0, numShared = 0;

private:
  Outlined makeKernel(const Group &group);
  void markInPlace(func::FuncOp step, ArrayRef<Group> groups,
                   ArrayRef<Outlined> outlined);
  func::FuncOp share(func::FuncOp kernel);

  ModelOp model;
  SymbolTable symbols;
  llvm::StringMap<func::FuncOp> known;
};

} // namespace

/// The kernel of a group, not yet in the model.
Outlined Outliner::makeKernel(const Group &group) {
  Outlined result;
  DenseSet<Operation *> members(group.ops.begin(), group.ops.end());

  // Free ops come along, each before its first user.
  llvm::SetVector<Operation *> ops;
  std::function<void(Operation *)> include = [&](Operation *op) {
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (isFree(producer))
        include(producer);
      else if (!producer || !members.contains(producer))
        result.inputs.insert(operand);
    }
    ops.insert(op);
  };
  for (Operation *op : group.ops)
    include(op);

  std::function<bool(Operation *)> usedOutside = [&](Operation *user) {
    if (isFree(user))
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
/// value of a state entry the old one, if the kernel computes element by
/// element and no later kernel reads the old one.
void Outliner::markInPlace(func::FuncOp step, ArrayRef<Group> groups,
                           ArrayRef<Outlined> outlined) {
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

  Builder builder(step.getContext());
  for (auto [i, group] : llvm::enumerate(outlined)) {
    if (!groups[i].pointwise)
      continue;
    SmallVector<Attribute> pairs;
    for (auto [number, output] : llvm::enumerate(group.outputs)) {
      BlockArgument old = overwrites.lookup(output);
      if (!old || !group.inputs.contains(old) || lastReader.lookup(old) != i ||
          llvm::any_of(old.getUsers(), isFree))
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
  std::string text;
  llvm::raw_string_ostream stream(text);
  kernel.print(stream, OpPrintingFlags().useLocalScope());
  auto [entry, isNew] = known.try_emplace(text, kernel);
  if (!isNew) {
    kernel.erase();
    ++numShared;
    return entry->second;
  }
  kernel.setSymName(("kernel_" + Twine(numKernels++)).str());
  symbols.insert(kernel);
  return kernel;
}

void Outliner::outline(func::FuncOp step, ArrayRef<Group> groups) {
  Block &body = step.getBody().front();
  Operation *ret = body.getTerminator();
  OpBuilder builder(ret);
  SmallVector<Operation *> old;
  for (Operation &op : body.without_terminator())
    old.push_back(&op);

  SmallVector<Outlined> outlined;
  for (const Group &group : groups)
    outlined.push_back(makeKernel(group));
  markInPlace(step, groups, outlined);

  IRMapping computed;
  for (Outlined &group : outlined) {
    Location loc = group.kernel.getLoc();
    SmallVector<Value> inputs = llvm::map_to_vector(
        group.inputs, [&](Value v) { return computed.lookupOrDefault(v); });
    auto call = func::CallOp::create(builder, loc, share(group.kernel), inputs);
    computed.map(group.outputs, call.getResults());
  }
  for (OpOperand &operand : ret->getOpOperands())
    operand.set(computed.lookupOrDefault(operand.get()));
  for (Operation *op : llvm::reverse(old))
    op->erase();
}

/// Gives every result of the step a value of its own: what is returned is
/// computed by a kernel, for one result only.
static void separateResults(func::FuncOp step) {
  auto ret = cast<func::ReturnOp>(step.getBody().front().getTerminator());
  OpBuilder builder(ret);
  DenseSet<Value> seen;
  for (OpOperand &operand : ret->getOpOperands()) {
    Value value = operand.get();
    Operation *producer = value.getDefiningOp();
    if (producer && !isFree(producer) && seen.insert(value).second)
      continue;
    operand.set(CopyOp::create(builder, ret.getLoc(), value.getType(), value));
  }
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
    Outliner outliner(model);
    for (func::FuncOp step : steps) {
      separateResults(step);
      Grouping grouping(step, minRows);
      grouping.run();
      outliner.outline(step, grouping.getGroups());
    }
    numKernels += outliner.numKernels;
    numShared += outliner.numShared;
  }
};

} // namespace
