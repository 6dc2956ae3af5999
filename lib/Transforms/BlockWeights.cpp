//===- BlockWeights.cpp - Right operands in blocks of columns -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %y = dl.matmul %x, %w : <2048x256>, <256x1024>
//
// becomes
//
//   %0 = dl.reshape %w : <256x1024> to <256x32x32>
//   %1 = dl.transpose %0 perm [1, 0, 2]
//   %2 = dl.unblock %1 : <32x256x32> -> <256x1024>
//   %y = dl.matmul %x, %2
//
// A tile of a product reads a block from its first to its last element, where
// it would read a few lines of each row of the matrix, all at one distance,
// which often is a power of two. What a loop reads alike at all trips is made
// once, in front of it.
//
// A product with the left operand transposed, the gradient of a weight, reads
// that across its rows. Where both orders together cost little beside the
// arithmetic, it gets the left operand in rows and the right one in blocks.
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "StateOnly.h"

#include "dlc/Dialect/Dl/Build.h"
#include "dlc/Machine/TargetInfo.h"
#include "dlc/Transforms/Cost.h"
#include "dlc/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"

namespace dlc {
#define GEN_PASS_DEF_BLOCKWEIGHTS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// A block is as wide as two vectors: register tiles of many rows are.
static constexpr int64_t kVectors = 2;
/// Products with each element that are worth another order of the elements, if
/// that costs nothing.
static constexpr double kLeastReuse = 16;
/// The part of its time that a product saves, at least, where it reads blocks.
static constexpr double kSaved = 0.125;

namespace {

/// A matrix or filter, and the operands that it is.
struct Weight {
  SmallVector<OpOperand *> uses;
  /// Of all products with it.
  double flops = 0;
};

} // namespace

/// The value outside of all loops that `value` is at each of their trips;
/// multiplies `trips` by their number.
static Value outsideOfLoops(Value value, double &trips) {
  for (Operation *op = value.getParentBlock()->getParentOp();
       auto scan = dyn_cast<ScanOp>(op); op = scan->getParentOp()) {
    auto *arg = llvm::find(scan.getInvariantArgs(), value);
    if (arg == scan.getInvariantArgs().end())
      break;
    trips *= scan.getTrips();
    value = scan.getInvariants()[arg - scan.getInvariantArgs().begin()];
  }
  return value;
}

/// `value`, made outside of all loops, where `user` can read it.
static Value bringInto(Value value, Operation *user) {
  SmallVector<ScanOp> loops;
  for (Operation *op = user->getParentOp(); auto scan = dyn_cast<ScanOp>(op);
       op = scan->getParentOp())
    loops.push_back(scan);
  for (ScanOp scan : llvm::reverse(loops))
    if (scan->getBlock() == value.getParentBlock())
      value = scan.addInvariant(value);
  return value;
}

/// The blocks of `weight`. A transpose in front of it is made along the way.
static Value makeBlocks(Expr &e, Value weight, int64_t width) {
  auto transpose = weight.getDefiningOp<TransposeOp>();
  if (!transpose)
    return e.blocked(weight, width);
  // Dimension `last` of the operand becomes two.
  int64_t last = transpose.getPerm().back();
  SmallVector<int64_t> shape(tensorType(transpose.getX()).getShape());
  shape[last] /= width;
  shape.insert(shape.begin() + last + 1, width);
  SmallVector<int64_t> perm{last};
  for (int64_t dim : transpose.getPerm().drop_back())
    perm.push_back(dim > last ? dim + 1 : dim);
  perm.push_back(last + 1);
  return e.transpose(e.reshape(transpose.getX(), shape), perm);
}

namespace {

struct BlockWeightsPass : dlc::impl::BlockWeightsBase<BlockWeightsPass> {
  void runOnOperation() override {
    func::FuncOp step = getOperation();
    FailureOr<TargetInfo> target = TargetInfo::get(step);
    if (failed(target))
      return signalPassFailure();
    if (!step->hasAttr(names::step) || target->vectorBits == 0)
      return;
    for (auto op : llvm::to_vector(step.getBody().getOps<MatmulOp>()))
      if (op.getTransposeA() && isWorthRows(op, *target))
        makeRows(op);
    StateOnly stateOnly(step);
    llvm::MapVector<Value, Weight> weights;
    step.walk([&](Operation *op) {
      OpOperand *operand = vectorOperand(op);
      // Beside a transposed left operand blocks are read no faster.
      auto matmul = dyn_cast<MatmulOp>(op);
      if (!operand || (matmul && matmul.getTransposeA()))
        return;
      double trips = 1;
      Weight &weight = weights[outsideOfLoops(operand->get(), trips)];
      weight.uses.push_back(operand);
      weight.flops += trips * flopsOf(op);
    });
    // Blocks of arguments stand at the beginning, in the order of their
    // readers.
    for (auto &[value, weight] : llvm::reverse(weights))
      if (isWorthBlocks(value, weight, *target, stateOnly))
        block(value, weight, widthOf(value, *target));
  }

