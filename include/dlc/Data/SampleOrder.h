//===- SampleOrder.h - Order of samples in an epoch -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_SAMPLEORDER_H
#define DLC_DATA_SAMPLEORDER_H

#include "dlc/Data/Dataset.h"

#include <string>
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

struct OrderOptions {
  bool shuffle = true;
  /// Trains on the first so many samples alone, again and again; 0: on all.
  int64_t overfit = 0;
  /// A field of classes; every class is drawn equally often. Empty: no
  /// balancing.
  std::string balance;
  /// A field of lengths: samples of a batch are chosen by them from those of
  /// `bucket` batches. Empty: they are not.
  std::string lengths;
  int64_t bucket = 0;
};

/// Which samples an epoch trains on, one after the other: as many as there are
/// data. It is a function of data, options, seed and epoch alone.
class SampleOrder {
public:
  /// The order of one sample.
  SampleOrder() = default;

  /// Fails where options name no such field. The data must outlive the order;
  /// `samplesPerCycle` are what batches are made of.
  static llvm::Expected<SampleOrder>
  create(const Dataset &data, OrderOptions options, int64_t samplesPerCycle);

  std::vector<uint32_t> of(uint64_t seed, uint32_t epoch) const;

private:
  std::vector<uint32_t> drawBalanced(uint64_t seed, uint32_t epoch) const;
  void sortByLength(std::vector<uint32_t> &order, uint64_t seed,
                    uint32_t epoch) const;

  OrderOptions options;
  int64_t size = 1, batch = 1;
  std::vector<std::vector<uint32_t>> classes; ///< the samples of each
  std::vector<int64_t> lengths;
};

} // namespace dlc
#endif // DLC_DATA_SAMPLEORDER_H
