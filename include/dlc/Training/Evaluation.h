//===- Evaluation.h - A step over a whole data set --------------*- C++ -*-===//
#ifndef DLC_TRAINING_EVALUATION_H
#define DLC_TRAINING_EVALUATION_H

#include "dlc/Data/Batches.h"
#include "dlc/Execution/Model.h"
#include "dlc/Training/Metrics.h"

#include <functional>

namespace dlc {

/// Runs a step that does not train over all samples, each counted exactly once.
///
/// The batch of a step is fixed, so when the samples are not a multiple of it
/// the last r of them are filled up to a batch with B - r copies of one of
/// them, s. A second batch, all copies of s, tells what a copy contributes, and
/// that is taken off again:
///
///   correct(r)  = correct(filled) - (B - r) * correct(copies) / B
///   sum loss(r) = B * loss(filled) - (B - r) * loss(copies)
///
/// A step with several sizes takes what is left in batches of those, the
/// greatest first; only what is less than the least of them is filled up.
///
/// The counts are exact; the loss is up to rounding. Both need a step that
/// treats each sample by itself and averages over the batch, as every step in
/// eval mode does.
/// When `stop` says so it ends early, with the totals of fewer samples than
/// there are.
llvm::Expected<Totals> evaluate(Model &model, int step, const BatchFeed &feed,
                                const std::function<bool()> &stop = nullptr);

} // namespace dlc
#endif // DLC_TRAINING_EVALUATION_H
