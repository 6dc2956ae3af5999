//===- ClosureTest.cpp - No op's derivative is missing --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/OpImplementation.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;

/// What the definition of an op says of its derivative.
static unsigned countAnswers(RegisteredOperationName op) {
  bool differentiable = op.hasInterface<dl::Differentiable>() ||
                        op.hasInterface<dl::Decomposable>();
  bool none = op.hasTrait<dl::NoDerivative>();
  bool shorthand = op.hasTrait<dl::Shorthand>();
  // Members of a model are both: they carry nothing, and some are written out.
  return differentiable + (none || shorthand);
}

TEST(ClosureTest, EveryOpIsDifferentiableOrDecomposesOrSaysThatItIsNot) {
  DialectRegistry registry;
  registry.insert<dl::DlDialect>();
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  unsigned differentiable = 0;
  for (RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("dl")) {
    EXPECT_EQ(countAnswers(op), 1u)
        << "dl." << op.stripDialect().str()
        << " must have exactly one of: a derivative or a decomposition; the "
           "trait Dl_NoDerivative or Dl_Shorthand";
    differentiable += op.hasInterface<dl::Differentiable>();
  }
  EXPECT_GT(differentiable, 50u);
}

/// An op that draws or has a mode is written out before gradients are taken.
TEST(ClosureTest, WhatIsResolvedIsShorthand) {
  DialectRegistry registry;
  registry.insert<dl::DlDialect>();
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  for (RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("dl"))
    if (op.hasInterface<dl::HasMode>() || op.hasInterface<dl::Random>())
      EXPECT_TRUE(op.hasTrait<dl::Shorthand>()) << op.getStringRef().str();
}
