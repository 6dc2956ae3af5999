//===- ClosureTest.cpp - No op is missing in random programs --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Generator.h"
#include "Text.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;
using namespace dlc::fuzz;

/// How often an op is in a list.
template <typename Entry>
static long countIn(ArrayRef<Entry> list, StringRef op) {
  return llvm::count_if(list,
                        [&](const Entry &entry) { return entry.op == op; });
}

TEST(ClosureTest, AnOpHasAGeneratorOrAReasonForNone) {
  DlContext context;
  int ops = 0;
  for (RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("dl")) {
    StringRef name = op.stripDialect();
    ++ops;
    EXPECT_EQ(countIn(opGenerators(), name) + countIn(structuralOps(), name), 1)
        << "dl." << name.str()
        << " must have one generator in lib/Fuzz/Generate*.cpp, or one entry "
           "in "
           "structuralOps()";
  }
  EXPECT_GT(ops, 100);
}

TEST(ClosureTest, WhatIsGeneratedIsAnOp) {
  DlContext context;
  for (const OpGenerator &generator : opGenerators())
    EXPECT_TRUE(
        OperationName(("dl." + generator.op).str(), &context).isRegistered())
        << generator.op.str();
  for (const StructuralOp &op : structuralOps())
    EXPECT_TRUE(OperationName(("dl." + op.op).str(), &context).isRegistered())
        << op.op.str();
}

/// A generator that never makes its op would make the table above a lie.
TEST(ClosureTest, EveryGeneratorMakesItsOp) {
  std::set<std::string> made;
  for (uint64_t number = 0; number < 3000; ++number) {
    DlContext context;
    Generator generator(context, /*seed=*/1, number);
    OwningOpRef<ModuleOp> module = generator.run();
    module->walk([&](Operation *op) {
      made.insert(op->getName().stripDialect().str());
    });
  }
  for (const OpGenerator &generator : opGenerators())
    EXPECT_TRUE(made.count(generator.op.str())) << generator.op.str();
  for (const StructuralOp &op : structuralOps())
    if (!op.reason.starts_with("made by the compiler"))
      EXPECT_TRUE(made.count(op.op.str())) << op.op.str();
}

/// Ops that mean something else by where they stand, or by a clause.
TEST(ClosureTest, ClausesAreMade) {
  int averagedReads = 0, averagedCalls = 0, inherited = 0, inLoops = 0;
  std::set<std::string> modes;
  for (uint64_t number = 0; number < 1000; ++number) {
    DlContext context;
    Generator generator(context, /*seed=*/1, number);
    OwningOpRef<ModuleOp> module = generator.run();
    module->walk([&](Operation *op) {
      if (auto read = dyn_cast<dl::ReadOp>(op))
        averagedReads += bool(read.getAveragedAttr());
      if (auto call = dyn_cast<dl::CallOp>(op)) {
        averagedCalls += bool(call.getAveragedAttr());
        modes.insert(stringifyMode(*call.getMode()).str());
      }
      if (auto modal = dyn_cast<dl::HasMode>(op))
        if (!modal.getMode()) {
          ++inherited;
          EXPECT_TRUE(op->getParentOfType<dl::FuncOp>());
        }
      inLoops += isa<dl::GradientOp>(op) && op->getParentOfType<dl::ScanOp>();
    });
  }
  EXPECT_GT(averagedReads, 5);
  EXPECT_GT(averagedCalls, 0);
  EXPECT_GT(inherited, 5);
  EXPECT_GT(inLoops, 20);
  EXPECT_EQ(modes, (std::set<std::string>{"eval", "train"}));
}

TEST(ClosureTest, OneSeedGivesOneProgram) {
  auto program = [](uint64_t seed) {
    DlContext context;
    Generator generator(context, seed, 3);
    return printProgram(*generator.run());
  };
  EXPECT_EQ(program(5), program(5));
  EXPECT_NE(program(5), program(6));
}

TEST(ClosureTest, ProgramsAreParsedAsTheyArePrinted) {
  for (uint64_t number = 0; number < 100; ++number) {
    DlContext context;
    Generator generator(context, /*seed=*/2, number);
    std::string text = printProgram(*generator.run());
    OwningOpRef<ModuleOp> again = parseProgram(text, context);
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(printProgram(*again), text);
  }
}
