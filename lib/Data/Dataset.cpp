//===- Dataset.cpp - Named arrays of samples ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Dataset.h"

#include "dlc/Data/Idx.h"
#include "dlc/Data/Npy.h"
#include "dlc/Support/Error.h"
#include "dlc/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <array>

using namespace llvm;
using namespace dlc;

Expected<Dataset> Dataset::create(std::vector<Field> fields) {
  if (fields.empty())
    return makeError("data without a field");
  for (const Field &field : fields)
    if (field.array.shape.empty())
      return makeError(
          "field '{0}': '{1}' holds a scalar, expected one entry a "
          "sample",
          field.name, field.path);

  const Field &first = fields.front();
  int64_t samples = first.array.shape.front();
  if (samples == 0)
    return makeError("field '{0}': '{1}' holds no samples", first.name,
                     first.path);
  // Samples are numbered with 32 bits, in the shuffle too.
  if (samples > int64_t(1) << 32)
    return makeError(
        "field '{0}': '{1}' holds {2} samples, expected at most 2^32",
        first.name, first.path, samples);
  for (auto [index, field] : enumerate(fields)) {
    if (field.array.shape.front() != samples)
      return makeError("field '{0}': '{1}' holds {2} samples, but field '{3}': "
                       "'{4}' holds {5}",
                       first.name, first.path, samples, field.name, field.path,
                       field.array.shape.front());
    for (const Field &other : ArrayRef(fields).take_front(index))
      if (other.name == field.name)
        return makeError("field '{0}' is named twice: '{1}' and '{2}'",
                         field.name, other.path, field.path);
  }
  return Dataset(std::move(fields));
}

/// The file `name` of a folder, plain or compressed; empty if there is neither.
static std::string findFile(StringRef folder, StringRef name) {
  SmallString<128> path(folder);
  sys::path::append(path, name);
  if (sys::fs::exists(path))
    return path.str().str();
  path += ".gz";
  return sys::fs::exists(path) ? path.str().str() : std::string();
}

/// The files of one split of an IDX folder, by the field that they hold.
static std::array<std::pair<StringRef, std::string>, 2>
idxFiles(StringRef prefix) {
  return {{{"image", prefix.str() + "-images-idx3-ubyte"},
           {"label", prefix.str() + "-labels-idx1-ubyte"}}};
}

static Expected<Dataset> readIdxSplit(StringRef folder, StringRef prefix) {
  std::vector<Field> fields;
  for (const auto &[name, file] : idxFiles(prefix)) {
    std::string path = findFile(folder, file);
    if (path.empty())
      return makeError("{0}: holds neither {1} nor {1}.gz", folder, file);
    Expected<Array> array = readIdx(path);
    if (!array)
      return array.takeError();
    fields.push_back({name.str(), path, std::move(*array)});
  }
  return Dataset::create(std::move(fields));
}

static Expected<DataSplits> openIdx(StringRef folder) {
  if (!sys::fs::is_directory(folder))
    return makeError("{0}: is not a directory, expected one with IDX files",
                     folder);
  Expected<Dataset> train = readIdxSplit(folder, "train");
  if (!train)
    return train.takeError();
  DataSplits splits{std::move(*train), std::nullopt};
  // Data to evaluate on may be missing, but not half of them.
  if (none_of(idxFiles("t10k"), [&](const auto &file) {
        return !findFile(folder, file.second).empty();
      }))
    return splits;
  Expected<Dataset> eval = readIdxSplit(folder, "t10k");
  if (!eval)
    return eval.takeError();
  splits.eval = std::move(*eval);
  return splits;
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
    Expected<Array> array = readNpy(path);
    if (!array)
      return array.takeError();
    fields.push_back({name.str(), path.str(), std::move(*array)});
  }
  return Dataset::create(std::move(fields));
}

static Expected<DataSplits> openNpy(StringRef lists) {
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

Expected<DataSplits> dlc::openData(StringRef descriptor) {
  if (descriptor == "fashion-mnist")
    return openIdx("/usr/share/datasets/fashion-mnist");
  auto [kind, rest] = descriptor.split(':');
  if (kind == "idx" && !rest.empty())
    return openIdx(rest);
  if (kind == "npy" && !rest.empty())
    return openNpy(rest);
  if (kind == "idx" || kind == "npy")
    return makeError("data descriptor '{0}' names no files, expected {1}",
                     descriptor,
                     kind == "idx" ? "idx:DIR" : "npy:FIELD=FILE.npy,...");
  return unknownName("kind of data", kind, {"idx", "npy", "fashion-mnist"});
}
