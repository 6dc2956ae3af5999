//===- EarlyStop.h - The end of a run that gets no better -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_EARLYSTOP_H
#define DLC_TRAINING_EARLYSTOP_H

#include "dlc/Training/Metadata.h"

#include "llvm/ADT/ArrayRef.h"

namespace dlc {

struct EarlyStopOptions {
  std::string metric; ///< a column of metrics.csv
  bool isMax = false; ///< whether more is better
  int64_t patience = 5;
  double threshold = 0; ///< improvements up to this do not count

  /// METRIC[:patience=N,mode=min|max,threshold=X]. The default mode is `max`
  /// for metrics named as accuracies, and `min` for all others.
  static llvm::Expected<EarlyStopOptions> parse(llvm::StringRef text);
};

/// Sees a metric once an epoch, and reports the best epoch and when `patience`
/// epochs in a row brought no improvement.
class EarlyStop {
public:
  /// `columns` are those of a row. `resumed` is the metadata of the checkpoint
  /// that the run goes on from.
  static llvm::Expected<EarlyStop> create(const EarlyStopOptions &options,
                                          llvm::ArrayRef<std::string> columns,
                                          const Metadata &resumed,
                                          llvm::StringRef resumedFrom);

  /// Sees the row of an epoch; whether it is the best so far.
  bool step(int64_t epoch, llvm::ArrayRef<double> row);
  bool mustStop() const { return badEpochs >= options.patience; }
  /// "the best eval_loss was 0.31, of epoch 7"
  std::string describe() const;
  int64_t bestEpoch() const { return epochOfBest; }

  /// The part of it that a checkpoint keeps.
  Metadata save() const;

private:
  EarlyStop(EarlyStopOptions options, size_t column);
  llvm::Error restore(const Metadata &saved);

  EarlyStopOptions options;
  size_t column;
  double best;
  int64_t epochOfBest = 0, badEpochs = 0;
};

} // namespace dlc
#endif // DLC_TRAINING_EARLYSTOP_H
