//===- Differentiate.cpp - Reverse mode -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %g = dl.gradient %y wrt %x
//
// is replaced by the program that computes it. The ops between %x and %y are
// visited from the last to the first; by then all users of an op have added to
// the cotangents of its results, and its rule adds to those of its operands.
// Rules build `dl` ops, so the result can be differentiated again.
//
//===----------------------------------------------------------------------===//

#include "dlc/Autodiff/Passes.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Dialect/Dl/Params.h"
#include "dlc/Dialect/Dl/ReverseMode.h"
#include "dlc/Support/Limits.h"
#include "dlc/Transforms/Origin.h"
#include "dlc/Transforms/RewriteGreedily.h"

#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"

namespace dlc {
#define GEN_PASS_DEF_DIFFERENTIATE
#define GEN_PASS_DEF_DROPSTOPGRADIENT
#include "dlc/Autodiff/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// Replaces composites on the path from `sources` to `sinks` that have no rule
/// of their own by their decompositions, until the path can be differentiated,
/// bodies of loops too; fails at an op that cannot.
static FailureOr<Path> preparePath(Block &block, Operation *end,
                                   SmallVector<Value> sources,
                                   SmallVector<Value> sinks, Location wantedAt);

/// The same within a loop on the path.
static LogicalResult prepareBody(ScanOp scan, const Path &outer,
                                 Location wantedAt) {
  Block &block = scan.getBlock();
  SmallVector<Value> sources, sinks;
  for (auto [arg, operand] :
       llvm::zip(block.getArguments(), scan.getOperands()))
    if (isFloat(arg) && outer.active.contains(operand))
      sources.push_back(arg);
  for (auto [i, result] : llvm::enumerate(scan.getResults()))
    if (i < scan.getNumCarried() || outer.wanted.contains(result))
      sinks.push_back(scan.getYield()->getOperand(i));
  // Values that depend on a source are carried to the next step.
  while (true) {
    FailureOr<Path> path =
        preparePath(block, scan.getYield(), sources, sinks, wantedAt);
    if (failed(path))
      return failure();
    bool changed = false;
    for (auto [i, arg] : llvm::enumerate(scan.getCarriedArgs()))
      if (!llvm::is_contained(sources, arg) &&
          path->active.contains(scan.getYield()->getOperand(i))) {
        sources.push_back(arg);
        changed = true;
      }
    if (!changed)
      return success();
  }
}

static FailureOr<Path> preparePath(Block &block, Operation *end,
                                   SmallVector<Value> sources,
                                   SmallVector<Value> sinks,
                                   Location wantedAt) {
  while (true) {
    Path path = findPath(block, end, sources, sinks);
    bool changed = false;
    for (Operation *op : path.ops) {
      if (auto scan = dyn_cast<ScanOp>(op)) {
        if (scan.getTruncate())
          scan.expandTruncation();
        if (failed(prepareBody(scan, path, wantedAt)))
          return failure();
      }
      stopGradients(op);
      if (isa<Differentiable>(op))
        continue;
      auto composite = dyn_cast<Decomposable>(op);
      if (!composite) {
        InFlightDiagnostic diag = op->emitOpError(
            "has no derivative, but the gradient of a value that "
            "depends on it is wanted");
        diag.attachNote(wantedAt) << "the gradient wanted here";
        return failure();
      }
      OpBuilder builder(op);
      SmallVector<Value> results = composite.decompose(builder);
      for (auto [from, to] : llvm::zip(op->getResults(), results)) {
        std::replace(sources.begin(), sources.end(), Value(from), to);
        std::replace(sinks.begin(), sinks.end(), Value(from), to);
      }
      op->replaceAllUsesWith(results);
      op->erase();
      changed = true;
    }
    if (!changed)
      return path;
  }
}

namespace {

/// Marks the ops that are built in front of a gradient. Rules may put others in
/// the place of those they are about, which are not marked.
struct GradientMarker : OpBuilder::Listener {
  explicit GradientMarker(Operation *gradient) : gradient(gradient) {}

  void notifyOperationInserted(Operation *op,
                               OpBuilder::InsertPoint previous) override {
    if (op->getNextNode() != gradient)
      return;
    op->walk([](Operation *made) {
      made->setLoc(marked(made->getLoc(), Part::Gradient));
    });
  }

