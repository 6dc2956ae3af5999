//===- Batches.cpp - From samples to the inputs of a step -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Batches.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cassert>
#include <cstring>
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

/// The shape without one dimension.
static SmallVector<int64_t> without(ArrayRef<int64_t> shape, unsigned dim) {
  SmallVector<int64_t> result(shape);
  result.erase(result.begin() + dim);
  return result;
}

static size_t product(ArrayRef<int64_t> extents) {
  return std::accumulate(extents.begin(), extents.end(), size_t(1),
                         std::multiplies<>());
}

/// Compares a field with the input that it feeds.
static Error matchField(const Field &field, const dlc_tensor &input,
                        const dlc_step &step) {
  ArrayRef<int64_t> shape(input.shape, input.rank);
  const Array &array = field.array;
  if (!field.sampleDim) {
    if (array.type == input.type && ArrayRef(array.shape) == shape)
      return Error::success();
    return makeError("field '{0}@all': '{1}' holds {2}, but step '{3}' takes "
                     "{4}",
                     field.name, field.path, describe(array.type, array.shape),
                     step.name, describe(input.type, shape));
  }
  unsigned dim = *field.sampleDim;
  if (shape.size() <= dim || shape[dim] < 1)
    return makeError("input '{0}' of step '{1}' is {2}: it has no batch "
                     "dimension{3}, so data cannot feed it; {0}@all=FILE.npy "
                     "gives a whole array to every batch",
                     input.name, step.name, describe(input.type, shape),
                     dim ? " " + std::to_string(dim) : "");
  SmallVector<int64_t> sample = without(array.shape, dim);
  SmallVector<int64_t> wanted = without(shape, dim);
  if (array.type == input.type && sample == wanted)
    return Error::success();
  return makeError(
      "field '{0}': '{1}' has samples of {2}, but step '{3}' "
      "takes {4}: samples of {5}{6}",
      field.name, field.path, describe(array.type, sample), step.name,
      describe(input.type, shape), describe(input.type, wanted),
      dim ? formatv(", dimension {0} being the batch", dim).str() : "");
}

Expected<BatchFeed> BatchFeed::create(const Dataset &data,
                                      const dlc_step &step) {
  BatchFeed feed;
  const dlc_tensor *first = nullptr; ///< of those with a batch
  for (const dlc_tensor &input : ArrayRef(step.inputs, step.num_inputs)) {
    const Field *field = data.find(input.name);
    if (!field)
      return makeError("step '{0}' takes '{1}': {2}", step.name, input.name,
                       toString(data.unknownField(input.name)));
    if (Error error = matchField(*field, input, step))
      return std::move(error);
    const Array &array = field->array;
    if (!field->sampleDim) {
      feed.sources.push_back({array.data.data(), array.data.size(), 1, true});
      continue;
    }
    unsigned dim = *field->sampleDim;
    int64_t batch = input.shape[dim];
    if (first && feed.batch != batch)
      return makeError(
          "inputs of step '{0}' differ in their batch: '{1}' takes "
          "{2} samples, '{3}' takes {4}",
          step.name, first->name, feed.batch, input.name, batch);
    if (!first)
      first = &input;
    feed.batch = batch;
    feed.samples = data.size();
    feed.hasSamples = true;
    size_t pieces = product(ArrayRef(array.shape).take_front(dim));
    size_t sampleBytes = array.data.size() / static_cast<size_t>(data.size());
    feed.sources.push_back(
        {array.data.data(), pieces ? sampleBytes / pieces : 0, pieces, false});
  }
  return feed;
}

Error BatchFeed::fill(ArrayRef<uint32_t> rows, StepBuffers &buffers) const {
  const dlc_step &step = buffers.step();
  if (step.num_inputs != static_cast<int>(sources.size()))
    return makeError("step '{0}' has {1} inputs, data for {2} were matched",
                     step.name, step.num_inputs, sources.size());
  for (auto [index, source] : enumerate(sources)) {
    MutableArrayRef<char> target = buffers.input(index);
    size_t count = source.isShared ? 1 : rows.size();
    size_t bytes = count * source.pieces * source.pieceBytes;
    if (target.size() != bytes)
      return makeError("input '{0}' of step '{1}' takes {2} bytes, {3} samples "
                       "have {4}",
                       step.inputs[index].name, step.name, target.size(), count,
                       bytes);
    char *at = target.data();
    if (source.isShared) {
      std::copy_n(source.data, bytes, at);
      continue;
    }
    const char *from = source.data;
    for (size_t piece = 0; piece < source.pieces; ++piece) {
      for (uint32_t row : rows) {
        assert(row < samples && "no such sample");
        std::memcpy(at, from + row * source.pieceBytes, source.pieceBytes);
        at += source.pieceBytes;
      }
      from += samples * source.pieceBytes;
    }
  }
  return Error::success();
}
