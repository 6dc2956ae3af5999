//===- TrainingReport.h - The lines of a training run -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_TRAININGREPORT_H
#define DLC_TRAINING_TRAININGREPORT_H

#include "dlc/Training/ClassScores.h"
#include "dlc/Training/Cycle.h"
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

/// The unit in which speed is reported.
struct Throughput {
  std::string unit = "samples";
  double perSample = 1;
};

/// Prints a run: its steps, its epochs, and what there is to say about them.
class TrainingReport {
public:
  /// Reports a run of `epochs` epochs. Metrics whose names begin with `hidden`
  /// are columns of the table alone.
  TrainingReport(Progress &progress, const Cycle &cycle, int64_t epochs,
                 Throughput throughput, llvm::StringRef hidden)
      : progress(progress), cycle(cycle), epochs(epochs),
        throughput(std::move(throughput)), hidden(hidden) {}

  /// A line that stays.
  void say(llvm::StringRef line) { progress.print(line); }

  /// An epoch begins or goes on after what `totals`, one for each part of the
  /// cycle, have seen before a checkpoint, which is not to be counted as speed.
  void beginEpoch(int64_t epoch, const TrainingPosition &position,
                  llvm::ArrayRef<Totals> totals);
  /// Shows how far the epoch is, at most ten times a second.
  void show(const TrainingPosition &position, llvm::ArrayRef<Totals> totals);
  /// All steps of the epoch are done; gives the seconds that it took.
  double endTraining();
  /// The line of an epoch; `evaluated` is formatMetrics' text, or empty.
  void endEpoch(llvm::ArrayRef<Totals> totals, llvm::StringRef evaluated);

  /// The metrics of one step, to all their digits.
  void logStep(int64_t step, const Cycle::Part &part);
  /// The scores of the classes, unless they are so many that the table in
  /// confusion.csv is easier to read. `names` may be fewer than classes.
  void sayScores(const ClassScores &scores, llvm::ArrayRef<std::string> names);
  /// Says once when a metric of a step is not finite.
  void watch(int64_t step, const Cycle::Part &part);

private:
  /// Samples of the steps that take some, or else of all.
  int64_t countSamples(llvm::ArrayRef<Totals> totals) const;
  std::string speed(llvm::ArrayRef<Totals> totals, double seconds) const;
  std::string metrics(llvm::ArrayRef<Totals> totals) const;

  Progress &progress;
  const Cycle &cycle;
  int64_t epochs;
  Throughput throughput;
  llvm::StringRef hidden;
  int64_t epoch = 0, samplesBefore = 0, stepsBefore = 0;
  double started = 0, seconds = 0;
  bool diverged = false;
};

} // namespace dlc
#endif // DLC_TRAINING_TRAININGREPORT_H
