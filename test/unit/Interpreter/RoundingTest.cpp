//===- RoundingTest.cpp - Arithmetic that is off by last bits -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Interpreter/Rounding.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"

#include "gtest/gtest.h"

#include <cmath>
#include <set>

using namespace mlir;
using dlc::interp::roundByChance;
using dlc::interp::RoundingByChance;

namespace {

class RoundingTest : public ::testing::Test {
protected:
  /// What a number becomes.
  std::set<double> outcomes(Type type, double value, unsigned units = 1) {
    RoundingByChance rounding(7, units);
    std::set<double> seen;
    for (int i = 0; i < 200; ++i)
      seen.insert(roundByChance(type, value));
    return seen;
  }

  MLIRContext context;
  Builder b{&context};
  Type f32 = b.getF32Type(), f64 = b.getF64Type(), bf16 = b.getBF16Type();
};

} // namespace

TEST_F(RoundingTest, NothingHappensWithoutIt) {
  {
    RoundingByChance rounding(7);
  }
  EXPECT_EQ(roundByChance(f32, 0.1), 0.1);
}

TEST_F(RoundingTest, ANumberBecomesItsNeighbours) {
  float above = 0.1f, below = std::nextafter(0.1f, 0.0f);
  EXPECT_EQ(outcomes(f32, 0.1), (std::set<double>{below, above}));
  EXPECT_EQ(outcomes(f32, -0.1), (std::set<double>{-above, -below}));
  EXPECT_EQ(outcomes(bf16, 1.001), (std::set<double>{1, 1.0078125}));
  EXPECT_EQ(outcomes(f64, 0.1), (std::set<double>{std::nextafter(0.1, 0.0),
                                                  std::nextafter(0.1, 1.0)}));
}

TEST_F(RoundingTest, UnitsAreNumbersToEitherSide) {
  std::set<double> seen = outcomes(f32, 1.5 + 1e-9, 4);
  EXPECT_EQ(seen.size(), 8u);
  EXPECT_EQ(*seen.begin(), 1.5 - 3 * 0x1p-23);
  EXPECT_EQ(*seen.rbegin(), 1.5 + 4 * 0x1p-23);
}

TEST_F(RoundingTest, WhatIsExactStays) {
  for (double exact : {0.0, 3.0, -0.125, double(0.1f)})
    EXPECT_EQ(outcomes(f32, exact), std::set<double>{exact});
  EXPECT_EQ(outcomes(f64, 0.75), std::set<double>{0.75});
  EXPECT_EQ(outcomes(f32, INFINITY), std::set<double>{INFINITY});
  RoundingByChance rounding(7);
  EXPECT_TRUE(std::isnan(roundByChance(f32, NAN)));
  EXPECT_EQ(roundByChance(b.getI32Type(), int64_t(5)), 5);
}
