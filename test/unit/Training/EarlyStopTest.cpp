//===- EarlyStopTest.cpp - The end of a run that gets no better -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/EarlyStop.h"
#include "dlc/Training/Overfit.h"

#include "TestFiles.h"

#include <cmath>

using namespace dlc;
using namespace dlc::test;

namespace {

const std::vector<std::string> columns = {"eval_loss", "eval_accuracy"};

EarlyStop stopOf(const char *text, const Metadata &resumed = {}) {
  return llvm::cantFail(EarlyStop::create(
      llvm::cantFail(EarlyStopOptions::parse(text)), columns, resumed, "m"));
}

TEST(EarlyStop, LessIsBetter) {
  EarlyStop stop = stopOf("eval_loss:patience=2");
  EXPECT_TRUE(stop.step(1, {1.0, 0}));
  EXPECT_TRUE(stop.step(2, {0.5, 0}));
  EXPECT_FALSE(stop.step(3, {0.5, 0})) << "as good is not better";
  EXPECT_FALSE(stop.mustStop());
  EXPECT_TRUE(stop.step(4, {0.25, 0}));
  EXPECT_FALSE(stop.step(5, {std::nan(""), 0}));
  EXPECT_FALSE(stop.step(6, {0.3, 0}));
  EXPECT_TRUE(stop.mustStop());
  EXPECT_EQ(stop.describe(), "the best eval_loss was 0.25, of epoch 4");
}

TEST(EarlyStop, MoreOfAnAccuracyAndThresholds) {
  EarlyStop stop = stopOf("eval_accuracy:threshold=0.1");
  EXPECT_TRUE(stop.step(1, {0, 0.5}));
  EXPECT_FALSE(stop.step(2, {0, 0.55}));
  EXPECT_TRUE(stop.step(3, {0, 0.7}));
  EarlyStop least = stopOf("eval_accuracy:mode=min");
  EXPECT_TRUE(least.step(1, {0, 0.5}));
  EXPECT_FALSE(least.step(2, {0, 0.7}));
}

TEST(EarlyStop, GoesOnFromMetadata) {
  EarlyStop stop = stopOf("eval_loss:patience=2");
  EXPECT_EQ(stop.describe(), "no epoch had a number for eval_loss");
  stop.step(1, {0.1 + 0.2, 0});
  stop.step(2, {1, 0});
  EarlyStop again = stopOf("eval_loss:patience=2", stop.save());
  EXPECT_EQ(again.save(), stop.save());
  EXPECT_FALSE(again.step(3, {1, 0}));
  EXPECT_TRUE(again.mustStop());

  auto errorOf = [&](const char *text, const Metadata &saved) {
    return message(EarlyStop::create(
        llvm::cantFail(EarlyStopOptions::parse(text)), columns, saved, "m"));
  };
  EXPECT_CONTAINS(errorOf("eval_accuracy", stop.save()),
                  "--resume: m: was written with stop_early.metric = "
                  "eval_loss, but is continued with eval_accuracy");
  Metadata bad = stop.save();
  bad["stop_early.bad_epochs"] = "-1";
  EXPECT_CONTAINS(errorOf("eval_loss", bad), "whole numbers from 0 to");
  EXPECT_EQ(errorOf("loss", {}), "--stop-early: no metric 'loss'; did you mean "
                                 "'eval_loss'?");
}

TEST(EarlyStop, Messages) {
  auto errorOf = [](const char *text) {
    return message(EarlyStopOptions::parse(text));
  };
  EXPECT_CONTAINS(errorOf(""), "expected METRIC:OPTION=VALUE");
  EXPECT_CONTAINS(errorOf("a:"), "expected METRIC:OPTION=VALUE");
  EXPECT_CONTAINS(errorOf("a:patience=0"), "from 1 to");
  EXPECT_CONTAINS(errorOf("a:mode=least"), "expected min or max");
  EXPECT_CONTAINS(errorOf("a:threshold=-1"), "at least 0");
  EXPECT_CONTAINS(errorOf("a:patient=1"), "did you mean 'patience'?");
  EXPECT_CONTAINS(errorOf("a:patience=1,patience=2"), "given twice");
}

TEST(Overfit, Verdicts) {
  const int64_t none[] = {0};
  const dlc_tensor outputs[] = {{"loss", none, 0, DLC_F32},
                                {"correct", none, 0, DLC_I32}};
  dlc_step step = {};
  step.outputs = outputs;
  step.num_outputs = 2;
  Metrics metrics(step);
  Totals totals = metrics.zero();
  totals.samples = 64;
  Overfit counted(64);
  EXPECT_EQ(counted.verdict(), "");
  totals.correct = 63;
  counted.see(metrics, totals);
  EXPECT_FALSE(counted.isLearnt());
  EXPECT_CONTAINS(counted.verdict(), "overfit: accuracy 0.9844 on the first 64 "
                                     "samples: the model has not learnt them");
  totals.correct = 64;
  counted.see(metrics, totals);
  EXPECT_EQ(counted.verdict(), "overfit: accuracy 1.0000 on the first 64 "
                               "samples: the model can learn them");

  step.num_outputs = 1;
  Metrics loss(step);
  totals = loss.zero();
  totals.samples = 10;
  totals.sums[0] = 20;
  Overfit falling(10);
  falling.see(loss, totals);
  EXPECT_FALSE(falling.isLearnt());
  totals.sums[0] = 0.1;
  falling.see(loss, totals);
  EXPECT_TRUE(falling.isLearnt());
  EXPECT_CONTAINS(falling.verdict(), "loss 1.000e-02 after 2.000e+00 in the "
                                     "first epoch on the first 10 samples");
}

} // namespace
