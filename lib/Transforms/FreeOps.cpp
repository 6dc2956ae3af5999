//===- FreeOps.cpp - Ops that need no kernel of their own -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FreeOps.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

FreeOps::FreeOps(Block &block) {
  // Made of random bits and constants alone.
  DenseSet<Operation *> random;
  for (Operation &op : block) {
    unsigned total = isa<ConstantOp>(op) ? 0 : 1;
    bool onRandom = false, onOthers = false, onMade = false;
    for (Value operand : op.getOperands()) {
      Operation *producer = operand.getDefiningOp();
      total += cost.lookup(producer);
      onMade |= made.contains(producer);
      if (random.contains(producer))
        onRandom = true;
      else if (!isa_and_present<ConstantOp>(producer))
        onOthers = true;
    }
    bool ofRandom = onRandom && !onOthers && op.getNumResults() == 1 &&
                    (dl::isFree(&op) || (op.hasTrait<Elementwise>() &&
                                         op.hasTrait<CheapToRepeat>()));
    if (!(dl::isFree(&op) || ofRandom) || total > maxRepeatedOps)
      continue;
    cost[&op] = total;
    if (isa<RandomBitsOp>(op) || ofRandom)
      random.insert(&op);
    // Constants lie in memory.
    if (op.hasTrait<View>() ? onMade : !isa<ConstantOp>(op))
      made.insert(&op);
  }
}
