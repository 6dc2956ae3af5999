//===- Gradient.cpp - Gradient ops ----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

void dlc::interp::registerGradient(MLIRContext *c) {
  model<dl::StopGradientOp>(c, [](dl::StopGradientOp, const Call &call) {
    return Tensor(call.operand(0));
  });
}
