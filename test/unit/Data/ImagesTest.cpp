//===- ImagesTest.cpp - Folders of images ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Dataset.h"
#include "dlc/Execution/Model.h"

#include "lib/Data/Picture.h"

#include "TestFiles.h"

#include <cstdio>
#include <jpeglib.h>
#include <png.h>

using namespace dlc;
using namespace dlc::test;

namespace {

std::string png(unsigned height, unsigned width, bool isColour,
                const std::string &pixels) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.height = height;
  image.width = width;
  image.format = isColour ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_alloc_size_t size = 0;
  EXPECT_TRUE(png_image_write_to_memory(&image, nullptr, &size, 0,
                                        pixels.data(), 0, nullptr));
  std::string bytes(size, '\0');
  EXPECT_TRUE(png_image_write_to_memory(&image, bytes.data(), &size, 0,
                                        pixels.data(), 0, nullptr));
  return bytes;
}

std::string jpeg(unsigned height, unsigned width, const std::string &pixels) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char *bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_height = height;
  info.image_width = width;
  info.input_components = 1;
  info.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 100, TRUE);
  jpeg_start_compress(&info, TRUE);
  for (unsigned y = 0; y < height; ++y) {
    std::string row = pixels.substr(y * width, width);
    auto *at = reinterpret_cast<JSAMPROW>(row.data());
    jpeg_write_scanlines(&info, &at, 1);
  }
  jpeg_finish_compress(&info);
  std::string result(reinterpret_cast<char *>(bytes), size);
  jpeg_destroy_compress(&info);
  free(bytes);
  return result;
}

TEST(Picture, PngAndJpeg) {
  std::string pixels = "\x01\x02\x03\x04\x05\x06";
  Picture grey = llvm::cantFail(decodePicture(png(2, 3, false, pixels), "a"));
  EXPECT_EQ(grey.height, 2);
  EXPECT_EQ(grey.width, 3);
  EXPECT_EQ(grey.channels, 1);
  EXPECT_EQ(grey.pixels[5], 6);
  Picture colour = llvm::cantFail(decodePicture(png(1, 2, true, pixels), "a"));
  EXPECT_EQ(colour.channels, 3);
  EXPECT_EQ(colour.pixels[4], 5);
  Picture photo = llvm::cantFail(
      decodePicture(jpeg(8, 16, std::string(128, char(90))), "a"));
  EXPECT_EQ(photo.height, 8);
  EXPECT_EQ(photo.width, 16);
  EXPECT_EQ(photo.channels, 1);
  EXPECT_NEAR(photo.pixels[77], 90, 1);

  convertChannels(grey, 3);
  EXPECT_EQ(grey.pixels[15], 6);
  EXPECT_EQ(grey.pixels[17], 6);
  convertChannels(grey, 1);
  EXPECT_EQ(grey.pixels[5], 6);
}

// No prefix of a file ends the process or is taken for the whole.
TEST(Picture, Damage) {
  for (const std::string &whole : {png(5, 7, true, std::string(105, 'x')),
                                   jpeg(16, 16, std::string(256, 'x'))}) {
    for (size_t i = 0; i < whole.size(); ++i) {
      std::string text =
          message(decodePicture(llvm::StringRef(whole).take_front(i), "a.png"));
      // The mark of the end adds nothing to a PNG.
      if (i + 12 < whole.size()) {
        EXPECT_EQ(text.rfind("a.png: ", 0), 0u) << i << " bytes";
      }
      std::string changed = whole;
      changed[i] ^= 0x55;
      (void)message(decodePicture(changed, "a.png"));
    }
  }
  EXPECT_EQ(message(decodePicture("GIF89a", "a.gif")),
            "a.gif: neither a PNG nor a JPEG file");
  // A header of 60000 x 60000 asks for no memory.
  std::string large = jpeg(16, 16, std::string(256, 'x'));
  size_t frame = large.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  large.replace(frame + 5, 4, "\xea\x60\xea\x60");
  EXPECT_CONTAINS(message(decodePicture(large, "a.jpg")),
                  "60000 x 60000 pixels, expected at most");
}

TEST(Picture, Resizes) {
  Picture picture;
  picture.height = 2;
  picture.width = 4;
  picture.channels = 1;
  picture.pixels = {0, 0, 100, 100, 50, 50, 200, 200};
  Picture small = resize(picture, 1, 2);
  // The filter reaches over two pixels to each side of a centre: weights 3/7,
  // 3/7 and 1/7 at the border, of rows 1/2 each: (100/7 + 500/7) / 2.
  EXPECT_EQ(small.pixels[0], 43);
  Picture same = resize(picture, 2, 4);
  EXPECT_EQ(same.pixels, picture.pixels);
  picture.pixels.assign(8, 77);
  for (uint8_t pixel : resize(picture, 7, 3).pixels)
    EXPECT_EQ(pixel, 77);
}

TEST(ImagesData, FoldersOfClasses) {
  TempFolder folder;
  for (const char *name : {"train/cat", "train/ape", "test/cat"})
    llvm::sys::fs::create_directories(folder.path(name));
  folder.write("train/cat/b.png", png(1, 2, false, "\x03\x04"));
  folder.write("train/cat/a.png", png(1, 2, false, "\x01\x02"));
  folder.write("train/ape/z.PNG", png(1, 2, false, "\x05\x06"));
  folder.write("train/ape/notes.txt", "?");
  folder.write("test/cat/1.png", png(1, 2, false, "\x07\x08"));
  std::string descriptor = "images:" + folder.path("");
  DataSplits data = llvm::cantFail(openData(descriptor));
  const Array &images = data.train.find("image")->array;
  EXPECT_EQ(describe(images.type, images.shape), "3x1x2xui8");
  EXPECT_EQ(std::string(images.data.begin(), images.data.end()),
            "\x05\x06\x01\x02\x03\x04");
  EXPECT_EQ(data.classes, (std::vector<std::string>{"ape", "cat"}));
  EXPECT_EQ(data.eval->find("label")->array.data[0], 1);

  // One in colour makes all of them so, channels first.
  folder.write("train/cat/c.png", png(1, 2, true, "abcdef"));
  data = llvm::cantFail(openData(descriptor));
  const Array &coloured = data.train.find("image")->array;
  EXPECT_EQ(describe(coloured.type, coloured.shape), "4x3x1x2xui8");
  EXPECT_EQ(std::string(coloured.data.end() - 6, coloured.data.end()),
            "adbecf");
  data = llvm::cantFail(openData(descriptor + ",colour=no,size=2x4"));
  const Array &grey = data.train.find("image")->array;
  EXPECT_EQ(describe(grey.type, grey.shape), "4x2x4xui8");

  folder.write("train/cat/d.png", png(2, 1, false, "\x01\x02"));
  EXPECT_CONTAINS(message(openData(descriptor)), "d.png: 2 x 1 pixels, but ");
  EXPECT_CONTAINS(message(openData(descriptor)), "size=1x2 resizes all");
  EXPECT_CONTAINS(message(openData(descriptor + ",eval=0.1")),
                  "say what to evaluate on");
  EXPECT_CONTAINS(message(openData(descriptor + ",size=0x3")),
                  "expected HEIGHTxWIDTH");
  folder.write("train/cat/d.png", "broken");
  EXPECT_CONTAINS(message(openData(descriptor)),
                  "d.png: neither a PNG nor a JPEG file");
  EXPECT_CONTAINS(message(openData("images:" + folder.path("none"))),
                  "is not a directory");
  EXPECT_CONTAINS(message(openData("images:" + folder.path("train/cat"))),
                  "has no folder of .png or .jpg files");
}

} // namespace
