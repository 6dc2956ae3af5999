//===- Search.cpp - Search over hyper-parameters --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Search.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace llvm;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Ranges
//===----------------------------------------------------------------------===//

static Error rangeError(StringRef text) {
  return makeError("'{0}', expected NAME=VALUE|VALUE|..., NAME=LOW..HIGH or "
                   "NAME=log:LOW..HIGH, as in 'lr=log:1e-4..1e-1'",
                   text);
}

/// Takes "@N" from the end.
static Error takeGridPoints(StringRef &text, int64_t &points) {
  constexpr int64_t most = 1'000'000;
  auto [range, count] = text.split('@');
  if (range.size() == text.size())
    return Error::success();
  if (count.getAsInteger(10, points) || points < 2 || points > most)
    return makeError("'@{0}', expected a whole number from 2 to {1}: how many "
                     "values a grid takes of the range",
                     count, most);
  text = range;
  return Error::success();
}

Expected<SearchRange> SearchRange::parse(StringRef text) {
  auto [name, values] = text.split('=');
  SearchRange range;
  range.name = name.str();
  if (name.empty() || values.empty())
    return rangeError(text);
  bool isLog = values.consume_front("log:");
  if (!values.contains("..")) {
    if (isLog)
      return rangeError(text);
    SmallVector<StringRef> words;
    values.split(words, '|');
    for (StringRef word : words) {
      if (word.empty() || is_contained(range.choices, word.str()))
        return makeError("'{0}': a value is empty or given twice", text);
      double number;
      if (!word.getAsDouble(number) && !std::isfinite(number))
        return makeError("'{0}': '{1}' is not a number that a trial can take",
                         text, word);
      range.choices.push_back(word.str());
    }
    return range;
  }
  range.isLog = isLog;
  if (Error error = takeGridPoints(values, range.gridPoints))
    return std::move(error);
  auto [low, high] = values.split("..");
  if (low.getAsDouble(range.low) || high.getAsDouble(range.high) ||
      !std::isfinite(range.low) || !std::isfinite(range.high))
    return rangeError(text);
  if (range.low >= range.high)
    return makeError("'{0}': the first number has to be less than the second",
                     text);
  if (isLog && range.low <= 0)
    return makeError("'{0}': a logarithm needs numbers above 0", text);
  int64_t whole;
  range.isWhole = !low.getAsInteger(10, whole) && !high.getAsInteger(10, whole);
  return range;
}

/// Six digits: the printed value is the one that is tried.
static std::string shortText(double value) {
  std::string text;
  raw_string_ostream(text) << format("%.6g", value);
  return text;
}

std::string SearchRange::at(double place) const {
  if (!choices.empty()) {
    auto index = static_cast<size_t>(place * choices.size());
    return choices[std::min(index, choices.size() - 1)];
  }
  auto [first, last] = ends();
  double value =
      isLog ? std::exp(std::log(first) + place * std::log(last / first))
            : first + place * (last - first);
  if (isWhole)
    return std::to_string(
        static_cast<int64_t>(std::clamp(std::round(value), low, high)));
  return shortText(std::clamp(value, low, high));
}

bool SearchRange::contains(StringRef value) const {
  if (!choices.empty())
    return is_contained(choices, value.str());
  double number;
  int64_t whole;
  return !value.getAsDouble(number) && number >= low && number <= high &&
         (!isWhole || !value.getAsInteger(10, whole));
}

double SearchRange::placeOf(StringRef value) const {
  if (!choices.empty()) {
    size_t index = find(choices, value.str()) - choices.begin();
    return (std::min(index, choices.size() - 1) + 0.5) / choices.size();
  }
  auto [first, last] = ends();
  double number = first;
  value.getAsDouble(number);
  number = std::clamp(number, first, last);
  return isLog ? std::log(number / first) / std::log(last / first)
               : (number - first) / (last - first);
}

std::pair<double, double> SearchRange::ends() const {
  // Each whole number has the same share, the first and the last too.
  double more = isWhole ? 0.5 : 0;
  return {low - more, high + more};
}

//===----------------------------------------------------------------------===//
// Random numbers
//===----------------------------------------------------------------------===//

