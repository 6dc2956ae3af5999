//===- ReverseMode.cpp - Derivatives of a block of ops --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/ReverseMode.h"

#include "dlc/Dialect/Dl/Build.h"

using namespace mlir;
using namespace dlc::dl;

bool dlc::dl::passesGradient(OpOperand &operand) {
  auto op = dyn_cast<StopsGradient>(operand.getOwner());
  return isFloat(operand.get()) &&
         !(op && op.stopsGradient(operand.getOperandNumber()));
}

void dlc::dl::stopGradients(Operation *op) {
  if (!isa<StopsGradient>(op) || isa<StopGradientOp>(op))
    return;
  OpBuilder builder(op);
  for (OpOperand &operand : op->getOpOperands())
    if (isFloat(operand.get()) && !passesGradient(operand) &&
        !operand.get().getDefiningOp<StopGradientOp>())
      operand.set(Expr(builder, op->getLoc()).stop(operand.get()));
}

Path dlc::dl::findPath(Block &block, Operation *end, ArrayRef<Value> sources,
                       ArrayRef<Value> sinks) {
  Path path;
  path.active.insert(sources.begin(), sources.end());
  SmallVector<Operation *> dependent;
  for (Operation &op : block) {
    if (&op == end)
      break;
    if (!llvm::any_of(op.getOpOperands(), [&](OpOperand &operand) {
          return path.active.contains(operand.get()) && passesGradient(operand);
        }))
      continue;
    for (Value result : op.getResults())
      if (isFloat(result))
        path.active.insert(result);
    if (llvm::any_of(op.getResults(),
                     [&](Value v) { return path.active.contains(v); }))
      dependent.push_back(&op);
  }
  path.wanted.insert(sinks.begin(), sinks.end());
  for (Operation *op : llvm::reverse(dependent)) {
    if (!llvm::any_of(op->getResults(),
                      [&](Value v) { return path.wanted.contains(v); }))
      continue;
    for (OpOperand &operand : op->getOpOperands())
      if (passesGradient(operand))
        path.wanted.insert(operand.get());
    path.ops.push_back(op);
  }
  std::reverse(path.ops.begin(), path.ops.end());
  return path;
}

/// Whether this operand has a gradient if a result of its op has one: that of a
/// function that is flat, such as dl.sign, is one of zeros; operands such as
/// class weights have none.
static bool takesGradient(OpOperand &operand) {
  Operation *op = operand.getOwner();
  return isFloat(operand.get()) && !op->hasTrait<NoDerivative>() &&
         (op->hasTrait<Elementwise>() || passesGradient(operand));
}

/// Adds to `wanted` the operands of a block's ops, from before `end` back, on
/// which values in `wanted` depend.
static void addDependences(Block &block, Block::iterator end,
                           bool throughGradients, DenseSet<Value> &wanted);

/// The same for a loop: through its body until the carried values add nothing.
static void addDependences(ScanOp scan, bool throughGradients,
                           DenseSet<Value> &wanted) {
  Block &body = scan.getBlock();
  Operation *yield = scan.getYield();
  auto want = [&](Value value) {
    return isFloat(value) && wanted.insert(value).second;
  };
  for (auto [i, result] : llvm::enumerate(scan.getResults()))
    if (wanted.contains(result)) {
      want(yield->getOperand(i));
      if (i < scan.getNumCarried())
        want(scan.getOperand(i));
    }
  for (bool changed = true; changed;) {
    addDependences(body, yield->getIterator(), throughGradients, wanted);
    changed = false;
    for (auto [i, arg] : llvm::enumerate(scan.getCarriedArgs()))
      if (wanted.contains(arg))
        changed |= want(yield->getOperand(i));
  }
  for (auto [arg, operand] : llvm::zip(body.getArguments(), scan.getOperands()))
    if (wanted.contains(arg))
      want(operand);
}

static void addDependences(Block &block, Block::iterator end,
                           bool throughGradients, DenseSet<Value> &wanted) {
  for (Operation &op : llvm::reverse(llvm::make_range(block.begin(), end))) {
    if (!llvm::any_of(op.getResults(),
                      [&](Value v) { return wanted.contains(v); }))
      continue;
    if (auto scan = dyn_cast<ScanOp>(op)) {
      addDependences(scan, throughGradients, wanted);
      continue;
    }
    if (isa<GradientOp>(op) && !throughGradients)
      continue;
    for (OpOperand &operand : op.getOpOperands())
      if (takesGradient(operand))
        wanted.insert(operand.get());
  }
}

DenseSet<Value> dlc::dl::findDependences(Block &block, Operation *end,
                                         ArrayRef<Value> sinks,
                                         bool throughGradients) {
  DenseSet<Value> wanted(sinks.begin(), sinks.end());
  addDependences(block, end->getIterator(), throughGradients, wanted);
  return wanted;
}

void dlc::dl::accumulateCotangents(OpBuilder &builder, const Path &path,
                                   DenseMap<Value, Value> &cotangents) {
  for (Operation *op : llvm::reverse(path.ops)) {
    auto rule = dyn_cast<Differentiable>(op);
    if (!rule)
      continue;
    SmallVector<Value> ofResults, ofOperands(op->getNumOperands());
    for (Value result : op->getResults())
      ofResults.push_back(cotangents.lookup(result));
    if (llvm::none_of(ofResults, [](Value v) { return bool(v); }))
      continue;
    rule.differentiate(builder, ofResults, ofOperands);
    for (auto [operand, cotangent] :
         llvm::zip(op->getOpOperands(), ofOperands)) {
      if (!cotangent || !path.active.contains(operand.get()) ||
          !passesGradient(operand))
        continue;
      Value &sum = cotangents[operand.get()];
      sum = sum ? Expr(builder, op->getLoc()).add(sum, cotangent) : cotangent;
    }
  }
}
