//===- Batches.h - From samples to the inputs of a step ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_BATCHES_H
#define DLC_DATA_BATCHES_H

#include "dlc/Data/Augmentation.h"
#include "dlc/Data/Dataset.h"
#include "dlc/Data/SampleOrder.h"
#include "dlc/Execution/StepBuffers.h"

#include <memory>
#include <vector>

namespace dlc {

/// Which field feeds which input of a step, checked once.
class BatchFeed {
public:
  /// Every input of the step must be a field of the data of the same type and
  /// sample shape; integers that the type of the input has too are converted,
  /// and it is an error where it does not have one of them. The dimension that
  /// counts the samples of the field is the batch in the input. The input of a
  /// field that all samples share has its whole shape. The data must outlive
  /// the feed.
  static llvm::Expected<BatchFeed> create(const Dataset &data,
                                          const dlc_step &step);

  /// Samples of a call, and of the data; both are 1 where the step takes no
  /// samples: its inputs, if it has any, are all shared.
  int64_t batchSize() const { return batch; }
  int64_t numSamples() const { return samples; }
  bool takesSamples() const { return hasSamples; }

  /// Changes the samples of a field each time that they are copied with a key;
  /// an error if that is not a field of images. A field that no input takes is
  /// left alone.
  llvm::Error augment(const Augmentation &augmentation, const Dataset &data,
                      const dlc_step &step);

  /// Copies the samples `rows` into the step's inputs. Buffers for a size of
  /// the step take as many as that has; any other number is an error.
  llvm::Error fill(llvm::ArrayRef<uint32_t> rows, StepBuffers &buffers,
                   const AugmentKey *key = nullptr) const;

  /// The two parts of `fill`: fields that all samples share are filled once,
  /// since no step changes its inputs.
  llvm::Error fillShared(StepBuffers &buffers) const;
  llvm::Error fillSamples(llvm::ArrayRef<uint32_t> rows, StepBuffers &buffers,
                          const AugmentKey *key = nullptr) const;

  /// Whether fillSamples takes longer than to tell another thread of it.
  bool isWorthAThread() const;

private:
  struct Source {
    const char *data;
    /// Bytes in one contiguous piece of a sample, and pieces of a sample, one
    /// for each index of the dimensions before that of the samples. A shared
    /// field is one piece.
    size_t pieceBytes, pieces;
    bool isShared;
    std::shared_ptr<const Array> converted = nullptr; ///< owns `data`, if set
    std::optional<Augmentation::Bound> augmentation = std::nullopt;
  };

  llvm::Error checkInputs(const StepBuffers &buffers) const;

  int64_t batch = 1, samples = 1;
  bool hasSamples = false;
  llvm::SmallVector<Source, 4> sources; ///< one for each input, in their order
};

} // namespace dlc
#endif // DLC_DATA_BATCHES_H
