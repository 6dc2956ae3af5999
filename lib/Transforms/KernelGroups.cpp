//===- KernelGroups.cpp - Grouping ops into kernels -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Ops go to groups one after another, in the order of the program. An op joins
// the first group behind all that it needs which
//
//  - shares its number of rows, if the op needs of the group's values only the
//    same row, and is related to the group: it reads a value of the group, or a
//    value that the group reads too;
//  - or is elementwise and of its shape;
//  - or is elementwise and takes, element by element, the result of the group's
//    one convolution or product, which has no rows to share out, or pads what
//    the group makes of that.
//
// Groups have a limit of ops and of inputs: the time that a kernel takes to
// compile grows faster than its size, and one that reads many streams of memory
// is not faster than two.
//
// And an op stays away whose weights would drive those of the group out of the
// cache, if reading them again for each block of rows costs more than its
// operand's way through memory: a kernel for a layer then goes over all images
// with the layer's weights in cache.
//
//===----------------------------------------------------------------------===//

#include "KernelGroups.h"

#include "dlc/Dialect/Dl/Names.h"
#include "dlc/Transforms/Cost.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {

class Grouping {
public:
  Grouping(Block &block, const FreeOps &freeOps, const KernelLimits &limits)
      : block(block), freeOps(freeOps), limits(limits) {}

  std::vector<KernelGroup> run() {
    for (Operation &op : block.without_terminator())
      if (!freeOps.isFree(&op) && !canWait(&op))
        assign(&op);
    return std::move(groups);
  }

private:
  /// An op's value that another needs, seen through free ops.
  struct Need {
    Operation *producer;
    bool rowOnly; ///< row r is enough for row r
  };

  /// The values of grouped ops that `op` needs, itself or by ops that wait for
  /// it.
  SmallVector<Need> needs(Operation *op) const {
    SmallVector<Need> result;
    for (Operation *member : withWaiting(op))
      collect(member, true, result);
    return result;
  }
  void collect(Operation *op, bool rowOnly,
               SmallVectorImpl<Need> &result) const {
    auto parallel = dyn_cast<RowParallel>(op);
    for (OpOperand &operand : op->getOpOperands()) {
      Operation *producer = operand.get().getDefiningOp();
      if (!producer)
        continue;
      bool row = rowOnly && parallel &&
                 parallel.isRowOperand(operand.getOperandNumber());
      if (freeOps.isFree(producer))
        collect(producer, row, result);
      else if (!isWaiting(producer))
        result.push_back({producer, row});
    }
  }

