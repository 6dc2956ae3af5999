//===- NpyFields.cpp - A .npy file for each field -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Readers.h"

#include "dlc/Data/Npy.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace dlc;

Expected<std::optional<unsigned>> dlc::takeSampleDim(StringRef &name) {
  auto [field, where] = name.split('@');
  bool isGiven = field.size() != name.size();
  unsigned dim = 0;
  if (isGiven && where != "all" && where.getAsInteger(10, dim))
    return makeError("data descriptor: '{0}', expected FIELD, FIELD@N with the "
                     "dimension that counts samples, or FIELD@all for every "
                     "batch to get the whole array",
                     name);
  name = field;
  if (where == "all")
    return std::optional<unsigned>();
  return std::optional<unsigned>(dim);
}

/// Reads "image=x.npy,label=y.npy".
static Expected<Dataset> readNpyFields(StringRef list) {
  SmallVector<StringRef> items;
  list.split(items, ',');
  std::vector<Field> fields;
  for (StringRef item : items) {
    auto [name, path] = item.split('=');
    if (name.empty() || path.empty())
      return makeError("data descriptor: '{0}', expected FIELD=FILE.npy", item);
    Expected<std::optional<unsigned>> dim = takeSampleDim(name);
    if (!dim)
      return dim.takeError();
    Expected<Array> array = readNpy(path);
    if (!array)
      return array.takeError();
    fields.push_back({name.str(), path.str(), std::move(*array), *dim});
  }
  return Dataset::create(std::move(fields));
}

Expected<DataSplits> dlc::openNpy(StringRef lists, const DataOptions &options) {
  auto [trainList, rest] = lists.split(';');
  Expected<Dataset> train = readNpyFields(trainList);
  if (!train)
    return train.takeError();
  DataSplits splits{std::move(*train), std::nullopt};
  if (rest.empty())
    return splits;
  if (!rest.consume_front("eval:"))
    return makeError("data descriptor: '{0}' after ';', expected "
                     "eval:FIELD=FILE.npy,...",
                     rest);
  Expected<Dataset> eval = readNpyFields(rest);
  if (!eval)
    return eval.takeError();
  splits.eval = std::move(*eval);
  return splits;
}
