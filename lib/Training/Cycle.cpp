//===- Cycle.cpp - Training steps in turn ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Cycle.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace dlc;

Expected<Cycle> Cycle::create(Model &model, const Dataset &data,
                              ArrayRef<Turn> turns) {
  Cycle cycle;
  /// The last call that took samples, of the turns that share a batch.
  std::optional<Call> taken;
  for (const Turn &turn : turns) {
    const dlc_step &step = model.step(turn.step);
    auto part = find_if(cycle.partList,
                        [&](const Part &p) { return p.step == turn.step; });
    size_t number = part - cycle.partList.begin();
    if (part == cycle.partList.end()) {
      if (!step.trains)
        return makeError("step '{0}' does not train: a step trains if it has a "
                         "dl.minimize, or writes to a parameter what it makes "
                         "of a dl.gradient",
                         step.name);
      Expected<BatchFeed> feed = BatchFeed::create(data, step);
      if (!feed)
        return feed.takeError();
      Expected<StepBuffers> buffers = StepBuffers::create(step);
      if (!buffers)
        return buffers.takeError();
      if (Error error = feed->fillShared(*buffers))
        return std::move(error);
      cycle.partList.push_back(
          {turn.step, std::move(*feed), std::move(*buffers), std::nullopt,
           Metrics(step, data.isWhole()), std::string(step.name) + " "});
    }
    const BatchFeed &feed = cycle.partList[number].feed;
    if (!turn.sharesBatch)
      taken.reset();
    for (int64_t i = 0; i < turn.times; ++i) {
      Call call = {number, cycle.samplesPerCycle};
      if (feed.takesSamples()) {
        if (taken && turn.sharesBatch) {
          const Part &other = cycle.partList[taken->part];
          if (other.feed.batchSize() != feed.batchSize())
            return makeError("steps '{0}' and '{1}' cannot share a batch: the "
                             "one takes {2} samples, the other {3}",
                             model.step(other.step).name, step.name,
                             other.feed.batchSize(), feed.batchSize());
          call.firstSample = taken->firstSample;
        } else {
          cycle.samplesPerCycle += feed.batchSize();
        }
        taken = call;
      }
      cycle.calls.push_back(call);
    }
  }
  bool isSingle = cycle.partList.size() == 1;
  if (isSingle)
    cycle.partList.front().prefix.clear();
  if (all_of(cycle.partList, [&](const Part &part) {
        return model.step(part.step).num_inputs == 0;
      }))
    return makeError("step '{0}' takes no inputs, so data cannot feed it",
                     model.step(turns.front().step).name);
  if (Error error = cycle.makeRoomAhead())
    return std::move(error);
  if (cycle.samplesPerCycle == 0)
    return std::move(cycle);
  cycle.samples = data.size();
  cycle.cycles = cycle.samples / cycle.samplesPerCycle;
  if (cycle.cycles > 0)
    return std::move(cycle);
  std::string wanted =
      cycle.calls.size() == 1
          ? formatv("batch of {0} that step '{1}' takes", cycle.samplesPerCycle,
                    model.step(turns.front().step).name)
                .str()
          : formatv("{0} that the {1} calls of a cycle take",
                    cycle.samplesPerCycle, cycle.calls.size())
                .str();
  return makeError("the training data have {0} samples, fewer than the {1}",
                   cycle.samples, wanted);
}

Cycle::Call Cycle::call(int64_t index) const {
  int64_t count = static_cast<int64_t>(calls.size());
  Call result = calls[index % count];
  result.firstSample += index / count * samplesPerCycle;
  return result;
}

int64_t Cycle::countCalls(size_t part, int64_t count) const {
  auto isOfPart = [&](const Call &call) { return call.part == part; };
  int64_t size = static_cast<int64_t>(calls.size());
  return count / size * count_if(calls, isOfPart) +
         count_if(ArrayRef(calls).take_front(count % size), isOfPart);
}

/// The name of a part's totals in metadata.
static std::string totalsName(const Cycle::Part &part) {
  std::string name = "epoch.totals";
  return part.prefix.empty()
             ? name
             : name + "." + StringRef(part.prefix).rtrim().str();
}

Metadata Cycle::saveTotals(ArrayRef<Totals> totals) const {
  Metadata metadata;
  for (auto [part, own] : zip_equal(partList, totals))
    if (std::string text = totalsText(own); !text.empty())
      metadata[totalsName(part)] = text;
  return metadata;
}

bool Cycle::hasTotals(const Metadata &metadata) const {
  return any_of(partList, [&](const Part &part) {
    return metadata.count(totalsName(part)) != 0;
  });
}

Expected<std::vector<Totals>> Cycle::restoreTotals(const Metadata &metadata,
                                                   StringRef path,
                                                   int64_t count) const {
  std::vector<Totals> result;
  for (auto [number, part] : enumerate(partList)) {
    result.push_back(part.metrics.zero());
    std::string name = totalsName(part);
    auto found = metadata.find(name);
    if (count == 0 || found == metadata.end())
      continue;
    Expected<Totals> totals =
        parseTotals(found->second, result.back(),
                    countCalls(number, count) * part.feed.batchSize());
    if (!totals)
      return makeError("--resume: {0}: {1} of its metadata is {2}", path, name,
                       toString(totals.takeError()));
    result.back() = std::move(*totals);
  }
  return std::move(result);
}

Error Cycle::makeRoomAhead() {
  for (Part &part : partList) {
    if (part.ahead || !part.feed.takesSamples() || !part.feed.isWorthAThread())
      continue;
    Expected<StepBuffers> buffers = StepBuffers::create(part.buffers.step());
    if (!buffers)
      return buffers.takeError();
    if (Error error = part.feed.fillShared(*buffers))
      return error;
    part.ahead.emplace(std::move(*buffers));
  }
  return Error::success();
}

Error Cycle::augment(const Augmentation &augmentation, Model &model,
                     const Dataset &data) {
  for (Part &part : partList)
    if (Error error =
            part.feed.augment(augmentation, data, model.step(part.step)))
      return error;
  return makeRoomAhead();
}

ArrayRef<uint32_t> Cycle::rowsOf(Call call, ArrayRef<uint32_t> order) const {
  const BatchFeed &feed = partList[call.part].feed;
  return feed.takesSamples() ? order.slice(call.firstSample, feed.batchSize())
                             : order;
}

Error Cycle::load(Call call, ArrayRef<uint32_t> order, const AugmentKey &key) {
  Part &part = partList[call.part];
  if (prefetcher->isStarted()) {
    Error error = prefetcher->wait();
    std::swap(part.buffers, *part.ahead);
    return error;
  }
  if (!part.feed.takesSamples())
    return Error::success();
  return part.feed.fillSamples(rowsOf(call, order), part.buffers, &key);
}

void Cycle::prefetch(Call call, ArrayRef<uint32_t> order,
                     const AugmentKey &key) {
  Part &part = partList[call.part];
  if (!part.ahead)
    return;
  prefetcher->start([feed = &part.feed, buffers = &*part.ahead,
                     rows = rowsOf(call, order),
                     key] { return feed->fillSamples(rows, *buffers, &key); });
}

void Cycle::settle() {
  if (prefetcher->isStarted())
    consumeError(prefetcher->wait());
}