  /// Whether a large op can go where its first user does, and only reads values
  /// that exist before all kernels, as an optimizer's moment.
  bool canWait(Operation *op) const;
  /// Whether a large op that no group takes can go where its first user does,
  /// and that can stand there already: all else that it reads is made by now,
  /// or by ops like it. So the terms of a sum are one kernel.
  bool mayWait(Operation *op) const;
  /// The first user of a large elementwise op if that is another of its shape.
  Operation *firstUser(Operation *op) const;
  bool isReady(Operation *op, Operation *from) const;
  /// The ops that wait for `op`, in order, and `op`.
  llvm::SetVector<Operation *> withWaiting(Operation *op) const;
  /// Gives ops a group that wait for `op`, but cannot go where it goes.
  void settleOperands(Operation *op);
  /// Gives an op a group, or lets it wait, unless it needs one `now`.
  void assign(Operation *op, bool now = false);
  /// Whether a group has room for `op`.
  bool fits(Operation *op, size_t group) const;
  /// The value that a chain of views reads.
  Value sourceOf(Value value) const;
  /// The bytes that `op` reads as a whole for each row, and a group does not
  /// yet; whose they are.
  double sharedBytes(Operation *op, const KernelGroup &group,
                     SmallVectorImpl<Value> &values) const;
  /// Whether a loop over rows is better with `op` in it than in front of one of
  /// its own.
  bool belongsIntoLoop(Operation *op, size_t group) const;
  /// Adds an op to a group, and those before it that have waited for it.
  void put(Operation *op, size_t group);
  void addInputs(Operation *op, size_t group);
  bool makes(size_t group, Value value) const;
  /// Whether a group reads an operand of the op, or of one that waits for it.
  bool readsAlso(Operation *op, const KernelGroup &group) const {
    return llvm::any_of(withWaiting(op), [&](Operation *member) {
      return llvm::any_of(member->getOperands(), [&](Value operand) {
        return !freeOps.isFree(operand.getDefiningOp()) &&
               group.inputs.contains(operand);
      });
    });
  }
  /// Whether all that an elementwise op takes of a group are elements at the
  /// same place, and the rest lies in memory or is a broadcast of that.
  bool takesElements(Operation *op, size_t group) const {
    return llvm::all_of(op->getOperands(), [&](Value operand) {
      Operation *producer = operand.getDefiningOp();
      if (isWaiting(producer))
        return false;
      if (!freeOps.isFree(producer) || isa<ConstantOp>(producer))
        return true;
      if (!isa<BroadcastOp, ReshapeOp>(producer))
        return false;
      Value source = producer->getOperand(0);
      return !makes(group, source) &&
             (!freeOps.isFree(source.getDefiningOp()) ||
              takesElements(producer, group));
    });
  }
  /// Whether an op puts a border around a result of a group that nothing else
  /// reads: the kernel writes it inside of the border then.
  bool padsResult(Operation *op, size_t group) const {
    auto pad = dyn_cast<PadOp>(op);
    return pad && !pad.getInterior() && makes(group, pad.getX()) &&
           pad.getX().hasOneUse() &&
           tensorType(pad.getX()).getShape() ==
               ArrayRef<int64_t>(*groups[group].epilogue);
  }
  bool isWaiting(Operation *op) const {
    return op && !freeOps.isFree(op) && !groupOf.contains(op);
  }

  Block &block;
  const FreeOps &freeOps;
  KernelLimits limits;
  std::vector<KernelGroup> groups;
  /// Groups that are not full, in order.
  SmallVector<size_t> open;
  DenseMap<Operation *, size_t> groupOf;
};

} // namespace

/// Tensors up to this many elements are worth a common kernel even if they have
/// nothing in common.
static constexpr int64_t kSmall = 4096;
/// A loop over rows has at least so many blocks of them.
static constexpr int64_t kMinBlocks = 4;

/// In how many blocks of rows a kernel does its work, roughly, if an op reads
/// and writes `bytes` for all of them.
static double numBlocks(int64_t rows, double bytes,
                        const KernelLimits &limits) {
  double fitting = std::ceil(2 * bytes / limits.cacheBytes());
  return std::clamp<double>(fitting, std::min(rows, kMinBlocks), rows);
}

/// Whether each block of rows copies the weights, whose rows straddle lines or
/// share few sets of the caches.
static bool isCopied(Operation *op, const TargetInfo &target) {
  Value weights = op->getOperand(1);
  if (weights.getDefiningOp<UnblockOp>())
    return false;
  auto matmul = dyn_cast<MatmulOp>(op);
  if (matmul && matmul.getTransposeB())
    return true;
  RankedTensorType type = tensorType(weights);
  int64_t columns = type.getShape().back();
  int64_t rowBytes = bytesOf(type) * columns / type.getNumElements();
  int64_t apart = std::gcd(rowBytes, target.l2WayBytes());
  return rowBytes % target.lineBytes != 0 ||
         (apart >= 2 * target.lineBytes &&
          apart * (type.getNumElements() / columns) > target.l1Bytes);
}

