//===- CompareTest.cpp - Comparison of results ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Check.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>

using namespace dlc::fuzz;

template <typename T>
static Result result(int32_t type, std::vector<T> values) {
  Result result{"y", type, {int64_t(values.size())}, {}};
  result.bytes.resize(values.size() * sizeof(T));
  std::memcpy(result.bytes.data(), values.data(), result.bytes.size());
  return result;
}

static Result floats(std::vector<float> values) {
  return result<float>(DLC_F32, std::move(values));
}
static Result integers(std::vector<int32_t> values) {
  return result<int32_t>(DLC_I32, std::move(values));
}

static Comparison compareNarrow(const Result &expected, const Result &seen,
                                const Result &moved) {
  return compare(expected, seen, {&moved}, /*narrow=*/true);
}

TEST(CompareTest, RoundingIsAllowedAndNoMore) {
  Result expected = floats({1, 2, 4});
  Comparison near = compareNarrow(expected, floats({1, 2, 4.00003f}), expected);
  EXPECT_FALSE(near.difference.differs());
  EXPECT_FALSE(near.excused);
  Comparison wrong = compareNarrow(expected, floats({1, 2.0001f, 4}), expected);
  EXPECT_EQ(wrong.difference.differing, 1);
  EXPECT_EQ(wrong.difference.index, "[1]");
}

TEST(CompareTest, WhatRoundingMovesMayMove) {
  Result expected = floats({1, 2, 4}), moved = floats({1, 2, 4.001f});
  Comparison near = compareNarrow(expected, floats({1, 2.02f, 4}), moved);
  EXPECT_FALSE(near.difference.differs());
  EXPECT_TRUE(near.excused);
  Comparison wrong = compareNarrow(expected, floats({1, 2.04f, 4}), moved);
  EXPECT_EQ(wrong.difference.differing, 1);
  EXPECT_FALSE(wrong.excused);
}

/// What is 0 but for rounding is not left out.
TEST(CompareTest, ZerosMayMoveByRounding) {
  Result expected = floats({0, 0}), moved = floats({0, 2e-5f});
  EXPECT_TRUE(compareNarrow(expected, floats({1e-4f, 0}), moved).excused);
  Comparison wrong = compareNarrow(expected, floats({0.01f, 0}), moved);
  EXPECT_FALSE(wrong.undecided);
  EXPECT_EQ(wrong.difference.differing, 1);
}

TEST(CompareTest, WhatRoundingDecidesIsUndecided) {
  Result expected = floats({1, 0});
  EXPECT_TRUE(compareNarrow(expected, expected, floats({0, 1})).undecided);
  EXPECT_TRUE(
      compareNarrow(integers({3}), integers({3}), integers({4})).undecided);
  EXPECT_TRUE(compareNarrow(expected, expected, floats({1, NAN})).undecided);
}

TEST(CompareTest, IntegersAreExact) {
  Result expected = integers({1000000, 5});
  EXPECT_EQ(compareNarrow(expected, expected, expected).difference.differing,
            0);
  EXPECT_EQ(compareNarrow(expected, integers({1000001, 5}), expected)
                .difference.differing,
            1);
}

TEST(CompareTest, WhatIsNotFiniteIsTheSame) {
  Result expected = floats({NAN, INFINITY, 1});
  EXPECT_EQ(compareNarrow(expected, expected, expected).difference.differing,
            0);
  EXPECT_EQ(compareNarrow(expected, floats({1, -INFINITY, NAN}), expected)
                .difference.differing,
            3);
}

static constexpr double h = 1e-5;

/// What `function` is around t, held against a derivative.
static Slope slopeOf(llvm::function_ref<double(double)> function, double t,
                     double derivative) {
  std::vector<double> at;
  for (int i = -2; i <= 2; ++i)
    at.push_back(function(t + i * h / 2));
  return compareDerivative(derivative, std::abs(derivative), at, h);
}

TEST(CompareTest, DerivativesAgreeWithDifferences) {
  auto sine = [](double x) { return std::sin(3 * x); };
  double derivative = 3 * std::cos(0.9);
  EXPECT_FALSE(slopeOf(sine, 0.3, derivative).wrong);
  EXPECT_TRUE(slopeOf(sine, 0.3, derivative + 0.001).wrong);
  EXPECT_TRUE(slopeOf(sine, 0.3, derivative - 0.001).wrong);
  EXPECT_TRUE(slopeOf(sine, 0.3, 0).wrong);
  EXPECT_FALSE(slopeOf(sine, 0.3, 0).kink);
}

/// A leaky ReLU, at its kink and so near it that differences cross it.
TEST(CompareTest, SlopesToBothSidesOfAKinkAreRight) {
  auto leaky = [](double x) { return x > 0 ? x : 0.2 * x; };
  for (auto [t, right] : {std::pair(0.0, 1.0), std::pair(0.0, 0.2),
                          std::pair(0.3 * h, 1.0), std::pair(-0.7 * h, 0.2)}) {
    EXPECT_TRUE(slopeOf(leaky, t, right).kink);
    EXPECT_FALSE(slopeOf(leaky, t, right).wrong);
    EXPECT_TRUE(slopeOf(leaky, t, 1.01).wrong);
    EXPECT_TRUE(slopeOf(leaky, t, -0.2).wrong);
  }
}

/// One element of a thousand at a kink.
TEST(CompareTest, AFaintKinkIsRightToBothSides) {
  auto most = [](double x) { return x + (x > 0 ? 0.001 * x : 0); };
  EXPECT_FALSE(slopeOf(most, 0.5 * h, 1.001).wrong);
  EXPECT_FALSE(slopeOf(most, -0.5 * h, 1).wrong);
  EXPECT_TRUE(slopeOf(most, h, 1.002).wrong);
}
