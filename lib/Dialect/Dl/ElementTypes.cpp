//===- ElementTypes.cpp - Element types and bytes of MLIR's types ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Dialect/Dl/ElementTypes.h"

#include "dlc/Dialect/Dl/Dl.h"

using namespace mlir;
using namespace dlc;

static bool isSame(const ElementType &element, Type type) {
  if (auto real = dyn_cast<FloatType>(type))
    return element.isFloat() && real.getWidth() == element.bits &&
           llvm::APFloat::semanticsPrecision(real.getFloatSemantics()) ==
               element.digits;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer || element.isFloat() || integer.getWidth() != element.bits)
    return false;
  return element.kind == ElementKind::Unsigned ? integer.isUnsigned()
                                               : integer.isSignless();
}

const ElementType *dl::findElementType(Type type) {
  for (const ElementType &element : elementTypes())
    if (isSame(element, type))
      return &element;
  return nullptr;
}

bool dl::isElementType(Type type) {
  const ElementType *element = findElementType(type);
  return element && element->inLanguage;
}

int64_t dl::elementBytes(Type element) {
  if (element.isIndex())
    return sizeof(int64_t);
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

int64_t dl::bytesOf(ShapedType type) {
  return type.getNumElements() * elementBytes(type.getElementType());
}
