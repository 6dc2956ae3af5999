//===- CoverageTest.cpp - Every primitive has a model ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Interpreter/Interpreter.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;

/// Ops that are gone, or not evaluated, when a program is interpreted.
static bool isStructure(StringRef name) {
  static constexpr StringLiteral names[] = {
      // A model and its members.
      "model", "hparam", "param", "buffer", "slot", "counter", "derived",
      "optimizer", "func", "step", "return",
      // Resolved, with what has a mode.
      "call", "read", "write", "read_hparam", "step_count", "minimize",
      "batch_norm", "dropout", "alpha_dropout", "uniform", "normal", "gumbel",
      "bernoulli", "categorical", "permutation",
      // Written out by the phase grad.
      "gradient", "variable", "depends"};
  return llvm::is_contained(names, name);
}

TEST(CoverageTest, AnOpIsCompositeOrHasAModel) {
  DialectRegistry registry;
  registry.insert<dl::DlDialect>();
  interp::registerModels(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  unsigned models = 0;
  for (RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("dl")) {
    StringRef name = op.stripDialect();
    if (op.hasInterface<interp::Interpretable>()) {
      ++models;
      EXPECT_FALSE(op.hasInterface<dl::Decomposable>())
          << name.str() << " is a composite and its model is never asked";
      continue;
    }
    EXPECT_TRUE(op.hasInterface<dl::Decomposable>() ||
                op.hasTrait<OpTrait::IsTerminator>() || isStructure(name))
        << name.str() << " has no model in lib/Interpreter";
  }
  EXPECT_GT(models, 0u);
}
