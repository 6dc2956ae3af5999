//===- ReverseMode.cpp - Derivatives of a block of ops --------------------===//

#include "dialects/Dl/ReverseMode.h"

#include "dialects/Dl/Build.h"

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
