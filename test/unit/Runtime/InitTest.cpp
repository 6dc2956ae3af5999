//===- InitTest.cpp - Initial values of the state -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"
#include "gtest/gtest.h"

#include <array>
#include <cmath>
#include <limits>

using namespace dlc::test;

namespace {

using Block = std::array<uint32_t, 4>;

Block philox(Block counter, std::array<uint32_t, 2> key) {
  Block out;
  dlc_rt_philox(counter.data(), key.data(), out.data());
  return out;
}

/// The bits that the interface promises for element i of an entry.
uint32_t bitsOf(uint64_t i, uint32_t entry, uint64_t seed) {
  return philox({uint32_t(i / 4), entry, ~0u, ~0u},
                {uint32_t(seed), uint32_t(seed >> 32)})[i % 4];
}

double normalOf(uint64_t i, uint32_t entry, uint64_t seed) {
  uint64_t pair = i / 2 * 2;
  double u1 = ((bitsOf(pair, entry, seed) >> 8) + 1) / 16777216.0;
  double u2 = (bitsOf(pair + 1, entry, seed) >> 8) / 16777216.0;
  double radius = std::sqrt(-2 * std::log(u1)), angle = 2 * M_PI * u2;
  return radius * (i % 2 ? std::sin(angle) : std::cos(angle));
}

float widen(uint16_t bf16) {
  uint32_t bits = uint32_t(bf16) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

/// A model of one constant, to see how it is rounded.
template <typename T>
T initialised(int32_t type, double value) {
  dlc_state state = {{"x", nullptr, 0, type},
                     DLC_PARAM,
                     DLC_INIT_CONSTANT,
                     value,
                     0,
                     0,
                     0,
                     0,
                     nullptr,
                     nullptr,
                     0,
                     DLC_FINITE};
  dlc_model one = {DLC_ABI_VERSION, 1,  0, "one",   "{}", &state,
                   nullptr,         64, 0, nullptr, 0,    nullptr,
                   nullptr,         0};
  Handle handle = create(1, one);
  T result = T();
  EXPECT_EQ(dlc_get(handle.get(), "x", &result, sizeof(result)), DLC_OK);
  return result;
}

/// A matrix of f64, stored as its transpose if `turned`, as dlc_init fills it.
std::vector<double> filled(int64_t rows, int64_t columns, dlc_init_kind kind,
                           std::array<double, 4> parameters, uint64_t seed = 3,
                           bool turned = false) {
  const int64_t shape[] = {rows, columns};
  const int64_t strides[] = {turned ? 1 : columns, turned ? rows : 1};
  dlc_state state = {{"x", shape, 2, DLC_F64},
                     DLC_PARAM,
                     int32_t(kind),
                     parameters[0],
                     parameters[1],
                     parameters[2],
                     parameters[3],
                     0,
                     shape,
                     strides,
                     2,
                     DLC_FINITE};
  int64_t bytes = rows * columns * int64_t(sizeof(double));
  dlc_model one = {DLC_ABI_VERSION, 1,     0, "one",   "{}", &state,
                   nullptr,         bytes, 0, nullptr, 0,    nullptr,
                   nullptr,         0};
  Handle handle = create(1, one);
  EXPECT_EQ(dlc_init(handle.get(), seed), DLC_OK);
  std::vector<double> result(rows * columns);
  EXPECT_EQ(dlc_get(handle.get(), "x", result.data(), bytes), DLC_OK);
  return result;
}

} // namespace

// The vectors that come with Random123.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                   {0xa4093822, 0x299f31d0}),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Init, UniformInLogicalOrder) {
  const uint64_t seed = 0x123456789abcdef0;
  Handle handle = create(1);
  ASSERT_EQ(dlc_init(handle.get(), seed), DLC_OK);
  std::vector<float> values = getAs<float>(handle.get(), ConvWeight);
  ASSERT_EQ(values.size(), 48u);
  for (size_t i = 0; i < values.size(); ++i) {
    double u = (bitsOf(i, ConvWeight, seed) >> 8) / 16777216.0;
    EXPECT_EQ(values[i], float(-1 + 4 * u)) << i;
  }
}

