//===- StepProgram.cpp - A step as a list of calls and loops --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "StepProgram.h"

#include "MemoryPlan.h"

#include "dlc/Dialect/Dl/ElementTypes.h"
#include "dlc/Dialect/Dl/Names.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::schedule;

namespace {

/// Reads a step as a program of calls and loops.
class StepReader {
public:
  StepReader(func::FuncOp step, const TargetInfo &target, SymbolTable &symbols,
             Kernels &kernels)
      : step(step), symbols(symbols), kernels(kernels) {
    program.target = target;
  }

  StepProgram read();

private:
  unsigned rootOf(Value memref);
  void readCall(func::CallOp call, Item &item, SetVector<unsigned> &written);
  KernelOps *kernelOf(func::CallOp call);
  void findGaps();

  func::FuncOp step;
  SymbolTable &symbols;
  Kernels &kernels;
  StepProgram program;
  DenseMap<Value, unsigned> numbers;
};

} // namespace

unsigned StepReader::rootOf(Value memref) {
  Value value = rootOfViews(memref);
  auto [entry, isNew] = numbers.insert({value, program.roots.size()});
  if (isNew) {
    Root root;
    root.memref = value;
    if (value.getDefiningOp<memref::AllocOp>())
      root.bytes = dl::bytesOf(cast<MemRefType>(value.getType()));
    program.roots.push_back(root);
  }
  return entry->second;
}

/// The kernel of a call that can be taken apart.
KernelOps *StepReader::kernelOf(func::CallOp call) {
  auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
  if (!kernel || !kernel->hasAttr(names::kernel) || kernel.isExternal())
    return nullptr;
  std::unique_ptr<KernelOps> &ops = kernels[kernel];
  if (!ops)
    ops = std::make_unique<KernelOps>(kernel, program.target);
  return ops->isKnown() ? ops.get() : nullptr;
}

void StepReader::readCall(func::CallOp call, Item &item,
                          SetVector<unsigned> &written) {
  auto kernel = symbols.lookup<func::FuncOp>(call.getCallee());
  DenseI64ArrayAttr writes;
  if (kernel)
    writes = kernel->getAttrOfType<DenseI64ArrayAttr>(names::writes);
  KernelOps *ops = kernelOf(call);
  bool distinct = true;
  SmallVector<unsigned> byArgument;
  llvm::SmallDenseSet<unsigned> seen;
  for (auto [number, operand] : llvm::enumerate(call.getOperands())) {
    if (!isa<MemRefType>(operand.getType()))
      continue;
    unsigned id = rootOf(operand);
    byArgument.push_back(id);
    distinct &= seen.insert(id).second;
    if (ops ? ops->writes(number)
            : !writes ||
                  llvm::is_contained(writes.asArrayRef(), int64_t(number)))
      written.insert(id);
  }
  if (!ops || call->getParentOp() != step || !distinct ||
      byArgument.size() != call.getNumOperands())
    return;
  item.kernel = ops;
  item.byArgument = byArgument;
}

/// Finds which values can be made again, and the longest times they lie unused.
void StepReader::findGaps() {
  for (auto [id, root] : llvm::enumerate(program.roots)) {
    if (!root.bytes || root.writers.size() != 1)
      continue;
    unsigned maker = root.writers.front();
    const Item &call = program.items[maker];
    if (!call.kernel)
      continue;
    root.argument = llvm::find(call.byArgument, id) - call.byArgument.begin();
    // A value as it is, no view of it, and nothing before it.
    if (call.op->getOperand(root.argument) != root.memref ||
        (!root.uses.empty() && root.uses.front() < maker))
      continue;
    root.repeatable = true;
    unsigned before = maker, longest = 1;
    for (unsigned use : root.uses) {
      if (use - before > longest) {
        longest = use - before;
        root.gapEnd = use;
        root.unusedBefore = before == maker;
      }
      before = use;
    }
  }
}

StepProgram StepReader::read() {
  for (Operation &op : step.getBody().front()) {
    if (isa<ViewLikeOpInterface>(op) ||
        (op.getNumRegions() == 0 &&
         llvm::none_of(op.getOperandTypes(), llvm::IsaPred<MemRefType>)))
      continue;
    Item item;
    item.op = &op;
    SetVector<unsigned> named, written;
    op.walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (isa<MemRefType>(operand.getType()) &&
            !op.isAncestor(
                rootOfViews(operand).getParentRegion()->getParentOp()))
          named.insert(rootOf(operand));
      if (isa<ViewLikeOpInterface>(inner))
        return;
      if (auto call = dyn_cast<func::CallOp>(inner)) {
        readCall(call, item, written);
        return;
      }
      // Any other op may write the memory it names.
      for (Value operand : inner->getOperands())
        if (isa<MemRefType>(operand.getType()))
          written.insert(rootOf(operand));
    });
    for (Region &region : op.getRegions()) {
      SmallVector<Lifetimes::Buffer> own;
      for (Block &block : region)
        for (Lifetimes::Buffer &buffer : Lifetimes(block).getBuffers())
          if (op.isAncestor(buffer.alloc))
            own.push_back(buffer);
      item.privateBytes += placeIntervals(llvm::map_to_vector(
          own, [](Lifetimes::Buffer &b) { return &b.interval; }));
    }
    unsigned number = program.items.size();
    item.roots = named.takeVector();
    for (unsigned id : item.roots) {
      Root &root = program.roots[id];
      if (written.contains(id))
        root.writers.push_back(number);
      if (!written.contains(id) || root.writers.size() > 1)
        root.uses.push_back(number);
    }
    program.items.push_back(std::move(item));
  }
  findGaps();
  return std::move(program);
}

StepProgram StepProgram::read(func::FuncOp step, const TargetInfo &target,
                              SymbolTable &symbols, Kernels &kernels) {
  return StepReader(step, target, symbols, kernels).read();
}
