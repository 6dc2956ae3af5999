//===- PictureGrid.h - Images of a tensor in one file -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_PICTUREGRID_H
#define DLC_DATA_PICTUREGRID_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"

#include <cstdint>

namespace dlc {

/// Whether a tensor is a list of images: N x C x H x W of floats or bytes, with
/// one channel or three.
bool isPictureList(int32_t type, llvm::ArrayRef<int64_t> shape);

/// The images of such a list as one PNG file, in rows of the least number whose
/// square is N or more, with white lines of two pixels between. Floats are from
/// 0 to 1, bytes from 0 to 255; floats beyond are clamped, and NaN is 0. An
/// error if the grid has more pixels than the reader of PNG files takes.
llvm::Expected<llvm::SmallVector<char, 0>>
encodePictureGrid(int32_t type, llvm::ArrayRef<int64_t> shape,
                  llvm::ArrayRef<char> data);

} // namespace dlc
#endif // DLC_DATA_PICTUREGRID_H
