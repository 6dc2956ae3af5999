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
// kernel has no barrier. Large elementwise ops join what they have to do with:
// what makes or also reads an operand of theirs. So the update of a parameter
// is one kernel, and not one with those of other parameters.
//
// Constants, iotas, broadcasts and reshapes compute nothing: each group has its
// own. So it is with random bits and the masks made of them: to compute them
// again takes no memory.
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

/// Whether a value is made of random bits and constants by a few operations
/// that are no functions of libm.
static bool isRandom(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa_and_present<RandomBitsOp>(op))
    return true;
  if (isa_and_present<BroadcastOp, ReshapeOp>(op))
    return isRandom(op->getOperand(0));
  if (!isa_and_present<AddOp, SubOp, DivOp, CompareOp, SelectOp, CastOp,
                       ScaleOp, OffsetOp>(op))
    return false;
  bool random = false;
  for (Value operand : op->getOperands()) {
    if (isRandom(operand))
      random = true;
    else if (!operand.getDefiningOp<ConstantOp>())
      return false;
  }
  return random;
}

/// Whether an op only says how to look at a value, or costs as little as that.
static bool isFree(Operation *op) {
  return isa_and_present<ConstantOp, BroadcastOp, IotaOp, ReshapeOp>(op) ||
         (op && op->getNumResults() == 1 && isRandom(op->getResult(0)));
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
  Grouping(Block &block, int64_t minRows) : block(block), minRows(minRows) {}

  /// Assigns every op that computes something to a group; groups are in an
  /// order in which they can run.
  void run() {
    for (Operation &op : block.without_terminator())
      if (!isFree(&op) && !canWait(&op))
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

  /// Whether an op goes where its first user does: a large one that only looks
  /// at what is there before all kernels, as at an optimizer's moment.
  bool canWait(Operation *op) const;
  void assign(Operation *op);
  /// Adds an op to a group, and those before it that have waited for it.
  void put(Operation *op, size_t group);
  /// Whether a group reads what the op, or one that waits for it, does.
  bool readsAlso(Operation *op, size_t group) const {
    return llvm::any_of(op->getOperands(), [&](Value operand) {
      Operation *producer = operand.getDefiningOp();
      if (isWaiting(producer) && readsAlso(producer, group))
        return true;
      return !isFree(producer) &&
             llvm::is_contained(readers.lookup(operand), group);
    });
  }
  bool isWaiting(Operation *op) const {
    return op && !isFree(op) && !groupOf.contains(op);
  }

  Block &block;
  int64_t minRows;
  SmallVector<Group> groups;
  DenseMap<Operation *, size_t> groupOf;
  /// Of each value, the groups that read it but do not make it.
  DenseMap<Value, SmallVector<size_t>> readers;
};

} // namespace

/// Tensors up to this many elements are worth a common kernel even if they have
/// nothing in common.
static constexpr int64_t kSmall = 4096;

/// The op's rows if it can share a loop over them with others.
static std::optional<int64_t> rowsOf(Operation *op, int64_t minRows) {
  auto parallel = dyn_cast<RowParallel>(op);
  if (!parallel || !parallel.hasRows())
    return std::nullopt;
  int64_t rows = tensorType(op->getResult(0)).getDimSize(0);
  return rows >= minRows ? std::optional(rows) : std::nullopt;
}

bool Grouping::canWait(Operation *op) const {
  if (!op->hasTrait<Elementwise>() || op->use_empty() || !needs(op).empty() ||
      tensorType(op->getResult(0)).getNumElements() <= kSmall)
    return false;
  Operation *first = nullptr;
  for (Operation *user : op->getUsers()) {
    if (user->getBlock() != &block || isFree(user))
      return false;
    if (!first || user->isBeforeInBlock(first))
      first = user;
  }
  return first->hasTrait<Elementwise>() &&
         first->getResult(0).getType() == op->getResult(0).getType();
}

void Grouping::put(Operation *op, size_t group) {
  for (Value operand : op->getOperands()) {
    Operation *producer = operand.getDefiningOp();
    if (isWaiting(producer))
      put(producer, group);
    if (!producer || groupOf.lookup(producer) != group)
      readers[operand].push_back(group);
  }
  groups[group].ops.push_back(op);
  groupOf[op] = group;
}

void Grouping::assign(Operation *op) {
  // A loop is alone: that it has no rows and is not pointwise keeps others
  // away.
  std::optional<int64_t> rows = rowsOf(op, minRows);
  std::optional<SmallVector<int64_t>> pointwise;
  if (op->hasTrait<Elementwise>())
    pointwise = SmallVector<int64_t>(tensorType(op->getResult(0)).getShape());

  SmallVector<Need> needed = needs(op);
  // What has waited for this op comes along.
  llvm::erase_if(needed,
                 [&](const Need &need) { return isWaiting(need.producer); });
  size_t earliest = 0;
  for (const Need &need : needed)
    earliest = std::max(earliest, groupOf.lookup(need.producer));

  size_t end = isa<ScanOp>(op) ? earliest : groups.size();
  for (size_t i = earliest; i < end; ++i) {
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
    // common; and large products are a loop over rows that others can join.
    // (Vectors of as many entries as there are rows are most likely channels,
    // not rows.)
    bool large = tensorType(op->getResult(0)).getNumElements() > kSmall;
    bool joinRows = group.rows && rows && *group.rows == *rows && rowOnly &&
                    (related || (large && (!pointwise || readsAlso(op, i))));
    // What shares rows and is pointwise stays so: an optimizer's update then
    // may overwrite what it reads.
    bool joinPointwise = group.pointwise && pointwise &&
                         *group.pointwise == *pointwise && sameShape &&
                         (related || !large || readsAlso(op, i));
    if (!joinPointwise && !joinRows)
      continue;
    if (!joinPointwise)
      group.pointwise.reset();
    // Unrelated ops of one shape share rows too, as long as both have them.
    if (!(group.rows && rows && *group.rows == *rows && rowOnly))
      group.rows.reset();
    put(op, i);
    return;
  }
  groups.push_back({{}, pointwise, rows});
  put(op, groups.size() - 1);
}

