//===- Safetensors.cpp - Checkpoints from anywhere ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// dlc_load of the runtime's test model. A file that is refused changes nothing
// and says why in plain text that begins with its path; one that is taken gives
// the same state whatever was there before, as far as its scope goes.
//
//===----------------------------------------------------------------------===//

#include "FuzzFile.h"

#include "unit/Runtime/TestModel.h"

using namespace dlc::fuzz;
using namespace dlc::test;

static bool isPlain(std::string_view text) {
  for (unsigned char c : text)
    if (c < 0x20 || c == 0x7f)
      return false;
  return !text.empty();
}

static void load(std::string_view bytes, int scope) {
  static const File file;
  static const Handle handle = create(1);
  dlc_handle *model = handle.get();
  const char *path = file.path().c_str();
  file.write(bytes);
  require(dlc_init(model, 1) == DLC_OK, "the model is initialised");
  auto before = getAll(model);
  if (dlc_load(model, path, scope) != DLC_OK) {
    std::string_view message = dlc_last_error(model);
    require(message.substr(0, file.path().size()) == file.path(),
            "a message begins with the path");
    require(isPlain(message), "a message is plain text");
    require(getAll(model) == before, "a refused file changes nothing");
    return;
  }
  auto loaded = getAll(model);
  if (scope == DLC_PRESENT)
    return;
  require(dlc_init(model, 2) == DLC_OK, "the model is initialised");
  require(dlc_load(model, path, scope) == DLC_OK, "a good file stays good");
  auto again = getAll(model);
  for (int state : {ConvWeight, FcWeight, Mean, Mask})
    require(again[state] == loaded[state], "weights are those of the file");
  require(scope == DLC_PARAMS || again == loaded, "a checkpoint is all of it");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  std::string_view bytes(reinterpret_cast<const char *>(data) + 1, size - 1);
  const int scopes[] = {DLC_ALL, DLC_PARAMS, DLC_PRESENT};
  int scope = scopes[data[0] / 2 % 3];
  if (data[0] % 2) {
    load(bytes, scope);
    return 0;
  }
  auto [header, elements] = splitAtZero(bytes);
  uint64_t length = header.size();
  std::string file(reinterpret_cast<const char *>(&length), sizeof(length));
  load(file.append(header).append(elements), scope);
  return 0;
}
