//===- Batches.cpp - From samples to the inputs of a step -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Batches.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"

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

Expected<BatchFeed> BatchFeed::create(const Dataset &data,
                                      const dlc_step &step) {
  SmallVector<StringRef> names;
  for (const Field &field : data.fields())
    names.push_back(field.name);

  BatchFeed feed;
  feed.samples = data.size();
  for (const dlc_tensor &input : ArrayRef(step.inputs, step.num_inputs)) {
    const Field *field = find_if(
        data.fields(), [&](const Field &f) { return f.name == input.name; });
    if (field == data.fields().end())
      return makeError(
          "step '{0}' takes '{1}': {2}", step.name, input.name,
          toString(unknownName("field of the data", input.name, names)));
    ArrayRef<int64_t> shape(input.shape, input.rank);
    if (shape.empty() || shape.front() < 1)
      return makeError("input '{0}' of step '{1}' is {2}: it has no batch "
                       "dimension, so data cannot feed it",
                       input.name, step.name, describe(input.type, shape));
    const Array &array = field->array;
    ArrayRef<int64_t> sample = ArrayRef(array.shape).drop_front();
    if (array.type != input.type || sample != shape.drop_front())
      return makeError("field '{0}': '{1}' has samples of {2}, but step '{3}' "
                       "takes {4}: samples of {5}",
                       field->name, field->path, describe(array.type, sample),
                       step.name, describe(input.type, shape),
                       describe(input.type, shape.drop_front()));
    if (feed.batch != 0 && feed.batch != shape.front())
      return makeError(
          "inputs of step '{0}' differ in their batch: '{1}' takes "
          "{2} samples, '{3}' takes {4}",
          step.name, step.inputs[0].name, feed.batch, input.name,
          shape.front());
    feed.batch = shape.front();
    feed.sources.push_back(
        {array.data.data(),
         array.data.size() / static_cast<size_t>(data.size())});
  }
  if (feed.sources.empty())
    return makeError("step '{0}' takes no inputs, so data cannot feed it",
                     step.name);
  return feed;
}

Error BatchFeed::fill(ArrayRef<uint32_t> rows, StepBuffers &buffers) const {
  const dlc_step &step = buffers.step();
  if (step.num_inputs != static_cast<int>(sources.size()))
    return makeError("step '{0}' has {1} inputs, data for {2} were matched",
                     step.name, step.num_inputs, sources.size());
  for (auto [index, source] : enumerate(sources)) {
    MutableArrayRef<char> target = buffers.input(index);
    if (target.size() != rows.size() * source.sampleBytes)
      return makeError("input '{0}' of step '{1}' takes {2} bytes, {3} samples "
                       "have {4}",
                       step.inputs[index].name, step.name, target.size(),
                       rows.size(), rows.size() * source.sampleBytes);
    char *at = target.data();
    for (uint32_t row : rows) {
      assert(row < samples && "no such sample");
      std::memcpy(at, source.data + row * source.sampleBytes,
                  source.sampleBytes);
      at += source.sampleBytes;
    }
  }
  return Error::success();
}