//===----------------------------------------------------------------------===//
// Values that need a place of their own
//===----------------------------------------------------------------------===//

/// Gives every operand of a terminator a value of its own: what is returned is
/// computed by a kernel, for one result only. Stacked outputs of a loop may be
/// returned too if `loopsGive`.
static void separate(Operation *terminator, bool loopsGive) {
  OpBuilder builder(terminator);
  DenseSet<Value> seen;
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value value = operand.get();
    Operation *producer = value.getDefiningOp();
    bool given = producer && !isFree(producer);
    if (auto loop = dyn_cast_or_null<ScanOp>(producer))
      given = loopsGive && llvm::is_contained(loop.getOutputs(), value);
    if (given && seen.insert(value).second)
      continue;
    operand.set(
        CopyOp::create(builder, terminator->getLoc(), value.getType(), value));
  }
}

static void separateResults(func::FuncOp step) {
  separate(step.getBody().front().getTerminator(), /*loopsGive=*/true);
}
static void separateYields(ScanOp loop) {
  separate(loop.getYield(), /*loopsGive=*/false);
}

/// What a loop takes lies in memory; reshapes of what does lie there too.
static void materializeOperands(ScanOp loop) {
  OpBuilder builder(loop);
  for (OpOperand &operand : loop->getOpOperands()) {
    Value source = operand.get();
    while (auto view = source.getDefiningOp<ReshapeOp>())
      source = view.getX();
    if (isFree(source.getDefiningOp()))
      operand.set(CopyOp::create(builder, loop.getLoc(),
                                 operand.get().getType(), operand.get()));
  }
}

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

namespace {

/// A group as a function, and what it takes and gives in the step. A loop has
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
  Outliner(ModelOp model, int64_t minRows)
      : model(model), symbols(model), minRows(minRows) {}

  /// Makes kernels of all that a block of a step computes, loops included.
  void outline(Block &block);

  int64_t numKernels = 0, numShared = 0;

private:
  Outlined makeKernel(const Group &group);
  void markInPlace(func::FuncOp step, ArrayRef<Group> groups,
                   ArrayRef<Outlined> outlined);
  func::FuncOp share(func::FuncOp kernel);

  ModelOp model;
  SymbolTable symbols;
  int64_t minRows;
  llvm::StringMap<func::FuncOp> known;
};

} // namespace

/// The kernel of a group, not yet in the model.
Outlined Outliner::makeKernel(const Group &group) {
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

  // Before it is known that there is no fault the state stays as it is.
  size_t check = 0;
  for (auto [i, group] : llvm::enumerate(groups))
    if (isa<FirstFaultOp>(group.ops.front()))
      check = i;

  Builder builder(step.getContext());
  for (auto [i, group] : llvm::enumerate(outlined)) {
    if (!groups[i].pointwise || group.loop || i < check)
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

/// Moves a loop to where the builder stands, to take what was `computed`.
static void moveLoop(ScanOp loop, OpBuilder &builder, IRMapping &computed) {
  for (OpOperand &operand : loop->getOpOperands()) {
    // Reshapes of what a loop takes stay in front of it.
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
  for (auto loop : llvm::make_early_inc_range(body.getOps<ScanOp>())) {
    materializeOperands(loop);
    separateYields(loop);
    outline(loop.getBlock());
  }
  Grouping grouping(body, minRows);
  grouping.run();
  ArrayRef<Group> groups = grouping.getGroups();

  Operation *ret = body.getTerminator();
  OpBuilder builder(ret);
  SmallVector<Operation *> old;
  for (Operation &op : body.without_terminator())
    if (!isa<ScanOp>(op))
      old.push_back(&op);

  SmallVector<Outlined> outlined;
  for (const Group &group : groups)
    outlined.push_back(makeKernel(group));
  if (auto step = dyn_cast<func::FuncOp>(body.getParentOp()))
    markInPlace(step, groups, outlined);

  IRMapping computed;
  for (Outlined &group : outlined) {
    if (group.loop) {
      moveLoop(group.loop, builder, computed);
      continue;
    }
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

/// Gives ops that read at any place their operands in memory: a broadcast, or
/// what is drawn, would be one more loop in their kernel.
static void separateTables(func::FuncOp step) {
  step.walk([](Operation *op) {
    if (!op->hasTrait<Irregular>())
      return;
    OpBuilder builder(op);
    for (OpOperand &operand : op->getOpOperands()) {
      Operation *source = operand.get().getDefiningOp();
      while (auto view = dyn_cast_or_null<ReshapeOp>(source))
        source = view.getX().getDefiningOp();
      if (isFree(source) && !isa<ConstantOp>(source))
        operand.set(CopyOp::create(builder, op->getLoc(),
                                   operand.get().getType(), operand.get()));
    }
  });
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
    Outliner outliner(model, minRows);
    for (func::FuncOp step : steps) {
      separateResults(step);
      separateTables(step);
      outliner.outline(step.getBody().front());
    }
    numKernels += outliner.numKernels;
    numShared += outliner.numShared;
  }
};

} // namespace
