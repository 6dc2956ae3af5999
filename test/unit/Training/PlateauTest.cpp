//===- PlateauTest.cpp - Reducing a rate on a plateau of a metric ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What torch.optim.lr_scheduler.ReduceLROnPlateau (PyTorch 2.15) makes of a
// rate of 1 and the metrics below. test/golden/plateau_rates.py prints the
// tables.
//
//===----------------------------------------------------------------------===//

#include "dlc/Training/Plateau.h"

#include "TestFiles.h"

#include <cmath>
#include <limits>

using namespace dlc;
using namespace dlc::test;

namespace {

const std::vector<double> metrics{
    1.0,     0.5, 0.49999, 0.499, 0.499, 0.51, 0.6, 0.4, 0.39999, 0.39998,
    0.39999, 0.4, 0.41,    0.4,   0.4,   0.4,  0.4, 0.4, 0.4,     0.4};

/// The rates after each metric, restored from text in between each time.
std::vector<double> rates(llvm::StringRef options) {
  PlateauOptions parsed =
      llvm::cantFail(PlateauOptions::parse("lr:" + options.str()));
  std::map<std::string, std::string> saved;
  std::vector<double> rates;
  double rate = 1;
  for (double metric : metrics) {
    Plateau plateau(parsed);
    EXPECT_EQ(message(plateau.restore(saved)), "");
    rates.push_back(rate = plateau.step(metric, rate));
    saved = plateau.save();
  }
  return rates;
}

TEST(Plateau, WaitsForItsPatience) {
  EXPECT_EQ(
      rates("patience=2,factor=0.5"),
      (std::vector<double>{1,     1,     1,      1,      1,      1,      0.5,
                           0.5,   0.5,   0.5,    0.25,   0.25,   0.25,   0.125,
                           0.125, 0.125, 0.0625, 0.0625, 0.0625, 0.03125}));
}

TEST(Plateau, CoolsDown) {
  EXPECT_EQ(rates("patience=1,factor=0.3,cooldown=2,min_lr=0.01"),
            (std::vector<double>{1,     1,     1,     1,    1,    0.3,  0.3,
                                 0.3,   0.3,   0.09,  0.09, 0.09, 0.09, 0.027,
                                 0.027, 0.027, 0.027, 0.01, 0.01, 0.01}));
}

TEST(Plateau, ComparesDifferences) {
  EXPECT_EQ(rates("patience=1,threshold_mode=abs,threshold=0.001"),
            (std::vector<double>{1.0,
                                 1.0,
                                 1.0,
                                 0.1,
                                 0.1,
                                 0.010000000000000002,
                                 0.010000000000000002,
                                 0.010000000000000002,
                                 0.010000000000000002,
                                 0.0010000000000000002,
                                 0.0010000000000000002,
                                 0.00010000000000000003,
                                 0.00010000000000000003,
                                 1.0000000000000004e-05,
                                 1.0000000000000004e-05,
                                 1.0000000000000004e-06,
                                 1.0000000000000004e-06,
                                 1.0000000000000005e-07,
                                 1.0000000000000005e-07,
                                 1.0000000000000005e-08}));
}

TEST(Plateau, LooksForAMaximum) {
  std::vector<double> halved;
  for (int i = 0; i < 20; ++i)
    halved.push_back(std::ldexp(1.0, -(i / 2)));
  EXPECT_EQ(rates("mode=max,patience=1,factor=0.5"), halved);
}

TEST(Plateau, StopsAtTheMinimum) {
  std::vector<double> expected(20, 0.2);
  expected[0] = 1, expected[1] = 0.5, expected[2] = 0.25;
  EXPECT_EQ(rates("mode=max,threshold_mode=abs,threshold=0.05,patience=0,"
                  "factor=0.5,min_lr=0.2"),
            expected);
}

TEST(Plateau, RefusesTheBestOfAnotherMetric) {
  Plateau low(llvm::cantFail(PlateauOptions::parse("lr:mode=min")));
  Plateau high(llvm::cantFail(PlateauOptions::parse("lr:mode=max")));
  EXPECT_EQ(message(high.restore(low.save())),
            "was written with plateau.mode = min, but is continued with max");
  EXPECT_EQ(message(low.restore(low.save())), "");
}

TEST(Plateau, TakesWhatIsNoNumberForABadEpoch) {
  const double infinity = std::numeric_limits<double>::infinity();
  Plateau plateau(llvm::cantFail(
      PlateauOptions::parse("lr:mode=max,patience=1,factor=0.5")));
  EXPECT_EQ(plateau.step(NAN, 1), 1);
  EXPECT_EQ(plateau.step(-infinity, 1), 0.5); // no better than nothing yet
  EXPECT_EQ(plateau.step(1, 0.5), 0.5);
  EXPECT_EQ(plateau.step(NAN, 0.5), 0.5);
  EXPECT_EQ(plateau.step(NAN, 0.5), 0.25);
}

TEST(Plateau, RefusesWhatItDidNotSave) {
  Plateau plateau(llvm::cantFail(PlateauOptions::parse("lr")));
  std::map<std::string, std::string> saved = plateau.save();
  saved.erase("plateau.cooldown");
  EXPECT_NE(message(plateau.restore(saved)).find("plateau.cooldown"),
            std::string::npos);
}

} // namespace
