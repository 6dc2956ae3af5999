//===- InPlace.cpp - Results in the memory of operands --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Transforms/InPlace.h"

#include "dlc/Dialect/Dl/Names.h"

using namespace mlir;
using namespace dlc;

bool dlc::isInPlace(dl::Overwrites op) {
  auto kernel = op->getParentOfType<func::FuncOp>();
  auto old = dyn_cast<BlockArgument>(op.getOverwritten().get());
  auto pairs =
      kernel ? kernel->getAttrOfType<ArrayAttr>(names::inPlace) : ArrayAttr();
  if (!old || !pairs || old.getOwner() != &kernel.getBody().front())
    return false;
  ValueRange results = kernel.getBody().front().getTerminator()->getOperands();
  return llvm::any_of(pairs.getAsRange<DenseI64ArrayAttr>(), [&](auto pair) {
    return results[pair[0]] == op->getResult(0) &&
           pair[1] == int64_t(old.getArgNumber());
  });
}