namespace {

/// The draws of one trial. The generator and its seeding are the standard's, so
/// that they are the same everywhere; its distributions are not.
class Draws {
public:
  Draws(uint64_t seed, int64_t trial) {
    std::seed_seq words{uint32_t(seed), uint32_t(seed >> 32), uint32_t(trial),
                        uint32_t(uint64_t(trial) >> 32)};
    engine.seed(words);
  }

  /// In [0, 1).
  double uniform() { return double(engine() >> 11) * 0x1p-53; }
  /// Standard normal, by Box and Muller.
  double normal() {
    double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

private:
  std::mt19937_64 engine;
};

//===----------------------------------------------------------------------===//
// Parzen estimators
//===----------------------------------------------------------------------===//

/// A density over places in [0, 1]: bells around the points that were tried,
/// and one part of the uniform density, so that nothing is ruled out.
class Bells {
public:
  explicit Bells(std::vector<double> points) : centres(std::move(points)) {
    llvm::sort(centres);
    // Each is as wide as the way to its farther neighbour.
    double least = 1.0 / (centres.size() + 1);
    for (size_t i = 0; i < centres.size(); ++i) {
      double left = i ? centres[i] - centres[i - 1] : centres[i];
      double right =
          i + 1 < centres.size() ? centres[i + 1] - centres[i] : 1 - centres[i];
      widths.push_back(std::clamp(std::max(left, right), least, 1.0));
    }
  }

  double draw(Draws &draws) const {
    auto which = static_cast<size_t>(draws.uniform() * (centres.size() + 1));
    if (which >= centres.size())
      return draws.uniform();
    for (int attempt = 0; attempt < 100; ++attempt) {
      double place = centres[which] + widths[which] * draws.normal();
      if (place >= 0 && place <= 1)
        return place;
    }
    return centres[which];
  }

  double density(double place) const {
    double sum = 1;
    for (auto [centre, width] : zip_equal(centres, widths)) {
      auto below = [&, centre = centre, width = width](double x) {
        return 0.5 * std::erfc((centre - x) / (width * std::sqrt(2.0)));
      };
      double away = (place - centre) / width;
      sum += std::exp(-0.5 * away * away) /
             (width * std::sqrt(6.283185307179586) * (below(1) - below(0)));
    }
    return sum / (centres.size() + 1);
  }

private:
  std::vector<double> centres, widths;
};

/// The same over the values of a list: how often each was tried, and once more.
class Counts {
public:
  Counts(size_t choices, ArrayRef<double> points) : counts(choices, 1) {
    for (double place : points)
      counts[index(place)] += 1;
  }

