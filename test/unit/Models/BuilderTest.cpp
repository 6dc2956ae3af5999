//===- BuilderTest.cpp - dlc::nn is over the whole language ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Programs.h"

#include "dlc/Pipelines/Phases.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"

#include "gtest/gtest.h"

#include <set>

using namespace mlir;
using namespace dlc;
using nn::Program;

namespace {

class BuilderTest : public ::testing::Test {
protected:
  BuilderTest()
      : handler(&context, [this](Diagnostic &diagnostic) {
          llvm::raw_string_ostream(diagnostics) << diagnostic << '\n';
        }) {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  OwningOpRef<ModuleOp> build(const ExampleProgram &example) {
    Program program(context, "m");
    example.build(program);
    return program.finish();
  }

  MLIRContext context;
  std::string diagnostics;
  ScopedDiagnosticHandler handler;
};

class ExampleTest : public BuilderTest,
                    public ::testing::WithParamInterface<ExampleProgram> {};

/// Ops that phases put in place of others; nobody writes them.
const std::set<StringRef> made = {
    // resolve
    "slot", "counter", "batch_norm_train", "batch_norm_eval", "random_bits",
    "variable", "depends",
    // grad
    "conv2d_input_grad", "conv2d_filter_grad", "max_pool2d_scatter",
    "max_pool2d_gather",
    // the decomposition of attention with many scores
    // simplify
    "first_fault", "copy", "derived"};

} // namespace

TEST_P(ExampleTest, BuildsWhatCanBeLowered) {
  OwningOpRef<ModuleOp> module = build(GetParam());
  ASSERT_TRUE(module) << diagnostics;
  PassManager manager(&context);
  for (StringRef phase : {"resolve", "grad", "simplify", "fuse", "linalg"})
    addPhase(manager, *findPhase(phase), {});
  EXPECT_TRUE(succeeded(manager.run(*module))) << diagnostics;
  EXPECT_EQ(diagnostics, "");
}

INSTANTIATE_TEST_SUITE_P(Programs, ExampleTest,
                         ::testing::ValuesIn(examplePrograms().begin(),
                                             examplePrograms().end()),
                         [](const auto &info) { return info.param.name; });

/// An op that is added to the language has a function or a layer, used in one
/// of the programs, or is named above.
TEST_F(BuilderTest, EveryOpThatIsWrittenCanBeBuilt) {
  std::set<StringRef> built;
  for (const ExampleProgram &example : examplePrograms()) {
    OwningOpRef<ModuleOp> module = build(example);
    ASSERT_TRUE(module) << example.name << ": " << diagnostics;
    module->walk([&](Operation *op) {
      if (isa<dl::DlDialect>(op->getDialect()))
        built.insert(op->getName().stripDialect());
    });
  }
  for (RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("dl")) {
    StringRef name = op.stripDialect();
    EXPECT_NE(built.count(name), made.count(name))
        << name.str()
        << (made.count(name) ? " is named as one that phases make"
                             : " has no function or layer");
  }
}
