//===- DifferenceTest.cpp - Comparison of two tensors ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Compare/Difference.h"

#include "dlc/Runtime.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace dlc;

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

Difference compare(std::vector<float> got, std::vector<float> expected,
                   double noise = 0) {
  return compareTensors(DLC_F32, {int64_t(got.size())}, got.data(),
                        expected.data(), Tolerance(), noise);
}

TEST(Difference, FloatsAreMeasuredByTheLargestOfTheirTensor) {
  EXPECT_FALSE(compare({100, 1}, {100, 1.001f}).differs());
  Difference difference = compare({100, 1}, {100, 1.01f});
  EXPECT_EQ(difference.differing, 1);
  EXPECT_EQ(difference.index, "[1]");
  EXPECT_EQ(difference.got, "1");
  EXPECT_EQ(difference.expected, "1.00999999");
  EXPECT_NEAR(difference.absolute, 0.01, 1e-6);
  EXPECT_NEAR(difference.relative, 0.01 / 1.01, 1e-6);
}

TEST(Difference, KindsDiffer) {
  EXPECT_FALSE(compare({nan, infinity}, {nan, infinity}).differs());
  for (float other : {1.0f, infinity, -infinity})
    EXPECT_TRUE(compare({nan}, {other}).differs());
  EXPECT_TRUE(compare({1}, {nan}).differs());
  EXPECT_TRUE(compare({-infinity}, {infinity}).differs());
  Difference difference = compare({1, 5, nan}, {2, 5, 3});
  EXPECT_EQ(difference.differing, 2);
  EXPECT_EQ(difference.index, "[2]") << "not a number is the furthest off";
}

TEST(Difference, DenormalsAreZero) {
  EXPECT_FALSE(compare({0, 0}, {1e-40f, -1e-40f}).differs());
  EXPECT_TRUE(compare({0}, {1e-37f}).differs());
}

TEST(Difference, ZerosAreExpectedExactly) {
  EXPECT_TRUE(compare({1e-30f}, {0}).differs());
  EXPECT_FALSE(compare({0}, {-0.0f}).differs());
}

TEST(Difference, NoiseIsAllowed) {
  EXPECT_TRUE(compare({1.001f}, {1}).differs());
  EXPECT_FALSE(compare({1.001f}, {1}, 1e-4).differs());
  EXPECT_TRUE(compare({1.01f}, {1}, 1e-4).differs());
  Tolerance none;
  none.f32 = 0;
  float got = 1.001f, expected = 1;
  EXPECT_TRUE(
      compareTensors(DLC_F32, {}, &got, &expected, none, 1e-4).differs());
}

TEST(Difference, IntegersAreEqual) {
  std::vector<int32_t> got = {1, 2, 9, 4}, expected = {1, 3, 3, 4};
  Difference difference =
      compareTensors(DLC_I32, {2, 2}, got.data(), expected.data(), Tolerance());
  EXPECT_EQ(difference.differing, 2);
  EXPECT_EQ(difference.index, "[1, 0]");
  EXPECT_EQ(difference.got, "9");
  uint8_t large = 255, small = 254;
  difference = compareTensors(DLC_U8, {}, &large, &small, Tolerance());
  EXPECT_TRUE(difference.differs());
  EXPECT_EQ(difference.got, "255");
  EXPECT_EQ(difference.index, "");
}

TEST(Difference, DoublesHaveTheirOwnTolerance) {
  double got = 1 + 1e-9, expected = 1;
  EXPECT_TRUE(
      compareTensors(DLC_F64, {}, &got, &expected, Tolerance()).differs());
  Tolerance wide;
  wide.f64 = 1e-8;
  EXPECT_FALSE(compareTensors(DLC_F64, {}, &got, &expected, wide).differs());
}

TEST(Difference, PerturbingLeavesWholeNumbers) {
  std::vector<float> values = {0,    1,    -3,   1e8f, infinity, 0.1f,
                               0.2f, 0.3f, 0.4f, 0.5f, 0.6f,     0.7f};
  std::vector<float> moved = values;
  llvm::MutableArrayRef<char> bytes(reinterpret_cast<char *>(moved.data()),
                                    moved.size() * sizeof(float));
  perturb(DLC_F32, bytes, 1);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(moved[i], values[i]);
  llvm::ArrayRef<char> before(reinterpret_cast<char *>(values.data()),
                              values.size() * sizeof(float));
  EXPECT_GT(largestMove(DLC_F32, before, bytes), 0);
  EXPECT_LE(largestMove(DLC_F32, before, bytes), 1e-7);
}

} // namespace
