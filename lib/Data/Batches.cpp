//===- Batches.cpp - From samples to the inputs of a step -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Batches.h"

#include "Elements.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>

using namespace llvm;
using namespace dlc;

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

/// Whether elements of a type are taken for an input of another: integers,
/// whose values are compared when they are converted.
static bool canFeed(int32_t type, int32_t input) {
  auto isInteger = [](int32_t type) {
    ElementKind kind = elementType(type).kind;
    return kind == ElementKind::Signed || kind == ElementKind::Unsigned;
  };
  return type == input || (isInteger(type) && isInteger(input));
}

/// Compares a field with the input that it feeds.
static Error matchField(const Field &field, const dlc_tensor &input,
                        const dlc_step &step) {
  ArrayRef<int64_t> shape(input.shape, input.rank);
  const Array &array = field.array;
  if (!field.sampleDim) {
    if (canFeed(array.type, input.type) && ArrayRef(array.shape) == shape)
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
  if (canFeed(array.type, input.type) && sample == wanted)
    return Error::success();
  return makeError(
      "field '{0}': '{1}' has samples of {2}, but step '{3}' "
      "takes {4}: samples of {5}{6}",
      field.name, field.path, describe(array.type, sample), step.name,
      describe(input.type, shape), describe(input.type, wanted),
      dim ? formatv(", dimension {0} being the batch", dim).str() : "");
}

/// The field's elements in the type of the input; null where they are.
static Expected<std::shared_ptr<const Array>>
convert(const Field &field, const dlc_tensor &input, const dlc_step &step) {
  const Array &array = field.array;
  std::shared_ptr<Array> result;
  if (array.type == input.type)
    return result;
  result = std::make_shared<Array>();
  result->type = input.type;
  result->shape = array.shape;
  const ElementType &from = elementType(array.type),
                    &to = elementType(input.type);
  size_t count = array.data.size() / from.bytes;
  if (Error error = makeRoom(result->data, count * to.bytes, field.path))
    return std::move(error);
  for (size_t i = 0; i < count; ++i) {
    int64_t value = integerElement(array.type, array.data.data(), i);
    char *target = result->data.data() + i * to.bytes;
    bool fits = withMemoryType(to.code, [&](auto zero) {
      auto element = static_cast<decltype(zero)>(value);
      std::memcpy(target, &element, sizeof(element));
      return static_cast<int64_t>(element) == value;
    });
    if (!fits)
      return makeError(
          "field '{0}': element {1} of '{2}' is {3}, but step "
          "'{4}' takes {5}, which has no such value",
          field.name, i, field.path, value, step.name,
          describe(input.type, ArrayRef<int64_t>(input.shape, input.rank)));
  }
  return result;
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
    Expected<std::shared_ptr<const Array>> converted =
        convert(*field, input, step);
    if (!converted)
      return converted.takeError();
    const Array &array = *converted ? **converted : field->array;
    if (!field->sampleDim) {
      feed.sources.push_back({array.data.data(), array.data.size(), 1, true,
                              std::move(*converted)});
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
    feed.sources.push_back({array.data.data(),
                            pieces ? sampleBytes / pieces : 0, pieces, false,
                            std::move(*converted)});
  }
  return feed;
}

Error BatchFeed::augment(const Augmentation &augmentation, const Dataset &data,
                         const dlc_step &step) {
  const Field *field = data.find(augmentation.field());
  if (!field)
    return data.unknownField(augmentation.field());
  Expected<Augmentation::Bound> bound = augmentation.bind(*field);
  if (!bound)
    return bound.takeError();
  for (auto [index, source] : enumerate(sources))
    if (field->name == step.inputs[index].name)
      source.augmentation = *bound;
  return Error::success();
}

Error BatchFeed::checkInputs(const StepBuffers &buffers) const {
  const dlc_step &step = buffers.step();
  if (step.num_inputs == static_cast<int>(sources.size()))
    return Error::success();
  return makeError("step '{0}' has {1} inputs, data for {2} were matched",
                   step.name, step.num_inputs, sources.size());
}

static Error wrongSize(const dlc_step &step, size_t index, size_t takes,
                       size_t count, size_t bytes) {
  return makeError("input '{0}' of step '{1}' takes {2} bytes, {3} samples "
                   "have {4}",
                   step.inputs[index].name, step.name, takes, count, bytes);
}

Error BatchFeed::fillShared(StepBuffers &buffers) const {
  if (Error error = checkInputs(buffers))
    return error;
  for (auto [index, source] : enumerate(sources)) {
    if (!source.isShared)
      continue;
    MutableArrayRef<char> target = buffers.input(index);
    if (target.size() != source.pieceBytes)
      return wrongSize(buffers.step(), index, target.size(), 1,
                       source.pieceBytes);
    std::copy_n(source.data, source.pieceBytes, target.data());
  }
  return Error::success();
}

Error BatchFeed::fillSamples(ArrayRef<uint32_t> rows, StepBuffers &buffers,
                             const AugmentKey *key) const {
  if (Error error = checkInputs(buffers))
    return error;
  for (auto [index, source] : enumerate(sources)) {
    if (source.isShared)
      continue;
    MutableArrayRef<char> target = buffers.input(index);
    size_t bytes = rows.size() * source.pieces * source.pieceBytes;
    if (target.size() != bytes)
      return wrongSize(buffers.step(), index, target.size(), rows.size(),
                       bytes);
    char *at = target.data();
    const char *from = source.data;
    for (size_t piece = 0; piece < source.pieces; ++piece) {
      for (uint32_t row : rows) {
        assert(row < samples && "no such sample");
        const char *sample = from + row * source.pieceBytes;
        if (key && source.augmentation)
          source.augmentation->apply(sample, at, row, *key);
        else
          std::memcpy(at, sample, source.pieceBytes);
        at += source.pieceBytes;
      }
      from += samples * source.pieceBytes;
    }
  }
  return Error::success();
}

Error BatchFeed::fill(ArrayRef<uint32_t> rows, StepBuffers &buffers,
                      const AugmentKey *key) const {
  if (Error error = fillShared(buffers))
    return error;
  return fillSamples(rows, buffers, key);
}

bool BatchFeed::isWorthAThread() const {
  // A thread is told in some microseconds, in which so much is copied.
  constexpr size_t least = 1 << 16;
  size_t bytes = 0;
  for (const Source &source : sources) {
    if (source.augmentation)
      return true;
    if (!source.isShared)
      bytes += batch * source.pieces * source.pieceBytes;
  }
  return bytes >= least;
}
