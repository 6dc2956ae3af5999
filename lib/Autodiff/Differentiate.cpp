//===- Differentiate.cpp - Reverse mode -----------------------------------===//
//
//   %g = dl.gradient %y wrt %x
//
// is replaced by the program that computes it. The ops between %x and %y are
// visited from the last to the first; each has by then the sum of what its
// users contributed to the cotangents of its results, and its rule adds to
// those of its operands. Rules build `dl` ops, so the result can be
// differentiated again.
//
//===----------------------------------------------------------------------===//

#include "dlc/Autodiff/Passes.h"

#include "dialects/Dl/Build.h"

#include "llvm/ADT/SetVector.h"

namespace dlc {
#define GEN_PASS_DEF_DIFFERENTIATE
#define GEN_PASS_DEF_DROPSTOPGRADIENT
#include "dlc/Autodiff/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

static bool isFloat(Value value) {
  return isa<FloatType>(getElementTypeOrSelf(value.getType()));
}

/// Ops before `gradient` that depend on a target and that `y` depends on, in
/// program order.
static SmallVector<Operation *> findPath(GradientOp gradient) {
  DenseSet<Value> active(gradient.getTargets().begin(),
                         gradient.getTargets().end());
  SmallVector<Operation *> dependent;
  for (Operation &op : *gradient->getBlock()) {
    if (&op == gradient)
      break;
    if (!llvm::any_of(op.getOperands(),
                      [&](Value v) { return active.contains(v); }))
      continue;
    bool carries = false;
    for (Value result : op.getResults())
      if (isFloat(result))
        carries |= active.insert(result).second;
    if (carries || llvm::any_of(op.getResults(),
                                [&](Value v) { return active.contains(v); }))
      dependent.push_back(&op);
  }
  DenseSet<Value> wanted{gradient.getY()};
  SmallVector<Operation *> path;
  for (Operation *op : llvm::reverse(dependent)) {
    if (!llvm::any_of(op->getResults(),
                      [&](Value v) { return wanted.contains(v); }))
      continue;
    wanted.insert(op->operand_begin(), op->operand_end());
    path.push_back(op);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

/// Replaces composites on the path that have no rule of their own by their
/// decompositions, until the path can be differentiated; fails at an op that
/// cannot.
static FailureOr<SmallVector<Operation *>> preparePath(GradientOp gradient) {
  while (true) {
    SmallVector<Operation *> path = findPath(gradient);
    bool changed = false;
    for (Operation *op : path) {
      if (isa<Differentiable>(op))
        continue;
      auto composite = dyn_cast<Decomposable>(op);
      if (!composite) {
        InFlightDiagnostic diag = op->emitOpError(
            "has no derivative, but the gradient of a value that "
            "depends on it is wanted");
        diag.attachNote(gradient.getLoc()) << "the gradient wanted here";
        return failure();
      }
      OpBuilder builder(op);
      SmallVector<Value> results = composite.decompose(builder);
      op->replaceAllUsesWith(results);
      op->erase();
      changed = true;
    }
    if (!changed)
      return path;
  }
}

static LogicalResult expand(GradientOp gradient) {
  FailureOr<SmallVector<Operation *>> path = preparePath(gradient);
  if (failed(path))
    return failure();

  OpBuilder builder(gradient);
  Expr e(builder, gradient.getLoc());
  // What can receive a cotangent that anyone will read.
  DenseSet<Value> active(gradient.getTargets().begin(),
                         gradient.getTargets().end());
  for (Operation *op : *path)
    active.insert(op->result_begin(), op->result_end());

  DenseMap<Value, Value> cotangents;
  cotangents[gradient.getY()] = e.splat(gradient.getY().getType(), 1);

  for (Operation *op : llvm::reverse(*path)) {
    SmallVector<Value> ofResults, ofOperands(op->getNumOperands());
    for (Value result : op->getResults())
      ofResults.push_back(cotangents.lookup(result));
    if (llvm::none_of(ofResults, [](Value v) { return bool(v); }))
      continue;
    cast<Differentiable>(op).differentiate(builder, ofResults, ofOperands);
    for (auto [operand, cotangent] : llvm::zip(op->getOperands(), ofOperands)) {
      if (!cotangent || !active.contains(operand))
        continue;
      Value &sum = cotangents[operand];
      sum = sum ? Expr(builder, op->getLoc()).add(sum, cotangent) : cotangent;
    }
  }

  SmallVector<Value> results;
  for (Value target : gradient.getTargets()) {
    Value cotangent = cotangents.lookup(target);
    results.push_back(cotangent ? cotangent : e.splat(target.getType(), 0));
  }
  gradient->replaceAllUsesWith(results);
  gradient->erase();
  return success();
}

namespace {

struct DifferentiatePass : dlc::impl::DifferentiateBase<DifferentiatePass> {
  void runOnOperation() override {
    // In program order: a later gradient may go through an earlier one.
    SmallVector<GradientOp> gradients;
    getOperation().walk([&](GradientOp op) { gradients.push_back(op); });
    for (GradientOp gradient : gradients) {
      if (failed(expand(gradient)))
        return signalPassFailure();
      ++numGradients;
    }
  }
};

struct DropStopGradientPass
    : dlc::impl::DropStopGradientBase<DropStopGradientPass> {
  void runOnOperation() override {
    getOperation().walk([](StopGradientOp op) {
      op.getY().replaceAllUsesWith(op.getX());
      op.erase();
    });
  }
};

} // namespace
