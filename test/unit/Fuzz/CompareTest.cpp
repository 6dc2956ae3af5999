//===- CompareTest.cpp - What counts as another result --------------------===//

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
  EXPECT_EQ(compareNarrow(expected, floats({1, 2, 4.00003f}), expected).wrong,
            0);
  Comparison wrong = compareNarrow(expected, floats({1, 2.0001f, 4}), expected);
  EXPECT_EQ(wrong.wrong, 1);
  EXPECT_EQ(wrong.first, 1);
}

TEST(CompareTest, WhatRoundingMovesMayMove) {
  Result expected = floats({1, 2, 4}), moved = floats({1, 2, 4.001f});
  EXPECT_EQ(compareNarrow(expected, floats({1, 2.01f, 4}), moved).wrong, 0);
  EXPECT_EQ(compareNarrow(expected, floats({1, 2.03f, 4}), moved).wrong, 1);
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
  EXPECT_EQ(compareNarrow(expected, expected, expected).wrong, 0);
  EXPECT_EQ(compareNarrow(expected, integers({1000001, 5}), expected).wrong, 1);
}

TEST(CompareTest, WhatIsNotFiniteIsTheSame) {
  Result expected = floats({NAN, INFINITY, 1});
  EXPECT_EQ(compareNarrow(expected, expected, expected).wrong, 0);
  EXPECT_EQ(
      compareNarrow(expected, floats({1, -INFINITY, NAN}), expected).wrong, 3);
}

/// What sin(c t) is around t.
static Difference sine(double t, double derivative) {
  constexpr double h = 1e-5;
  std::vector<double> at;
  for (int i = -2; i <= 2; ++i)
    at.push_back(std::sin(3 * (t + i * h / 2)));
  return compareDerivative(derivative, std::abs(derivative), at, h);
}

TEST(CompareTest, DerivativesAgreeWithDifferences) {
  EXPECT_FALSE(sine(0.3, 3 * std::cos(0.9)).wrong);
  EXPECT_TRUE(sine(0.3, 3 * std::cos(0.9) + 0.001).wrong);
  EXPECT_TRUE(sine(0.3, 0).wrong);
  EXPECT_FALSE(sine(0.3, 0).kink);
}

TEST(CompareTest, NothingFollowsAtAKink) {
  Difference kink = compareDerivative(1, 1, {2e-5, 1e-5, 0, 0, 0}, 2e-5);
  EXPECT_TRUE(kink.kink);
  EXPECT_FALSE(kink.wrong);
}