/// Whether an op is better off without a loop over its rows: with so few of
/// them that reading its weights, block by block, takes more than half the time
/// of its arithmetic, while all rows together, or the parts of them that one
/// block of sums reads, stay in cache and the weights could pass once; or as
/// the gradient of a weight that sums over so many rows that the cotangent,
/// which each block of its own rows reads again, does not stay there, but the
/// other operand or the sums do.
static bool isBetterWithoutRows(Operation *op, int64_t rows,
                                const KernelLimits &limits) {
  if (!isa<Conv2dOp, MatmulOp>(op) || cast<RowParallel>(op).isRowOperand(1))
    return false;
  double left = bytesOf(op->getOperand(0).getType()),
         right = bytesOf(op->getOperand(1).getType()),
         result = bytesOf(op->getResult(0).getType());
  auto matmul = dyn_cast<MatmulOp>(op);
  if (matmul && matmul.getTransposeA())
    return 2 * right > limits.cacheBytes() && left <= right &&
           std::min(left, result) <= limits.cacheBytes();
  if (right <= limits.cacheBytes())
    return false;
  // Rows that do not stay are cut along the sums, which are written and read
  // again then.
  if (left > limits.cacheBytes() &&
      (!matmul || 2 * result * std::ceil(left / limits.cacheBytes()) > right))
    return false;
  double blocks = numBlocks(rows, left + result, limits);
  double passes = isCopied(op, limits.target) ? 2 : 1;
  return 2 * passes * right * blocks * limits.flopsPerByte() > flopsOf(op);
}

/// The op's rows if it can share a loop over them with others.
static std::optional<int64_t> rowsOf(Operation *op,
                                     const KernelLimits &limits) {
  auto parallel = dyn_cast<RowParallel>(op);
  if (!parallel || !parallel.hasRows())
    return std::nullopt;
  int64_t rows = tensorType(op->getResult(0)).getDimSize(0);
  if (rows < limits.minRows || isBetterWithoutRows(op, rows, limits))
    return std::nullopt;
  return rows;
}

/// Whether both are elementwise and of one shape.
static bool isLike(Operation *a, Operation *b) {
  return a->hasTrait<Elementwise>() && b->hasTrait<Elementwise>() &&
         tensorType(a->getResult(0)).getShape() ==
             tensorType(b->getResult(0)).getShape();
}

Operation *Grouping::firstUser(Operation *op) const {
  if (!op->hasTrait<Elementwise>() || op->use_empty() ||
      tensorType(op->getResult(0)).getNumElements() <= kSmall)
    return nullptr;
  Operation *first = nullptr;
  for (Operation *user : op->getUsers()) {
    if (user->getBlock() != &block || freeOps.isFree(user))
      return nullptr;
    if (!first || user->isBeforeInBlock(first))
      first = user;
  }
  return isLike(first, op) ? first : nullptr;
}

bool Grouping::canWait(Operation *op) const {
  return firstUser(op) && withWaiting(op).size() == 1 && needs(op).empty();
}

llvm::SetVector<Operation *> Grouping::withWaiting(Operation *op) const {
  llvm::SetVector<Operation *> ops;
  auto include = [&](auto &self, Operation *member) -> void {
    for (Value operand : member->getOperands())
      if (Operation *producer = operand.getDefiningOp();
          isWaiting(producer) && !ops.contains(producer))
        self(self, producer);
    ops.insert(member);
  };
  include(include, op);
  return ops;
}

/// Whether all that `op` reads is made in front of `from`, or by elementwise
/// ops of its shape behind it that are ready too.
bool Grouping::isReady(Operation *op, Operation *from) const {
  SmallVector<Operation *> open{op};
  DenseSet<Operation *> seen;
  while (!open.empty()) {
    for (Value operand : open.pop_back_val()->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || producer == from || producer->isBeforeInBlock(from) ||
          !seen.insert(producer).second)
        continue;
      if ((!freeOps.isFree(producer) && !isLike(producer, op)) ||
          seen.size() > limits.maxOps)
        return false;
      open.push_back(producer);
    }
  }
  return true;
}

bool Grouping::mayWait(Operation *op) const {
  Operation *user = firstUser(op);
  if (!user || !isReady(user, op))
    return false;
  // Up to four of such are operands of one op.
  llvm::SetVector<Operation *> ops = withWaiting(op);
  return 4 * ops.size() <= limits.maxOps &&
         llvm::none_of(ops, [](Operation *member) {
           return llvm::any_of(member->getOperands(), mayBeOverwritten);
         });
}

