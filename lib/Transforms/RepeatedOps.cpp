//===- RepeatedOps.cpp - Cheap values made again by readers ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A batch norm centres what a convolution made, and needs that for the
// variance, for its result and for its gradient:
//
//   kernel 1                  kernel 2                   kernel 9
//     %0 = dl.sub %x, %mean     %2 = dl.mul %0, %scale     %4 = dl.mul %3, %0
//     %1 = dl.square %0         ...                        ...
//
// Written by one kernel and read by the others, %0 moves as many bytes again as
// %x has, and lies in memory beside it. Kernels that read %x and subtract for
// themselves need neither.
//
//===----------------------------------------------------------------------===//

#include "RepeatedOps.h"

#include "dlc/Transforms/Cost.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

namespace {

class Repeating {
public:
  Repeating(MutableArrayRef<KernelGroup> groups, const FreeOps &freeOps,
            const KernelLimits &limits)
      : groups(groups), freeOps(freeOps), limits(limits) {
    for (auto [number, group] : llvm::enumerate(groups))
      for (Operation *op : group.ops)
        groupOf[op] = number;
  }

  int64_t run() {
    int64_t repeated = 0;
    for (KernelGroup &group : groups)
      // Operands first: what is made of them then starts from the same values.
      for (Operation *op : SmallVector<Operation *>(group.ops))
        if (groupOf.contains(op))
          repeated += repeat(op);
    return repeated;
  }

private:
  /// Ops that make a value out of values in memory, in order, and those of its
  /// size among the latter.
  struct Chain {
    llvm::SetVector<Operation *> ops;
    llvm::SmallSetVector<Value, 2> roots;
  };

  bool repeat(Operation *op);
  bool collect(Operation *op, Chain &chain) const;
  bool isInMemory(Value value) const;
  bool isSmall(Value value, Operation *of) const;
  std::optional<size_t> readerOf(Operation *user) const;
  void erase(Operation *op);

  MutableArrayRef<KernelGroup> groups;
  const FreeOps &freeOps;
  KernelLimits limits;
  DenseMap<Operation *, size_t> groupOf;
};

} // namespace

/// Whether a value is an argument, or another group than its own reads it.
bool Repeating::isInMemory(Value value) const {
  Operation *producer = value.getDefiningOp();
  if (!producer)
    return true;
  size_t own = groupOf.lookup(producer);
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    auto known = groupOf.find(user);
    return known == groupOf.end() ? !freeOps.isFree(user)
                                  : known->second != own;
  });
}

/// Whether free ops make an operand of `of` from constants and from values that
/// are small beside it.
bool Repeating::isSmall(Value value, Operation *of) const {
  constexpr double kSmallPart = 1.0 / 16;
  Operation *producer = value.getDefiningOp();
  if (!freeOps.isFree(producer))
    return bytesOf(value.getType()) <=
           kSmallPart * bytesOf(of->getResult(0).getType());
  return llvm::all_of(producer->getOperands(),
                      [&](Value operand) { return isSmall(operand, of); });
}

/// Adds `op` and the cheap ops behind which its operands lie in memory.
bool Repeating::collect(Operation *op, Chain &chain) const {
  if (!op->hasTrait<Elementwise>() || !op->hasTrait<CheapToRepeat>() ||
      op->getNumResults() != 1)
    return false;
  for (Value operand : op->getOperands()) {
    if (isSmall(operand, op))
      continue;
    Operation *producer = operand.getDefiningOp();
    if (freeOps.isFree(producer))
      return false;
    if (mayBeOverwritten(operand))
      return false;
    if (isInMemory(operand))
      chain.roots.insert(operand);
    else if (!chain.ops.contains(producer) && !collect(producer, chain))
      return false;
  }
  chain.ops.insert(op);
  return chain.ops.size() <= maxRepeatedOps && chain.roots.size() <= 1;
}

/// The group of a user that can make the value for itself.
std::optional<size_t> Repeating::readerOf(Operation *user) const {
  auto known = groupOf.find(user);
  if (known == groupOf.end() || !user->hasTrait<Elementwise>() ||
      groups[known->second].epilogue)
    return std::nullopt;
  return known->second;
}

/// Lets all groups that read the result of `op` make it; false if one cannot,
/// or if that would not save memory traffic.
bool Repeating::repeat(Operation *op) {
  if (op->getNumResults() != 1 || !isInMemory(op->getResult(0)))
    return false;
  size_t own = groupOf.lookup(op);
  llvm::MapVector<size_t, SmallVector<OpOperand *>> readers;
  for (OpOperand &use : op->getResult(0).getUses()) {
    auto known = groupOf.find(use.getOwner());
    if (known != groupOf.end() && known->second == own)
      continue;
    std::optional<size_t> reader = readerOf(use.getOwner());
    if (!reader)
      return false;
    readers[*reader].push_back(&use);
  }
  Chain chain;
  if (!collect(op, chain) || chain.roots.size() != 1 ||
      bytesOf(chain.roots.front().getType()) >
          bytesOf(op->getResult(0).getType()))
    return false;
  for (auto &entry : readers)
    if (groups[entry.first].ops.size() + chain.ops.size() > limits.maxOps)
      return false;
  for (auto &entry : readers) {
    size_t reader = entry.first;
    SmallVector<Operation *> &ops = groups[reader].ops;
    auto *first = llvm::find_if(ops, [&](Operation *member) {
      return llvm::any_of(entry.second, [&](OpOperand *use) {
        return use->getOwner() == member;
      });
    });
    // Behind the op itself, and so in front of all that reads it.
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    IRMapping made;
    SmallVector<Operation *> copies;
    for (Operation *link : chain.ops) {
      copies.push_back(builder.clone(*link, made));
      groupOf[copies.back()] = reader;
    }
    ops.insert(first, copies.begin(), copies.end());
    for (OpOperand *use : entry.second)
      use->set(made.lookup(op->getResult(0)));
  }
  for (Operation *link : llvm::reverse(chain.ops))
    if (link->use_empty())
      erase(link);
  return true;
}

void Repeating::erase(Operation *op) {
  llvm::erase(groups[groupOf.lookup(op)].ops, op);
  groupOf.erase(op);
  op->erase();
}

int64_t dlc::repeatCheapOps(std::vector<KernelGroup> &groups,
                            const FreeOps &freeOps,
                            const KernelLimits &limits) {
  int64_t repeated = Repeating(groups, freeOps, limits).run();
  llvm::erase_if(groups,
                 [](const KernelGroup &group) { return group.ops.empty(); });
  return repeated;
}
