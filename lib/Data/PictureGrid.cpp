//===- PictureGrid.cpp - Images of a tensor in one file -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/PictureGrid.h"

#include "Picture.h"

#include "dlc/Support/ElementTypes.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace dlc;

/// White pixels between two images.
static constexpr int64_t gap = 2;

bool dlc::isPictureList(int32_t type, ArrayRef<int64_t> shape) {
  return shape.size() == 4 && (shape[1] == 1 || shape[1] == 3) &&
         all_of(shape, [](int64_t extent) { return extent > 0; }) &&
         (elementType(type).isFloat() || type == DLC_U8);
}

/// The least number whose square is `count` or more.
static int64_t columnsFor(int64_t count) {
  int64_t columns = 1;
  while (columns * columns < count)
    ++columns;
  return columns;
}

static uint8_t pixelOf(int32_t type, const char *data, int64_t index) {
  double value = realElement(type, data, index);
  if (type == DLC_U8)
    return static_cast<uint8_t>(value);
  // NaN is not greater than 0.
  double inRange = value > 0 ? std::min(value, 1.0) : 0;
  return static_cast<uint8_t>(inRange * 255 + 0.5);
}

Expected<SmallVector<char, 0>> dlc::encodePictureGrid(int32_t type,
                                                      ArrayRef<int64_t> shape,
                                                      ArrayRef<char> data) {
  int64_t count = shape[0], channels = shape[1], height = shape[2],
          width = shape[3];
  int64_t columns = columnsFor(count);
  int64_t rows = divideCeil(count, columns);
  Picture grid;
  grid.height = rows * (height + gap) - gap;
  grid.width = columns * (width + gap) - gap;
  grid.channels = channels;
  if (Error error = checkPictureSize(grid.height, grid.width, "the grid"))
    return std::move(error);
  grid.pixels.assign(grid.height * grid.width * channels, 255);
  int64_t from = 0;
  for (int64_t i = 0; i < count; ++i) {
    int64_t top = i / columns * (height + gap);
    int64_t left = i % columns * (width + gap);
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x)
          grid.pixels[((top + y) * grid.width + left + x) * channels + c] =
              pixelOf(type, data.data(), from++);
  }
  return encodePng(grid);
}
