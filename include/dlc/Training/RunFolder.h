//===- RunFolder.h - Files of a training run --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_RUNFOLDER_H
#define DLC_TRAINING_RUNFOLDER_H

#include "dlc/Execution/Model.h"
#include "dlc/Training/ClassScores.h"
#include "dlc/Training/History.h"
#include "dlc/Training/Metadata.h"

#include <optional>

namespace dlc {

/// A folder with metrics.csv and model.safetensors, both written anew after
/// every epoch, each whole or not at all; perhaps with confusion.csv,
/// best.safetensors and vocabulary.txt.
class RunFolder {
public:
  /// Makes the folder if need be. An error if one of the files cannot be
  /// written: not only after the first epoch. A run that begins replaces what
  /// an older one left; one that goes on keeps the rows of metrics.csv before
  /// the epoch `resumeAt` (from 1).
  static llvm::Expected<RunFolder> open(llvm::StringRef path,
                                        std::vector<std::string> columns,
                                        std::optional<int64_t> resumeAt);

  void add(const EpochRecord &record) { history.add(record); }
  /// Writes both: the rows so far, and all of the model's state with metadata.
  llvm::Error write(Model &model, const Metadata &metadata) const;

  /// Keeps the parameters of the best epoch so far.
  llvm::Error writeBest(Model &model) const;
  llvm::Error writeScores(const ClassScores &scores,
                          llvm::ArrayRef<std::string> classes) const;
  llvm::Error writeWords(llvm::ArrayRef<std::string> vocabulary) const;

  std::string best() const { return file("best.safetensors"); }
  std::string checkpoint() const { return file("model.safetensors"); }

private:
  RunFolder(llvm::StringRef path, std::vector<std::string> columns)
      : path(path), history(std::move(columns)) {}
  std::string file(llvm::StringRef name) const;

  std::string path;
  History history;
};

} // namespace dlc
#endif // DLC_TRAINING_RUNFOLDER_H
