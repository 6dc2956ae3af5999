//===- Npy.cpp - Arrays from anywhere -------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FuzzFile.h"

#include "dlc/Data/Npy.h"

#include "llvm/Support/raw_ostream.h"

using namespace dlc;
using namespace dlc::fuzz;

static void read(std::string_view bytes) {
  static const File file;
  file.write(bytes);
  llvm::Expected<Array> array = readNpy(file.path());
  if (!array) {
    std::string message = llvm::toString(array.takeError());
    require(message.rfind(file.path() + ": ", 0) == 0,
            "a message begins with the path");
    return;
  }
  require(sizeInBytes(array->type, array->shape) ==
              std::optional<int64_t>(array->data.size()),
          "an array has as many bytes as its shape says");
  std::string text;
  llvm::raw_string_ostream os(text);
  writeNpy(os, array->type, array->shape, array->data);
  file.write(text);
  Array again = llvm::cantFail(readNpy(file.path()));
  require(again.type == array->type && again.shape == array->shape &&
              again.data == array->data,
          "what is written is read again");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
  if (data[0] % 2) {
    read(bytes);
    return 0;
  }
  auto [header, elements] = splitAtZero(bytes);
  uint16_t length = header.size();
  std::string file("\x93NUMPY\x01\x00", 8);
  file.append(reinterpret_cast<const char *>(&length), sizeof(length));
  read(file.append(header.substr(0, length)).append(elements));
  return 0;
}
