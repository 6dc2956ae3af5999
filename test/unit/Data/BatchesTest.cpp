//===- BatchesTest.cpp - From samples to the inputs of a step -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Batches.h"

#include "TestFiles.h"

#include <algorithm>
#include <numeric>

using namespace dlc;
using namespace dlc::test;

namespace {

const int64_t imageShape[] = {2, 3}, labelShape[] = {2}, otherBatch[] = {3};
const dlc_tensor image = {"image", imageShape, 2, DLC_U8};
const dlc_tensor label = {"label", labelShape, 1, DLC_I32};

dlc_step stepOf(llvm::ArrayRef<dlc_tensor> inputs) {
  dlc_step step = {};
  step.name = "train";
  step.inputs = inputs.data();
  step.num_inputs = inputs.size();
  return step;
}

/// Five samples: image i is {10 i, 10 i + 1, 10 i + 2}, label i is -i.
Dataset fiveSamples() {
  Field images = {"image", "x.npy", {DLC_U8, {5, 3}, {}}};
  Field labels = {"label", "y.npy", {DLC_I32, {5}, {}}};
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 3; ++j)
      images.array.data.push_back(static_cast<char>(10 * i + j));
    std::string number = bytesOf<int32_t>({-i});
    labels.array.data.append(number.begin(), number.end());
  }
  return llvm::cantFail(Dataset::create({images, labels}));
}

// Computed by a second implementation of the definition in Batches.h.
TEST(Shuffle, KnownAnswers) {
  using Order = std::vector<uint32_t>;
  EXPECT_EQ(shuffledOrder(10, 0, 0), (Order{3, 6, 7, 1, 2, 8, 5, 4, 0, 9}));
  EXPECT_EQ(shuffledOrder(10, 0, 1), (Order{2, 8, 1, 3, 5, 6, 4, 7, 0, 9}));
  EXPECT_EQ(shuffledOrder(10, (uint64_t(7) << 32) | 42, 3),
            (Order{5, 2, 1, 6, 0, 4, 8, 9, 3, 7}));
  EXPECT_EQ(shuffledOrder(1, 5, 0), (Order{0}));
  EXPECT_EQ(shuffledOrder(2, 5, 0), (Order{0, 1}));
}

TEST(Shuffle, IsAPermutation) {
  std::vector<uint32_t> order = shuffledOrder(1001, 3, 0);
  EXPECT_NE(order, fileOrder(1001));
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, fileOrder(1001));
}

TEST(BatchFeed, CopiesRows) {
  Dataset data = fiveSamples();
  // The step's order of inputs counts, not the data's.
  dlc_tensor inputs[] = {label, image};
  dlc_step step = stepOf(inputs);
  BatchFeed feed = llvm::cantFail(BatchFeed::create(data, step));
  EXPECT_EQ(feed.batchSize(), 2);
  EXPECT_EQ(feed.numSamples(), 5);
  StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
  ASSERT_EQ(message(feed.fill({4, 1}, buffers)), "");
  EXPECT_EQ(std::string(buffers.input(0).data(), 8),
            bytesOf<int32_t>({-4, -1}));
  EXPECT_EQ(std::string(buffers.input(1).data(), 6),
            bytesOf<uint8_t>({40, 41, 42, 10, 11, 12}));
  EXPECT_EQ(message(feed.fill({4}, buffers)),
            "input 'label' of step 'train' takes 8 bytes, 1 samples have 4");
  EXPECT_CONTAINS(message(feed.fill({4, 3, 2}, buffers)), "3 samples have 12");
  step.num_inputs = 1;
  buffers = llvm::cantFail(StepBuffers::create(step));
  EXPECT_EQ(message(feed.fill({4, 1}, buffers)),
            "step 'train' has 1 inputs, data for 2 were matched");
}

TEST(BatchFeed, ExtraFieldsAreLeftOut) {
  Dataset data = fiveSamples();
  EXPECT_EQ(message(BatchFeed::create(data, stepOf(image))), "");
}

TEST(BatchFeed, Mismatches) {
  Dataset data = fiveSamples();
  auto errorOf = [&](std::initializer_list<dlc_tensor> inputs) {
    return message(BatchFeed::create(data, stepOf(inputs)));
  };
  dlc_tensor input = image;
  input.name = "images";
  EXPECT_EQ(errorOf({input}),
            "step 'train' takes 'images': no field of the data "
            "'images'; did you mean 'image'?");
  input = image;
  input.type = DLC_F32;
  EXPECT_EQ(
      errorOf({input}),
      "field 'image': 'x.npy' has samples of 3xui8, but step 'train' takes "
      "2x3xf32: samples of 3xf32");
  const int64_t wide[] = {2, 4};
  input = image;
  input.shape = wide;
  EXPECT_CONTAINS(errorOf({input}), "takes 2x4xui8: samples of 4xui8");
  input = label;
  input.rank = 0;
  EXPECT_CONTAINS(errorOf({input}), "is i32: it has no batch dimension");
  input = label;
  input.shape = otherBatch;
  EXPECT_CONTAINS(errorOf({image, input}),
                  "'image' takes 2 samples, 'label' takes 3");
}

TEST(BatchFeed, NoInputs) {
  Dataset data = fiveSamples();
  BatchFeed feed = llvm::cantFail(BatchFeed::create(data, stepOf({})));
  EXPECT_FALSE(feed.takesSamples());
  EXPECT_EQ(feed.batchSize(), 1);
  EXPECT_EQ(feed.numSamples(), 1);
}

// Samples in dimension 1 of three, beside a field that they share.
TEST(BatchFeed, AnyLayout) {
  Field tokens = {"tokens", "t.npy", {DLC_U8, {2, 3, 2}, {}}, 1};
  for (char i = 0; i < 12; ++i)
    tokens.array.data.push_back(i);
  Field table = {"table", "a.npy", {DLC_U8, {2}, {}}, std::nullopt};
  table.array.data = {77, 78};
  Dataset data = llvm::cantFail(Dataset::create({table, tokens}));
  EXPECT_EQ(data.size(), 3);
  EXPECT_FALSE(data.isWhole());
  const int64_t tokensShape[] = {2, 2, 2}, tableShape[] = {2};
  const dlc_tensor inputs[] = {{"tokens", tokensShape, 3, DLC_U8},
                               {"table", tableShape, 1, DLC_U8}};
  dlc_step step = stepOf(inputs);
  BatchFeed feed = llvm::cantFail(BatchFeed::create(data, step));
  EXPECT_EQ(feed.batchSize(), 2);
  EXPECT_EQ(feed.numSamples(), 3);
  StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
  ASSERT_EQ(message(feed.fill({2, 0}, buffers)), "");
  EXPECT_EQ(std::string(buffers.input(0).data(), 8),
            bytesOf<uint8_t>({4, 5, 0, 1, 10, 11, 6, 7}));
  EXPECT_EQ(std::string(buffers.input(1).data(), 2),
            bytesOf<uint8_t>({77, 78}));

  Dataset whole = llvm::cantFail(Dataset::create({table}));
  EXPECT_TRUE(whole.isWhole());
  EXPECT_EQ(whole.size(), 1);
}

} // namespace