  Operation *gradient;
};

} // namespace

static LogicalResult expand(GradientOp gradient) {
  FailureOr<Path> path = preparePath(*gradient->getBlock(), gradient,
                                     llvm::to_vector(gradient.getTargets()),
                                     {gradient.getY()}, gradient.getLoc());
  if (failed(path))
    return failure();

  // A copy: rules may put other ops in the place of those that are there.
  SmallVector<Value> targets(gradient.getTargets());
  GradientMarker marker(gradient);
  OpBuilder builder(gradient, &marker);
  Expr e(builder, gradient.getLoc());
  DenseMap<Value, Value> cotangents;
  Value cotangent = gradient.getCotangent();
  cotangents[gradient.getY()] =
      cotangent ? cotangent : e.splat(gradient.getY().getType(), 1);
  accumulateCotangents(builder, *path, cotangents);

  SmallVector<Value> results;
  for (Value target : targets) {
    Value cotangent = cotangents.lookup(target);
    results.push_back(cotangent ? cotangent : e.splat(target.getType(), 0));
  }
  gradient->replaceAllUsesWith(results);
  gradient->erase();
  return success();
}

/// Puts the answers in the place of the op: the gradients before it are
/// ordinary ops by now.
static void answer(DependsOp op) {
  DenseSet<Value> wanted = findDependences(*op->getBlock(), op, {op.getY()},
                                           /*throughGradients=*/false);
  OpBuilder builder(op);
  Expr e(builder, op.getLoc());
  SmallVector<Value> answers;
  SmallVector<StringRef> unreached;
  for (auto [target, entry, old] :
       llvm::zip(op.getTargets(), op.getEntries().getAsValueRange<StringAttr>(),
                 op.getAnswers())) {
    answers.push_back(e.splat(old.getType(), wanted.contains(target)));
    if (!wanted.contains(target))
      unreached.push_back(entry);
  }
  warnUnreached(op, unreached);
  op->replaceAllUsesWith(answers);
  op->erase();
}

namespace {

struct DifferentiatePass : dlc::impl::DifferentiateBase<DifferentiatePass> {
  using DifferentiateBase::DifferentiateBase;

  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet set(context);
    for (RegisteredOperationName op : context->getRegisteredOperationsByDialect(
             DlDialect::getDialectNamespace()))
      op.getCanonicalizationPatterns(set, context);
    patterns = std::make_shared<FrozenRewritePatternSet>(std::move(set));
    return success();
  }

  void runOnOperation() override {
    // In program order: a later gradient may go through an earlier one. What
    // stands between is small by then.
    while (Operation *first = firstRequest(getOperation())) {
      if (auto depends = dyn_cast<DependsOp>(first)) {
        answer(depends);
        continue;
      }
      auto gradient = cast<GradientOp>(first);
      Location loc = gradient.getLoc();
      int64_t before = countOps();
      if (failed(expand(gradient)))
        return signalPassFailure();
      ++numGradients;
      int64_t built = countOps() - before;
      // Each order multiplies the program.
      if (before + built > limits::gradientOps) {
        emitError(loc) << "this gradient makes the program one of "
                       << before + built << " ops, of which a step has at most "
                       << limits::gradientOps;
        return signalPassFailure();
      }
      if (clean && failed(simplify()))
        return signalPassFailure();
      // Cleaning may take away more than the gradient added.
      int64_t kept = countOps() - before;
      numBuilt += built;
      numKept += std::max<int64_t>(0, kept);
      // Release builds of MLIR count no statistics.
      if (report)
        emitRemark(loc) << "the reversal adds " << built
                        << " ops; cleaned, the program has " << kept
                        << " more than before";
    }
    // No gradient is left to tell equal values apart.
    getOperation().walk([](VariableOp op) {
      op.getY().replaceAllUsesWith(op.getX());
      op.erase();
    });
  }

private:
  static Operation *firstRequest(Operation *root) {
    Operation *first = nullptr;
    root->walk([&](Operation *op) {
      if (!isa<GradientOp, DependsOp>(op))
        return WalkResult::advance();
      first = op;
      return WalkResult::interrupt();
    });
    return first;
  }

  int64_t countOps() {
    int64_t count = 0;
    getOperation().walk([&](Operation *) { ++count; });
    return count;
  }

  /// Folds, merges common subexpressions, drops dead code.
  LogicalResult simplify() {
    // The patterns are those of dl-canonicalize, and so is their measure.
    if (failed(rewriteGreedily(getOperation(), *patterns, getArgument())))
      return failure();
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(getOperation());
    eliminateCommonSubExpressions(rewriter, dominance, getOperation());
    return success();
  }

  std::shared_ptr<FrozenRewritePatternSet> patterns;
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
