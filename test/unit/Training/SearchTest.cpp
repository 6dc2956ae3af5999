//===- SearchTest.cpp - Search over hyper-parameters ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Search.h"

#include "TestFiles.h"

#include <cmath>
#include <limits>
#include <set>

using namespace dlc;
using namespace dlc::test;

namespace {

SearchRange rangeOf(const char *text) {
  return llvm::cantFail(SearchRange::parse(text));
}

Search searchOf(std::vector<const char *> texts, SearchMethod method,
                uint64_t seed = 0) {
  std::vector<SearchRange> ranges;
  for (const char *text : texts)
    ranges.push_back(rangeOf(text));
  return llvm::cantFail(Search::create(std::move(ranges), method, seed));
}

TEST(Search, ReadsRanges) {
  SearchRange rate = rangeOf("lr=log:1e-4..1e-1@4");
  EXPECT_EQ(rate.name, "lr");
  EXPECT_TRUE(rate.isLog);
  EXPECT_FALSE(rate.isWhole);
  EXPECT_EQ(rate.gridPoints, 4);
  EXPECT_EQ(rate.at(0), "0.0001");
  EXPECT_EQ(rate.at(0.5), "0.00316228");
  EXPECT_EQ(rate.at(1), "0.1");
  SearchRange width = rangeOf("width=16|32|64");
  EXPECT_EQ(width.choices.size(), 3u);
  EXPECT_EQ(width.at(0), "16");
  EXPECT_EQ(width.at(0.5), "32");
  EXPECT_EQ(width.at(1), "64");
}

TEST(Search, WholeNumbersHaveEqualShares) {
  SearchRange depth = rangeOf("depth=1..4");
  EXPECT_TRUE(depth.isWhole);
  std::map<std::string, int> counts;
  for (int i = 0; i < 400; ++i)
    ++counts[depth.at((i + 0.5) / 400)];
  EXPECT_EQ(counts, (std::map<std::string, int>{
                        {"1", 100}, {"2", 100}, {"3", 100}, {"4", 100}}));
}

TEST(Search, PlacesAreThoseOfValues) {
  for (const char *text : {"a=0..7", "a=log:1..1000", "a=0.5..2.5",
                           "a=log:1e-5..1e-1", "a=x|y|z"}) {
    SearchRange range = rangeOf(text);
    for (double place : {0.0, 0.2, 0.5, 0.77, 1.0}) {
      std::string value = range.at(place);
      EXPECT_TRUE(range.contains(value)) << text << ' ' << value;
      EXPECT_EQ(range.at(range.placeOf(value)), value) << text << ' ' << place;
    }
  }
}

TEST(Search, KnowsWhatItContains) {
  EXPECT_FALSE(rangeOf("a=1..4").contains("5"));
  EXPECT_FALSE(rangeOf("a=1..4").contains("2.5"));
  EXPECT_TRUE(rangeOf("a=1.0..4").contains("2.5"));
  EXPECT_FALSE(rangeOf("a=1.0..4").contains("x"));
  EXPECT_FALSE(rangeOf("a=x|y").contains("z"));
}

TEST(Search, RefusesWhatIsNoRange) {
  auto error = [](const char *text) {
    return message(SearchRange::parse(text));
  };
  EXPECT_CONTAINS(error("lr"), "expected NAME=");
  EXPECT_CONTAINS(error("=1|2"), "expected NAME=");
  EXPECT_CONTAINS(error("lr=1..x"), "expected NAME=");
  EXPECT_CONTAINS(error("lr=log:3"), "expected NAME=");
  EXPECT_CONTAINS(error("lr=2..1"), "less than the second");
  EXPECT_CONTAINS(error("lr=log:0..1"), "above 0");
  EXPECT_CONTAINS(error("lr=0..1@1"), "from 2 to");
  EXPECT_CONTAINS(error("lr=1||2"), "empty or given twice");
  EXPECT_CONTAINS(error("lr=1|1"), "empty or given twice");
  EXPECT_CONTAINS(error("lr=1|nan"), "'nan' is not a number");
  EXPECT_CONTAINS(message(Search::create({rangeOf("a=1|2"), rangeOf("a=3|4")},
                                         SearchMethod::Random, 0)),
                  "'a' is given twice");
  EXPECT_CONTAINS(
      message(Search::create({rangeOf("a=0..1")}, SearchMethod::Grid, 0)),
      "a grid needs a number of values");
}

TEST(Search, AGridHasEachCombinationOnce) {
  Search search = searchOf({"lr=log:0.01..1@3", "width=8|16", "depth=1..3@3"},
                           SearchMethod::Grid);
  ASSERT_EQ(search.gridSize(), 18);
  std::set<std::vector<std::string>> seen;
  for (int64_t trial = 0; trial < 18; ++trial)
    seen.insert(search.propose(trial, {}));
  EXPECT_EQ(seen.size(), 18u);
  EXPECT_EQ(search.propose(0, {}),
            (std::vector<std::string>{"0.01", "8", "1"}));
  EXPECT_EQ(search.propose(1, {}),
            (std::vector<std::string>{"0.01", "8", "2"}));
  EXPECT_EQ(search.propose(17, {}), (std::vector<std::string>{"1", "16", "3"}));
}

/// Branin's function on its box, whose least value is 0.397887.
double branin(double x, double y) {
  double pi = std::acos(-1.0);
  double a = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
  return a * a + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10;
}

double bestOfBranin(SearchMethod method, uint64_t seed, int64_t trials) {
  Search search = searchOf({"x=-5.0..10.0", "y=0.0..15.0"}, method, seed);
  std::vector<Observation> made;
  double best = std::numeric_limits<double>::infinity();
  for (int64_t trial = 0; trial < trials; ++trial) {
    std::vector<std::string> values = search.propose(trial, made);
    double loss = branin(std::stod(values[0]), std::stod(values[1]));
    made.push_back({values, loss});
    best = std::min(best, loss);
  }
  return best;
}

TEST(Search, BayesFindsAKnownOptimum) {
  double ofBayes = 0, ofChance = 0;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    ofBayes += bestOfBranin(SearchMethod::Bayes, seed, 60) / 10;
    ofChance += bestOfBranin(SearchMethod::Random, seed, 60) / 10;
  }
  EXPECT_LT(ofBayes, 0.8);
  EXPECT_LT(ofBayes, ofChance);
}

