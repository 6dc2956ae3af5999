//===- EvaluationTest.cpp - A step over a whole data set ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Evaluation.h"

#include "LinearData.h"
#include "LinearModel.h"
#include "TestFiles.h"

#include <cmath>

using namespace dlc;
using namespace dlc::test;

namespace {

std::unique_ptr<Model> makeModel() {
  auto model = llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  // Near enough to the labels that the counts say something.
  std::string weight = bytesOf<float>({4, 0.1f, -0.1f});
  std::string bias = bytesOf<float>({-0.3f});
  llvm::cantFail(model->set("weight", {weight.data(), weight.size()}));
  llvm::cantFail(model->set("bias", {bias.data(), bias.size()}));
  return model;
}

/// What `measure` says of one batch, computed from the scores of `predict`.
struct Expectation {
  double sum = 0, max = 0;
  int64_t correct = 0;
};

Expectation expect(Model &model, const Dataset &data, int first, int rows) {
  const dlc_step &step = model.step(linearPredict);
  BatchFeed feed = llvm::cantFail(BatchFeed::create(data, step));
  StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
  Expectation result;
  for (int row = first; row < first + rows; ++row) {
    llvm::cantFail(feed.fill(std::vector<uint32_t>(linearBatch, row), buffers));
    llvm::cantFail(model.run(linearPredict, buffers));
    double difference =
        std::fabs(static_cast<float>(buffers.real(0)) -
                  static_cast<uint8_t>(data.fields()[1].array.data[row]));
    result.sum += difference;
    result.max = std::max(result.max, difference);
    result.correct += difference < 0.5;
  }
  return result;
}

class EvaluationOfSizes : public testing::TestWithParam<int> {};

// The batches are those of 4 and then of 3, and every metric is what the step
// says of them, weighted by their samples: means, sums, maxima and counts.
TEST_P(EvaluationOfSizes, RunsEverySampleOnce) {
  std::unique_ptr<Model> model = makeModel();
  int samples = GetParam(), left = samples % 4 % 3;
  Dataset data = linearData(samples);
  Evaluation evaluation =
      llvm::cantFail(Evaluation::create(*model, linearMeasure, data));
  EXPECT_EQ(evaluation.numSamples(), samples - left);
  EXPECT_EQ(evaluation.describeLeftOut().empty(), left == 0);
  Totals seen = llvm::cantFail(evaluation.run());
  EXPECT_EQ(seen.samples, samples - left);
  double mean = 0, sum = 0, max = 0;
  int64_t correct = 0;
  for (int first = 0; first < samples - left;) {
    int rows = samples - first >= 4 ? 4 : 3;
    Expectation batch = expect(*model, data, first, rows);
    mean += batch.sum;
    sum += batch.sum * rows;
    max += batch.max * rows;
    correct += batch.correct;
    first += rows;
  }
  EXPECT_EQ(seen.correct, correct);
  EXPECT_NEAR(seen.sums[0], mean, 1e-9);
  EXPECT_NEAR(seen.sums[1], sum, 1e-9);
  EXPECT_NEAR(seen.sums[2], max, 1e-9);
  if (samples > 8) {
    EXPECT_GT(seen.correct, 0) << "or the test says nothing";
    EXPECT_LT(seen.correct, seen.samples) << "or the test says nothing";
  }
  // And again: nothing is kept from one run to the next.
  Totals again = llvm::cantFail(evaluation.run());
  EXPECT_EQ(again.sums, seen.sums);
}

INSTANTIATE_TEST_SUITE_P(Samples, EvaluationOfSizes,
                         testing::Values(3, 4, 5, 6, 7, 8, 9, 10, 11, 101));

TEST(Evaluation, SaysWhatIsLeftOut) {
  std::unique_ptr<Model> model = makeModel();
  Dataset data = linearData(10);
  Evaluation evaluation =
      llvm::cantFail(Evaluation::create(*model, linearEvaluate, data));
  EXPECT_EQ(evaluation.numSamples(), 8);
  EXPECT_EQ(evaluation.describeLeftOut(),
            "2 of 10 samples are not evaluated: step 'evaluate' takes a batch "
            "of 4; --batch evaluate=2,4 compiles it for the rest too, or says "
            "why it cannot be");
  // Those that are evaluated are the first.
  Totals totals = llvm::cantFail(evaluation.run());
  Dataset first = linearData(8);
  Totals expected = llvm::cantFail(
      llvm::cantFail(Evaluation::create(*model, linearEvaluate, first)).run());
  EXPECT_EQ(totals.sums, expected.sums);
  EXPECT_EQ(totals.samples, 8);

  Dataset odd = linearData(5);
  EXPECT_EQ(llvm::cantFail(Evaluation::create(*model, linearMeasure, odd))
                .describeLeftOut(),
            "1 of 5 samples are not evaluated: step 'measure' takes a batch of "
            "3 or 4; --batch measure=1,3,4 compiles it for the rest too, or "
            "says why it cannot be");
  Dataset few = linearData(2);
  EXPECT_CONTAINS(message(Evaluation::create(*model, linearMeasure, few)),
                  "2 of 2 samples are not evaluated: step 'measure'");
}

TEST(Evaluation, Errors) {
  std::unique_ptr<Model> model = makeModel();
  Dataset good = linearData(8);
  EXPECT_EQ(message(Evaluation::create(*model, linearTrain, good)),
            "step 'train' trains: to evaluate with it would change the model");
  std::vector<Field> fields(good.fields().begin(), good.fields().end());
  fields[1].array.data[7] = 77;
  Dataset data = llvm::cantFail(Dataset::create(fields));
  Evaluation evaluation =
      llvm::cantFail(Evaluation::create(*model, linearEvaluate, data));
  EXPECT_CONTAINS(message(evaluation.run()), "label out of range");
}

TEST(Evaluation, StopsWhereItIsAskedTo) {
  std::unique_ptr<Model> model = makeModel();
  Dataset data = linearData(11);
  Evaluation evaluation =
      llvm::cantFail(Evaluation::create(*model, linearMeasure, data));
  int asked = 0;
  Totals totals = llvm::cantFail(evaluation.run([&] { return ++asked == 3; }));
  EXPECT_EQ(totals.samples, 8);
}

TEST(Metrics, AreFoundByNameAndType) {
  const int64_t vector[] = {2};
  const dlc_tensor outputs[] = {{"loss_d", nullptr, 0, DLC_F32},
                                {"scores", vector, 1, DLC_F32},
                                {"total", nullptr, 0, DLC_I32},
                                {"loss_g", nullptr, 0, DLC_F64},
                                {"correct", nullptr, 0, DLC_I64}};
  dlc_step step = {};
  step.outputs = outputs;
  step.num_outputs = 5;
  Metrics metrics(step);
  EXPECT_EQ(metrics.names().vec(),
            (std::vector<std::string>{"loss_d", "loss_g"}));
  EXPECT_TRUE(metrics.countsCorrect());

  StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
  auto set = [&](int index, auto value) {
    std::memcpy(buffers.io()[index], &value, sizeof(value));
  };
  set(0, 0.5f);
  set(2, int32_t(7));
  set(3, 0.25);
  set(4, int64_t(3));
  Totals totals = metrics.zero();
  metrics.add(buffers, 4, totals);
  set(0, 1.5f);
  set(2, int32_t(4));
  set(4, int64_t(2));
  metrics.add(buffers, 4, totals);
  EXPECT_EQ(totals.mean(0), 1.0);
  EXPECT_EQ(totals.mean(1), 0.25);
  EXPECT_EQ(totals.accuracy(), 5.0 / 8);
  EXPECT_EQ(formatMetrics(metrics, totals, "eval "),
            "  eval loss_d 1  eval loss_g 0.25  eval accuracy 0.6250"
            "  eval total 11");
  EXPECT_EQ(formatMetrics(metrics, totals, "", "loss_d"),
            "  loss_g 0.25  accuracy 0.6250  total 11");
  EXPECT_EQ(metrics.columns("eval_"),
            (std::vector<std::string>{"eval_loss_d", "eval_loss_g",
                                      "eval_accuracy", "eval_total"}));
}

// With `count` means and accuracy are over as many as that says.
TEST(Metrics, CountIsTheWeight) {
  const dlc_tensor outputs[] = {{"loss", nullptr, 0, DLC_F64},
                                {"correct", nullptr, 0, DLC_I32},
                                {"count", nullptr, 0, DLC_I64},
                                {"total", nullptr, 0, DLC_I32}};
  dlc_step step = {};
  step.outputs = outputs;
  step.num_outputs = 4;
  Metrics metrics(step);
  StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
  auto set = [&](int index, auto value) {
    std::memcpy(buffers.io()[index], &value, sizeof(value));
  };
  Totals totals = metrics.zero();
  auto add = [&](double loss, int32_t correct, int64_t count, int32_t total) {
    set(0, loss);
    set(1, correct);
    set(2, count);
    set(3, total);
    metrics.add(buffers, 4, totals);
  };
  add(1.0, 1, 1, 5);
  add(3.0, 2, 3, -6);
  // The mean of none.
  add(std::nan(""), 0, 0, 0);
  EXPECT_EQ(totals.mean(0), 2.5);
  EXPECT_EQ(totals.accuracy(), 0.75);
  EXPECT_EQ(totals.samples, 12);
  EXPECT_EQ(formatMetrics(metrics, totals, ""),
            "  loss 2.5  accuracy 0.7500  total -1");
  // As text and back.
  EXPECT_EQ(totalsText(totals), "12 3 10 4 -1");
  Totals again =
      llvm::cantFail(parseTotals(totalsText(totals), metrics.zero(), 12));
  EXPECT_EQ(totalsText(again), "12 3 10 4 -1");
  for (const char *text : {"12 3 10 4", "12 3 10 4 -1 0", "12 3 10 x -1"})
    EXPECT_CONTAINS(message(parseTotals(text, metrics.zero(), 12)), text);
}

// One sample that is all of the data has no part that is correct.
TEST(Metrics, CorrectOfAWhole) {
  const dlc_tensor outputs[] = {{"correct", nullptr, 0, DLC_I32},
                                {"count", nullptr, 0, DLC_I32}};
  dlc_step step = {};
  step.outputs = outputs;
  step.num_outputs = 1;
  EXPECT_EQ(Metrics(step, /*isWhole=*/true).countNames().vec(),
            std::vector<std::string>{"correct"});
  step.num_outputs = 2;
  EXPECT_TRUE(Metrics(step, /*isWhole=*/true).countsCorrect());
}

TEST(Metrics, CorrectMustBeAScalarCount) {
  const int64_t vector[] = {2};
  const dlc_tensor vectors[] = {{"correct", vector, 1, DLC_I32}};
  dlc_step step = {};
  step.outputs = vectors;
  step.num_outputs = 1;
  EXPECT_FALSE(Metrics(step).countsCorrect());
}

} // namespace
