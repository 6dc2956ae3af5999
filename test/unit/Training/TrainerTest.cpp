//===- TrainerTest.cpp - Epochs of a training step ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "LinearSession.h"

#include <cmath>
#include <sys/stat.h>

using namespace dlc;
using namespace dlc::test;

namespace {

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
// Folders
//===----------------------------------------------------------------------===//

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