TEST(Init, NormalByBoxMuller) {
  const uint64_t seed = 42;
  Handle handle = create(1);
  ASSERT_EQ(dlc_init(handle.get(), seed), DLC_OK);
  std::vector<float> slot = getAs<float>(handle.get(), Slot);
  for (size_t i = 0; i < slot.size(); ++i)
    EXPECT_FLOAT_EQ(slot[i], float(normalOf(i, Slot, seed))) << i;
  std::vector<uint16_t> weight = getAs<uint16_t>(handle.get(), FcWeight);
  ASSERT_EQ(weight.size(), 24u);
  for (size_t i = 0; i < weight.size(); ++i) {
    double expected = 0.5 + 2 * normalOf(i, FcWeight, seed);
    // Half a unit in the last of 8 bits.
    EXPECT_NEAR(widen(weight[i]), expected, std::abs(expected) / 256) << i;
  }
}

TEST(Init, SeedsAndCounters) {
  Handle a = create(1), b = create(2);
  ASSERT_EQ(dlc_init(b.get(), 0), DLC_OK);
  EXPECT_EQ(getAll(a.get()), getAll(b.get())) << "dlc_create uses seed 0";
  ASSERT_EQ(dlc_init(b.get(), 7), DLC_OK);
  EXPECT_NE(get(a.get(), ConvWeight), get(b.get(), ConvWeight));
  EXPECT_NE(get(a.get(), FcWeight), get(b.get(), FcWeight));
  EXPECT_EQ(getAs<int64_t>(b.get(), Seed), std::vector<int64_t>{7});
  EXPECT_EQ(getAs<int64_t>(b.get(), StepCount), std::vector<int64_t>{0});
  EXPECT_EQ(getAs<double>(b.get(), Mean), std::vector<double>(5, 0.25));
  EXPECT_EQ(getAs<char>(b.get(), Mask), std::vector<char>(3, 1));
}

TEST(Init, RestoresHyperParameters) {
  Handle handle = create(1);
  ASSERT_EQ(dlc_set_hparam(handle.get(), "lr", 4), DLC_OK);
  ASSERT_EQ(dlc_init(handle.get(), 0), DLC_OK);
  double value = 0;
  ASSERT_EQ(dlc_get_hparam(handle.get(), "lr", &value), DLC_OK);
  EXPECT_EQ(value, 0.125);
}

TEST(Init, RoundsOnceToBf16) {
  EXPECT_EQ(initialised<uint16_t>(DLC_BF16, 1), 0x3f80);
  // Ties go to even: 1 + 2^-8 is between 1 and 1 + 2^-7.
  EXPECT_EQ(initialised<uint16_t>(DLC_BF16, 1 + 0x1p-8), 0x3f80);
  EXPECT_EQ(initialised<uint16_t>(DLC_BF16, 1 + 0x3p-8), 0x3f82);
  // A little above the tie, by less than a float shows, and a little below.
  EXPECT_EQ(initialised<uint16_t>(DLC_BF16, 1 + 0x1p-8 + 0x1p-40), 0x3f81);
  EXPECT_EQ(initialised<uint16_t>(DLC_BF16, 1 + 0x3p-8 - 0x1p-40), 0x3f81);
  EXPECT_EQ(initialised<uint16_t>(DLC_BF16, -1e300), 0xff80);
  EXPECT_EQ(initialised<uint16_t>(DLC_BF16, -1e-300), 0x8000);
  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(widen(initialised<uint16_t>(DLC_BF16, nan))));
}

TEST(Init, ConvertsToIntegersWithinTheirRange) {
  EXPECT_EQ(initialised<int8_t>(DLC_I8, -3.9), -3);
  EXPECT_EQ(initialised<int8_t>(DLC_I8, 1000), 127);
  EXPECT_EQ(initialised<uint8_t>(DLC_U8, 200), 200);
  EXPECT_EQ(initialised<uint8_t>(DLC_U8, -1), 0);
  EXPECT_EQ(initialised<int32_t>(DLC_I32, -1e20), INT32_MIN);
  EXPECT_EQ(initialised<int64_t>(DLC_I64, 1e20), INT64_MAX);
  EXPECT_EQ(initialised<int64_t>(DLC_I64, -1e20), INT64_MIN);
  EXPECT_EQ(initialised<int64_t>(DLC_I64, NAN), 0);
  EXPECT_EQ(initialised<uint8_t>(DLC_I1, 0.5), 1);
}

