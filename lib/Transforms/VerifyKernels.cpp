//===- VerifyKernels.cpp - Kernels can run row by row ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   func.func private @kernel_0() -> tensor<8xf32> attributes {dl.sliced = 8} {
//     %0 = dl.iota {axis = 0} : tensor<8xf32>
//     %1 = dl.reverse %0 dims [0] : tensor<8xf32>
//
// is an error: row 0 of %1 is row 7 of %0, and the loop over rows makes row r
// of each value in its r-th iteration.
//
//===----------------------------------------------------------------------===//

#include "dlc/Transforms/Passes.h"

#include "mlir/IR/Matchers.h"

namespace dlc {
#define GEN_PASS_DEF_VERIFYKERNELS
#include "dlc/Transforms/Passes.h.inc"
} // namespace dlc

using namespace mlir;
using namespace dlc;
using namespace dlc::dl;

/// Returns true if `value` lies in memory before the kernel runs.
static bool isInMemory(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && op->hasTrait<View>()) {
    value = op->getOperand(0);
    op = value.getDefiningOp();
  }
  return !op || isa<ConstantOp>(op);
}

static bool hasRows(Value value, int64_t rows) {
  RankedTensorType type = tensorType(value);
  return type.getRank() > 0 && type.getDimSize(0) == rows;
}

/// Checks one op of a kernel with a loop over `rows` rows.
static LogicalResult verifyRows(Operation &op, int64_t rows) {
  for (OpOperand &operand : op.getOpOperands()) {
    Value value = operand.get();
    if (isInMemory(value))
      continue;
    auto parallel = dyn_cast<RowParallel>(op);
    bool isRow = parallel && parallel.hasRows() &&
                 parallel.isRowOperand(operand.getOperandNumber());
    if (isRow && hasRows(value, rows) &&
        llvm::all_of(op.getResults(),
                     [&](Value result) { return hasRows(result, rows); }))
      continue;
    return op.emitOpError("reads other rows than its own of operand #")
           << operand.getOperandNumber() << " of type " << value.getType()
           << ", which its kernel makes row by row, " << rows
           << " rows in all; the operand has to come from another kernel";
  }
  return success();
}

namespace {

struct VerifyKernelsPass : dlc::impl::VerifyKernelsBase<VerifyKernelsPass> {
  void runOnOperation() override {
    for (auto kernel : getOperation().getBody().getOps<func::FuncOp>()) {
      auto rows = kernel->getAttrOfType<IntegerAttr>(names::rows);
      if (!rows || kernel.isExternal())
        continue;
      for (Operation &op : kernel.getBody().front().without_terminator())
        if (failed(verifyRows(op, rows.getInt())))
          return signalPassFailure();
    }
  }
};

} // namespace
