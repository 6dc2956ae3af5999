//===- IdxFolder.cpp - A folder of IDX files ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Readers.h"

#include "dlc/Data/Idx.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <array>

using namespace llvm;
using namespace dlc;

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

std::vector<std::string> dlc::filesOfIdx(StringRef folder) {
  std::vector<std::string> files;
  for (StringRef prefix : {"train", "t10k"})
    for (const auto &[name, file] : idxFiles(prefix))
      if (std::string path = findFile(folder, file); !path.empty())
        files.push_back(path);
  // Files that are not compressed are read as fast as they would be found.
  if (none_of(files, [](StringRef file) { return file.ends_with(".gz"); }))
    files.clear();
  return files;
}

Expected<DataSplits> dlc::openIdx(StringRef folder,
                                  const DataOptions &options) {
  if (!sys::fs::is_directory(folder))
    return makeError("{0}: is not a directory, expected one with IDX files",
                     folder);
  Expected<Dataset> train = readIdxSplit(folder, "train");
  if (!train)
    return train.takeError();
  DataSplits splits{std::move(*train)};
  splits.unit = "images";
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
