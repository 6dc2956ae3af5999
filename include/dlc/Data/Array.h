//===- Array.h - A tensor of data in memory ---------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_DATA_ARRAY_H
#define DLC_DATA_ARRAY_H

#include "dlc/Runtime.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <optional>
#include <string>

namespace dlc {

/// The array of a file: contiguous, last dimension fastest, this machine's byte
/// order.
struct Array {
  int32_t type = DLC_F32; ///< dlc_type
  llvm::SmallVector<int64_t, 4> shape;
  llvm::SmallVector<char, 0> data;
};

/// The bytes of a tensor, or nothing when a dimension is negative or the size
/// does not fit in 63 bits. Shapes come out of files, so this is where sizes
/// are first computed.
std::optional<int64_t> sizeInBytes(int32_t type, llvm::ArrayRef<int64_t> shape);

/// Copies `array` into a buffer of a step. `what` ("input 'image'") and `path`
/// say in the error whose type or shape differs.
llvm::Error copyTo(const dlc_tensor &tensor, const Array &array,
                   llvm::StringRef what, llvm::StringRef path,
                   llvm::MutableArrayRef<char> buffer);

} // namespace dlc
#endif // DLC_DATA_ARRAY_H
