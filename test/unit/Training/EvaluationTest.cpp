//===- EvaluationTest.cpp - A step over a whole data set ------------------===//

#include "dlc/Training/Evaluation.h"

#include "LinearData.h"
#include "LinearModel.h"
#include "TestFiles.h"

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

/// Sample by sample, each in a batch made of it alone.
Totals oneByOne(Model &model, const Dataset &data) {
  const dlc_step &step = model.step(linearEvaluate);
  BatchFeed feed = llvm::cantFail(BatchFeed::create(data, step));
  StepBuffers buffers(step);
  Metrics metrics(step);
  Totals totals = metrics.zero();
  for (uint32_t row = 0; row < data.size(); ++row) {
    feed.fill(std::vector<uint32_t>(linearBatch, row), buffers);
    llvm::cantFail(model.run(linearEvaluate, buffers.io()));
    totals.sums[0] += metrics.mean(buffers, 0);
    totals.correct += metrics.correct(buffers) / linearBatch;
    totals.samples += 1;
  }
  return totals;
}

class Evaluation : public testing::TestWithParam<int> {};

TEST_P(Evaluation, CountsEverySampleOnce) {
  std::unique_ptr<Model> model = makeModel();
  Dataset data = linearData(GetParam());
  BatchFeed feed =
      llvm::cantFail(BatchFeed::create(data, model->step(linearEvaluate)));
  Totals seen = llvm::cantFail(evaluate(*model, linearEvaluate, feed));
  Totals expected = oneByOne(*model, data);
  EXPECT_EQ(seen.samples, GetParam());
  EXPECT_EQ(seen.correct, expected.correct);
  EXPECT_NEAR(seen.mean(0), expected.mean(0), 1e-12);
  if (GetParam() > 8) {
    EXPECT_GT(seen.correct, 0) << "or the test says nothing";
    EXPECT_LT(seen.correct, seen.samples) << "or the test says nothing";
  }
}

// Less than a batch of 4, exactly one, and every remainder after some.
INSTANTIATE_TEST_SUITE_P(Sizes, Evaluation,
                         testing::Values(1, 2, 3, 4, 8, 9, 10, 11, 101));

TEST(Evaluation, FaultsAreErrors) {
  std::unique_ptr<Model> model = makeModel();
  Dataset good = linearData(5);
  std::vector<Field> fields(good.fields().begin(), good.fields().end());
  fields[1].array.data[4] = 77; // in the remainder
  Dataset data = llvm::cantFail(Dataset::create(fields));
  BatchFeed feed =
      llvm::cantFail(BatchFeed::create(data, model->step(linearEvaluate)));
  EXPECT_CONTAINS(message(evaluate(*model, linearEvaluate, feed)),
                  "label out of range");
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

  StepBuffers buffers(step);
  auto set = [&](int index, auto value) {
    std::memcpy(buffers.io()[index], &value, sizeof(value));
  };
  set(0, 0.5f);
  set(3, 0.25);
  set(4, int64_t(3));
  Totals totals = metrics.zero();
  metrics.add(buffers, 4, totals);
  set(0, 1.5f);
  set(4, int64_t(2));
  metrics.add(buffers, 4, totals);
  EXPECT_EQ(totals.mean(0), 1.0);
  EXPECT_EQ(totals.mean(1), 0.25);
  EXPECT_EQ(totals.accuracy(), 5.0 / 8);
  EXPECT_EQ(formatMetrics(metrics, totals, "eval "),
            "  eval loss_d 1  eval loss_g 0.25  eval accuracy 0.6250");
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
