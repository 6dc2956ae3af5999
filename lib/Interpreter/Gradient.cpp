//===- Gradient.cpp - What stands in the way of derivatives ---------------===//

#include "Models.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::interp;

void dlc::interp::registerGradient(MLIRContext *c) {
  elementwise<dl::StopGradientOp>(c, [](auto x) { return x; });
}
