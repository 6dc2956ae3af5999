//===- Readers.cpp - Common part of data readers --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Readers.h"

#include "Descriptor.h"
#include "Elements.h"

#include "dlc/Data/Batches.h"
#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"

#include <cstring>

using namespace llvm;
using namespace dlc;

Expected<Array> dlc::makeArray(int32_t type, ArrayRef<int64_t> shape,
                               StringRef path) {
  Array array{type, {shape.begin(), shape.end()}, {}};
  std::optional<int64_t> bytes = sizeInBytes(type, shape);
  if (!bytes)
    return makeError("{0}: {1} are too many bytes", path,
                     describe(type, shape));
  if (Error error = makeRoom(array.data, *bytes, path))
    return std::move(error);
  std::fill(array.data.begin(), array.data.end(), 0);
  return std::move(array);
}

Expected<Array> dlc::makeI32(ArrayRef<int32_t> values, StringRef path) {
  Expected<Array> array =
      makeArray(DLC_I32, {static_cast<int64_t>(values.size())}, path);
  if (array && !values.empty())
    std::memcpy(array->data.data(), values.data(),
                values.size() * sizeof(int32_t));
  return array;
}

Split dlc::splitSamples(int64_t size, int64_t folds, int64_t fold,
                        double fraction, uint64_t seed) {
  std::vector<uint32_t> order = shuffledOrder(size, seed, 0);
  auto begin = folds ? size * fold / folds : int64_t(0);
  auto end = folds ? size * (fold + 1) / folds
                   : static_cast<int64_t>(fraction * static_cast<double>(size));
  Split split;
  for (int64_t i = 0; i < size; ++i)
    (i >= begin && i < end ? split.eval : split.train).push_back(order[i]);
  llvm::sort(split.train);
  llvm::sort(split.eval);
  return split;
}

Expected<Split> dlc::splitSamples(const Descriptor &descriptor, int64_t size,
                                  double fraction) {
  constexpr int64_t most = 1000;
  Expected<int64_t> folds = descriptor.number("folds", 0, 2, most);
  if (!folds)
    return folds.takeError();
  if (*folds > size)
    return makeError("data descriptor: folds={0}, but the data have {1} "
                     "samples; each fold has one or more",
                     *folds, size);
  if (descriptor.has("fold") && !descriptor.has("folds"))
    return makeError("data descriptor: fold={0} without folds, as in "
                     "folds=10,fold=3",
                     descriptor.text("fold"));
  Expected<int64_t> fold =
      descriptor.number("fold", 0, 0, std::max<int64_t>(*folds - 1, 0));
  if (!fold)
    return fold.takeError();
  Expected<double> part = descriptor.fraction("eval", fraction);
  if (!part)
    return part.takeError();
  Expected<int64_t> seed = descriptor.number(
      "split-seed", 0, 0, std::numeric_limits<int64_t>::max());
  if (!seed)
    return seed.takeError();
  if (descriptor.has("folds") && descriptor.has("eval"))
    return makeError("data descriptor: folds and eval exclude each other: both "
                     "say what to evaluate on");
  return splitSamples(size, *folds, *fold, *part, *seed);
}

Expected<Array> dlc::takeRows(const Array &array, ArrayRef<uint32_t> rows,
                              StringRef path) {
  SmallVector<int64_t, 4> shape = array.shape;
  size_t bytes = shape[0] ? array.data.size() / shape[0] : 0;
  shape[0] = static_cast<int64_t>(rows.size());
  Expected<Array> result = makeArray(array.type, shape, path);
  if (!result)
    return result.takeError();
  for (auto [index, row] : enumerate(rows))
    std::copy_n(array.data.begin() + row * bytes, bytes,
                result->data.begin() + index * bytes);
  return result;
}

static Expected<Dataset> takeSamples(ArrayRef<Field> fields,
                                     ArrayRef<uint32_t> rows) {
  std::vector<Field> taken;
  for (const Field &field : fields) {
    Expected<Array> array = takeRows(field.array, rows, field.path);
    if (!array)
      return array.takeError();
    taken.push_back(
        {field.name, field.path, std::move(*array), field.sampleDim});
  }
  return Dataset::create(std::move(taken));
}

Expected<DataSplits> dlc::makeSplits(std::vector<Field> fields,
                                     const Split &split) {
  Expected<Dataset> train = takeSamples(fields, split.train);
  if (!train)
    return train.takeError();
  DataSplits splits{std::move(*train)};
  if (split.eval.empty())
    return std::move(splits);
  Expected<Dataset> eval = takeSamples(fields, split.eval);
  if (!eval)
    return eval.takeError();
  splits.eval = std::move(*eval);
  return std::move(splits);
}
