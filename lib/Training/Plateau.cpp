//===- Plateau.cpp - Reducing a rate on a plateau of a metric -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Plateau.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Settings.h"
#include "dlc/Support/Suggest.h"
#include "dlc/Training/Metadata.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace llvm;
using namespace dlc;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

static Error readChoice(StringRef name, StringRef value, StringRef no,
                        StringRef yes, bool &choice) {
  if (value != no && value != yes)
    return makeError("{0} is '{1}', expected {2} or {3}", name, value, no, yes);
  choice = value == yes;
  return Error::success();
}

static Error readNumber(StringRef name, StringRef value, double least,
                        double &number) {
  if (value.getAsDouble(number) || !std::isfinite(number) || number < least)
    return makeError("{0} is '{1}', expected a number of at least {2}", name,
                     value, least);
  return Error::success();
}

/// Limit of counts of epochs: more than any run has.
static constexpr int64_t mostEpochs = 1'000'000'000;

static Error readCount(StringRef name, StringRef value, int64_t &count) {
  if (value.getAsInteger(10, count) || count < 0 || count > mostEpochs)
    return makeError("{0} is '{1}', expected a whole number from 0 to {2}",
                     name, value, mostEpochs);
  return Error::success();
}

static Error readFactor(StringRef value, double &factor) {
  if (Error error = readNumber("factor", value, 0, factor))
    return error;
  if (factor >= 1)
    return makeError("factor is '{0}', expected a number below 1", value);
  return Error::success();
}

static Error readOption(StringRef name, StringRef value,
                        PlateauOptions &options) {
  if (name == "metric") {
    options.metric = value.str();
    return Error::success();
  }
  if (name == "mode")
    return readChoice(name, value, "min", "max", options.isMax);
  if (name == "threshold_mode")
    return readChoice(name, value, "rel", "abs", options.isAbsolute);
  if (name == "factor")
    return readFactor(value, options.factor);
  if (name == "patience")
    return readCount(name, value, options.patience);
  if (name == "cooldown")
    return readCount(name, value, options.cooldown);
  if (name == "threshold")
    return readNumber(name, value, 0, options.threshold);
  if (name == "min_lr")
    return readNumber(name, value, 0, options.minimum);
  if (name == "eps")
    return readNumber(name, value, 0, options.eps);
  return unknownName("option", name,
                     {"metric", "mode", "factor", "patience", "threshold",
                      "threshold_mode", "cooldown", "min_lr", "eps"});
}

Expected<PlateauOptions> PlateauOptions::parse(StringRef text) {
  PlateauOptions options;
  auto [hparam, list] = text.split(':');
  if (hparam.empty() || (list.empty() && text.contains(':')))
    return makeError("'{0}', expected NAME:OPTION=VALUE,...", text);
  options.hparam = hparam.str();
  if (Error error = readSettings(list, [&](StringRef name, StringRef value) {
        return readOption(name, value, options);
      }))
    return std::move(error);
  return options;
}

//===----------------------------------------------------------------------===//
// The rule
//===----------------------------------------------------------------------===//

Plateau::Plateau(PlateauOptions options)
    : settings(std::move(options)),
      best(settings.isMax ? -std::numeric_limits<double>::infinity()
                          : std::numeric_limits<double>::infinity()) {}

bool Plateau::isBetter(double metric) const {
  double threshold = settings.threshold;
  if (settings.isMax)
    return metric >
           (settings.isAbsolute ? best + threshold : best * (threshold + 1));
  return metric <
         (settings.isAbsolute ? best - threshold : best * (1 - threshold));
}

double Plateau::step(double metric, double rate) {
  if (isBetter(metric)) {
    best = metric;
    badEpochs = 0;
  } else {
    ++badEpochs;
  }
  if (cooldown > 0) {
    --cooldown;
    badEpochs = 0; // bad epochs while it cools down do not count
  }
  if (badEpochs <= settings.patience)
    return rate;
  cooldown = settings.cooldown;
  badEpochs = 0;
  double lower = std::max(rate * settings.factor, settings.minimum);
  return rate - lower > settings.eps ? lower : rate;
}

//===----------------------------------------------------------------------===//
// Saving
//===----------------------------------------------------------------------===//

std::map<std::string, std::string> Plateau::save() const {
  return {{"plateau.hparam", settings.hparam},
          {"plateau.metric", settings.metric},
          {"plateau.mode", settings.isMax ? "max" : "min"},
          {"plateau.best", exactText(best)},
          {"plateau.bad_epochs", std::to_string(badEpochs)},
          {"plateau.cooldown", std::to_string(cooldown)}};
}

Error Plateau::restore(const std::map<std::string, std::string> &saved) {
  auto count = [&](const char *name, int64_t &value) {
    auto found = saved.find(name);
    return found != saved.end() && parseExact(found->second, value) &&
           value >= 0 && value <= mostEpochs;
  };
  auto found = saved.find("plateau.best");
  if (found == saved.end())
    return Error::success(); // a checkpoint of a run without
  // The best of another metric would be none of this one's.
  for (const auto &[name, value] : save()) {
    auto other = saved.find(name);
    bool isSetting = name == "plateau.hparam" || name == "plateau.metric" ||
                     name == "plateau.mode";
    if (isSetting && (other == saved.end() || other->second != value))
      return makeError("was written with {0} = {1}, but is continued with {2}",
                       name, other == saved.end() ? "none" : other->second,
                       value);
  }
  // Infinite before the first metric was seen.
  if (!parseExact(found->second, best) || std::isnan(best))
    return makeError("its metadata has plateau.best = '{0}', expected a number",
                     found->second);
  if (!count("plateau.bad_epochs", badEpochs) ||
      !count("plateau.cooldown", cooldown))
    return makeError(
        "its metadata has plateau.best, but not plateau.bad_epochs "
        "and plateau.cooldown, whole numbers from 0 to {0}",
        mostEpochs);
  return Error::success();
}
