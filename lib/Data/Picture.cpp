//===- Picture.cpp - Decoded images ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Picture.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/ArrayRef.h"

#include <algorithm>
#include <cmath>
#include <csetjmp>
#include <cstdio>
#include <jpeglib.h>
#include <png.h>

using namespace llvm;
using namespace dlc;

/// A header may say anything; a larger picture is not decoded.
static constexpr int64_t mostPixels = int64_t(1) << 26;

Error dlc::checkPictureSize(int64_t height, int64_t width, StringRef path) {
  if (height > 0 && width > 0 && height <= mostPixels &&
      height * width <= mostPixels)
    return Error::success();
  return makeError("{0}: {1} x {2} pixels, expected at most {3} in all", path,
                   height, width, mostPixels);
}

static Expected<Picture> decodePng(StringRef bytes, StringRef path) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  auto fail = [&] {
    std::string message = image.message;
    png_image_free(&image);
    return makeError("{0}: damaged PNG file: {1}", path, message);
  };
  if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()))
    return fail();
  if (Error error = checkPictureSize(image.height, image.width, path)) {
    png_image_free(&image);
    return std::move(error);
  }
  // Samples of 16 bits have the encoding of those of 8 bits, and are not
  // linear, as libpng takes them to be where a file says nothing.
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  Picture picture;
  picture.height = image.height;
  picture.width = image.width;
  picture.channels = image.format & PNG_FORMAT_FLAG_COLOR ? 3 : 1;
  image.format = picture.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  picture.pixels.resize(PNG_IMAGE_SIZE(image));
  const png_color black = {0, 0, 0};
  if (!png_image_finish_read(&image, &black, picture.pixels.data(),
                             /*row_stride=*/0, /*colormap=*/nullptr))
    return fail();
  return std::move(picture);
}

