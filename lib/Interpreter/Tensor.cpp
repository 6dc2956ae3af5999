//===- Tensor.cpp - A value of the interpreter ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Interpreter/Tensor.h"

#include "dlc/Dialect/Dl/ElementTypes.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace mlir;
using namespace dlc::interp;

double dlc::interp::roundTo(FloatType type, double value) {
  if (isa<Float64Type>(type))
    return value;
  if (isa<Float32Type>(type))
    return static_cast<float>(value);
  llvm::APFloat number(value);
  bool inexact;
  number.convert(type.getFloatSemantics(), llvm::APFloat::rmNearestTiesToEven,
                 &inexact);
  return number.convertToDouble();
}

/// The least number of a type that is not denormal.
static double leastNormalOf(FloatType type) {
  return std::ldexp(1.0,
                    APFloat::semanticsMinExponent(type.getFloatSemantics()));
}

double dlc::interp::flushDenormal(FloatType type, double value) {
  return flushBelow(leastNormalOf(type), value);
}

int64_t dlc::interp::wrapTo(IntegerType type, int64_t value) {
  unsigned width = type.getWidth();
  if (width == 64)
    return value;
  int64_t low = value & ((int64_t(1) << width) - 1);
  bool isNegative = low >> (width - 1) && width > 1 && !type.isUnsigned();
  return isNegative ? low - (int64_t(1) << width) : low;
}

/// As `dl.cast`: toward zero, clamped, not a number as 0; an i1 is "not zero".
static int64_t toInteger(IntegerType type, double value) {
  unsigned width = type.getWidth();
  if (width == 1)
    return value != 0;
  if (std::isnan(value))
    return 0;
  bool isUnsigned = type.isUnsigned();
  // x fits where low - 1 < x < high.
  double low = isUnsigned ? 0 : -std::ldexp(1.0, width - 1);
  double high = std::ldexp(1.0, isUnsigned ? width : width - 1);
  if (value >= high)
    return width == 64 ? std::numeric_limits<int64_t>::max()
                       : static_cast<int64_t>(high) - 1;
  return static_cast<int64_t>(std::max(value, low));
}

Tensor::Tensor(RankedTensorType type)
    : tensorType(type), floatType(dyn_cast<FloatType>(type.getElementType())) {
  if (isFloat()) {
    leastNormal = leastNormalOf(floatType);
    reals.resize(size());
  } else {
    integers.resize(size());
  }
}

Tensor::Tensor(RankedTensorType type, ArrayRef<double> elements)
    : Tensor(type) {
  for (auto [i, element] : llvm::enumerate(elements)) {
    if (isFloat())
      put(i, element);
    else
      set(i, element);
  }
}

Tensor::Tensor(RankedTensorType type, ArrayRef<int64_t> elements)
    : Tensor(type) {
  for (auto [i, element] : llvm::enumerate(elements))
    set(i, element);
}

void Tensor::put(int64_t i, double value) {
  reals[i] = roundTo(floatType, value);
}

void Tensor::setReal(int64_t i, double value) {
  if (isFloat())
    reals[i] = flushBelow(leastNormal, roundTo(floatType, value));
  else
    integers[i] =
        toInteger(cast<IntegerType>(tensorType.getElementType()), value);
}

void Tensor::setInteger(int64_t i, int64_t value) {
  if (isFloat())
    reals[i] = roundTo(floatType, static_cast<double>(value));
  else
    integers[i] = wrapTo(cast<IntegerType>(tensorType.getElementType()), value);
}

void Tensor::copy(int64_t i, const Tensor &from, int64_t j) {
  if (isFloat())
    reals[i] = from.reals[j];
  else
    integers[i] = from.integers[j];
}

int64_t Tensor::at(ArrayRef<int64_t> index) const {
  assert(index.size() == shape().size() && "an index of another rank");
  int64_t place = 0;
  for (auto [i, extent] : llvm::zip_equal(index, shape())) {
    assert(i >= 0 && i < extent && "an index outside the tensor");
    place = place * extent + i;
  }
  return place;
}

//===----------------------------------------------------------------------===//
// Attributes and memory
//===----------------------------------------------------------------------===//

Tensor Tensor::fromAttr(ElementsAttr attr) {
  Tensor result(cast<RankedTensorType>(attr.getShapedType()));
  int64_t i = 0;
  if (result.isFloat()) {
    for (const APFloat &value : attr.getValues<APFloat>()) {
      APFloat wide = value;
      bool inexact;
      wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &inexact);
      result.put(i++, wide.convertToDouble());
    }
  } else {
    for (const APInt &value : attr.getValues<APInt>())
      result.set(i++, value.getSExtValue());
  }
  return result;
}

/// Programs that are evaluated have the types of the language alone.
static dlc_type codeOf(RankedTensorType type) {
  return dlc::dl::findElementType(type.getElementType())->code;
}

Tensor Tensor::load(RankedTensorType type, const void *memory) {
  Tensor result(type);
  dlc::withMemoryType(codeOf(type), [&](auto element) {
    auto *bytes = static_cast<const char *>(memory);
    for (int64_t i = 0, e = result.size(); i < e; ++i) {
      std::memcpy(&element, bytes + i * sizeof(element), sizeof(element));
      if constexpr (std::is_floating_point_v<decltype(element)>)
        result.put(i, element);
      else
        result.set(i, element);
    }
  });
  return result;
}

void Tensor::store(void *memory) const {
  dlc::withMemoryType(codeOf(tensorType), [&](auto element) {
    auto *bytes = static_cast<char *>(memory);
    for (int64_t i = 0, e = size(); i < e; ++i) {
      if (isFloat())
        element = static_cast<decltype(element)>(reals[i]);
      else
        element = static_cast<decltype(element)>(integers[i]);
      std::memcpy(bytes + i * sizeof(element), &element, sizeof(element));
    }
  });
}
