//===- PictureGridTest.cpp - Images of a tensor in one file ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/PictureGrid.h"
#include "dlc/Runtime.h"

#include "lib/Data/Picture.h"

#include "gtest/gtest.h"

#include <limits>
#include <vector>

using namespace llvm;
using namespace dlc;

namespace {

/// The picture that is in the file of these images.
template <typename T>
Picture throughFile(int32_t type, ArrayRef<int64_t> shape,
                    const std::vector<T> &values) {
  auto bytes = encodePictureGrid(type, shape,
                                 {reinterpret_cast<const char *>(values.data()),
                                  values.size() * sizeof(T)});
  EXPECT_TRUE(bool(bytes));
  auto picture = decodePicture({bytes->data(), bytes->size()}, "grid.png");
  EXPECT_TRUE(bool(picture));
  return std::move(*picture);
}

TEST(PictureGridTest, ListsOfImagesHaveFourDimensionsAndOneOrThreeChannels) {
  EXPECT_TRUE(isPictureList(DLC_F32, {2, 1, 4, 5}));
  EXPECT_TRUE(isPictureList(DLC_F64, {1, 3, 1, 1}));
  EXPECT_TRUE(isPictureList(DLC_U8, {2, 3, 4, 5}));
  EXPECT_FALSE(isPictureList(DLC_I32, {2, 3, 4, 5}));
  EXPECT_FALSE(isPictureList(DLC_I1, {2, 3, 4, 5}));
  EXPECT_FALSE(isPictureList(DLC_F32, {2, 2, 4, 5}));
  EXPECT_FALSE(isPictureList(DLC_F32, {0, 1, 4, 5}));
  EXPECT_FALSE(isPictureList(DLC_F32, {1, 4, 5}));
}

TEST(PictureGridTest, ImagesStandInRowsWithWhiteBetween) {
  // Five of 1 x 2: three a row.
  Picture grid = throughFile<uint8_t>(DLC_U8, {5, 1, 1, 2},
                                      {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_EQ(grid.height, 4);
  EXPECT_EQ(grid.width, 10);
  EXPECT_EQ(grid.channels, 1);
  const uint8_t w = 255;
  std::vector<uint8_t> expected = {1, 2, w, w, 3, 4, w, w, 5, 6};
  expected.insert(expected.end(), 20, w);
  for (uint8_t value : {7, 8, 255, 255, 9, 10, 255, 255, 255, 255})
    expected.push_back(value);
  EXPECT_EQ(std::vector<uint8_t>(grid.pixels.begin(), grid.pixels.end()),
            expected);
}

TEST(PictureGridTest, ChannelsAreLastInAFile) {
  Picture grid = throughFile<uint8_t>(DLC_U8, {1, 3, 1, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(grid.channels, 3);
  EXPECT_EQ(std::vector<uint8_t>(grid.pixels.begin(), grid.pixels.end()),
            (std::vector<uint8_t>{1, 3, 5, 2, 4, 6}));
}

TEST(PictureGridTest, FloatsAreFromZeroToOne) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  float infinity = std::numeric_limits<float>::infinity();
  Picture grid = throughFile<float>(DLC_F32, {1, 1, 1, 7},
                                    {0, 0.5, 1, -3, 2.5, nan, infinity});
  EXPECT_EQ(std::vector<uint8_t>(grid.pixels.begin(), grid.pixels.end()),
            (std::vector<uint8_t>{0, 128, 255, 0, 255, 0, 255}));
}

TEST(PictureGridTest, TooManyPixelsAreAnError) {
  auto grid = encodePictureGrid(DLC_U8, {1, 1, 1 << 14, 1 << 14}, {});
  ASSERT_FALSE(bool(grid));
  EXPECT_NE(toString(grid.takeError()).find("16384 x 16384 pixels"),
            std::string::npos);
}

} // namespace
