//===- SchedulesTest.cpp - Schedules built in C++ and as text -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Models/Schedules.h"
#include "dlc/Pipelines/Phases.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace dlc;
using nn::Outputs;
using nn::Pace;
using nn::Program;
using nn::Tensor;

namespace {

class SchedulesTest : public ::testing::Test {
protected:
  SchedulesTest() {
    DialectRegistry registry;
    registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// A step that returns the schedule, built in C++.
  std::string built(llvm::function_ref<Tensor(Tensor lr, Tensor t)> schedule) {
    Program program(context, "m");
    program.hyperParameter("lr", 0.5);
    program.step("s", {}, [&](ArrayRef<Tensor>) -> Outputs {
      Tensor lr = program.readHyperParameter("lr");
      return {{"rate", schedule(lr, program.stepCount())}};
    });
    return print(program.finish());
  }

  /// The same step with the schedule as text.
  std::string written(const llvm::Twine &name, const llvm::Twine &attributes) {
    return print(parseSourceString<ModuleOp>(
        ("dl.model @m {\n"
         "  dl.hparam @lr = 0.5\n"
         "  dl.step @s() -> (rate: tensor<f32>) {\n"
         "    %lr = dl.read_hparam @lr : tensor<f32>\n"
         "    %t = dl.step_count : tensor<i64>\n"
         "    %rate = dl." +
         name + " %lr at %t {" + attributes +
         "} : tensor<f32>, tensor<i64>\n"
         "    dl.return %rate : tensor<f32>\n"
         "  }\n"
         "}\n")
            .str(),
        &context));
  }

  static std::string print(const OwningOpRef<ModuleOp> &module) {
    std::string text = "not valid";
    if (module && succeeded(verify(*module))) {
      text.clear();
      llvm::raw_string_ostream(text) << *module;
    }
    return text;
  }

  MLIRContext context;
};

/// Not the defaults.
const Pace pace{7, 2, 0.25};
const char *const paced = ", every = 7, warmup_iters = 2, warmup_factor = 0.25";

} // namespace

#define EXPECT_WRITTEN(NAME, ATTRIBUTES, ...)                                  \
  EXPECT_EQ(built([](Tensor lr, Tensor t) { return nn::__VA_ARGS__; }),        \
            written(NAME, ATTRIBUTES))

TEST_F(SchedulesTest, TakeTheDefaultsOfTheirOps) {
  EXPECT_WRITTEN("constant_lr", "", constantLr(lr, t));
  EXPECT_WRITTEN("linear_lr", "", linearLr(lr, t));
  EXPECT_WRITTEN("step_lr", "step_size = 3", stepLr(lr, t, 3));
  EXPECT_WRITTEN("multi_step_lr", "milestones = [3, 9]",
                 multiStepLr(lr, t, {3, 9}));
  EXPECT_WRITTEN("exponential_lr", "gamma = 0.5", exponentialLr(lr, t, 0.5));
  EXPECT_WRITTEN("polynomial_lr", "", polynomialLr(lr, t));
  EXPECT_WRITTEN("inverse_sqrt_lr", "timescale = 40", inverseSqrtLr(lr, t, 40));
  EXPECT_WRITTEN("cosine_annealing_lr", "T_max = 9",
                 cosineAnnealingLr(lr, t, 9));
  EXPECT_WRITTEN("cosine_annealing_warm_restarts", "T_0 = 4",
                 cosineAnnealingWarmRestarts(lr, t, 4));
  EXPECT_WRITTEN("one_cycle_lr", "total_steps = 9", oneCycleLr(lr, t, 9));
}

TEST_F(SchedulesTest, TakeEveryArgument) {
  EXPECT_WRITTEN("constant_lr",
                 llvm::Twine("factor = 0.5, total_iters = 8") + paced,
                 constantLr(lr, t, 0.5, 8, pace));
  EXPECT_WRITTEN(
      "linear_lr",
      llvm::Twine("start_factor = 0.5, end_factor = 0.125, total_iters = 8") +
          paced,
      linearLr(lr, t, 0.5, 0.125, 8, pace));
  EXPECT_WRITTEN("step_lr", llvm::Twine("step_size = 3, gamma = 0.5") + paced,
                 stepLr(lr, t, 3, 0.5, pace));
  EXPECT_WRITTEN("multi_step_lr",
                 llvm::Twine("milestones = [3, 9], gamma = 0.5") + paced,
                 multiStepLr(lr, t, {3, 9}, 0.5, pace));
  EXPECT_WRITTEN("exponential_lr", llvm::Twine("gamma = 0.5") + paced,
                 exponentialLr(lr, t, 0.5, pace));
  EXPECT_WRITTEN("polynomial_lr",
                 llvm::Twine("total_iters = 8, power = 2.0") + paced,
                 polynomialLr(lr, t, 8, 2, pace));
  EXPECT_WRITTEN("inverse_sqrt_lr", llvm::Twine("timescale = 40") + paced,
                 inverseSqrtLr(lr, t, 40, pace));
  EXPECT_WRITTEN("cosine_annealing_lr",
                 llvm::Twine("T_max = 9, eta_min = 0.125") + paced,
                 cosineAnnealingLr(lr, t, 9, 0.125, pace));
  EXPECT_WRITTEN("cosine_annealing_warm_restarts",
                 llvm::Twine("T_0 = 4, T_mult = 2, eta_min = 0.125") + paced,
                 cosineAnnealingWarmRestarts(lr, t, 4, 2, 0.125, pace));
  EXPECT_WRITTEN(
      "one_cycle_lr",
      llvm::Twine("total_steps = 9, pct_start = 0.25, anneal_strategy = "
                  "\"linear\", div_factor = 8.0, final_div_factor = 64.0, "
                  "three_phase") +
          paced,
      oneCycleLr(lr, t, 9, {0.25, true, 8, 64, true}, pace));
}

TEST_F(SchedulesTest, WhatAnOpRefusesFailsTheProgram) {
  std::string message;
  ScopedDiagnosticHandler handler(
      &context, [&](Diagnostic &diagnostic) { message += diagnostic.str(); });
  EXPECT_EQ(built([](Tensor lr, Tensor t) { return nn::stepLr(lr, t, 0); }),
            "not valid");
  EXPECT_NE(message.find("expects 'step_size' of at least 1, not 0"),
            std::string::npos)
      << message;
}
