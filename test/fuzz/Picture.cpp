//===- Picture.cpp - Images from anywhere ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FuzzFile.h"

#include "lib/Data/Picture.h"

using namespace dlc;
using namespace dlc::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::Expected<Picture> picture =
      decodePicture({reinterpret_cast<const char *>(data), size}, "picture");
  if (!picture) {
    require(llvm::toString(picture.takeError()).rfind("picture: ", 0) == 0,
            "a message begins with the path");
    return 0;
  }
  require(picture->pixels.size() ==
              size_t(picture->height * picture->width * picture->channels),
          "a picture has as many bytes as its size says");
  convertChannels(*picture, 4 - picture->channels);
  if (picture->height * picture->width <= 1 << 16)
    require(resize(*picture, 3, 5).pixels.size() ==
                size_t(15 * picture->channels),
            "a picture can be resized");
  return 0;
}
