//===- KernelParts.cpp - Parts of a kernel for some results ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Walks a kernel backwards from the arguments that are wanted and keeps the ops
// that write them or their sources. Ops are kept or dropped whole: kept ops are
// compiled to the same loops as in the kernel they were taken from.
//
//===----------------------------------------------------------------------===//

#include "KernelParts.h"

#include "MemoryPlan.h"

#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace dlc::schedule {

/// Longest sum that counts as cheap: the window of a pooling, not a
/// convolution's.
static constexpr int64_t kWindow = 16;

/// The argument of the kernel behind a value, if there is one.
static std::optional<unsigned> argumentOf(Value value, Block *body) {
  auto argument = dyn_cast<BlockArgument>(rootOfViews(value));
  if (!argument || argument.getOwner() != body)
    return std::nullopt;
  return argument.getArgNumber();
}

/// Finds what an op and the ops in it read and write.
void KernelOps::describe(Op &described, const TargetInfo &target) {
  Block *body = &kernel.getBody().front();
  double bytes = 0;
  auto touch = [&](BitVector &set, Value value) {
    if (std::optional<unsigned> argument = argumentOf(value, body))
      set.set(*argument);
    else
      known = false;
  };
  described.op->walk([&](Operation *inner) {
    if (auto structured = dyn_cast<linalg::LinalgOp>(inner)) {
      int64_t iterations = 1, window = 1;
      for (auto [extent, kind] :
           llvm::zip(structured.getStaticLoopRanges(),
                     structured.getIteratorTypesArray())) {
        iterations *= extent;
        if (kind == utils::IteratorType::reduction)
          window *= extent;
      }
      described.cheap &= window <= kWindow;
      double work = target.workOf(*structured.getBlock());
      for (OpOperand &operand : inner->getOpOperands()) {
        auto type = dyn_cast<MemRefType>(operand.get().getType());
        if (!type)
          continue;
        bytes += dl::bytesOf(type);
        bool init = structured.isDpsInit(&operand);
        if (!init || structured.payloadUsesValueFromOperand(&operand))
          touch(described.reads, operand.get());
        if (init)
          touch(described.writes, operand.get());
      }
      described.cost = std::max(described.cost, double(iterations) * work /
                                                    target.flopsPerCycle());
      return;
    }
    if (auto load = dyn_cast<memref::LoadOp>(inner))
      return touch(described.reads, load.getMemRef());
    if (auto store = dyn_cast<memref::StoreOp>(inner))
      return touch(described.writes, store.getMemRef());
    if (auto copy = dyn_cast<memref::CopyOp>(inner)) {
      bytes += 2 * dl::bytesOf(cast<MemRefType>(copy.getSource().getType()));
      touch(described.reads, copy.getSource());
      return touch(described.writes, copy.getTarget());
    }
    if (isa<ViewLikeOpInterface>(inner))
      return;
    for (Value operand : inner->getOperands())
      if (isa<MemRefType>(operand.getType()))
        known = false;
  });
  if (!isa<linalg::LinalgOp, memref::CopyOp>(described.op)) {
    // Element by element.
    described.cheap = false;
    for (unsigned number = 0; number < numArguments; ++number)
      if (described.reads[number] || described.writes[number])
        bytes +=
            10 *
            dl::bytesOf(cast<MemRefType>(body->getArgument(number).getType()));
  }
  described.cost =
      std::max(described.cost, bytes / target.memoryBytesPerCycle) +
      target.kernelCycles;
}

KernelOps::KernelOps(func::FuncOp kernel, const TargetInfo &target)
    : kernel(kernel), numArguments(kernel.getNumArguments()) {
  whole.reads.resize(numArguments);
  whole.writes.resize(numArguments);
  if (kernel.isExternal() || !kernel.getBody().hasOneBlock() ||
      kernel->hasAttr(names::fault)) {
    known = false;
    return;
  }
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (isMemoryEffectFree(&op))
      continue;
    known &= op.use_empty();
    Op described;
    described.op = &op;
    described.reads.resize(numArguments);
    described.writes.resize(numArguments);
    describe(described, target);
    ops.push_back(std::move(described));
  }
  for (auto [number, op] : llvm::enumerate(ops)) {
    whole.ops.push_back(number);
    whole.reads |= op.reads;
    whole.writes |= op.writes;
    whole.cost += op.cost;
    whole.cheap &= op.cheap;
  }
  whole.complete = whole.writes;
}

