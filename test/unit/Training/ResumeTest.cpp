//===- ResumeTest.cpp - Runs that stop and go on --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LinearSession.h"

using namespace dlc;
using namespace dlc::test;

namespace {

/// Stops after every number of steps, resumes in a new model, and compares with
/// a run that never stopped.
TEST(Resume, EqualsAStraightRun) {
  TempFolder folder;
  Session straight;
  ASSERT_EQ(message(straight.train(options(3, folder.path("straight")))), "");
  std::vector<std::string> rows =
      metricRows(folder.path("straight/metrics.csv"));
  for (int64_t stop = 1; stop <= 15; ++stop) {
    std::string out = folder.path("stop" + std::to_string(stop));
    Session first, second;
    TrainingOptions part = options(3, out);
    part.maxSteps = stop;
    ASSERT_EQ(message(first.train(part)), "");
    ASSERT_EQ(message(second.model->init(99)), "");
    ASSERT_EQ(message(second.model->load(out + "/model.safetensors", DLC_ALL)),
              "");
    ASSERT_EQ(message(second.train(options(3, out))), "");
    EXPECT_EQ(second.state(), straight.state()) << "stopped at " << stop;
    EXPECT_EQ(readFile(out + "/model.safetensors"),
              readFile(folder.path("straight/model.safetensors")));
    // An epoch that was cut has the averages of its second part alone.
    std::vector<std::string> resumed = metricRows(out + "/metrics.csv");
    ASSERT_EQ(resumed.size(), rows.size());
    if (stop % 5 == 0)
      EXPECT_EQ(resumed, rows);
  }
}

TEST(Resume, NothingLeftToDo) {
  Session run;
  ASSERT_EQ(message(run.train(options(1))), "");
  run.text.clear();
  std::string before = run.state();
  ASSERT_EQ(message(run.train(options(1))), "");
  EXPECT_EQ(run.text, "nothing to train: 5 of 5 steps are done\n");
  EXPECT_EQ(run.state(), before);
}

//===----------------------------------------------------------------------===//
// Stopping
//===----------------------------------------------------------------------===//

/// Asks a run to stop at the n-th time that it is asked whether it must.
std::function<bool()> stopAt(int times) {
  return [times, seen = 0]() mutable { return ++seen >= times; };
}

// Wherever a run is stopped, between steps or batches of an evaluation: one
// that resumes ends where a run ends that never stopped, curves included.
void stopAnywhereAndResume(
    llvm::function_ref<TrainingOptions(std::string)> optionsOf) {
  TempFolder folder;
  Session straight;
  ASSERT_EQ(message(straight.train(optionsOf(folder.path("straight")))), "");
  std::vector<std::string> rows =
      metricRows(folder.path("straight/metrics.csv"));
  int stops = 0, inEvaluation = 0;
  for (int times = 1;; ++times) {
    std::string out = folder.path("stop" + std::to_string(times));
    Session first, second;
    TrainingOptions part = optionsOf(out);
    part.stop = stopAt(times);
    ASSERT_EQ(message(first.train(part)), "");
    // metrics.csv, the checkpoint and perhaps the best, and no temporary.
    EXPECT_LE(countFiles(out), part.stopEarly ? 3 : 2);
    if (first.state() == straight.state() &&
        metricRows(out + "/metrics.csv") == rows)
      break; // it was never asked so often
    ++stops;
    TrainingOptions rest = optionsOf(out);
    ASSERT_EQ(message(second.model->init(99)), "");
    // Stopped before the first step there is no checkpoint.
    if (llvm::sys::fs::exists(out + "/model.safetensors")) {
      ASSERT_EQ(
          message(second.model->load(out + "/model.safetensors", DLC_ALL)), "");
      rest.resumed = llvm::cantFail(readMetadata(out + "/model.safetensors"));
      int64_t steps = 0;
      llvm::cantFail(second.model->get(
          "step_count", {reinterpret_cast<char *>(&steps), sizeof(steps)}));
      inEvaluation += steps % 5 == 0 && rest.resumed.count("epoch.totals");
    } else {
      EXPECT_EQ(times, 1);
      ASSERT_EQ(message(second.model->init(11)), "");
    }
    ASSERT_EQ(message(second.train(rest)), "");
    EXPECT_EQ(second.state(), straight.state()) << "stopped at " << times;
    EXPECT_EQ(metricRows(out + "/metrics.csv"), rows) << "stopped at " << times;
    EXPECT_EQ(readFile(out + "/model.safetensors"),
              readFile(folder.path("straight/model.safetensors")));
  }
  EXPECT_GT(stops, 15);
  EXPECT_GT(inEvaluation, 3);
}

TEST(Resume, WhereverARunStops) {
  stopAnywhereAndResume(
      [](std::string out) { return options(2, std::move(out)); });
}

// The same of all that an epoch decides or measures, and of drawn samples.
TEST(Resume, WhereverALargerRunStops) {
  stopAnywhereAndResume([](std::string out) {
    TrainingOptions result = options(2, std::move(out));
    result.updateRatios = true;
    result.stopEarly =
        llvm::cantFail(EarlyStopOptions::parse("train_loss:patience=5"));
    result.order.balance = "label";
    return result;
  });
}

TEST(Resume, SaysWhereItStopped) {
  TempFolder folder;
  Session run;
  llvm::raw_string_ostream os(run.text);
  Progress progress(os, 0);
  for (int times : {4, 1000}) {
    ASSERT_EQ(message(run.model->init(11)), "");
    TrainingOptions part = options(2, folder.path("out"));
    part.stop = stopAt(times);
    auto trainer =
        llvm::cantFail(Trainer::create(*run.model, run.data, Turn{linearTrain},
                                       linearEvaluate, part, progress));
    ASSERT_EQ(message(trainer->run()), "");
    EXPECT_EQ(trainer->wasStopped(), times == 4);
    EXPECT_EQ(trainer->describePosition(),
              times == 4 ? "step 3 of 10" : "step 10 of 10");
    EXPECT_EQ(trainer->checkpoint(), folder.path("out/model.safetensors"));
  }
}

//===----------------------------------------------------------------------===//
// Hostile checkpoints
//===----------------------------------------------------------------------===//

TEST(Resume, TotalsOfACheckpoint) {
  TempFolder folder;
  Session first;
  TrainingOptions part = options(2, folder.path("out"));
  part.maxSteps = 3;
  ASSERT_EQ(message(first.train(part)), "");
  std::string path = folder.path("out/model.safetensors");
  std::string good = llvm::cantFail(readMetadata(path))["epoch.totals"];
  ASSERT_EQ(good.rfind("12 ", 0), 0u) << good;
  auto resume = [&](const std::string &text) {
    Session second;
    llvm::cantFail(second.model->load(path, DLC_ALL));
    TrainingOptions rest = options(2);
    rest.resumed = {{"epoch.totals", text}};
    rest.resumedFrom = path;
    return message(second.train(rest));
  };
  EXPECT_EQ(resume(good), "");
  for (const char *text : {"",
                           "12",
                           "12 3",
                           "12 3 nan",
                           "12 3 inf",
                           "12 3 -inf",
                           "12 3 1e999",
                           "12 3 0x1p3",
                           "12 3 1.0",
                           "12 3 +1",
                           "12 3  1",
                           "12 3 1 ",
                           " 12 3 1",
                           "12 3 1 2",
                           "012 3 1",
                           "12 3x 1",
                           "12 99999999999999999999 1",
                           "12 9223372036854775807 1",
                           "-12 3 1",
                           "0 0 0",
                           "8 3 1",
                           "20 3 1",
                           "9223372036854775807 3 1"})
    EXPECT_CONTAINS(resume(text), "--resume: " + path +
                                      ": epoch.totals of its metadata is '" +
                                      text + "'");
  EXPECT_CONTAINS(resume("8 3 1"), "of 8 samples, expected 12");
}

} // namespace
