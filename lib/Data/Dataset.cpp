//===- Dataset.cpp - Named arrays of samples ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Dataset.h"

#include "dlc/Data/Idx.h"
#include "dlc/Data/Npy.h"
#include "dlc/Execution/Model.h"
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
  for (auto [index, field] : enumerate(fields))
    for (const Field &other : ArrayRef(fields).take_front(index))
      if (other.name == field.name)
        return makeError("field '{0}' is named twice: '{1}' and '{2}'",
                         field.name, other.path, field.path);
  for (const Field &field : fields) {
    if (!field.sampleDim || *field.sampleDim < field.array.shape.size())
      continue;
    if (field.array.shape.empty())
      return makeError("field '{0}': '{1}' holds a scalar, expected one entry "
                       "a sample; {0}@all=FILE gives it to every batch",
                       field.name, field.path);
    return makeError("field '{0}@{1}': '{2}' holds {3}, which has no dimension "
                     "{1}; dimensions count from 0",
                     field.name, *field.sampleDim, field.path,
                     describe(field.array.type, field.array.shape));
  }

  auto found = find_if(
      fields, [](const Field &field) { return field.sampleDim.has_value(); });
  if (found == fields.end())
    return Dataset(std::move(fields), 1);
  const Field &first = *found;
  int64_t samples = first.array.shape[*first.sampleDim];
  if (samples == 0)
    return makeError("field '{0}': '{1}' holds no samples", first.name,
                     first.path);
  // Samples are numbered with 32 bits, in the shuffle too.
  if (samples > int64_t(1) << 32)
    return makeError(
        "field '{0}': '{1}' holds {2} samples, expected at most 2^32",
        first.name, first.path, samples);
  for (const Field &field : fields) {
    int64_t own =
        field.sampleDim ? field.array.shape[*field.sampleDim] : samples;
    if (own != samples)
      return makeError("field '{0}': '{1}' holds {2} samples, but field '{3}': "
                       "'{4}' holds {5}",
                       first.name, first.path, samples, field.name, field.path,
                       own);
  }
  return Dataset(std::move(fields), samples);
}

const Field *Dataset::find(StringRef name) const {
  const auto *found =
      find_if(fields(), [&](const Field &field) { return field.name == name; });
  return found == fields().end() ? nullptr : found;
}

Error Dataset::unknownField(StringRef name) const {
  SmallVector<StringRef> names;
  for (const Field &field : fields())
    names.push_back(field.name);
  return unknownName("field of the data", name, names);
}

bool Dataset::isWhole() const {
  return none_of(
      fields(), [](const Field &field) { return field.sampleDim.has_value(); });
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
  DataSplits splits{std::move(*train), std::nullopt, "images"};
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

/// Takes "@1" or "@all" from the end of a field's name.
static Expected<std::optional<unsigned>> takeSampleDim(StringRef &name) {
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
