//===- EarlyStop.cpp - The end of a run that gets no better ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/EarlyStop.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Settings.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Training/Metrics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

#include <cmath>
#include <limits>

using namespace llvm;
using namespace dlc;

/// More than any run has.
static constexpr int64_t mostEpochs = 1'000'000'000;

static Error readOption(StringRef name, StringRef value,
                        EarlyStopOptions &options) {
  if (name == "mode") {
    if (value != "min" && value != "max")
      return makeError("mode is '{0}', expected min or max", value);
    options.isMax = value == "max";
    return Error::success();
  }
  if (name == "patience") {
    if (value.getAsInteger(10, options.patience) || options.patience < 1 ||
        options.patience > mostEpochs)
      return makeError("patience is '{0}', expected a whole number from 1 to "
                       "{1}",
                       value, mostEpochs);
    return Error::success();
  }
  if (name == "threshold") {
    if (value.getAsDouble(options.threshold) ||
        !std::isfinite(options.threshold) || options.threshold < 0)
      return makeError("threshold is '{0}', expected a number of at least 0",
                       value);
    return Error::success();
  }
  return unknownName("option", name, {"mode", "patience", "threshold"});
}

Expected<EarlyStopOptions> EarlyStopOptions::parse(StringRef text) {
  EarlyStopOptions options;
  auto [metric, list] = text.split(':');
  if (metric.empty() || (list.empty() && text.contains(':')))
    return makeError("'{0}', expected METRIC:OPTION=VALUE,...", text);
  options.metric = metric.str();
  options.isMax = isBetterWhenMore(metric);
  if (Error error = readSettings(list, [&](StringRef name, StringRef value) {
        return readOption(name, value, options);
      }))
    return std::move(error);
  return options;
}

EarlyStop::EarlyStop(EarlyStopOptions options, size_t column)
    : options(std::move(options)), column(column),
      best(this->options.isMax ? -std::numeric_limits<double>::infinity()
                               : std::numeric_limits<double>::infinity()) {}

Expected<EarlyStop> EarlyStop::create(const EarlyStopOptions &options,
                                      ArrayRef<std::string> columns,
                                      const Metadata &resumed,
                                      StringRef resumedFrom) {
  const auto *found = find(columns, options.metric);
  if (found == columns.end())
    return makeError("--stop-early: {0}",
                     toString(unknownName("metric", options.metric,
                                          to_vector_of<StringRef>(columns))));
  EarlyStop result(options, found - columns.begin());
  if (Error error = result.restore(resumed))
    return makeError("--resume: {0}: {1}", resumedFrom,
                     toString(std::move(error)));
  return std::move(result);
}

bool EarlyStop::step(int64_t epoch, ArrayRef<double> row) {
  double value = row[column];
  bool isBetter = options.isMax ? value > best + options.threshold
                                : value < best - options.threshold;
  if (!isBetter) {
    ++badEpochs;
    return false;
  }
  best = value;
  epochOfBest = epoch;
  badEpochs = 0;
  return true;
}

std::string EarlyStop::describe() const {
  if (epochOfBest == 0)
    return "no epoch had a number for " + options.metric;
  std::string text;
  raw_string_ostream(text) << "the best " << options.metric << " was "
                           << format("%.6g", best) << ", of epoch "
                           << epochOfBest;
  return text;
}

Metadata EarlyStop::save() const {
  return {{"stop_early.metric", options.metric},
          {"stop_early.mode", options.isMax ? "max" : "min"},
          {"stop_early.best", exactText(best)},
          {"stop_early.epoch", std::to_string(epochOfBest)},
          {"stop_early.bad_epochs", std::to_string(badEpochs)}};
}

Error EarlyStop::restore(const Metadata &saved) {
  auto found = saved.find("stop_early.best");
  if (found == saved.end())
    return Error::success(); // a checkpoint of a run without
  // The best of another metric would be none of this one's.
  Metadata own = save();
  for (const char *name : {"stop_early.metric", "stop_early.mode"}) {
    auto other = saved.find(name);
    if (other == saved.end() || other->second != own[name])
      return makeError("was written with {0} = {1}, but is continued with {2}",
                       name, other == saved.end() ? "none" : other->second,
                       own[name]);
  }
  auto count = [&](const char *name, int64_t &value) {
    auto number = saved.find(name);
    return number != saved.end() && parseExact(number->second, value) &&
           value >= 0 && value <= mostEpochs;
  };
  if (!parseExact(found->second, best) || std::isnan(best) ||
      !count("stop_early.epoch", epochOfBest) ||
      !count("stop_early.bad_epochs", badEpochs))
    return makeError("its metadata has stop_early.best = '{0}', expected a "
                     "number, beside stop_early.epoch and "
                     "stop_early.bad_epochs, whole numbers from 0 to {1}",
                     found->second, mostEpochs);
  return Error::success();
}
