//===- Difference.cpp - Comparison of two tensors -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Compare/Difference.h"

#include "dlc/Execution/Model.h"
#include "dlc/Support/ElementTypes.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <cfloat>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace llvm;
using namespace dlc;

double Tolerance::of(int type) const {
  switch (type) {
  case DLC_F32:
    return f32;
  case DLC_F64:
    return f64;
  case DLC_BF16:
    return bf16;
  default:
    return 0;
  }
}

namespace {

/// The elements of a tensor in memory.
class Elements {
public:
  Elements(int type, const void *memory)
      : type(elementType(type)), memory(memory) {}

  bool isFloat() const { return type.isFloat(); }
  double smallestNormal() const { return type.smallestNormal; }

  double real(int64_t i) const { return realElement(type.code, memory, i); }
  int64_t integer(int64_t i) const {
    return integerElement(type.code, memory, i);
  }
  /// Digits enough to tell it from its neighbours.
  std::string text(int64_t i) const {
    if (!isFloat())
      return std::to_string(integer(i));
    char buffer[40];
    snprintf(buffer, sizeof(buffer), "%.*g", int(type.decimalDigits()),
             real(i));
    return buffer;
  }

private:
  const ElementType &type;
  const void *memory;
};

} // namespace

/// "[0, 3]" of an element counted in row-major order; "" of a scalar.
static std::string indexText(ArrayRef<int64_t> shape, int64_t place) {
  if (shape.empty())
    return "";
  SmallVector<std::string> parts(shape.size());
  for (size_t d = shape.size(); d-- > 0; place /= shape[d])
    parts[d] = std::to_string(place % shape[d]);
  return "[" + join(parts, ", ") + "]";
}

Difference dlc::compareTensors(int type, ArrayRef<int64_t> shape,
                               const void *got, const void *expected,
                               const Tolerance &tolerance, double noise) {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  Elements mine(type, got), theirs(type, expected);
  Difference result;
  result.elements = 1;
  for (int64_t extent : shape)
    result.elements *= extent;
  result.tolerance = tolerance.of(type);
  // Values that are compared exactly are taken to have no rounding noise.
  result.noise = mine.isFloat() && result.tolerance == 0 ? 0 : noise;
  double allowed = kNoiseFactor * result.noise;
  if (mine.isFloat()) {
    for (int64_t i = 0; i < result.elements; ++i)
      if (double value = std::abs(theirs.real(i)); std::isfinite(value))
        result.scale = std::max(result.scale, value);
    allowed += result.tolerance * result.scale + mine.smallestNormal();
  }
  int64_t worst = -1;
  for (int64_t i = 0; i < result.elements; ++i) {
    double excess = 0;
    if (!mine.isFloat()) {
      int64_t a = mine.integer(i), b = theirs.integer(i);
      if (a == b)
        continue;
      double off = std::abs(double(a) - double(b));
      result.absolute = std::max(result.absolute, off);
      if (b != 0)
        result.relative = std::max(result.relative, off / std::abs(double(b)));
      // Where they are to be equal, of several the one that is furthest off is
      // shown.
      excess = allowed > 0 ? off / allowed : 1 + off;
    } else {
      double a = mine.real(i), b = theirs.real(i);
      if (a == b || (std::isnan(a) && std::isnan(b)))
        continue;
      if (!std::isfinite(a) || !std::isfinite(b)) {
        excess = infinite;
      } else {
        double off = std::abs(a - b);
        result.absolute = std::max(result.absolute, off);
        if (b != 0)
          result.relative = std::max(result.relative, off / std::abs(b));
        excess = off / allowed;
      }
    }
    result.differing += excess > 1;
    if (worst >= 0 && excess <= result.excess)
      continue;
    worst = i;
    result.excess = excess;
  }
  if (worst >= 0) {
    result.index = indexText(shape, worst);
    result.got = mine.text(worst);
    result.expected = theirs.text(worst);
  }
  return result;
}

std::string dlc::describe(const Difference &difference) {
  std::string text;
  if (difference.elements == 1)
    text = formatv("{0}, expected {1}", difference.got, difference.expected);
  else
    text = formatv("{0} of {1} elements differ, most of all {2}: {3}, expected "
                   "{4}",
                   difference.differing, difference.elements, difference.index,
                   difference.got, difference.expected);
  // Infinity or NaN in place of a number has no numeric difference.
  if (difference.absolute == 0)
    return text;
  text += formatv(" (largest difference {0:e2}, relative {1:e2}",
                  difference.absolute, difference.relative);
  if (difference.tolerance != 0)
    text += formatv("; allowed {0:e0} of the largest magnitude {1:e2}",
                    difference.tolerance, difference.scale);
  if (difference.noise != 0)
    text += formatv("; rounding moves it by {0:e2}", difference.noise);
  return text + ")";
}

void dlc::perturb(int type, MutableArrayRef<char> bytes, unsigned seed) {
  if (type != DLC_F32 && type != DLC_F64)
    return;
  std::mt19937 random(seed);
  auto change = [&](auto zero) {
    using T = decltype(zero);
    for (size_t at = 0; at + sizeof(T) <= bytes.size(); at += sizeof(T)) {
      T value;
      std::memcpy(&value, &bytes[at], sizeof(T));
      int way = int(random() % 3) - 1;
      if (way == 0 || !std::isfinite(value) ||
          value * 64 == std::trunc(value * 64))
        continue;
      value =
          std::nextafter(value, way > 0 ? std::numeric_limits<T>::infinity()
                                        : -std::numeric_limits<T>::infinity());
      std::memcpy(&bytes[at], &value, sizeof(T));
    }
  };
  if (type == DLC_F32)
    change(float());
  else
    change(double());
}

double dlc::largestMove(int type, ArrayRef<char> before, ArrayRef<char> after) {
  Elements a(type, before.data()), b(type, after.data());
  double move = 0;
  for (int64_t i = 0, e = before.size() / elementBytes(type); i < e; ++i) {
    double off = a.isFloat()
                     ? std::abs(a.real(i) - b.real(i))
                     : std::abs(double(a.integer(i)) - double(b.integer(i)));
    if (std::isfinite(off))
      move = std::max(move, off);
  }
  return move;
}
