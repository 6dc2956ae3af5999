//===- HparamSchedule.h - Hyper-parameters by step, from a file -*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A text file, a line a time at which values change:
//
//   # text after a # is a comment
//   step 1     lr=0.1 momentum=0.9
//   epoch 10   lr=0.01
//
// Steps and epochs count from 1, as dlc-run prints them: `epoch 10` is the
// first step of epoch 10. A value holds until the next line that gives that
// hyper-parameter another; before the first, the value of --set, the model or
// the checkpoint holds. The values follow from the step count alone, so a run
// that resumes needs nothing but the file.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TRAINING_HPARAMSCHEDULE_H
#define DLC_TRAINING_HPARAMSCHEDULE_H

#include "dlc/Execution/Model.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace dlc {

class HparamSchedule {
public:
  /// Errors carry file and line.
  static llvm::Expected<HparamSchedule> read(llvm::StringRef path);
  static llvm::Expected<HparamSchedule> parse(llvm::StringRef text,
                                              llvm::StringRef path);

  /// Checks names and values against the model and gives epochs their steps;
  /// before any `apply`.
  llvm::Error bind(Model &model, int64_t stepsPerEpoch);

  /// Sets what holds at the step that `stepCount` others came before. Counts
  /// must not fall from one call to the next.
  llvm::Error apply(Model &model, int64_t stepCount);

  /// Where a hyper-parameter is first named ("lr.txt:3"); empty where nowhere.
  std::string find(llvm::StringRef name) const;

private:
  struct Change {
    int64_t at; ///< steps before it; until bind() perhaps epochs
    bool isEpoch;
    std::string name;
    double value;
    unsigned line;
  };

  std::string place(unsigned line) const {
    return path + ":" + std::to_string(line);
  }
  llvm::Error checkValue(Model &model, const Change &change) const;
  llvm::Error parseLine(llvm::StringRef text, unsigned line);

  std::string path;
  std::vector<Change> changes;
  /// The line of each, by the epoch or step and the name.
  std::map<std::tuple<bool, int64_t, std::string>, unsigned> lines;
  size_t next = 0; ///< the first change that was not applied
};

} // namespace dlc
#endif // DLC_TRAINING_HPARAMSCHEDULE_H
