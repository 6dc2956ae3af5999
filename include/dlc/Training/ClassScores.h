//===- ClassScores.h - Confusion matrix and class scores --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_CLASSSCORES_H
#define DLC_TRAINING_CLASSSCORES_H

#include "dlc/Execution/StepBuffers.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <string>
#include <vector>

namespace dlc {

/// The confusion matrix of a step that has the labels as input `label` (whole
/// numbers, one a sample), and as output either `prediction` (whole numbers,
/// one a sample) or `logits` (a row of floats a sample; the first greatest
/// float is the prediction). Negative labels do not count.
class ClassScores {
public:
  /// Nothing where the step has no such inputs and outputs.
  static std::optional<ClassScores> create(const dlc_step &step);

  void clear() { counts.clear(); }
  /// Adds the batch of the step's last run.
  void add(const StepBuffers &buffers);

  int64_t numClasses() const { return static_cast<int64_t>(counts.size()); }
  /// How many samples of class `label` were told as class `told`.
  int64_t count(int64_t label, int64_t told) const {
    return counts[label][told];
  }

  /// As text: precision, recall and F1 of each class, their means over the
  /// classes that occur as label or prediction (scikit-learn's macro average),
  /// and the most frequent confusions. `names` may be fewer than classes.
  std::string describe(llvm::ArrayRef<std::string> names) const;
  /// The matrix as CSV: a row a label, a column a prediction, then the scores.
  void writeCsv(llvm::raw_ostream &os, llvm::ArrayRef<std::string> names) const;

  struct Scores {
    int64_t samples = 0, told = 0, right = 0;
    double precision() const;
    double recall() const;
    double f1() const;
  };
  Scores scores(int64_t number) const;

private:
  void grow(int64_t classes);

  int labelInput = 0, output = 0;
  bool isLogits = false;
  std::vector<std::vector<int64_t>> counts;
};

} // namespace dlc
#endif // DLC_TRAINING_CLASSSCORES_H
