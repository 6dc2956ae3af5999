//===- ApproximateMath.cpp - Elementary functions as polynomials ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Codegen/Passes.h"
#include "dlc/Transforms/RewriteGreedily.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace dlc {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "dlc/Codegen/Passes.h.inc"
} // namespace dlc

using namespace mlir;

namespace {

struct ApproximateMathPass
    : dlc::impl::ApproximateMathBase<ApproximateMathPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    // Those that hold their promise everywhere; sine and cosine, say, lose all
    // digits near their zeros, and are left to libm.
    populateMathPolynomialApproximationPatterns(patterns, [](StringRef name) {
      return name == math::ExpOp::getOperationName() ||
             name == math::LogOp::getOperationName() ||
             name == math::TanhOp::getOperationName() ||
             name == math::ErfOp::getOperationName();
    });
    // Each rewrite takes away a function, and puts none of those in its place.
    if (failed(dlc::rewriteGreedily(getOperation(), std::move(patterns),
                                    getArgument())))
      signalPassFailure();
  }
};

} // namespace
