//===- BatchTraceTest.cpp - The batch can be followed through every op ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "lib/Transforms/Retyping.h"

#include "mlir/IR/OpImplementation.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;

/// What never stands in the body of a step whose calls are inlined: members of
/// a model, calls, and what `resolve` or `simplify` make.
static bool isElsewhere(StringRef op) {
  static constexpr StringLiteral names[] = {
      "dl.model",   "dl.hparam",  "dl.param",      "dl.buffer", "dl.slot",
      "dl.counter", "dl.derived", "dl.optimizer",  "dl.func",   "dl.step",
      "dl.call",    "dl.depends", "dl.random_bits"};
  return llvm::is_contained(names, op);
}

/// An op whose results neither follow from its operands nor by a rule would
/// stop every step of several batches that has it.
TEST(BatchTrace, EveryOpHasARule) {
  DialectRegistry registry;
  registry.insert<dl::DlDialect>();
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  unsigned seen = 0;
  for (RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("dl")) {
    EXPECT_NE(hasTypeRule(op), isElsewhere(op.getStringRef()))
        << op.getStringRef().str()
        << " needs type inference, or a rule in Retyping.cpp";
    ++seen;
  }
  EXPECT_GT(seen, 150u);
}
