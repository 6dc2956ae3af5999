//===- HoistInvariants.cpp - Once instead of at every step ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %s = dl.scan 16 carry(%h = %h0) with(%u = %w) {
//     %t = dl.transpose %u perm [1, 0]
//     %0 = dl.matmul %h, %t
//
// becomes
//
//   %t = dl.transpose %w perm [1, 0]
//   %s = dl.scan 16 carry(%h = %h0) with(%u = %t) {
//     %0 = dl.matmul %h, %u
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"

namespace dlc {
#define GEN_PASS_DEF_HOISTINVARIANTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc::dl;

/// Moves what can be moved out of one loop; how many ops.
static unsigned hoist(ScanOp scan) {
  IRMapping outside;
  for (auto [operand, arg] :
       llvm::zip(scan.getInvariants(), scan.getInvariantArgs()))
    outside.map(arg, operand);
  OpBuilder builder(scan);
  // Free ops go along where something else needs them outside.
  DenseSet<Operation *> movable;
  std::function<void(Operation *)> copyOut = [&](Operation *op) {
    for (Value operand : op->getOperands())
      if (!outside.contains(operand))
        copyOut(operand.getDefiningOp());
    builder.clone(*op, outside);
  };
  unsigned hoisted = 0;
  for (Operation &op :
       llvm::make_early_inc_range(scan.getBlock().without_terminator())) {
    bool isInvariant = isMemoryEffectFree(&op) &&
                       llvm::all_of(op.getOperands(), [&](Value operand) {
                         return outside.contains(operand) ||
                                movable.contains(operand.getDefiningOp());
                       });
    if (!isInvariant)
      continue;
    movable.insert(&op);
    if (isFree(&op))
      continue;
    copyOut(&op);
    ++hoisted;
  }
  if (!hoisted)
    return 0;
  // Results still used inside become invariants; the next canonicalization
  // erases unused ones.
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(scan.getBlock()))) {
    if (!movable.contains(&op) || isFree(&op))
      continue;
    for (Value result : op.getResults())
      if (!result.use_empty())
        result.replaceAllUsesWith(scan.addInvariant(outside.lookup(result)));
    op.erase();
  }
  return hoisted;
}

namespace {

struct HoistInvariantsPass
    : dlc::impl::HoistInvariantsBase<HoistInvariantsPass> {
  void runOnOperation() override {
    // Inner loops first: what leaves one may leave the next.
    getOperation().walk([&](ScanOp scan) { numHoisted += hoist(scan); });
  }
};

} // namespace
