//===- Overfit.cpp - Whether a model can learn a few samples --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Overfit.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace llvm;
using namespace dlc;

void Overfit::see(const Metrics &metrics, const Totals &totals) {
  if (metrics.countsCorrect()) {
    double accuracy = totals.accuracy();
    learnt = accuracy >= 0.99;
    seen = formatv("accuracy {0:f4}", accuracy);
    return;
  }
  if (metrics.names().empty())
    return;
  double value = totals.mean(0);
  if (!first)
    first = value;
  learnt = std::abs(value) < 0.01 * std::abs(*first);
  seen = formatv("{0} {1:e3} after {2:e3} in the first epoch",
                 metrics.names().front(), value, *first);
}

std::string Overfit::verdict() const {
  if (seen.empty())
    return "";
  std::string of =
      formatv("overfit: {0} on the first {1} samples", seen, samples);
  if (learnt)
    return of + ": the model can learn them";
  return of + ": the model has not learnt them; perhaps it needs more epochs "
              "or another learning rate, or a gradient does not reach its "
              "parameters (check-gradients, --update-ratios), or labels and "
              "inputs do not belong together";
}
