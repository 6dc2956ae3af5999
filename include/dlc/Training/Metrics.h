//===- Metrics.h - Metrics from a step's scalar outputs ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_METRICS_H
#define DLC_TRAINING_METRICS_H

#include "dlc/Execution/StepBuffers.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>
#include <vector>

namespace dlc {

/// Sums over the samples that were seen.
struct Totals {
  llvm::SmallVector<double, 2> sums;    ///< of each averaged output
  llvm::SmallVector<int64_t, 2> counts; ///< of each output that is added up
  int64_t correct = 0;
  int64_t samples = 0;
  /// The output `count`, if a step has it: means are over that many.
  std::optional<int64_t> counted;

  double weight() const {
    return static_cast<double>(counted.value_or(samples));
  }
  double mean(unsigned index) const { return sums[index] / weight(); }
  double accuracy() const { return static_cast<double>(correct) / weight(); }
};

/// Totals as text that restores to the bit; empty where a sum is not finite,
/// and so cannot be gone on from.
std::string totalsText(const Totals &totals);

/// Reads such a text: with as many numbers as `zero`, of exactly `samples`
/// samples.
llvm::Expected<Totals> parseTotals(llvm::StringRef text, const Totals &zero,
                                   int64_t samples);

/// Whether more of a metric of that name is better; less is of others.
bool isBetterWhenMore(llvm::StringRef metric);

/// The outputs of a step that are metrics, by name and type: a scalar f32 or
/// f64 is averaged over batches, with the samples of each as its weight. Of
/// means over the batch (a loss) that is the mean over all samples; of any
/// other value, as a sum or a maximum, it is the mean value of a batch. A
/// scalar i32 or i64 is added up. Of two of these the names say more: `correct`
/// is told as a part of the samples, the accuracy; and with `count` it and the
/// means are over as many as that says (tokens, nodes that have a label)
/// instead of samples. Tensors are not metrics.
class Metrics {
public:
  /// `isWhole`: the data of a call are one sample, so that `correct` is not
  /// told as an accuracy, unless there is a `count`.
  explicit Metrics(const dlc_step &step, bool isWhole = false);

  /// The averaged outputs' names; Totals::sums is in this order.
  llvm::ArrayRef<std::string> names() const { return meanNames; }
  /// The names of those that are added up, beside `correct` and `count`;
  /// Totals::counts is in this order.
  llvm::ArrayRef<std::string> countNames() const { return sumNames; }
  bool countsCorrect() const { return correctOutput.has_value(); }

  /// Columns of a table, their names after `prefix`: "train_loss",
  /// "train_accuracy".
  std::vector<std::string> columns(llvm::StringRef prefix) const;
  /// A row of them.
  void appendRow(const Totals &totals, std::vector<double> &row) const;

  Totals zero() const;
  /// Metrics of the batch of the step's last run.
  double mean(const StepBuffers &buffers, unsigned index) const;
  int64_t correct(const StepBuffers &buffers) const;
  /// Adds a batch to `totals`.
  void add(const StepBuffers &buffers, int64_t batchSize, Totals &totals) const;

private:
  llvm::SmallVector<std::string, 2> meanNames;
  llvm::SmallVector<int, 2> meanOutputs;
  std::vector<std::string> sumNames;
  llvm::SmallVector<int, 2> sumOutputs;
  std::optional<int> correctOutput, countOutput;
};

/// "  loss 0.431  accuracy 0.8421", the names after `prefix`. Names that begin
/// with `hidden`, if that is not empty, are left out.
std::string formatMetrics(const Metrics &metrics, const Totals &totals,
                          llvm::StringRef prefix, llvm::StringRef hidden = "");

} // namespace dlc
#endif // DLC_TRAINING_METRICS_H
