//===- Batches.h - From samples to the inputs of a step ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_BATCHES_H
#define DLC_DATA_BATCHES_H

#include "dlc/Data/Dataset.h"
#include "dlc/Execution/StepBuffers.h"

#include <vector>

namespace dlc {

/// The order in which an epoch visits `size` samples (at most 2^32): a
/// Fisher-Yates shuffle from the end. Draw k, which places element
/// i = size - 1 - k, takes lane k mod 4 of
/// Philox4x32-10(counter = {k / 4, 0xffffffff, epoch, 0}, key = seed), scaled
/// to 0..i by a multiplication. It depends on (size, seed, epoch) alone, so
/// that a resumed run meets the same batches.
std::vector<uint32_t> shuffledOrder(int64_t size, uint64_t seed,
                                    uint32_t epoch);

/// The samples in the order of the files.
std::vector<uint32_t> fileOrder(int64_t size);

/// Which field feeds which input of a step, checked once.
class BatchFeed {
public:
  /// Every input of the step must be a field of the data of the same type and
  /// sample shape; the dimension that counts the samples of the field is the
  /// batch in the input. The input of a field that all samples share has its
  /// whole shape. The data must outlive the feed.
  static llvm::Expected<BatchFeed> create(const Dataset &data,
                                          const dlc_step &step);

  /// Samples of a call, and of the data; both are 1 where the step takes no
  /// samples: its inputs, if it has any, are all shared.
  int64_t batchSize() const { return batch; }
  int64_t numSamples() const { return samples; }
  bool takesSamples() const { return hasSamples; }

  /// Copies the samples `rows` into the step's inputs. Buffers for a size of
  /// the step take as many as that has; any other number is an error.
  llvm::Error fill(llvm::ArrayRef<uint32_t> rows, StepBuffers &buffers) const;

private:
  struct Source {
    const char *data;
    /// Of a sample: bytes in one piece, and pieces, one for each index of the
    /// dimensions before that of the samples. Of a shared field all of it.
    size_t pieceBytes, pieces;
    bool isShared;
  };

  int64_t batch = 1, samples = 1;
  bool hasSamples = false;
  llvm::SmallVector<Source, 4> sources; ///< one for each input, in their order
};

} // namespace dlc
#endif // DLC_DATA_BATCHES_H