void Grouping::settleOperands(Operation *op) {
  for (Value operand : op->getOperands())
    if (Operation *producer = operand.getDefiningOp();
        isWaiting(producer) && !isLike(producer, op))
      assign(producer, /*now=*/true);
}

bool dlc::mayBeOverwritten(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return false;
  Operation *parent = argument.getOwner()->getParentOp();
  if (auto loop = dyn_cast<ScanOp>(parent))
    return llvm::is_contained(loop.getCarriedArgs(), argument);
  auto step = dyn_cast<func::FuncOp>(parent);
  return step && step.getArgAttr(argument.getArgNumber(), names::state);
}

/// Whether a group makes the value.
bool Grouping::makes(size_t group, Value value) const {
  auto known = groupOf.find(value.getDefiningOp());
  return known != groupOf.end() && known->second == group;
}

bool Grouping::fits(Operation *op, size_t number) const {
  const KernelGroup &group = groups[number];
  llvm::SetVector<Operation *> ops = withWaiting(op);
  if (group.ops.size() + ops.size() > limits.maxOps)
    return false;
  llvm::SmallDenseSet<Value> more;
  for (Operation *member : ops)
    for (Value operand : member->getOperands())
      if (Operation *producer = operand.getDefiningOp();
          !freeOps.isFree(producer) && !ops.contains(producer) &&
          !group.inputs.contains(operand) && !makes(number, operand))
        more.insert(operand);
  return group.inputs.size() + more.size() <= limits.maxInputs;
}

Value Grouping::sourceOf(Value value) const {
  while (Operation *view = value.getDefiningOp()) {
    if (!freeOps.isFree(view) || !view->hasTrait<View>())
      break;
    value = view->getOperand(0);
  }
  return value;
}

double Grouping::sharedBytes(Operation *op, const KernelGroup &group,
                             SmallVectorImpl<Value> &values) const {
  auto parallel = dyn_cast<RowParallel>(op);
  double bytes = 0;
  for (OpOperand &operand : op->getOpOperands()) {
    Value source = sourceOf(operand.get());
    if (freeOps.isFree(source.getDefiningOp()) ||
        (parallel && parallel.isRowOperand(operand.getOperandNumber())) ||
        group.shared.contains(source) || llvm::is_contained(values, source))
      continue;
    values.push_back(source);
    bytes +=
        std::min(bytesOf(source.getType()), bytesOf(operand.get().getType()));
  }
  return bytes;
}

bool Grouping::belongsIntoLoop(Operation *op, size_t number) const {
  const KernelGroup &group = groups[number];
  SmallVector<Value> values;
  double added = sharedBytes(op, group, values);
  if (added == 0)
    return true;
  // What rows bring from the group to the op.
  double passed = 0;
  auto parallel = cast<RowParallel>(op);
  for (OpOperand &operand : op->getOpOperands())
    if (parallel.isRowOperand(operand.getOperandNumber()) &&
        makes(number, sourceOf(operand.get())))
      passed += bytesOf(operand.get().getType());
  double result = bytesOf(op->getResult(0).getType());
  // A row that does not stay in cache goes through memory in any case.
  if (passed + result > limits.cacheBytes() * *group.rows)
    return false;
  if (group.sharedBytes + added <= limits.cacheBytes())
    return true;
  double blocks = numBlocks(*group.rows, passed + result, limits);
  return added * (blocks - 1) <= 2 * passed;
}

void Grouping::addInputs(Operation *op, size_t group) {
  for (Value operand : op->getOperands()) {
    Operation *producer = operand.getDefiningOp();
    if (freeOps.isFree(producer))
      addInputs(producer, group);
    else if (!makes(group, operand))
      groups[group].inputs.insert(operand);
  }
}

