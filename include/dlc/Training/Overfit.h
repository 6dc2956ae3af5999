//===- Overfit.h - Whether a model can learn a few samples ------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_OVERFIT_H
#define DLC_TRAINING_OVERFIT_H

#include "dlc/Training/Metrics.h"

namespace dlc {

/// Judges a run that trains on a few samples again and again. A model that
/// cannot learn them by heart has a fault, or the training has.
class Overfit {
public:
  explicit Overfit(int64_t samples) : samples(samples) {}

  /// Sees the metrics of an epoch: of an evaluation on the samples, or else of
  /// the training.
  void see(const Metrics &metrics, const Totals &totals);
  /// Learnt: all but one of a hundred right; without an accuracy, the first
  /// metric below a hundredth of its value in the first epoch seen.
  bool isLearnt() const { return learnt; }
  /// A sentence; empty if no epoch was seen.
  std::string verdict() const;

private:
  int64_t samples;
  bool learnt = false;
  std::optional<double> first;
  std::string seen;
};

} // namespace dlc
#endif // DLC_TRAINING_OVERFIT_H
