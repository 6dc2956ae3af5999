//===- Tensor.cpp - Sizes and names of the C interface's tensors ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/Model.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/ErrorHandling.h"

using namespace llvm;

int64_t dlc::elementBytes(int32_t type) {
  switch (static_cast<dlc_type>(type)) {
  case DLC_I1:
  case DLC_I8:
  case DLC_U8:
    return 1;
  case DLC_BF16:
    return 2;
  case DLC_F32:
  case DLC_I32:
    return 4;
  case DLC_F64:
  case DLC_I64:
    return 8;
  }
  llvm_unreachable("not a dlc_type");
}

int64_t dlc::numElements(const dlc_tensor &tensor) {
  ArrayRef<int64_t> shape(tensor.shape, tensor.rank);
  // An empty tensor is empty however large its other dimensions are, whose
  // product may be no number.
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

StringRef dlc::typeName(int32_t type) {
  switch (static_cast<dlc_type>(type)) {
  case DLC_F32:
    return "f32";
  case DLC_F64:
    return "f64";
  case DLC_BF16:
    return "bf16";
  case DLC_I1:
    return "i1";
  case DLC_I8:
    return "i8";
  case DLC_U8:
    return "ui8";
  case DLC_I32:
    return "i32";
  case DLC_I64:
    return "i64";
  }
  llvm_unreachable("not a dlc_type");
}
