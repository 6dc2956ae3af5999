//===- Search.h - Search over hyper-parameters ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Grid, random and Bayesian search over a box of hyper-parameters. The Bayesian
// one is the tree-structured Parzen estimator of Bergstra, Bardenet, Bengio and
// Kegl, "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TRAINING_SEARCH_H
#define DLC_TRAINING_SEARCH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dlc {

/// The values that one hyper-parameter may take.
struct SearchRange {
  std::string name;
  /// The values of a list, as written; of a range none.
  std::vector<std::string> choices;
  /// The ends of a range, both included.
  double low = 0, high = 0;
  bool isLog = false;
  bool isWhole = false;
  /// How many values a grid takes of a range, the ends included; 0: not said.
  int64_t gridPoints = 0;

  /// NAME=VALUE|VALUE|..., NAME=LOW..HIGH or NAME=log:LOW..HIGH; both ends
  /// written as whole numbers make all values whole; an @N behind a range is
  /// for a grid.
  static llvm::Expected<SearchRange> parse(llvm::StringRef text);

  /// The value at a place in [0, 1], as text that reads back as that number.
  std::string at(double place) const;
  /// Whether a value is one of the list, or a number of the range.
  bool contains(llvm::StringRef value) const;
  /// The place of a value that `at` gave.
  double placeOf(llvm::StringRef value) const;

private:
  std::pair<double, double> ends() const;
};

enum class SearchMethod { Grid, Random, Bayes };

/// A trial that has been made: a text for each range, and what came of it; the
/// less, the better. Not a number, or infinite: it failed.
struct Observation {
  std::vector<std::string> values;
  double loss;
};

class Search {
public:
  /// Fails where a grid does not know how many values to take.
  static llvm::Expected<Search> create(std::vector<SearchRange> ranges,
                                       SearchMethod method, uint64_t seed);

  llvm::ArrayRef<SearchRange> ranges() const { return space; }
  /// The number of trials of a grid; other methods are unbounded.
  int64_t gridSize() const;

  /// The values of trial `number` (from 0). It depends on the seed, the number
  /// and what came of the trials before alone.
  std::vector<std::string> propose(int64_t number,
                                   llvm::ArrayRef<Observation> before) const;

private:
  Search(std::vector<SearchRange> ranges, SearchMethod method, uint64_t seed)
      : space(std::move(ranges)), method(method), seed(seed) {}

  std::vector<std::string> fromGrid(int64_t number) const;

  std::vector<SearchRange> space;
  SearchMethod method;
  uint64_t seed;
};

/// The epochs after which the best of all trials go on, the last included, when
/// only one in `factor` does: 9 and 3 give 1, 3, 9 (successive halving,
/// Jamieson and Talwalkar, AISTATS 2016). Without a factor all have all epochs.
std::vector<int64_t> halvingEpochs(int64_t epochs, int64_t factor);

} // namespace dlc
#endif // DLC_TRAINING_SEARCH_H