TEST(Search, BayesPrefersTheBetterChoice) {
  Search search = searchOf({"kind=a|b|c|d", "x=0.0..1.0"}, SearchMethod::Bayes);
  std::vector<Observation> made;
  int right = 0;
  for (int64_t trial = 0; trial < 60; ++trial) {
    std::vector<std::string> values = search.propose(trial, made);
    right += trial >= 30 && values[0] == "c";
    // A trial that failed counts as the worst.
    double loss = values[0] == "a" ? std::numeric_limits<double>::quiet_NaN()
                                   : std::abs(std::stod(values[1]) - 0.3) +
                                         (values[0] == "c" ? 0 : 1);
    made.push_back({values, loss});
  }
  EXPECT_GT(right, 15);
}

TEST(Search, AProposalDependsOnSeedNumberAndResultsAlone) {
  Search one = searchOf({"x=0.0..1.0"}, SearchMethod::Bayes, 7);
  Search same = searchOf({"x=0.0..1.0"}, SearchMethod::Bayes, 7);
  Search other = searchOf({"x=0.0..1.0"}, SearchMethod::Bayes, 8);
  std::vector<Observation> made;
  for (int64_t trial = 0; trial < 20; ++trial) {
    std::vector<std::string> values = one.propose(trial, made);
    EXPECT_EQ(same.propose(trial, made), values);
    EXPECT_NE(other.propose(trial, made), values);
    made.push_back({values, std::stod(values[0])});
  }
}

TEST(Search, HalvingEndsWithAllEpochs) {
  EXPECT_EQ(halvingEpochs(9, 3), (std::vector<int64_t>{1, 3, 9}));
  EXPECT_EQ(halvingEpochs(10, 4), (std::vector<int64_t>{2, 10}));
  EXPECT_EQ(halvingEpochs(5, 0), (std::vector<int64_t>{5}));
  EXPECT_EQ(halvingEpochs(1, 2), (std::vector<int64_t>{1}));
}

} // namespace
