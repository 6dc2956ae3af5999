//===- Evaluation.h - A step over a whole data set --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_EVALUATION_H
#define DLC_TRAINING_EVALUATION_H

#include "dlc/Data/Batches.h"
#include "dlc/Execution/Model.h"
#include "dlc/Training/ClassScores.h"
#include "dlc/Training/Metrics.h"

#include <functional>
#include <string>
#include <vector>

namespace dlc {

/// Runs a step that does not train over the samples of a data set, each in one
/// batch: the batches of the sizes that the step is compiled for, the greatest
/// first. No sample is run twice and none is made up, so that the totals are
/// those of the step's own values, whatever it computes: a mean over the batch,
/// a sum, a maximum, something random. Values are averaged over the batches
/// with the samples of each as weights, which for means over the batch is the
/// mean over the samples.
///
/// Samples that are fewer than the least size are left out. `dlc-run train`
/// compiles the step for those that would be (CompilerOptions::coverSamples).
class Evaluation {
public:
  /// Matches the data to the step; an error if it trains, or if all samples
  /// would be left out. Model and data must outlive the evaluation.
  static llvm::Expected<Evaluation> create(Model &model, int step,
                                           const Dataset &data);

  const Metrics &metrics() const { return values; }
  /// Which classes were told as which in the last run; null where the step does
  /// not say.
  const ClassScores *classScores() const { return scores ? &*scores : nullptr; }
  /// The samples that are evaluated.
  int64_t numSamples() const { return feed.numSamples() - left; }
  /// A sentence about samples that are left out; empty if none are.
  std::string describeLeftOut() const;

  /// When `stop` says so it ends early, with the totals of fewer samples than
  /// there are.
  llvm::Expected<Totals> run(const std::function<bool()> &stop = nullptr);

private:
  /// Batches of one size.
  struct Part {
    int64_t rows, count;
    StepBuffers buffers;
  };

  Evaluation(Model &model, int step, BatchFeed feed, bool isWhole)
      : model(&model), step(step), feed(std::move(feed)),
        values(model.step(step), isWhole) {}

  Model *model;
  int step;
  BatchFeed feed;
  Metrics values;
  std::optional<ClassScores> scores;
  std::vector<Part> parts; ///< descending
  int64_t left = 0;
};

} // namespace dlc
#endif // DLC_TRAINING_EVALUATION_H
