//===- Scan.cpp - Loops over a leading dimension --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

static std::vector<Tensor> scan(dl::ScanOp op, const Call &call) {
  int64_t trips = op.getTrips();
  unsigned carried = op.getNumCarried();
  std::vector<Tensor> results;
  for (Value init : op.getInits())
    results.push_back(call.operand(init));
  for (unsigned i = carried; i < op.getNumResults(); ++i)
    results.emplace_back(call.type(i));

  for (int64_t step = 0; step < trips; ++step) {
    int64_t t = op.getReverse() ? trips - 1 - step : step;
    std::vector<Tensor> arguments(results.begin(), results.begin() + carried);
    for (Value input : op.getInputs()) {
      const Tensor &stack = call.operand(input);
      Tensor slice(dl::ScanOp::sliceType(stack.type()));
      for (int64_t i = 0, e = slice.size(); i < e; ++i)
        slice.copy(i, stack, t * e + i);
      arguments.push_back(std::move(slice));
    }
    for (Value invariant : op.getInvariants())
      arguments.push_back(call.operand(invariant));

    std::optional<std::vector<Tensor>> yielded =
        call.evaluate(op.getBody(), std::move(arguments));
    if (!yielded)
      return results;
    for (unsigned i = 0; i < yielded->size(); ++i) {
      Tensor &value = (*yielded)[i];
      if (i < carried) {
        results[i] = std::move(value);
        continue;
      }
      for (int64_t j = 0, e = value.size(); j < e; ++j)
        results[i].copy(t * e + j, value, j);
    }
  }
  return results;
}

void dlc::interp::registerScan(MLIRContext *c) { model<dl::ScanOp>(c, scan); }