std::optional<KernelPart> KernelOps::select(BitVector wanted,
                                            const BitVector &available,
                                            bool again) const {
  KernelPart part;
  part.reads.resize(numArguments);
  part.writes.resize(numArguments);
  // Values that are written behind the op at hand.
  BitVector writtenLater(numArguments);
  for (unsigned number = ops.size(); number-- > 0;) {
    const Op &op = ops[number];
    bool keep = op.writes.anyCommon(wanted);
    writtenLater |= op.writes;
    if (!keep)
      continue;
    part.ops.push_back(number);
    part.writes |= op.writes;
    part.cost += op.cost;
    part.cheap &= op.cheap;
    BitVector writtenBefore(numArguments);
    for (unsigned before = 0; before < number; ++before)
      writtenBefore |= ops[before].writes;
    for (unsigned argument : op.reads.set_bits()) {
      if (available[argument] && !writtenLater[argument])
        part.reads.set(argument);
      else if (writtenBefore[argument])
        wanted.set(argument);
      else if (again && whole.writes[argument])
        return std::nullopt;
      else
        part.reads.set(argument);
    }
  }
  std::reverse(part.ops.begin(), part.ops.end());
  part.complete = part.writes;
  for (auto [number, op] : llvm::enumerate(ops))
    if (!llvm::is_contained(part.ops, number))
      part.complete.reset(op.writes);
  // An argument cannot both keep the kernel's result and be written by the
  // part.
  if (again && part.reads.anyCommon(part.writes))
    return std::nullopt;
  return part;
}

KernelPart KernelOps::partOf(const BitVector &wanted) const {
  return *select(wanted, BitVector(numArguments), /*again=*/false);
}

std::optional<KernelPart>
KernelOps::partAgain(const BitVector &wanted,
                     const BitVector &available) const {
  return select(wanted, available, /*again=*/true);
}

func::FuncOp KernelOps::outline(const KernelPart &part, SymbolTable &symbols) {
  if (part.ops.size() == ops.size())
    return kernel;
  func::FuncOp &function = outlined[part.ops];
  if (function)
    return function;
  function = kernel.clone();
  function.setSymName(
      (kernel.getSymName() + "_part_" + Twine(outlined.size() - 1)).str());
  // Known of the whole kernel only.
  function->removeAttr(names::cost);
  Block &body = function.getBody().front();
  // Ops with effects are numbered as in the kernel.
  SmallVector<Operation *> dropped;
  unsigned number = 0;
  for (Operation &op : body.without_terminator())
    if (!isMemoryEffectFree(&op) && !llvm::is_contained(part.ops, number++))
      dropped.push_back(&op);
  for (Operation *op : dropped)
    op->erase();
  SmallVector<Operation *> rest;
  for (Operation &op : body.without_terminator())
    rest.push_back(&op);
  for (Operation *op : llvm::reverse(rest))
    if (isMemoryEffectFree(op) && op->use_empty())
      op->erase();
  SmallVector<int64_t> written;
  BitVector gone(body.getNumArguments());
  int64_t position = 0;
  for (unsigned argument = 0; argument < numArguments; ++argument) {
    if (!part.reads[argument] && !part.writes[argument]) {
      gone.set(argument);
      continue;
    }
    if (part.writes[argument])
      written.push_back(position);
    ++position;
  }
  SmallVector<DictionaryAttr> attrs;
  for (unsigned argument = 0; argument < body.getNumArguments(); ++argument)
    if (!gone[argument])
      attrs.push_back(kernel.getArgAttrDict(argument));
  body.eraseArguments(gone);
  function.setType(
      FunctionType::get(kernel.getContext(), body.getArgumentTypes(), {}));
  for (DictionaryAttr &attr : attrs)
    if (!attr)
      attr = DictionaryAttr::get(kernel.getContext());
  function.setAllArgAttrs(attrs);
  function->setAttr(names::writes,
                    DenseI64ArrayAttr::get(kernel.getContext(), written));
  symbols.insert(function, std::next(Block::iterator(kernel)));
  return function;
}

} // namespace dlc::schedule
