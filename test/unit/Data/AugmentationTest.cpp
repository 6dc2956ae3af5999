//===- AugmentationTest.cpp - Images changed by chance --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Batches.h"

#include "TestFiles.h"

#include <set>

using namespace dlc;
using namespace dlc::test;

namespace {

Field images(llvm::ArrayRef<int64_t> shape, int32_t type = DLC_U8) {
  Field field = {"image", "x.npy", {type, {shape.begin(), shape.end()}, {}}};
  int64_t size = 1;
  for (int64_t extent : shape)
    size *= extent;
  for (int64_t i = 0; i < size; ++i) {
    if (type == DLC_U8) {
      field.array.data.push_back(static_cast<char>(i + 1));
      continue;
    }
    std::string bytes = bytesOf<float>({static_cast<float>(i + 1)});
    field.array.data.append(bytes.begin(), bytes.end());
  }
  return field;
}

using Image = std::vector<uint8_t>;

Image changed(const Field &field, const std::string &text, uint32_t sample,
              AugmentKey key, size_t bytes) {
  Augmentation augmentation = llvm::cantFail(Augmentation::parse(text));
  Augmentation::Bound bound = llvm::cantFail(augmentation.bind(field));
  Image result(bytes);
  bound.apply(field.array.data.data() + sample * bytes,
              reinterpret_cast<char *>(result.data()), sample, key);
  return result;
}

TEST(Augmentation, Flips) {
  Field field = images({64, 2, 3});
  int flipped = 0;
  for (uint32_t sample = 0; sample < 64; ++sample) {
    Image image = changed(field, "image:flip", sample, {3, 1}, 6);
    auto pixel = [&](int i) {
      return static_cast<uint8_t>(sample * 6 + i + 1);
    };
    bool isFlipped = image[0] != pixel(0);
    flipped += isFlipped;
    Image expected =
        isFlipped
            ? Image{pixel(2), pixel(1), pixel(0), pixel(5), pixel(4), pixel(3)}
            : Image{pixel(0), pixel(1), pixel(2), pixel(3), pixel(4), pixel(5)};
    EXPECT_EQ(image, expected);
  }
  EXPECT_GT(flipped, 20);
  EXPECT_LT(flipped, 44);
}

TEST(Augmentation, Shifts) {
  // Two channels of 3 x 3, both moved alike.
  Field field = images({1, 2, 3, 3});
  std::set<std::pair<int, int>> seen;
  for (uint32_t epoch = 0; epoch < 200; ++epoch) {
    Image image = changed(field, "image:shift=1", 0, {0, epoch}, 18);
    int down = 9, right = 9;
    for (int dy = -1; dy <= 1; ++dy)
      for (int dx = -1; dx <= 1; ++dx) {
        bool same = true;
        for (int c = 0; c < 2; ++c)
          for (int y = 0; y < 3; ++y)
            for (int x = 0; x < 3; ++x) {
              int fromY = y - dy, fromX = x - dx;
              bool isIn = fromY >= 0 && fromY < 3 && fromX >= 0 && fromX < 3;
              int expected = isIn ? c * 9 + fromY * 3 + fromX + 1 : 0;
              same = same && image[c * 9 + y * 3 + x] == expected;
            }
        if (same) {
          down = dy;
          right = dx;
        }
      }
    ASSERT_NE(down, 9) << "a shift of at most one pixel";
    seen.insert({down, right});
  }
  EXPECT_EQ(seen.size(), 9u);
}

TEST(Augmentation, Crops) {
  // Of a ramp along x, every row of the result is a slower ramp inside it.
  Field field = images({1, 1, 8}, DLC_F32);
  std::set<float> begins;
  for (uint32_t epoch = 0; epoch < 20; ++epoch) {
    Image bytes = changed(field, "image:crop=0.5", 0, {0, epoch}, 32);
    float row[8];
    std::memcpy(row, bytes.data(), sizeof(row));
    begins.insert(row[0]);
    // At its ends the image is continued by its border.
    for (int i = 2; i < 7; ++i) {
      EXPECT_GE(row[i] - row[i - 1], 0.499f);
      EXPECT_LE(row[i] - row[i - 1], 1.0f);
    }
    EXPECT_GE(row[0], 1.0f);
    EXPECT_LE(row[7], 8.0f);
  }
  EXPECT_GT(begins.size(), 10u);
  Field constant = images({1, 4, 4});
  std::fill(constant.array.data.begin(), constant.array.data.end(), char(200));
  EXPECT_EQ(changed(constant, "image:crop=0.3", 0, {5, 5}, 16), Image(16, 200));
}

TEST(Augmentation, IsAFunctionOfSeedEpochAndSample) {
  Field field = images({4, 5, 5});
  std::string all = "image:crop=0.7,flip,shift=2";
  EXPECT_EQ(changed(field, all, 2, {1, 4}, 25),
            changed(field, all, 2, {1, 4}, 25));
  EXPECT_NE(changed(field, all, 2, {1, 4}, 25),
            changed(field, all, 2, {1, 5}, 25));
  EXPECT_NE(changed(field, all, 2, {1, 4}, 25),
            changed(field, all, 2, {2, 4}, 25));
}

TEST(Augmentation, Messages) {
  auto errorOf = [](const char *text) {
    return message(Augmentation::parse(text));
  };
  EXPECT_EQ(errorOf("image"), "'image', expected FIELD:CHANGE,..., as in "
                              "image:flip,shift=2");
  EXPECT_EQ(errorOf("image:flop"),
            "no change of images 'flop'; did you mean 'flip'?");
  EXPECT_CONTAINS(errorOf("image:shift=0"), "from 1 to 16384");
  EXPECT_CONTAINS(errorOf("image:shift"), "expected shift=N");
  EXPECT_CONTAINS(errorOf("image:crop=1"), "between 0 and 1");
  EXPECT_CONTAINS(errorOf("image:flip=2"), "flip without a value");
  EXPECT_CONTAINS(errorOf("image:flip,flip"), "given twice");
  Augmentation flip = llvm::cantFail(Augmentation::parse("image:flip"));
  Field flat = images({4, 5});
  EXPECT_EQ(message(flip.bind(flat)),
            "field 'image': 'x.npy' holds 4x5xui8, expected images of bytes or "
            "floats: samples, then perhaps channels, then height and width");
}

// Only where there is a key: an evaluation sees images as they are.
TEST(Augmentation, OfABatch) {
  Dataset data = llvm::cantFail(Dataset::create({images({6, 3, 3})}));
  const int64_t shape[] = {2, 3, 3};
  const dlc_tensor input = {"image", shape, 3, DLC_U8};
  dlc_step step = {};
  step.name = "train";
  step.inputs = &input;
  step.num_inputs = 1;
  BatchFeed feed = llvm::cantFail(BatchFeed::create(data, step));
  EXPECT_FALSE(feed.isWorthAThread());
  llvm::cantFail(feed.augment(
      llvm::cantFail(Augmentation::parse("image:shift=1")), data, step));
  EXPECT_TRUE(feed.isWorthAThread());
  StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
  llvm::cantFail(feed.fill({4, 1}, buffers));
  EXPECT_EQ(static_cast<uint8_t>(buffers.input(0)[0]), 37);
  AugmentKey key = {1, 2};
  llvm::cantFail(feed.fill({4, 1}, buffers, &key));
  Image second(buffers.input(0).begin() + 9, buffers.input(0).end());
  EXPECT_EQ(second, changed(data.fields()[0], "image:shift=1", 1, key, 9));
  EXPECT_CONTAINS(
      message(feed.augment(llvm::cantFail(Augmentation::parse("images:flip")),
                           data, step)),
      "did you mean 'image'?");
}

} // namespace