namespace {

/// libjpeg reports an error through a function that must not return.
struct JpegErrors {
  jpeg_error_mgr base; // first: libjpeg has a pointer to it
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

struct JpegReader {
  jpeg_decompress_struct info;
  JpegErrors errors;
};

} // namespace

static void leaveJpeg(j_common_ptr info) {
  auto *errors = reinterpret_cast<JpegErrors *>(info->err);
  info->err->format_message(info, errors->message);
  std::longjmp(errors->back, 1);
}

static void countWarning(j_common_ptr info, int level) {
  // A warning (level -1) is of damaged data that were guessed.
  if (level < 0 && info->err->num_warnings++ == 0)
    info->err->format_message(
        info, reinterpret_cast<JpegErrors *>(info->err)->message);
}

static void startJpeg(JpegReader &reader) {
  reader.info.err = jpeg_std_error(&reader.errors.base);
  reader.errors.base.error_exit = leaveJpeg;
  reader.errors.base.emit_message = countWarning;
  reader.errors.message[0] = 0;
}

// setjmp comes back into these two: they own nothing that has a destructor.

static bool readJpegHeader(JpegReader &reader, const unsigned char *bytes,
                           size_t size) {
  if (setjmp(reader.errors.back))
    return false;
  jpeg_create_decompress(&reader.info);
  jpeg_mem_src(&reader.info, bytes, size);
  jpeg_read_header(&reader.info, TRUE);
  // libjpeg does not convert CMYK and other colour spaces itself.
  reader.info.out_color_space =
      reader.info.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  reader.info.dct_method = JDCT_ISLOW;
  jpeg_calc_output_dimensions(&reader.info);
  return true;
}

static bool readJpegRows(JpegReader &reader, uint8_t *pixels) {
  if (setjmp(reader.errors.back))
    return false;
  jpeg_start_decompress(&reader.info);
  size_t stride = static_cast<size_t>(reader.info.output_width) *
                  reader.info.output_components;
  while (reader.info.output_scanline < reader.info.output_height) {
    JSAMPROW row = pixels + reader.info.output_scanline * stride;
    jpeg_read_scanlines(&reader.info, &row, 1);
  }
  jpeg_finish_decompress(&reader.info);
  return true;
}

static Expected<Picture> decodeJpeg(StringRef bytes, StringRef path) {
  JpegReader reader = {};
  startJpeg(reader);
  auto fail = [&] {
    std::string message = reader.errors.message;
    jpeg_destroy_decompress(&reader.info);
    return makeError("{0}: damaged JPEG file: {1}", path, message);
  };
  if (!readJpegHeader(reader,
                      reinterpret_cast<const unsigned char *>(bytes.data()),
                      bytes.size()))
    return fail();
  Picture picture;
  picture.height = reader.info.output_height;
  picture.width = reader.info.output_width;
  picture.channels = reader.info.out_color_space == JCS_GRAYSCALE ? 1 : 3;
  if (Error error = checkPictureSize(picture.height, picture.width, path)) {
    jpeg_destroy_decompress(&reader.info);
    return std::move(error);
  }
  picture.pixels.resize(picture.height * picture.width * picture.channels);
  if (!readJpegRows(reader, picture.pixels.data()) ||
      reader.errors.base.num_warnings != 0)
    return fail();
  jpeg_destroy_decompress(&reader.info);
  return std::move(picture);
}

Expected<Picture> dlc::decodePicture(StringRef bytes, StringRef path) {
  if (bytes.starts_with("\x89PNG"))
    return decodePng(bytes, path);
  if (bytes.starts_with("\xff\xd8"))
    return decodeJpeg(bytes, path);
  return makeError("{0}: neither a PNG nor a JPEG file", path);
}

Expected<SmallVector<char, 0>> dlc::encodePng(const Picture &picture) {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = picture.channels == 3 ? PNG_FORMAT_RGB : PNG_FORMAT_GRAY;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  SmallVector<char, 0> bytes(size);
  if (!png_image_write_to_memory(&image, bytes.data(), &size,
                                 /*convert_to_8_bit=*/0, picture.pixels.data(),
                                 /*row_stride=*/0, /*colormap=*/nullptr)) {
    std::string message = image.message;
    png_image_free(&image);
    return makeError("a PNG file cannot be made: {0}", message);
  }
  bytes.truncate(size);
  return std::move(bytes);
}

void dlc::convertChannels(Picture &picture, int64_t channels) {
  if (picture.channels == channels)
    return;
  size_t count = picture.height * picture.width;
  SmallVector<uint8_t, 0> result(count * channels);
  const uint8_t *from = picture.pixels.data();
  for (size_t i = 0; i < count; ++i) {
    if (channels == 1)
      result[i] = (299 * from[3 * i] + 587 * from[3 * i + 1] +
                   114 * from[3 * i + 2] + 500) /
                  1000;
    else
      std::fill_n(result.begin() + 3 * i, 3, from[i]);
  }
  picture.pixels = std::move(result);
  picture.channels = channels;
}

namespace {

/// Where a pixel of the result comes from: `weights` from `first` on.
struct Taps {
  int64_t first;
  SmallVector<float, 8> weights;
};

} // namespace

/// For each of `to` places, the weights of the `from` places around it.
static std::vector<Taps> tapsOf(int64_t from, int64_t to) {
  double scale = static_cast<double>(from) / static_cast<double>(to);
  double radius = std::max(scale, 1.0);
  std::vector<Taps> result;
  for (int64_t place = 0; place < to; ++place) {
    double centre = (static_cast<double>(place) + 0.5) * scale;
    auto first = std::max<int64_t>(
        0, static_cast<int64_t>(std::floor(centre - radius + 0.5)));
    auto last = std::min<int64_t>(
        from, static_cast<int64_t>(std::floor(centre + radius + 0.5)));
    Taps taps = {first, {}};
    double sum = 0;
    SmallVector<double, 8> weights;
    for (int64_t i = first; i < last; ++i) {
      double distance = std::abs(static_cast<double>(i) + 0.5 - centre);
      weights.push_back(std::max(0.0, 1 - distance / radius));
      sum += weights.back();
    }
    for (double weight : weights)
      taps.weights.push_back(static_cast<float>(weight / sum));
    result.push_back(std::move(taps));
  }
  return result;
}

Picture dlc::resize(const Picture &picture, int64_t height, int64_t width) {
  if (picture.height == height && picture.width == width)
    return picture;
  std::vector<Taps> columns = tapsOf(picture.width, width);
  std::vector<Taps> rows = tapsOf(picture.height, height);
  int64_t channels = picture.channels;
  // Along rows first.
  SmallVector<float, 0> narrow(picture.height * width * channels);
  for (int64_t y = 0; y < picture.height; ++y)
    for (int64_t x = 0; x < width; ++x)
      for (int64_t c = 0; c < channels; ++c) {
        float sum = 0;
        for (size_t i = 0; i < columns[x].weights.size(); ++i)
          sum += columns[x].weights[i] *
                 static_cast<float>(
                     picture.pixels[(y * picture.width + columns[x].first + i) *
                                        channels +
                                    c]);
        narrow[(y * width + x) * channels + c] = sum;
      }
  Picture result;
  result.height = height;
  result.width = width;
  result.channels = channels;
  result.pixels.resize(height * width * channels);
  int64_t stride = width * channels;
  for (int64_t y = 0; y < height; ++y)
    for (int64_t i = 0; i < stride; ++i) {
      float sum = 0;
      for (size_t k = 0; k < rows[y].weights.size(); ++k)
        sum += rows[y].weights[k] * narrow[(rows[y].first + k) * stride + i];
      result.pixels[y * stride + i] = static_cast<uint8_t>(
          std::clamp(std::floor(sum + 0.5f), 0.0f, 255.0f));
    }
  return result;
}
