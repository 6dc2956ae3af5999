//===- SampleOrder.cpp - Order of samples in an epoch ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/SampleOrder.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"

#include <map>
#include <numeric>

using namespace llvm;
using namespace dlc;

std::vector<uint32_t> dlc::fileOrder(int64_t size) {
  std::vector<uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

std::vector<uint32_t> dlc::shuffledOrder(int64_t size, uint64_t seed,
                                         uint32_t epoch) {
  std::vector<uint32_t> order = fileOrder(size);
  const uint32_t key[2] = {static_cast<uint32_t>(seed),
                           static_cast<uint32_t>(seed >> 32)};
  uint32_t lanes[4] = {};
  uint64_t draw = 0;
  for (int64_t i = size - 1; i >= 1; --i, ++draw) {
    if (draw % 4 == 0) {
      // 0xffffffff stands where a step's randomness has the number of an op,
      // which keeps the two streams apart.
      const uint32_t counter[4] = {static_cast<uint32_t>(draw / 4), 0xffffffffu,
                                   epoch, 0};
      dlc_rt_philox(counter, key, lanes);
    }
    uint64_t j = (static_cast<uint64_t>(lanes[draw % 4]) * (i + 1)) >> 32;
    std::swap(order[i], order[j]);
  }
  return order;
}

/// The whole numbers of a field with one a sample.
static Expected<std::vector<int64_t>> integersOf(const Dataset &data,
                                                 StringRef name) {
  const Field *field = data.find(name);
  if (!field)
    return data.unknownField(name);
  const Array &array = field->array;
  if (!field->sampleDim || array.shape.size() != 1 ||
      elementType(array.type).isFloat())
    return makeError("field '{0}': '{1}' holds {2}, expected a whole number a "
                     "sample",
                     name, field->path, describe(array.type, array.shape));
  std::vector<int64_t> values;
  for (int64_t i = 0; i < data.size(); ++i)
    values.push_back(integerElement(array.type, array.data.data(), i));
  return std::move(values);
}

Expected<SampleOrder> SampleOrder::create(const Dataset &data,
                                          OrderOptions options,
                                          int64_t samplesPerCycle) {
  SampleOrder result;
  result.size = data.size();
  result.batch = std::max<int64_t>(samplesPerCycle, 1);
  if (options.overfit > result.size)
    return makeError("--overfit {0}: the training data have {1} samples",
                     options.overfit, result.size);
  if (!options.balance.empty()) {
    Expected<std::vector<int64_t>> labels = integersOf(data, options.balance);
    if (!labels)
      return makeError("--balance: {0}", toString(labels.takeError()));
    int64_t count = options.overfit ? options.overfit : result.size;
    std::map<int64_t, std::vector<uint32_t>> byClass;
    for (int64_t i = 0; i < count; ++i)
      byClass[(*labels)[i]].push_back(static_cast<uint32_t>(i));
    for (auto &entry : byClass)
      result.classes.push_back(std::move(entry.second));
  }
  if (!options.lengths.empty()) {
    Expected<std::vector<int64_t>> lengths = integersOf(data, options.lengths);
    if (!lengths)
      return lengths.takeError();
    result.lengths = std::move(*lengths);
  }
  result.options = std::move(options);
  return std::move(result);
}

/// Another stream of random numbers; the constant is 2^64 / golden ratio.
static uint64_t streamOf(uint64_t seed, uint64_t number) {
  return seed + (number + 1) * 0x9e3779b97f4a7c15u;
}

/// `count` of the samples in turn: those of a shuffle, then of another, so that
/// each comes as often as any other or once more.
static std::vector<uint32_t> drawInTurn(ArrayRef<uint32_t> samples,
                                        int64_t count, bool shuffle,
                                        uint64_t seed, uint32_t epoch) {
  std::vector<uint32_t> result;
  auto size = static_cast<int64_t>(samples.size());
  for (uint64_t round = 0; static_cast<int64_t>(result.size()) < count;
       ++round) {
    std::vector<uint32_t> order =
        shuffle ? shuffledOrder(size, streamOf(seed, round), epoch)
                : fileOrder(size);
    for (uint32_t place : order)
      if (static_cast<int64_t>(result.size()) < count)
        result.push_back(samples[place]);
  }
  return result;
}

std::vector<uint32_t> SampleOrder::drawBalanced(uint64_t seed,
                                                uint32_t epoch) const {
  auto count = static_cast<int64_t>(classes.size());
  std::vector<std::vector<uint32_t>> drawn;
  for (auto [number, samples] : enumerate(classes))
    drawn.push_back(drawInTurn(samples, (size + count - 1) / count,
                               options.shuffle,
                               streamOf(seed, uint64_t(number) << 32), epoch));
  std::vector<uint32_t> result;
  for (int64_t i = 0; i < size; ++i)
    result.push_back(drawn[i % count][i / count]);
  return result;
}

void SampleOrder::sortByLength(std::vector<uint32_t> &order, uint64_t seed,
                               uint32_t epoch) const {
  int64_t window = options.bucket * batch;
  for (int64_t begin = 0; begin < size; begin += window) {
    MutableArrayRef<uint32_t> part =
        MutableArrayRef(order).slice(begin, std::min(window, size - begin));
    // Equal lengths keep their order.
    std::vector<std::pair<int64_t, std::pair<size_t, uint32_t>>> keys;
    for (auto [place, sample] : enumerate(part))
      keys.push_back({lengths[sample], {place, sample}});
    llvm::sort(keys);
    for (auto [sample, entry] : zip_equal(part, keys))
      sample = entry.second.second;
  }
  if (!options.shuffle)
    return;
  // Whole batches in another order, or each window would begin with the
  // shortest.
  std::vector<uint32_t> batches = shuffledOrder(
      size / batch, streamOf(seed, std::numeric_limits<uint32_t>::max()),
      epoch);
  std::vector<uint32_t> result;
  for (uint32_t number : batches)
    for (int64_t i = 0; i < batch; ++i)
      result.push_back(order[number * batch + i]);
  result.insert(result.end(), order.begin() + result.size(), order.end());
  order = std::move(result);
}

std::vector<uint32_t> SampleOrder::of(uint64_t seed, uint32_t epoch) const {
  std::vector<uint32_t> order;
  // In turn as they are drawn: a batch has each sample or class about as often.
  if (!classes.empty())
    order = drawBalanced(seed, epoch);
  else if (options.overfit)
    order = drawInTurn(fileOrder(options.overfit), size, options.shuffle, seed,
                       epoch);
  else
    order =
        options.shuffle ? shuffledOrder(size, seed, epoch) : fileOrder(size);
  if (!lengths.empty())
    sortByLength(order, seed, epoch);
  return order;
}
