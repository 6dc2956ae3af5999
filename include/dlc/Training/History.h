//===- History.h - The curves of a training run -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_HISTORY_H
#define DLC_TRAINING_HISTORY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace dlc {

/// A name as a field of one line: in quotes where it would be taken for more.
std::string csvField(llvm::StringRef name);

struct EpochRecord {
  int64_t epoch = 0;          ///< from 1
  std::vector<double> values; ///< one for each metric column
  double seconds = 0;         ///< of training alone, without evaluation
};

/// The table behind metrics.csv:
///   epoch,train_loss,train_accuracy,eval_loss,eval_accuracy,seconds
/// (the columns between epoch and seconds follow from the steps' outputs).
class History {
public:
  explicit History(std::vector<std::string> columns)
      : columns(std::move(columns)) {}

  /// Takes over the rows before `firstEpoch` (from 1) of a file that an earlier
  /// part of this run wrote; its columns must be the same. A file that is not
  /// there has no rows.
  llvm::Error continueFrom(llvm::StringRef path, int64_t firstEpoch);

  void add(const EpochRecord &record);

  /// Writes the whole table; the file is never half-written.
  llvm::Error write(llvm::StringRef path) const;

  /// Reads a column of a file at an epoch, or at the last before it where the
  /// run stopped early.
  static llvm::Expected<double> readAt(llvm::StringRef path,
                                       llvm::StringRef column, int64_t epoch);

private:
  std::string header() const;

  std::vector<std::string> columns;
  std::vector<std::string>
      rows; ///< as text: what was read is written unchanged
};

} // namespace dlc
#endif // DLC_TRAINING_HISTORY_H
