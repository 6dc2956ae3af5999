//===- Npz.cpp - Archives from anywhere -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FuzzFile.h"

#include "dlc/Data/Npz.h"

using namespace dlc;
using namespace dlc::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const File file;
  file.write({reinterpret_cast<const char *>(data), size});
  llvm::Expected<Arrays> arrays = readNpz(file.path());
  if (!arrays) {
    std::string message = llvm::toString(arrays.takeError());
    require(message.rfind(file.path() + ": ", 0) == 0,
            "a message begins with the path");
    return 0;
  }
  for (const auto &[name, array] : *arrays)
    require(sizeInBytes(array.type, array.shape) ==
                std::optional<int64_t>(array.data.size()),
            "an array has as many bytes as its shape says");
  return 0;
}