TEST(Init, Identity) {
  EXPECT_EQ(filled(2, 3, DLC_INIT_IDENTITY, {1}),
            (std::vector<double>{1, 0, 0, 0, 1, 0}));
  EXPECT_EQ(filled(3, 2, DLC_INIT_IDENTITY, {2}),
            (std::vector<double>{2, 0, 0, 2, 0, 0}));
}

TEST(Init, OrthogonalVectors) {
  const double gain = 3;
  for (auto shape :
       {std::pair<int64_t, int64_t>{7, 7}, {5, 33}, {33, 5}, {1, 4}, {4, 1}}) {
    int64_t rows = shape.first, columns = shape.second;
    std::vector<double> x = filled(rows, columns, DLC_INIT_ORTHOGONAL, {gain});
    bool tall = rows > columns;
    int64_t count = tall ? columns : rows, length = tall ? rows : columns;
    auto element = [&](int64_t vector, int64_t i) {
      return x[tall ? i * columns + vector : vector * columns + i];
    };
    for (int64_t a = 0; a < count; ++a)
      for (int64_t b = 0; b <= a; ++b) {
        double product = 0;
        for (int64_t i = 0; i < length; ++i)
          product += element(a, i) * element(b, i);
        EXPECT_NEAR(product, a == b ? gain * gain : 0, 1e-12)
            << rows << "x" << columns << ": " << a << ", " << b;
      }
    EXPECT_EQ(x, filled(rows, columns, DLC_INIT_ORTHOGONAL, {gain}, 3, true))
        << "how it is stored changes no value";
    EXPECT_NE(x, filled(rows, columns, DLC_INIT_ORTHOGONAL, {gain}, 4));
  }
}

/// The first of them keeps its direction: that of the normal numbers.
TEST(Init, OrthogonalStartsAtTheFirst) {
  std::vector<double> x = filled(2, 5, DLC_INIT_ORTHOGONAL, {1});
  std::vector<double> z = filled(2, 5, DLC_INIT_NORMAL, {0, 1});
  double norm = 0;
  for (int i = 0; i < 5; ++i)
    norm += z[i] * z[i];
  for (int i = 0; i < 5; ++i)
    EXPECT_NEAR(x[i], z[i] / std::sqrt(norm), 1e-14);
}

namespace {
/// Distribution function and density of the standard normal distribution.
double normalBelow(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }
double normalDensity(double z) {
  return std::exp(-z * z / 2) / std::sqrt(2 * M_PI);
}
} // namespace

TEST(Init, TruncatedNormalMomentsAndBounds) {
  struct Range {
    double mean, deviation, low, high;
  };
  for (Range r : {Range{0, 1, -2, 2},
                  {1, 0.5, 0.25, 1.5},
                  {0, 1, 3, 9},
                  {0, 1, -9, -3},
                  {0, 0.02, -2, 2}}) {
    std::vector<double> x = filled(100, 1000, DLC_INIT_TRUNCATED_NORMAL,
                                   {r.mean, r.deviation, r.low, r.high});
    double a = (r.low - r.mean) / r.deviation,
           b = (r.high - r.mean) / r.deviation;
    double mass = a > 0 ? normalBelow(-a) - normalBelow(-b)
                        : normalBelow(b) - normalBelow(a);
    double shift = (normalDensity(a) - normalDensity(b)) / mass;
    double mean = r.mean + r.deviation * shift;
    double sum = 0;
    for (double value : x) {
      EXPECT_GE(value, r.low);
      EXPECT_LE(value, r.high);
      sum += value;
    }
    // Four deviations of the mean of this many.
    EXPECT_NEAR(sum / double(x.size()), mean, 4 * r.deviation / std::sqrt(1e5))
        << r.low << " to " << r.high;
  }
}

/// Each value is the inverse of the distribution function at its u.
TEST(Init, TruncatedNormalByInversion) {
  const uint64_t seed = 3;
  std::vector<double> x =
      filled(20, 50, DLC_INIT_TRUNCATED_NORMAL, {0, 1, -2, 1.5}, seed);
  for (size_t i = 0; i < x.size(); ++i) {
    double u = ((bitsOf(i, 0, seed) >> 8) + 0.5) / 16777216.0;
    double below = normalBelow(-2), above = normalBelow(1.5);
    EXPECT_NEAR(normalBelow(x[i]), below + u * (above - below), 2e-15) << i;
  }
}
