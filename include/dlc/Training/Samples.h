//===- Samples.h - Samples drawn during training ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_SAMPLES_H
#define DLC_TRAINING_SAMPLES_H

#include "dlc/Data/Array.h"
#include "dlc/Execution/Model.h"

#include <map>
#include <string>
#include <vector>

namespace dlc {

/// A step to run while a model is trained, after every so many epochs.
struct SampleOptions {
  /// Reads STEP or STEP:every=N.
  static llvm::Expected<SampleOptions> parse(llvm::StringRef text);

  std::string step;
  int64_t every = 1;
};

/// A file that gives an input of the steps the same value each time.
struct SampleInput {
  Array array;
  std::string path; ///< for errors
};
using SampleInputs = std::map<std::string, SampleInput>;

/// Runs steps on a model's present state and keeps their outputs as files:
/// images as pictures, numbers of a vocabulary as text, all else as .npy.
///
/// A step draws the random numbers of step count 0, each time the same, so that
/// the files show the model change and not the noise. The state is restored to
/// the bit afterwards, so that sampling does not change the training.
class Samples {
public:
  /// An error for a step that trains, or with an input that is not given. Model
  /// and vocabulary must outlive the samples.
  static llvm::Expected<Samples> create(Model &model,
                                        llvm::ArrayRef<SampleOptions> options,
                                        const SampleInputs &inputs,
                                        llvm::ArrayRef<std::string> vocabulary);

  bool empty() const { return parts.empty(); }
  /// Makes the folder in which the files go.
  llvm::Error open(llvm::StringRef folder);
  /// Runs the steps that are due after an epoch (from 1), all after the last.
  llvm::Error write(Model &model, int64_t epoch, bool isLast);

private:
  struct Part {
    int step;
    int64_t every;
    StepBuffers buffers;
  };

  explicit Samples(llvm::ArrayRef<std::string> vocabulary)
      : vocabulary(vocabulary) {}
  llvm::Error writeOutput(const Part &part, int index, int64_t epoch) const;
  std::string file(const Part &part, int index, int64_t epoch,
                   llvm::StringRef extension) const;

  std::vector<Part> parts;
  llvm::ArrayRef<std::string> vocabulary;
  std::string folder;
};

} // namespace dlc
#endif // DLC_TRAINING_SAMPLES_H
