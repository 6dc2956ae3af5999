//===- TrainingReport.h - The lines of a training run -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_TRAININGREPORT_H
#define DLC_TRAINING_TRAININGREPORT_H

#include "dlc/Training/Metrics.h"
#include "dlc/Training/Progress.h"

#include <algorithm>

namespace dlc {

/// How far a run is, in steps; those before a checkpoint included.
struct TrainingPosition {
  int64_t stepsPerEpoch = 1;
  int64_t step = 0; ///< steps done
  int64_t last = 0; ///< where this run will end

  int64_t epoch() const { return step / stepsPerEpoch; } ///< from 0
  bool isBetweenEpochs() const { return step % stepsPerEpoch == 0; }
};

/// Prints a run: its steps, its epochs, and what there is to say about them.
class TrainingReport {
public:
  /// Of a run of so many epochs; the metrics are those of its step.
  TrainingReport(Progress &progress, const Metrics &metrics, int64_t epochs,
                 int64_t batchSize)
      : progress(progress), metrics(metrics), epochs(epochs),
        batchSize(batchSize) {}

  /// A line that stays.
  void say(llvm::StringRef line) { progress.print(line); }

  /// An epoch begins or goes on after `samplesBefore` samples, which were seen
  /// before a checkpoint and are not to be counted as speed.
  void beginEpoch(int64_t epoch, int64_t samplesBefore);
  /// Shows how far the epoch is, at most ten times a second.
  void show(const TrainingPosition &position, const Totals &totals);
  /// All steps of the epoch are done; gives the seconds that it took.
  double endTraining();
  /// The line of an epoch; `evaluated` is formatMetrics' text, or empty.
  void endEpoch(const Totals &totals, llvm::StringRef evaluated);

  /// The metrics of one step, to all their digits.
  void logStep(int64_t step, const StepBuffers &buffers);
  /// Says once when a metric of a step is no finite number.
  void watch(int64_t step, const StepBuffers &buffers);

private:
  double samplesPerSecond(const Totals &totals, double seconds) const {
    return (totals.samples - samplesBefore) / std::max(seconds, 1e-9);
  }

  Progress &progress;
  const Metrics &metrics;
  int64_t epochs, batchSize;
  int64_t epoch = 0, samplesBefore = 0;
  double started = 0, seconds = 0;
  bool diverged = false;
};

} // namespace dlc
#endif // DLC_TRAINING_TRAININGREPORT_H