  double draw(Draws &draws) const {
    double sum = 0;
    for (double count : counts)
      sum += count;
    double left = draws.uniform() * sum;
    size_t which = 0;
    while (which + 1 < counts.size() && left >= counts[which])
      left -= counts[which++];
    return (which + 0.5) / counts.size();
  }
  double density(double place) const {
    double sum = 0;
    for (double count : counts)
      sum += count;
    return counts[index(place)] / sum;
  }

private:
  size_t index(double place) const {
    return std::min(static_cast<size_t>(place * counts.size()),
                    counts.size() - 1);
  }
  std::vector<double> counts;
};

} // namespace

/// Among many draws from the density of good trials, the one whose density is
/// largest relative to the density of the others.
template <typename Density>
static double drawPromising(const Density &good, const Density &other,
                            Draws &draws) {
  constexpr int candidates = 24;
  double best = 0, bestRatio = -1;
  for (int i = 0; i < candidates; ++i) {
    double place = good.draw(draws);
    double ratio = good.density(place) / other.density(place);
    if (ratio > bestRatio) {
      bestRatio = ratio;
      best = place;
    }
  }
  return best;
}

/// A place in one range, given the trials that came out well and the others.
static double drawParzen(const SearchRange &range,
                         ArrayRef<const Observation *> good,
                         ArrayRef<const Observation *> other, size_t number,
                         Draws &draws) {
  auto placesOf = [&](ArrayRef<const Observation *> trials) {
    std::vector<double> places;
    for (const Observation *trial : trials)
      places.push_back(range.placeOf(trial->values[number]));
    return places;
  };
  if (!range.choices.empty())
    return drawPromising(Counts(range.choices.size(), placesOf(good)),
                         Counts(range.choices.size(), placesOf(other)), draws);
  return drawPromising(Bells(placesOf(good)), Bells(placesOf(other)), draws);
}

//===----------------------------------------------------------------------===//
// Search
//===----------------------------------------------------------------------===//

Expected<Search> Search::create(std::vector<SearchRange> ranges,
                                SearchMethod method, uint64_t seed) {
  if (ranges.empty())
    return makeError("nothing to search: no range is given");
  for (auto [number, range] : enumerate(ranges)) {
    for (const SearchRange &other : ArrayRef(ranges).take_front(number))
      if (other.name == range.name)
        return makeError("'{0}' is given twice", range.name);
    if (method == SearchMethod::Grid && range.choices.empty() &&
        range.gridPoints == 0)
      return makeError("'{0}' is a range, of which a grid needs a number of "
                       "values: {0}=LOW..HIGH@5",
                       range.name);
  }
  Search search(std::move(ranges), method, seed);
  constexpr int64_t most = 1'000'000;
  if (method == SearchMethod::Grid && search.gridSize() > most)
    return makeError("the grid has more than {0} trials", most);
  return std::move(search);
}

static int64_t gridPointsOf(const SearchRange &range) {
  return range.choices.empty() ? range.gridPoints : range.choices.size();
}

int64_t Search::gridSize() const {
  double size = 1;
  for (const SearchRange &range : space)
    size *= gridPointsOf(range);
  return static_cast<int64_t>(std::min(size, 1e15));
}

std::vector<std::string> Search::fromGrid(int64_t number) const {
  std::vector<std::string> values(space.size());
  // The last range is the fastest.
  for (size_t i = space.size(); i-- > 0;) {
    const SearchRange &range = space[i];
    int64_t points = gridPointsOf(range), point = number % points;
    number /= points;
    double place = range.choices.empty() ? double(point) / (points - 1)
                                         : (point + 0.5) / points;
    // The places of whole numbers are those of their shares.
    if (range.isWhole) {
      double value = range.isLog
                         ? range.low * std::pow(range.high / range.low, place)
                         : range.low + place * (range.high - range.low);
      values[i] = std::to_string(static_cast<int64_t>(std::round(value)));
    } else {
      values[i] = range.at(place);
    }
  }
  return values;
}

std::vector<std::string> Search::propose(int64_t number,
                                         ArrayRef<Observation> before) const {
  // So many are drawn without a plan; of the others one in four is good.
  constexpr size_t first = 10;
  constexpr double goodShare = 0.25;
  if (method == SearchMethod::Grid)
    return fromGrid(number);
  Draws draws(seed, number);
  std::vector<std::string> values;
  if (method == SearchMethod::Random || before.size() < first) {
    for (const SearchRange &range : space)
      values.push_back(range.at(draws.uniform()));
    return values;
  }
  // The best first; of equal ones those that were made earlier.
  std::vector<std::pair<double, size_t>> order;
  for (auto [made, trial] : enumerate(before))
    order.push_back({std::isfinite(trial.loss)
                         ? trial.loss
                         : std::numeric_limits<double>::infinity(),
                     made});
  llvm::sort(order);
  std::vector<const Observation *> trials;
  for (auto [loss, made] : order)
    trials.push_back(&before[made]);
  auto goodCount = static_cast<size_t>(std::ceil(goodShare * trials.size()));
  ArrayRef<const Observation *> all(trials);
  for (auto [i, range] : enumerate(space))
    values.push_back(range.at(drawParzen(range, all.take_front(goodCount),
                                         all.drop_front(goodCount), i, draws)));
  return values;
}

std::vector<int64_t> dlc::halvingEpochs(int64_t epochs, int64_t factor) {
  std::vector<int64_t> result{epochs};
  if (factor < 2)
    return result;
  while (result.back() >= factor)
    result.push_back(result.back() / factor);
  std::reverse(result.begin(), result.end());
  return result;
}
