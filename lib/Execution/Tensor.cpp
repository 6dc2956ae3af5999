//===- Tensor.cpp - Sizes and names of the C interface's tensors ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/Model.h"

#include "dlc/Support/ElementTypes.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

int64_t dlc::elementBytes(int32_t type) { return elementType(type).bytes; }

int64_t dlc::numElements(const dlc_tensor &tensor) {
  ArrayRef<int64_t> shape(tensor.shape, tensor.rank);
  // An empty tensor is empty however large its other dimensions are, whose
  // product may be NaN.
  if (is_contained(shape, 0))
    return 0;
  int64_t elements = 1;
  for (int64_t dimension : shape)
    elements *= dimension;
  return elements;
}

int64_t dlc::numBytes(const dlc_tensor &tensor) {
  return numElements(tensor) * elementBytes(tensor.type);
}

StringRef dlc::typeName(int32_t type) { return elementType(type).name; }

std::string dlc::describe(int32_t type, ArrayRef<int64_t> shape) {
  std::string text;
  for (int64_t dimension : shape)
    text += std::to_string(dimension) + "x";
  return text + typeName(type).str();
}
