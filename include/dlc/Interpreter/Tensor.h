//===- Tensor.h - A value of the interpreter --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_INTERPRETER_TENSOR_H
#define DLC_INTERPRETER_TENSOR_H

#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"

#include <cmath>
#include <type_traits>
#include <vector>

namespace dlc::interp {

/// `value`, or a zero of its sign where it is nearer to 0 than `least`.
inline double flushBelow(double least, double value) {
  return std::abs(value) < least ? std::copysign(0.0, value) : value;
}

/// A tensor whose elements are numbers of the host: floats are doubles,
/// integers are int64_ts (an ui8 from 0 to 255, an i1 0 or 1). Stored numbers
/// are rounded or wrapped to the element type. Elements are counted in
/// row-major order.
///
/// Compiled steps flush denormals, and so does the arithmetic here: `real` and
/// `get` give a zero of the same sign for a denormal, `set` stores one.
/// Functions that only move elements (`copy`, `load`, `store`, `bits`, `put`)
/// keep them.
class Tensor {
public:
  /// Zeros.
  explicit Tensor(mlir::RankedTensorType type);
  /// These elements, rounded to the type.
  Tensor(mlir::RankedTensorType type, llvm::ArrayRef<double> elements);
  Tensor(mlir::RankedTensorType type, llvm::ArrayRef<int64_t> elements);

  static Tensor fromAttr(mlir::ElementsAttr attr);
  /// Reads and writes as dlc/Runtime.h lays tensors out: contiguous, row-major,
  /// an i1 a byte.
  static Tensor load(mlir::RankedTensorType type, const void *memory);
  void store(void *memory) const;

  mlir::RankedTensorType type() const { return tensorType; }
  llvm::ArrayRef<int64_t> shape() const { return tensorType.getShape(); }
  int64_t dim(unsigned i) const { return tensorType.getDimSize(i); }
  int64_t rank() const { return tensorType.getRank(); }
  int64_t size() const { return tensorType.getNumElements(); }
  bool isFloat() const { return bool(floatType); }

  /// Element i, of a tensor of any type.
  double real(int64_t i) const { return isFloat() ? flushed(i) : integers[i]; }
  /// Element i of a tensor of floats as it is, denormal or not.
  double bits(int64_t i) const { return reals[i]; }
  /// Element i of a tensor of integers.
  int64_t integer(int64_t i) const { return integers[i]; }
  /// Element i as T: double of a tensor of floats, int64_t of one of integers.
  template <typename T>
  T get(int64_t i) const {
    if constexpr (std::is_same_v<T, double>)
      return flushed(i);
    else
      return integers[i];
  }

  /// Sets element i. A float goes into integers as `dl.cast` does it: toward
  /// zero, to the nearest end where it lies outside, not a number as 0. An
  /// integer wraps.
  template <typename T>
  void set(int64_t i, T value) {
    if constexpr (std::is_floating_point_v<T>)
      setReal(i, value);
    else
      setInteger(i, value);
  }
  /// Sets element i of a tensor of floats to the nearest that the type has,
  /// denormal or not.
  void put(int64_t i, double value);
  /// Element i is element j of a tensor of the same element type.
  void copy(int64_t i, const Tensor &from, int64_t j);

  /// The number of the element at `index`, which must be inside.
  int64_t at(llvm::ArrayRef<int64_t> index) const;

private:
  double flushed(int64_t i) const { return flushBelow(leastNormal, reals[i]); }
  void setReal(int64_t i, double value);
  void setInteger(int64_t i, int64_t value);

  mlir::RankedTensorType tensorType;
  /// Cached for the access to elements of a tensor of floats: their type, and
  /// its least number that is not denormal.
  mlir::FloatType floatType;
  double leastNormal = 0;
  /// One of the two is used.
  std::vector<double> reals;
  std::vector<int64_t> integers;
};

/// `value` as the nearest that the element type has.
double roundTo(mlir::FloatType type, double value);
/// `value`, which the element type has, or a zero of its sign if it is denormal
/// there.
double flushDenormal(mlir::FloatType type, double value);
/// `value` modulo the integers that the element type has.
int64_t wrapTo(mlir::IntegerType type, int64_t value);

/// Calls `visit(index)` for every index of a shape, the last dimension fastest;
/// once for a scalar, never for an empty tensor.
template <typename Visit>
void forEachIndex(llvm::ArrayRef<int64_t> shape, Visit visit) {
  if (llvm::is_contained(shape, 0))
    return;
  llvm::SmallVector<int64_t> index(shape.size());
  size_t d;
  do {
    visit(llvm::ArrayRef<int64_t>(index));
    for (d = shape.size(); d > 0; index[--d] = 0)
      if (++index[d - 1] < shape[d - 1])
        break;
  } while (d > 0);
}

} // namespace dlc::interp
#endif // DLC_INTERPRETER_TENSOR_H
