//===- ClassScoresTest.cpp - Confusion matrix and class scores ------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/ClassScores.h"

#include "TestFiles.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace dlc;
using namespace dlc::test;

namespace {

const int64_t four[] = {4}, table[] = {4, 3}, five[] = {5};
const dlc_tensor label = {"label", four, 1, DLC_U8};
const dlc_tensor wholeLabel = {"label", four, 1, DLC_I32};
const dlc_tensor prediction = {"prediction", four, 1, DLC_I32};
const dlc_tensor logits = {"logits", table, 2, DLC_F32};

dlc_step stepOf(const dlc_tensor &input, llvm::ArrayRef<dlc_tensor> outputs) {
  dlc_step step = {};
  step.name = "evaluate";
  step.inputs = &input;
  step.num_inputs = 1;
  step.outputs = outputs.data();
  step.num_outputs = outputs.size();
  return step;
}

/// Buffers of a step with such labels and outputs.
template <typename L, typename T>
StepBuffers buffersOf(const dlc_step &step, std::initializer_list<L> labels,
                      std::initializer_list<T> values) {
  StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
  std::copy(labels.begin(), labels.end(), static_cast<L *>(buffers.io()[0]));
  std::copy(values.begin(), values.end(), static_cast<T *>(buffers.io()[1]));
  return buffers;
}

TEST(ClassScores, OfPredictions) {
  dlc_step step = stepOf(label, prediction);
  ClassScores scores = *ClassScores::create(step);
  scores.add(buffersOf<uint8_t, int32_t>(step, {0, 0, 1, 2}, {0, 1, 1, 1}));
  scores.add(buffersOf<uint8_t, int32_t>(step, {0, 0, 1, 2}, {0, 1, 1, 0}));
  EXPECT_EQ(scores.numClasses(), 3);
  EXPECT_EQ(scores.count(0, 0), 2);
  EXPECT_EQ(scores.count(0, 1), 2);
  EXPECT_EQ(scores.count(1, 1), 2);
  EXPECT_EQ(scores.count(2, 0), 1);
  EXPECT_EQ(scores.count(2, 1), 1);
  EXPECT_EQ(scores.scores(0).recall(), 0.5);
  EXPECT_EQ(scores.scores(1).precision(), 2.0 / 5);
  EXPECT_EQ(scores.scores(1).recall(), 1);
  EXPECT_DOUBLE_EQ(scores.scores(1).f1(), 2 * 0.4 / 1.4);
  EXPECT_EQ(scores.scores(2).precision(), 0) << "never told";
  EXPECT_EQ(scores.scores(2).f1(), 0);

  std::string csv;
  llvm::raw_string_ostream os(csv);
  scores.writeCsv(os, {"cat", "a,b"});
  EXPECT_EQ(csv, "label,cat,\"a,b\",2,precision,recall,f1\n"
                 "cat,2,2,0,0.666667,0.500000,0.571429\n"
                 "\"a,b\",0,2,0,0.400000,1.000000,0.571429\n"
                 "2,1,1,0,0.000000,0.000000,0.000000\n");
  EXPECT_EQ(scores.describe({"cat"}),
            "class  samples  precision   recall       f1\n"
            "cat          4     0.6667   0.5000   0.5714\n"
            "1            2     0.4000   1.0000   0.5714\n"
            "2            2     0.0000   0.0000   0.0000\n"
            "mean         8     0.3556   0.5000   0.3810\n"
            "2 of cat told as 1\n"
            "1 of 2 told as cat\n"
            "1 of 2 told as 1\n");
  scores.clear();
  EXPECT_EQ(scores.numClasses(), 0);
}

TEST(ClassScores, MeansAreOverTheClassesThatOccur) {
  dlc_step step = stepOf(label, prediction);
  ClassScores scores = *ClassScores::create(step);
  scores.add(buffersOf<uint8_t, int32_t>(step, {0, 0, 3, 3}, {0, 0, 3, 5}));
  EXPECT_EQ(scores.describe({}), "class  samples  precision   recall       f1\n"
                                 "0            2     1.0000   1.0000   1.0000\n"
                                 "1            0     0.0000   0.0000   0.0000\n"
                                 "2            0     0.0000   0.0000   0.0000\n"
                                 "3            2     1.0000   0.5000   0.6667\n"
                                 "4            0     0.0000   0.0000   0.0000\n"
                                 "5            0     0.0000   0.0000   0.0000\n"
                                 "mean         4     0.6667   0.5000   0.5556\n"
                                 "1 of 3 told as 5\n");
}

TEST(ClassScores, OfLogits) {
  dlc_step step = stepOf(wholeLabel, logits);
  ClassScores scores = *ClassScores::create(step);
  // The first of equals; a label of -100 does not count.
  scores.add(buffersOf<int32_t, float>(
      step, {2, 0, -100, 1}, {0, 1, 5, 3, 3, 1, 9, 9, 9, -2, -1, -1}));
  EXPECT_EQ(scores.numClasses(), 3);
  EXPECT_EQ(scores.count(2, 2), 1);
  EXPECT_EQ(scores.count(0, 0), 1);
  EXPECT_EQ(scores.count(1, 1), 1);
  EXPECT_EQ(scores.scores(0).samples + scores.scores(1).samples +
                scores.scores(2).samples,
            3);
}

// Labels that are not classes are left out of the matrix.
TEST(ClassScores, NumbersThatAreNoClasses) {
  dlc_step step = stepOf(wholeLabel, prediction);
  ClassScores scores = *ClassScores::create(step);
  scores.add(buffersOf<int32_t, int32_t>(step, {0, 1 << 30, 0, -1},
                                         {1 << 30, 0, -5, 0}));
  EXPECT_EQ(scores.numClasses(), 0);
}

TEST(ClassScores, OtherSteps) {
  dlc_tensor other = label;
  other.name = "y";
  EXPECT_FALSE(ClassScores::create(stepOf(other, prediction)));
  EXPECT_FALSE(ClassScores::create(stepOf(label, {})));
  dlc_tensor longer = prediction;
  longer.shape = five;
  EXPECT_FALSE(ClassScores::create(stepOf(label, longer)));
  dlc_tensor floats = label;
  floats.type = DLC_F32;
  EXPECT_FALSE(ClassScores::create(stepOf(floats, prediction)));
  // A prediction goes before logits, wherever it stands.
  for (auto outputs :
       {std::array{prediction, logits}, std::array{logits, prediction}}) {
    dlc_step step = stepOf(label, outputs);
    ClassScores scores = *ClassScores::create(step);
    StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
    int place = llvm::StringRef(outputs[0].name) == "prediction" ? 1 : 2;
    static_cast<int32_t *>(buffers.io()[place])[0] = 7;
    scores.add(buffers);
    EXPECT_EQ(scores.numClasses(), 8);
  }
}

} // namespace
