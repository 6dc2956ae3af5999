//===- DatasetTest.cpp - Named arrays of samples --------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Dataset.h"
#include "dlc/Execution/Model.h"

#include "dlc/Data/Npy.h"

#include "TestFiles.h"

using namespace dlc;
using namespace dlc::test;

namespace {

/// IDX files of `samples` images of 2x2, image i all i, and labels i mod 10.
void writeIdx(const TempFolder &folder, const std::string &prefix,
              unsigned char samples) {
  std::string images = bytes("\0\0\x08\x03\0\0\0"), labels = images;
  images += static_cast<char>(samples) + bytes("\0\0\0\x02\0\0\0\x02");
  labels = bytes("\0\0\x08\x01\0\0\0") + static_cast<char>(samples);
  for (char i = 0; i < samples; ++i) {
    images += std::string(4, i);
    labels += static_cast<char>(i % 10);
  }
  folder.write(prefix + "-images-idx3-ubyte", images);
  folder.write(prefix + "-labels-idx1-ubyte", labels);
}

std::string writeBytes(const TempFolder &folder, const std::string &name,
                       llvm::ArrayRef<int64_t> shape) {
  int64_t size = 1;
  for (int64_t dimension : shape)
    size *= dimension;
  std::string data(size, 'x');
  EXPECT_EQ(message(writeNpyFile(folder.path(name), DLC_U8, shape,
                                 {data.data(), data.size()})),
            "");
  return folder.path(name);
}

TEST(Dataset, IdxFolder) {
  TempFolder folder;
  writeIdx(folder, "train", 12);
  llvm::Expected<DataSplits> data = openData("idx:" + folder.path(""));
  ASSERT_TRUE(static_cast<bool>(data)) << llvm::toString(data.takeError());
  EXPECT_FALSE(data->eval.has_value()) << "t10k may be missing";

  writeIdx(folder, "t10k", 5);
  data = openData("idx:" + folder.path(""));
  ASSERT_TRUE(static_cast<bool>(data)) << llvm::toString(data.takeError());
  EXPECT_EQ(data->train.size(), 12);
  ASSERT_TRUE(data->eval.has_value());
  EXPECT_EQ(data->eval->size(), 5);
  EXPECT_EQ(data->train.fields()[0].name, "image");
  EXPECT_EQ(data->train.fields()[1].name, "label");
  EXPECT_EQ(data->train.fields()[1].array.data[11], 1);
}

TEST(Dataset, IdxFolderWithGaps) {
  TempFolder folder;
  EXPECT_CONTAINS(message(openData("idx:" + folder.path(""))),
                  "holds neither train-images-idx3-ubyte nor "
                  "train-images-idx3-ubyte.gz");
  EXPECT_CONTAINS(message(openData("idx:" + folder.path("none"))),
                  "is not a directory");
  writeIdx(folder, "train", 3);
  writeIdx(folder, "t10k", 3);
  llvm::sys::fs::remove(folder.path("t10k-labels-idx1-ubyte"));
  EXPECT_CONTAINS(message(openData("idx:" + folder.path(""))),
                  "holds neither t10k-labels-idx1-ubyte nor");
}

TEST(Dataset, FashionMnist) {
  if (!llvm::sys::fs::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "the data set is not installed";
  llvm::Expected<DataSplits> data = openData("fashion-mnist");
  ASSERT_TRUE(static_cast<bool>(data)) << llvm::toString(data.takeError());
  EXPECT_EQ(data->train.size(), 60000);
  EXPECT_EQ(data->eval->size(), 10000);
  const Array &images = data->train.fields()[0].array;
  EXPECT_EQ(describe(images.type, images.shape), "60000x28x28xui8");
  // The ten classes are equally frequent.
  int counts[10] = {};
  for (char label : data->train.fields()[1].array.data)
    ++counts[static_cast<int>(label)];
  for (int count : counts)
    EXPECT_EQ(count, 6000);
}

TEST(Dataset, Npy) {
  TempFolder folder;
  std::string x = writeBytes(folder, "x.npy", {4, 3});
  std::string y = writeBytes(folder, "y.npy", {4});
  std::string e = writeBytes(folder, "e.npy", {2, 3});
  llvm::Expected<DataSplits> data =
      openData("npy:image=" + x + ",label=" + y + ";eval:image=" + e);
  ASSERT_TRUE(static_cast<bool>(data)) << llvm::toString(data.takeError());
  EXPECT_EQ(data->train.size(), 4);
  EXPECT_EQ(data->train.fields().size(), 2u);
  EXPECT_EQ(data->eval->size(), 2);
}

TEST(Dataset, FieldsMustAgree) {
  TempFolder folder;
  std::string x = writeBytes(folder, "x.npy", {4, 3});
  std::string y = writeBytes(folder, "y.npy", {5});
  std::string scalar = writeBytes(folder, "s.npy", {});
  std::string empty = writeBytes(folder, "e.npy", {0, 3});
  EXPECT_EQ(message(openData("npy:image=" + x + ",label=" + y)),
            "field 'image': '" + x + "' holds 4 samples, but field 'label': '" +
                y + "' holds 5");
  EXPECT_CONTAINS(message(openData("npy:image=" + x + ",image=" + x)),
                  "field 'image' is named twice");
  EXPECT_CONTAINS(message(openData("npy:image=" + x + ",label=" + scalar)),
                  "field 'label': '" + scalar + "' holds a scalar");
  EXPECT_CONTAINS(message(openData("npy:image=" + empty)), "holds no samples");
}

TEST(Dataset, Descriptors) {
  EXPECT_EQ(message(openData("idz:x")),
            "no kind of data 'idz'; did you mean 'idx'?");
  EXPECT_CONTAINS(message(openData("fashion-mnits")),
                  "did you mean 'fashion-mnist'?");
  EXPECT_CONTAINS(
      message(openData("")),
      "there is fashion-mnist, mnist, idx, npy, npz, graph, cora, text, "
      "chars, lines, textgcn, csv, images");
  EXPECT_CONTAINS(message(openData("idx:")),
                  "names no files, expected idx:DIR");
  EXPECT_CONTAINS(message(openData("npy")),
                  "names no files, expected npy:FIELD=FILE.npy");
  EXPECT_CONTAINS(message(openData("npy:image")),
                  "'image', expected FIELD=FILE.npy");
  TempFolder folder;
  std::string x = writeBytes(folder, "x.npy", {4, 3});
  EXPECT_CONTAINS(message(openData("npy:image=" + x + ",")),
                  "'', expected FIELD=FILE.npy");
  EXPECT_CONTAINS(message(openData("npy:image=" + x + ";image=" + x)),
                  "after ';', expected eval:");
}

TEST(Dataset, First) {
  Field text = {"text", "t.npy", {DLC_U8, {2, 3}, {}}, 1};
  text.array.data = {'a', 'b', 'c', 'd', 'e', 'f'};
  Field label = {"label", "l.npy", {DLC_U8, {3}, {}}};
  label.array.data = {'x', 'y', 'z'};
  Field table = {"table", "a.npy", {DLC_U8, {2}, {}}, std::nullopt};
  table.array.data = {'1', '2'};
  Dataset data = llvm::cantFail(Dataset::create({text, label, table}));
  Dataset two = llvm::cantFail(data.first(2));
  auto bytesOfField = [&](llvm::StringRef name) {
    const Array &array = two.find(name)->array;
    return std::string(array.data.begin(), array.data.end());
  };
  EXPECT_EQ(two.size(), 2);
  EXPECT_EQ(bytesOfField("text"), "abde");
  EXPECT_EQ(bytesOfField("label"), "xy");
  EXPECT_EQ(bytesOfField("table"), "12");
  EXPECT_EQ(message(data.first(4)), "4 samples, but the data have 3");
  EXPECT_EQ(message(llvm::cantFail(Dataset::create({table})).first(1)),
            "the data are one whole, of which there is no part");
}

} // namespace
