//===- TrainerTest.cpp - Epochs of a training step ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Trainer.h"

#include "LinearData.h"
#include "LinearModel.h"
#include "TestFiles.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <sys/stat.h>

using namespace dlc;
using namespace dlc::test;

namespace {

/// 22 samples: five batches of 4 an epoch, and two samples left over. All that
/// is evaluated is three batches.
DataSplits linearSplits() { return {linearData(22), linearData(12)}; }

/// A model, its data and what training printed.
struct Session {
  std::unique_ptr<Model> model =
      llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  DataSplits data = linearSplits();
  std::string text;

  Session() { llvm::cantFail(model->init(11)); }

  llvm::Error train(TrainingOptions options, int step = linearTrain,
                    std::optional<int> eval = linearEvaluate,
                    unsigned width = 0) {
    llvm::raw_string_ostream os(text);
    double now = 0;
    Progress progress(os, width, [&] { return now += 0.0625; });
    auto trainer = Trainer::create(*model, data, Turn{step}, eval,
                                   std::move(options), progress);
    if (!trainer)
      return trainer.takeError();
    return (*trainer)->run();
  }

  /// The model's whole state.
  std::string state() {
    std::string bytes;
    for (auto [name, size] : {std::pair("weight", 12),
                              {"bias", 4},
                              {"weight.momentum", 12},
                              {"seed", 8},
                              {"step_count", 8}}) {
      std::string part(size, '\0');
      llvm::cantFail(model->get(name, {part.data(), part.size()}));
      bytes += part;
    }
    return bytes;
  }
};

TrainingOptions options(int64_t epochs, std::string folder = "") {
  TrainingOptions result;
  result.epochs = epochs;
  result.outputFolder = std::move(folder);
  return result;
}

/// Without the column that is a time.
std::vector<std::string> metricRows(const std::string &path) {
  std::vector<std::string> rows;
  std::string file = readFile(path);
  for (llvm::StringRef line : llvm::split(llvm::StringRef(file).rtrim(), '\n'))
    rows.push_back(line.rsplit(',').first.str());
  return rows;
}

TEST(Trainer, Learns) {
  TempFolder folder;
  Session run;
  std::string out = folder.path("made/with/parents");
  ASSERT_EQ(message(run.train(options(20, out))), "");
  std::vector<std::string> rows = metricRows(out + "/metrics.csv");
  ASSERT_EQ(rows.size(), 21u);
  EXPECT_EQ(rows[0], "epoch,train_loss,train_accuracy,eval_loss,eval_accuracy");
  auto loss = [&](int row) {
    llvm::SmallVector<llvm::StringRef> cells;
    llvm::StringRef(rows[row]).split(cells, ',');
    double value;
    EXPECT_FALSE(cells[3].getAsDouble(value));
    return value;
  };
  EXPECT_LT(loss(20), loss(1) / 2);
  EXPECT_TRUE(llvm::sys::fs::exists(out + "/model.safetensors"));
}

TEST(Trainer, PrintsALineAnEpoch) {
  Session run;
  ASSERT_EQ(message(run.train(options(2))), "");
  llvm::SmallVector<llvm::StringRef> lines;
  llvm::StringRef(run.text).split(lines, '\n', -1, false);
  ASSERT_EQ(lines.size(), 2u) << run.text;
  EXPECT_TRUE(lines[0].starts_with("epoch 1/2  loss "));
  EXPECT_CONTAINS(lines[0].str(), "  accuracy 0.");
  EXPECT_CONTAINS(lines[0].str(), "  eval loss ");
  EXPECT_CONTAINS(lines[0].str(), "  eval accuracy 0.");
  EXPECT_CONTAINS(lines[0].str(), " samples/s  0:0");
}

TEST(Trainer, ShowsProgressOnATerminal) {
  Session run;
  ASSERT_EQ(message(run.train(options(2), linearTrain, linearEvaluate, 100)),
            "");
  EXPECT_CONTAINS(run.text, "\repoch 1/2  step 1/5  loss ");
  EXPECT_CONTAINS(run.text, " samples/s  0:0");
  EXPECT_CONTAINS(run.text, " left\x1b[K");
}

TEST(Trainer, LogsSteps) {
  Session every, third;
  TrainingOptions log = options(1);
  log.logEvery = 1;
  ASSERT_EQ(message(every.train(log, linearTrain, std::nullopt)), "");
  EXPECT_TRUE(llvm::StringRef(every.text).starts_with("step 1 loss "));
  EXPECT_CONTAINS(every.text, "\nstep 5 loss ");
  // The first step's loss, to all digits of an f32.
  std::unique_ptr<Model> fresh =
      llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  llvm::cantFail(fresh->init(11));
  StepBuffers buffers =
      llvm::cantFail(StepBuffers::create(fresh->step(linearTrain)));
  BatchFeed feed = llvm::cantFail(
      BatchFeed::create(every.data.train, fresh->step(linearTrain)));
  std::vector<uint32_t> order = shuffledOrder(22, 11, 0);
  llvm::cantFail(
      feed.fill(llvm::ArrayRef(order).take_front(linearBatch), buffers));
  llvm::cantFail(fresh->run(linearTrain, buffers));
  float logged = strtof(every.text.c_str() + strlen("step 1 loss "), nullptr);
  EXPECT_EQ(logged, static_cast<float>(buffers.real(0)));

  log.logEvery = 3;
  ASSERT_EQ(message(third.train(log, linearTrain, std::nullopt)), "");
  EXPECT_TRUE(llvm::StringRef(third.text).starts_with("step 3 loss "));
  EXPECT_EQ(third.text.find("step 4"), std::string::npos);
}

TEST(Trainer, ShuffleMatters) {
  Session shuffled, plain;
  ASSERT_EQ(message(shuffled.train(options(1))), "");
  TrainingOptions inOrder = options(1);
  inOrder.order.shuffle = false;
  ASSERT_EQ(message(plain.train(inOrder)), "");
  EXPECT_NE(shuffled.state(), plain.state());
}

TEST(Trainer, EveryEpochHasItsOwnShuffle) {
  Session session, replay;
  ASSERT_EQ(message(session.train(options(3))), "");
  BatchFeed feed = llvm::cantFail(
      BatchFeed::create(replay.data.train, replay.model->step(linearTrain)));
  StepBuffers buffers =
      llvm::cantFail(StepBuffers::create(replay.model->step(linearTrain)));
  for (uint32_t epoch = 0; epoch < 3; ++epoch) {
    std::vector<uint32_t> order = shuffledOrder(22, 11, epoch);
    for (int batch = 0; batch < 5; ++batch) {
      llvm::cantFail(feed.fill(
          llvm::ArrayRef(order).slice(batch * linearBatch, linearBatch),
          buffers));
      llvm::cantFail(replay.model->run(linearTrain, buffers));
    }
  }
  EXPECT_EQ(session.state(), replay.state());
}

/// Stops after every number of steps, resumes in a new model, and compares with
/// a run that never stopped.
TEST(Trainer, ResumeEqualsAStraightRun) {
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

TEST(Trainer, NothingLeftToDo) {
  Session run;
  ASSERT_EQ(message(run.train(options(1))), "");
  run.text.clear();
  std::string before = run.state();
  ASSERT_EQ(message(run.train(options(1))), "");
  EXPECT_EQ(run.text, "nothing to train: 5 of 5 steps are done\n");
  EXPECT_EQ(run.state(), before);
}

TEST(Trainer, Errors) {
  Session run;
  EXPECT_EQ(message(run.train(options(1), linearEvaluate)),
            "step 'evaluate' does not train: a step trains if it has a "
            "dl.minimize, or writes to a parameter what it makes of a "
            "dl.gradient");
  EXPECT_CONTAINS(message(run.train(options(1), linearTrain, linearTrain)),
                  "step 'train' trains: to evaluate with it would change");
  run.data.train = linearData(3);
  EXPECT_EQ(message(run.train(options(1))),
            "the training data have 3 samples, fewer than the batch of 4 that "
            "step 'train' takes");
}

TEST(Trainer, FaultNamesTheStep) {
  Session run;
  std::vector<Field> fields = run.data.train.fields().vec();
  fields[1].array.data[0] = 77;
  run.data.train = llvm::cantFail(Dataset::create(fields));
  TrainingOptions inOrder = options(1);
  inOrder.order.shuffle = false;
  EXPECT_CONTAINS(message(run.train(inOrder)), "training step 1: ");
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

TEST(Trainer, StopsAnywhereAndResumes) {
  stopAnywhereAndResume(
      [](std::string out) { return options(2, std::move(out)); });
}

// The same of all that an epoch decides or measures, and of drawn samples.
TEST(Trainer, StopsAnywhereAndResumesWithMore) {
  stopAnywhereAndResume([](std::string out) {
    TrainingOptions result = options(2, std::move(out));
    result.updateRatios = true;
    result.stopEarly =
        llvm::cantFail(EarlyStopOptions::parse("train_loss:patience=5"));
    result.order.balance = "label";
    return result;
  });
}

TEST(Trainer, SaysWhereItStopped) {
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
// Training well
//===----------------------------------------------------------------------===//

TEST(Trainer, StopsEarly) {
  TempFolder folder;
  Session run;
  std::string out = folder.path("out");
  TrainingOptions early = options(50, out);
  early.stopEarly = llvm::cantFail(
      EarlyStopOptions::parse("eval_loss:patience=2,threshold=0.05"));
  ASSERT_EQ(message(run.train(early)), "");
  std::vector<std::string> rows = metricRows(out + "/metrics.csv");
  ASSERT_LT(rows.size(), 51u);
  // The best epoch is two before the last, and its parameters are kept.
  size_t best = rows.size() - 3;
  EXPECT_CONTAINS(run.text, "epoch " + std::to_string(rows.size() - 1) +
                                ": stops early; the best eval_loss was ");
  EXPECT_CONTAINS(run.text, ", of epoch " + std::to_string(best) + ", in " +
                                out + "/best.safetensors\n");
  Session until;
  ASSERT_EQ(message(until.train(options(best))), "");
  Session loaded;
  ASSERT_EQ(message(loaded.model->load(out + "/best.safetensors", DLC_PARAMS)),
            "");
  EXPECT_EQ(loaded.state().substr(0, 16), until.state().substr(0, 16));

  // A run that goes on knows that it has ended.
  Session again;
  ASSERT_EQ(message(again.model->load(out + "/model.safetensors", DLC_ALL)),
            "");
  early.resumed = llvm::cantFail(readMetadata(out + "/model.safetensors"));
  ASSERT_EQ(message(again.train(early)), "");
  EXPECT_CONTAINS(again.text, "nothing to train: the run has stopped early");
  EXPECT_EQ(again.state(), run.state());
}

TEST(Trainer, UpdateRatiosOfTheLastStep) {
  TempFolder folder;
  Session run, before;
  std::string out = folder.path("out");
  TrainingOptions measured = options(1, out);
  measured.updateRatios = true;
  ASSERT_EQ(message(run.train(measured)), "");
  TrainingOptions four = options(1);
  four.maxSteps = 4;
  ASSERT_EQ(message(before.train(four)), "");
  float old[3], now[3];
  std::memcpy(old, before.state().data(), sizeof(old));
  std::memcpy(now, run.state().data(), sizeof(now));
  double change = 0, norm = 0;
  for (int i = 0; i < 3; ++i) {
    change += (double(now[i]) - old[i]) * (double(now[i]) - old[i]);
    norm += double(old[i]) * old[i];
  }
  std::vector<std::string> rows = metricRows(out + "/metrics.csv");
  EXPECT_CONTAINS(rows[0], ",update_weight,update_bias");
  double ratio;
  llvm::SmallVector<llvm::StringRef> cells;
  llvm::StringRef(rows[1]).split(cells, ',');
  ASSERT_FALSE(cells[5].getAsDouble(ratio));
  EXPECT_NEAR(ratio, std::sqrt(change / norm), 1e-8 * ratio + 1e-9);
}

TEST(Trainer, Overfits) {
  Session run;
  run.data.eval = llvm::cantFail(run.data.train.first(4));
  TrainingOptions few = options(1);
  few.order.overfit = 4;
  few.maxSteps = 1;
  ASSERT_EQ(message(run.train(few)), "");
  EXPECT_CONTAINS(run.text, "overfit: accuracy ");
  EXPECT_CONTAINS(run.text, " on the first 4 samples: the model has not");
  Session longer;
  longer.data.eval = llvm::cantFail(longer.data.train.first(4));
  few.epochs = 20;
  few.maxSteps.reset();
  ASSERT_EQ(message(longer.train(few)), "");
  EXPECT_CONTAINS(longer.text, "first 4 samples: the model can learn them");
  few.order.overfit = 23;
  EXPECT_CONTAINS(message(run.train(few)), "have 22 samples");
}

//===----------------------------------------------------------------------===//
// Hostile checkpoints and folders
//===----------------------------------------------------------------------===//

TEST(Trainer, TotalsOfACheckpoint) {
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

TEST(Trainer, OutputThatIsNoFile) {
  TempFolder folder;
  Session run;
  for (const char *name : {"metrics.csv", "model.safetensors"}) {
    std::string out = folder.path(name), file = out + "/" + name;
    ASSERT_FALSE(llvm::sys::fs::create_directory(out));
    ASSERT_EQ(mkfifo(file.c_str(), 0600), 0);
    std::string before = run.state();
    EXPECT_EQ(message(run.train(options(1, out))),
              file +
                  ": is a pipe, expected a regular file or none to write to");
    EXPECT_EQ(run.state(), before) << "no step is run for nothing";
    llvm::sys::fs::file_status status;
    EXPECT_FALSE(llvm::sys::fs::status(file, status));
    EXPECT_EQ(status.type(), llvm::sys::fs::file_type::fifo_file);
  }
}

TEST(Trainer, OutputThatCannotBeMade) {
  TempFolder folder;
  folder.write("file", "");
  Session run;
  EXPECT_CONTAINS(message(run.train(options(1, folder.path("file/out")))),
                  "file/out: cannot be made: ");
}

} // namespace
