//===- Blocks.cpp - Operands that are read in blocks ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Blocks.h"

#include "dlc/Dialect/Dl/Build.h"

using namespace mlir;
using namespace dlc::dl;

OpOperand *dlc::vectorOperand(Operation *op) {
  if (auto conv = dyn_cast<Conv2dOp>(op))
    return conv.getGroups() == 1 && conv.getLayout() == Layout::ChannelsLast
               ? &conv.getWMutable()
               : nullptr;
  auto matmul = dyn_cast<MatmulOp>(op);
  return matmul && tensorType(matmul.getY()).getRank() == 2 &&
                 !matmul.getTransposeB()
             ? &matmul.getBMutable()
             : nullptr;
}

/// The result of `op` by a transpose and a reshape.
static Value writtenOut(UnblockOp op) {
  OpBuilder builder(op);
  Expr e(builder, op.getLoc());
  SmallVector<int64_t> perm;
  int64_t rank = tensorType(op.getX()).getRank();
  for (int64_t dim = 1; dim < rank - 1; ++dim)
    perm.push_back(dim);
  perm.append({0, rank - 1});
  Value beside = rank == 2 ? op.getX() : e.transpose(op.getX(), perm);
  return e.reshape(beside, tensorType(op.getY()).getShape());
}

void dlc::writeOutBlocks(Block &block) {
  for (auto op : llvm::make_early_inc_range(block.getOps<UnblockOp>())) {
    bool single = tensorType(op.getX()).getDimSize(0) == 1;
    Value plain;
    for (OpOperand &use : llvm::make_early_inc_range(op.getY().getUses())) {
      if (!single && vectorOperand(use.getOwner()) == &use)
        continue;
      if (!plain)
        plain = writtenOut(op);
      use.set(plain);
    }
    if (op.use_empty())
      op.erase();
  }
}
