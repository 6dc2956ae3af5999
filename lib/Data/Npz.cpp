//===- Npz.cpp - Reader of .npz files -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Npz.h"

#include "Elements.h"
#include "Zip.h"

#include "dlc/Support/Error.h"

using namespace llvm;
using namespace dlc;

Expected<Arrays> dlc::readNpz(StringRef path,
                              function_ref<bool(StringRef)> wanted) {
  Expected<ZipFile> archive = ZipFile::open(path);
  if (!archive)
    return archive.takeError();
  Arrays arrays;
  for (const ZipFile::Entry &entry : archive->entries()) {
    StringRef name = entry.name;
    if (!name.consume_back(".npy"))
      return makeError("{0}: entry '{1}' of the .npz file is no .npy file",
                       path, name);
    if (wanted && !wanted(name))
      continue;
    Array array;
    Error error = archive->read(entry, [&](ReadBytes read) -> Error {
      Expected<Array> element =
          readNpy(read, (path + ": '" + name + "'").str(), std::nullopt);
      if (!element)
        return element.takeError();
      array = std::move(*element);
      return Error::success();
    });
    if (error)
      return std::move(error);
    if (!arrays.try_emplace(name.str(), std::move(array)).second)
      return makeError("{0}: array '{1}' stands twice", path, name);
  }
  return std::move(arrays);
}