void Grouping::put(Operation *op, size_t group) {
  for (Operation *member : withWaiting(op)) {
    addInputs(member, group);
    SmallVector<Value> shared;
    groups[group].sharedBytes += sharedBytes(member, groups[group], shared);
    groups[group].shared.insert_range(shared);
    groups[group].ops.push_back(member);
    groupOf[member] = group;
  }
}

void Grouping::assign(Operation *op, bool now) {
  settleOperands(op);
  // A loop is alone: that it has no rows and is not pointwise keeps others
  // away.
  std::optional<int64_t> rows = rowsOf(op, limits);
  std::optional<SmallVector<int64_t>> pointwise;
  if (op->hasTrait<Elementwise>())
    pointwise = SmallVector<int64_t>(tensorType(op->getResult(0)).getShape());

  SmallVector<Need> needed = needs(op);
  size_t earliest = 0;
  for (const Need &need : needed)
    earliest = std::max(earliest, groupOf.lookup(need.producer));

  auto *candidate = llvm::lower_bound(open, earliest);
  if (isa<ScanOp>(op))
    candidate = open.end();
  for (; candidate != open.end(); ++candidate) {
    size_t i = *candidate;
    KernelGroup &group = groups[i];
    bool sameRows = group.rows && rows && *group.rows == *rows;
    bool samePoints =
        group.pointwise && pointwise && *group.pointwise == *pointwise;
    bool takesResults = group.epilogue && !group.isPadded;
    bool sameResults =
        takesResults && pointwise && *group.epilogue == *pointwise;
    bool joinPadded = takesResults && padsResult(op, i);
    if ((!sameRows && !samePoints && !sameResults && !joinPadded) ||
        !fits(op, i))
      continue;
    bool related = false, rowOnly = true, sameElement = true;
    for (const Need &need : needed) {
      if (groupOf.lookup(need.producer) != i)
        continue;
      related = true;
      rowOnly &= need.rowOnly;
      ArrayRef<int64_t> made =
          tensorType(need.producer->getResult(0)).getShape();
      sameElement &= pointwise && made == ArrayRef<int64_t>(*pointwise) &&
                     (need.rowOnly || made.empty());
    }
    // Small tensors are worth a common kernel even if they have nothing in
    // common; and large products are a loop over rows that others can join.
    // (Vectors of as many entries as there are rows are most likely channels,
    // not rows.)
    bool large = tensorType(op->getResult(0)).getNumElements() > kSmall;
    bool joinRows =
        sameRows && rowOnly &&
        (related || (large && (!pointwise || readsAlso(op, group)))) &&
        belongsIntoLoop(op, i);
    // A group that shares rows and is pointwise stays so: an optimizer's update
    // then may overwrite its operands.
    bool joinPointwise = samePoints && sameElement &&
                         (related || !large || readsAlso(op, group));
    bool joinResults =
        sameResults && related && sameElement && takesElements(op, i);
    if (!joinPointwise && !joinRows && !joinResults && !joinPadded)
      continue;
    if (!joinResults && !joinPadded)
      group.epilogue.reset();
    group.isPadded |= joinPadded;
    if (!joinPointwise)
      group.pointwise.reset();
    // Unrelated ops of one shape share rows too, as long as both have them.
    if (!(sameRows && rowOnly))
      group.rows.reset();
    put(op, i);
    if (group.ops.size() >= limits.maxOps)
      open.erase(candidate);
    return;
  }
  if (!now && mayWait(op))
    return;
  std::optional<SmallVector<int64_t>> epilogue;
  if (!rows && isa<Conv2dOp, MatmulOp>(op))
    epilogue = SmallVector<int64_t>(tensorType(op->getResult(0)).getShape());
  groups.push_back({{}, pointwise, rows, epilogue, false, {}, {}});
  open.push_back(groups.size() - 1);
  put(op, groups.size() - 1);
}

std::vector<KernelGroup> dlc::formGroups(Block &block, const FreeOps &freeOps,
                                         const KernelLimits &limits) {
  return Grouping(block, freeOps, limits).run();
}
