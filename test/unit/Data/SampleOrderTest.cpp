//===- SampleOrderTest.cpp - Order of samples in an epoch -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/SampleOrder.h"

#include "TestFiles.h"

#include <algorithm>
#include <map>

using namespace dlc;
using namespace dlc::test;

namespace {

/// `label` is 0 for most samples, then 1, then 2; `lengths` falls.
Dataset samples(int32_t size) {
  Field label = {"label", "y.npy", {DLC_I32, {size}, {}}};
  Field lengths = {"lengths", "l.npy", {DLC_I32, {size}, {}}};
  for (int32_t i = 0; i < size; ++i) {
    int32_t number = i < size - 5 ? 0 : i < size - 1 ? 1 : 2;
    std::string a = bytesOf<int32_t>({number});
    std::string b = bytesOf<int32_t>({(size - i) / 2});
    label.array.data.append(a.begin(), a.end());
    lengths.array.data.append(b.begin(), b.end());
  }
  return llvm::cantFail(Dataset::create({label, lengths}));
}

std::map<uint32_t, int> countsOf(llvm::ArrayRef<uint32_t> order) {
  std::map<uint32_t, int> counts;
  for (uint32_t sample : order)
    ++counts[sample];
  return counts;
}

SampleOrder orderOf(const Dataset &data, OrderOptions options,
                    int64_t batch = 4) {
  return llvm::cantFail(SampleOrder::create(data, std::move(options), batch));
}

TEST(SampleOrder, PlainAndShuffled) {
  Dataset data = samples(30);
  EXPECT_EQ(orderOf(data, {}).of(7, 3), shuffledOrder(30, 7, 3));
  OrderOptions plain;
  plain.shuffle = false;
  EXPECT_EQ(orderOf(data, plain).of(7, 3), fileOrder(30));
}

TEST(SampleOrder, Overfit) {
  Dataset data = samples(30);
  OrderOptions options;
  options.overfit = 7;
  SampleOrder order = orderOf(data, options);
  std::vector<uint32_t> first = order.of(1, 0);
  EXPECT_EQ(first.size(), 30u) << "as many steps as of all data";
  for (auto [sample, count] : countsOf(first)) {
    EXPECT_LT(sample, 7u);
    EXPECT_GE(count, 4);
    EXPECT_LE(count, 5);
  }
  EXPECT_EQ(first, order.of(1, 0));
  EXPECT_NE(first, order.of(1, 1));
  EXPECT_NE(first, order.of(2, 0));
  options.overfit = 31;
  EXPECT_EQ(message(SampleOrder::create(data, options, 4)),
            "--overfit 31: the training data have 30 samples");
}

TEST(SampleOrder, BalancesClasses) {
  Dataset data = samples(30);
  OrderOptions options;
  options.balance = "label";
  SampleOrder order = orderOf(data, options);
  std::vector<uint32_t> drawn = order.of(5, 0);
  ASSERT_EQ(drawn.size(), 30u);
  std::map<uint32_t, int> counts = countsOf(drawn);
  int ofClass[3] = {};
  for (auto [sample, count] : counts)
    ofClass[sample < 25 ? 0 : sample < 29 ? 1 : 2] += count;
  for (int count : ofClass)
    EXPECT_EQ(count, 10);
  // Within a class each as often as any other, or once more.
  EXPECT_EQ(counts[29], 10);
  for (uint32_t sample = 25; sample < 29; ++sample) {
    EXPECT_GE(counts[sample], 2);
    EXPECT_LE(counts[sample], 3);
  }
  EXPECT_EQ(drawn, order.of(5, 0));
  EXPECT_NE(drawn, order.of(5, 1));
  options.balance = "labels";
  EXPECT_EQ(message(SampleOrder::create(data, options, 4)),
            "--balance: no field of the data 'labels'; did you mean 'label'?");
}

TEST(SampleOrder, BatchesOfAboutOneLength) {
  Dataset data = samples(103);
  OrderOptions options;
  options.lengths = "lengths";
  options.bucket = 100;
  SampleOrder order = orderOf(data, options, 4);
  std::vector<uint32_t> drawn = order.of(3, 2);
  for (auto [sample, count] : countsOf(drawn))
    EXPECT_EQ(count, 1);
  EXPECT_EQ(drawn.size(), 103u);
  bool isSorted = true;
  for (int batch = 0; batch < 25; ++batch) {
    auto length = [&](int i) { return (103 - drawn[batch * 4 + i]) / 2; };
    for (int i = 1; i < 4; ++i) {
      EXPECT_LE(length(i - 1), length(i));
      EXPECT_LE(length(i), length(0) + 2) << "all of one window, in order";
    }
    isSorted = isSorted &&
               (batch == 0 || length(0) >= (103 - drawn[batch * 4 - 4]) / 2);
  }
  EXPECT_FALSE(isSorted) << "batches are shuffled too";
  EXPECT_EQ(drawn, order.of(3, 2));
  EXPECT_NE(drawn, order.of(3, 1));
}

} // namespace
