//===- SplitConcats.cpp - Concatenate many operands in steps --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   %y = dl.concat %x0, %x1, %x2, %x3, %x4 {axis = 0}
//
// becomes, with at most two operands an op,
//
//   %0 = dl.concat %x0, %x1 {axis = 0}
//   %1 = dl.concat %x2, %x3 {axis = 0}
//   %2 = dl.concat %0, %1 {axis = 0}
//   %y = dl.concat %2, %x4 {axis = 0}
//
// Elements are copied once more for each level. Each operand is an insertion
// into the result, and the analysis of one-shot bufferization compares all
// pairs of them in a kernel, for all ops between.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

namespace dlc {
#define GEN_PASS_DEF_SPLITCONCATS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc::dl;

namespace {

struct SplitConcatsPass : dlc::impl::SplitConcatsBase<SplitConcatsPass> {
  using SplitConcatsBase::SplitConcatsBase;

  void runOnOperation() override {
    getOperation().walk([&](ConcatOp op) {
      if (op.getInterleaved())
        return;
      OpBuilder builder(op);
      SmallVector<Value> operands(op.getXs());
      while (operands.size() > maxOperands) {
        SmallVector<Value> joined;
        for (size_t i = 0; i < operands.size(); i += maxOperands) {
          auto part = ArrayRef(operands).slice(
              i, std::min<size_t>(maxOperands, operands.size() - i));
          joined.push_back(part.size() == 1
                               ? part.front()
                               : ConcatOp::create(builder, op.getLoc(), part,
                                                  op.getAxisAttr(), UnitAttr())
                                     .getResult());
          ++numParts;
        }
        operands = std::move(joined);
      }
      op.getXsMutable().assign(operands);
    });
  }
};

} // namespace
