//===- BatchSizes.h - Samples in batches of given sizes ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a data set is cut into the batches that a step is compiled for: the
// greatest size as often as it fits, then the next. Whoever chooses the sizes
// and whoever runs over the samples cut alike.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_BATCHSIZES_H
#define DLC_SUPPORT_BATCHSIZES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace dlc {

struct BatchCuts {
  /// How many batches of each size, in the order of the sizes.
  llvm::SmallVector<int64_t, 4> counts;
  /// Samples at the end that are fewer than the least size.
  int64_t left;
};

/// Cuts `samples`; the sizes ascend from 1 or more.
inline BatchCuts cutIntoBatches(int64_t samples,
                                llvm::ArrayRef<int64_t> sizes) {
  BatchCuts cuts;
  cuts.counts.resize(sizes.size());
  for (size_t i = sizes.size(); i-- > 0; samples %= sizes[i])
    cuts.counts[i] = samples / sizes[i];
  cuts.left = samples;
  return cuts;
}

} // namespace dlc
#endif // DLC_SUPPORT_BATCHSIZES_H
