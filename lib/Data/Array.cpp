//===- Array.cpp - A tensor of data in memory -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Array.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <cstring>

using namespace llvm;
using namespace dlc;

std::optional<int64_t> dlc::sizeInBytes(int32_t type, ArrayRef<int64_t> shape) {
  if (any_of(shape, [](int64_t dimension) { return dimension < 0; }))
    return std::nullopt;
  // A tensor with no elements is empty however large its other dimensions are.
  if (is_contained(shape, 0))
    return 0;
  int64_t bytes = elementBytes(type);
  for (int64_t dimension : shape)
    if (MulOverflow(bytes, dimension, bytes))
      return std::nullopt;
  return bytes;
}

Error dlc::copyTo(const dlc_tensor &tensor, const Array &array, StringRef what,
                  StringRef path, MutableArrayRef<char> buffer) {
  ArrayRef<int64_t> expected(tensor.shape, tensor.rank);
  if (array.type != tensor.type || ArrayRef(array.shape) != expected)
    return makeError("{0}: '{1}' holds {2}, expected {3}", what, path,
                     describe(array.type, array.shape),
                     describe(tensor.type, expected));
  if (!array.data.empty())
    std::memcpy(buffer.data(), array.data.data(), buffer.size());
  return Error::success();
}
