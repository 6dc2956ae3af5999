//===- Cycle.h - Training steps in turn -------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRAINING_CYCLE_H
#define DLC_TRAINING_CYCLE_H

#include "dlc/Data/Batches.h"
#include "dlc/Data/Prefetcher.h"
#include "dlc/Execution/Model.h"
#include "dlc/Training/Metadata.h"
#include "dlc/Training/Metrics.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dlc {

/// A step and how many times it is called in a row, each time on the next
/// batch; or, if `sharesBatch`, each time on the batch of the turn before.
struct Turn {
  int step;
  int64_t times = 1;
  bool sharesBatch = false;
};

/// The steps that a run trains with, called in turn again and again. A step
/// that takes no samples uses none up. An epoch is as
/// many whole cycles as the samples are enough for; one cycle where no step
/// takes samples.
class Cycle {
public:
  /// One of the steps.
  struct Part {
    int step;
    BatchFeed feed;
    StepBuffers buffers;
    /// Buffers into which a thread gathers the batch of the next call, where
    /// that takes time.
    std::optional<StepBuffers> ahead;
    Metrics metrics;
    /// In front of its metrics: empty where it is the only one, or its name and
    /// a space.
    std::string prefix;
  };

  /// The part and the samples of one call of an epoch.
  struct Call {
    size_t part;
    int64_t firstSample; ///< in the order of the epoch
  };

  /// Matches the data to the steps, which must train. Model and data must
  /// outlive the cycle.
  static llvm::Expected<Cycle> create(Model &model, const Dataset &data,
                                      llvm::ArrayRef<Turn> turns);

  /// Changes the images of a field each time that they are trained on.
  llvm::Error augment(const Augmentation &augmentation, Model &model,
                      const Dataset &data);

  llvm::MutableArrayRef<Part> parts() { return partList; }
  llvm::ArrayRef<Part> parts() const { return partList; }
  int64_t callsPerEpoch() const { return cycles * calls.size(); }
  /// Samples that an epoch puts in order.
  int64_t numSamples() const { return samples; }
  /// Samples that the calls of one cycle take.
  int64_t samplesInCycle() const { return samplesPerCycle; }

  /// Call number `index` of an epoch.
  Call call(int64_t index) const;
  /// How many of the first `count` calls of an epoch are of a part.
  int64_t countCalls(size_t part, int64_t count) const;

  /// The metrics of an epoch that is not finished, as metadata: `totals` has
  /// those of each part.
  Metadata saveTotals(llvm::ArrayRef<Totals> totals) const;
  /// Whether metadata have such metrics.
  bool hasTotals(const Metadata &metadata) const;
  /// The totals of each part after `count` calls of an epoch: those of the
  /// metadata of the checkpoint `path`, or zero.
  llvm::Expected<std::vector<Totals>> restoreTotals(const Metadata &metadata,
                                                    llvm::StringRef path,
                                                    int64_t count) const;

  /// Gathers the batch of a call into the buffers of its part, if `prefetch`
  /// has not.
  llvm::Error load(Call call, llvm::ArrayRef<uint32_t> order,
                   const AugmentKey &key);
  /// Begins to gather the batch of the call that is loaded next, while a step
  /// runs. `order` must live until then, or until `settle`.
  void prefetch(Call call, llvm::ArrayRef<uint32_t> order,
                const AugmentKey &key);
  /// Waits for the batch that was begun, and discards it.
  void settle();

private:
  llvm::Error makeRoomAhead();
  /// The samples of a call.
  llvm::ArrayRef<uint32_t> rowsOf(Call call,
                                  llvm::ArrayRef<uint32_t> order) const;

  std::vector<Part> partList;
  std::vector<Call> calls; ///< of one cycle
  int64_t samples = 1, samplesPerCycle = 0, cycles = 1;
  std::unique_ptr<Prefetcher> prefetcher = std::make_unique<Prefetcher>();
};

} // namespace dlc
#endif // DLC_TRAINING_CYCLE_H
