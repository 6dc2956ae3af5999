//===- Picture.h - Decoded images -------------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_DATA_PICTURE_H
#define DLC_LIB_DATA_PICTURE_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace dlc {

/// An image of 8 bits a channel, channels last.
struct Picture {
  int64_t height = 0, width = 0;
  int64_t channels = 0; ///< 1: grey, 3: red, green, blue
  llvm::SmallVector<uint8_t, 0> pixels;
};

/// An error if the extents are not positive or make too many pixels; `path`
/// names the picture in it.
llvm::Error checkPictureSize(int64_t height, int64_t width,
                             llvm::StringRef path);

/// The bytes of a PNG file; the picture has at least one pixel.
llvm::Expected<llvm::SmallVector<char, 0>> encodePng(const Picture &picture);

/// Decodes a PNG or JPEG, which is seen from its first bytes. Transparency is
/// laid over black, 16 bits are reduced to 8. `path` is for errors.
llvm::Expected<Picture> decodePicture(llvm::StringRef bytes,
                                      llvm::StringRef path);

/// The same picture in grey (ITU-R BT.601) or in colour.
void convertChannels(Picture &picture, int64_t channels);

/// Resizes with a triangle filter, which is widened where the picture becomes
/// smaller, so that every pixel counts.
Picture resize(const Picture &picture, int64_t height, int64_t width);

} // namespace dlc
#endif // DLC_LIB_DATA_PICTURE_H
