//===- Call.cpp - Calls of kernels ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace dlc::interp;

static std::vector<Tensor> callFunction(func::CallOp op, const Call &call) {
  auto function = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      op, op.getCalleeAttr());
  std::vector<Tensor> arguments;
  for (unsigned i = 0; i < op.getNumOperands(); ++i)
    arguments.push_back(call.operand(i));
  return call.evaluate(function.getBody(), std::move(arguments))
      .value_or(std::vector<Tensor>());
}

void dlc::interp::registerCall(MLIRContext *c) {
  model<func::CallOp>(c, callFunction);
}