  static int64_t widthOf(Value value, const TargetInfo &target) {
    return kVectors * target.vectorBits /
           tensorType(value).getElementTypeBitWidth();
  }

  static bool canBlock(RankedTensorType type, int64_t width) {
    int64_t columns = type.getShape().back();
    return width >= 2 && columns % width == 0 && columns >= 2 * width;
  }

  /// Whether moving `bytes` takes less time than the `flops` save.
  static bool pays(double bytes, double flops, const TargetInfo &target) {
    return flops > 0 && bytes / target.memoryBytesPerCycle <=
                            kSaved * flops / target.flopsPerCycle();
  }

  static bool isWorthRows(MatmulOp op, const TargetInfo &target) {
    RankedTensorType a = tensorType(op.getA()), b = tensorType(op.getB());
    return a.getRank() == 2 && b.getRank() == 2 && !op.getTransposeB() &&
           canBlock(b, widthOf(op.getB(), target)) &&
           pays(2 * (bytesOf(a) + bytesOf(b)), flopsOf(op), target);
  }

  static void makeRows(MatmulOp op) {
    OpBuilder builder(op);
    Expr e(builder, op.getLoc());
    Value rows = e.transpose(op.getA(), {1, 0});
    op.replaceAllUsesWith(e.matmul(rows, op.getB(), false, false));
    op.erase();
  }

  static bool isWorthBlocks(Value value, const Weight &weight,
                            const TargetInfo &target,
                            const StateOnly &stateOnly) {
    RankedTensorType type = tensorType(value);
    if (!canBlock(type, widthOf(value, target)) || weight.flops == 0 ||
        weight.flops < 2 * kLeastReuse * type.getNumElements())
      return false;
    if (stateOnly.contains(value))
      return true;
    // A transpose makes them at no cost, if nothing else reads its result.
    double moved = 2 * bytesOf(type);
    if (value.getDefiningOp<TransposeOp>() &&
        llvm::all_of(value.getUses(), [&](OpOperand &use) {
          return isa<ScanOp>(use.getOwner()) ||
                 llvm::is_contained(weight.uses, &use);
        }))
      moved = 0;
    return pays(moved, weight.flops, target);
  }

  void block(Value value, const Weight &weight, int64_t width) {
    // In front of all that may overwrite the value with a new one.
    OpBuilder builder(&getContext());
    builder.setInsertionPointAfterValue(value);
    Expr e(builder, value.getLoc());
    Value blocks = makeBlocks(e, value, width);
    for (OpOperand *use : weight.uses) {
      Operation *user = use->getOwner();
      Value inside = bringInto(blocks, user);
      builder.setInsertionPoint(user);
      use->set(UnblockOp::create(builder, user->getLoc(), inside));
    }
    ++numBlocked;
    if (auto remark =
            remark::passed(weight.uses.front()->getOwner()->getLoc(),
                           remark::RemarkOpts::name("blocked")
                               .category("dl-block-weights:layout")
                               .function(getOperation().getSymName())))
      remark << remark::add(
          "{0} in blocks of {1} columns: {2} operations with "
          "each of its elements",
          value.getType(), width,
          int64_t(weight.flops / tensorType(value).getNumElements()));
  }
};

} // namespace
