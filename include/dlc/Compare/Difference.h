//===- Difference.h - Comparison of two tensors -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_COMPARE_DIFFERENCE_H
#define DLC_COMPARE_DIFFERENCE_H

#include "llvm/ADT/ArrayRef.h"

#include <string>

namespace dlc {

/// How far apart elements may be, as a part of the largest finite magnitude
/// that is expected in their tensor. The numbers cover sums of some thousand
/// terms in any order (about sqrt(n) half units in the last place) and the
/// approximations of exp, log and their kind. Also allowed are the smallest
/// normal number, as compiled steps flush denormals to 0, and `kNoiseFactor`
/// times what noise does to the tensor, in the last bits of the inputs and of
/// all that is computed (interp::RoundingByChance): a sum that cancels has no
/// more correct digits than that. Integers and truth values are equal, unless
/// such a change changes them. Of a tolerance of 0 only the
/// smallest normal number is left.
struct Tolerance {
  double f32 = 2e-5, f64 = 1e-11, bf16 = 2e-2;

  /// The tolerance for elements of a dlc_type; 0: exact.
  double of(int type) const;
};

/// Rounding errors of a computation by those of its inputs.
inline constexpr double kNoiseFactor = 32;

/// The result of comparing one tensor.
struct Difference {
  int64_t elements = 0, differing = 0;
  /// The largest differences of elements that are finite on both sides:
  /// absolute, and relative to the expected element.
  double absolute = 0, relative = 0;
  /// The largest ratio of a difference to its tolerance: above 1 it is too
  /// large; infinite where one side is not finite and the other differs.
  double excess = 0;
  /// The element that is furthest off, and both values as text.
  std::string index, got, expected;
  /// The largest finite magnitude that is expected, the tolerance, and the
  /// change that a change of the inputs in their last bits causes.
  double scale = 0, tolerance = 0, noise = 0;

  bool differs() const { return differing != 0; }
};

/// Compares tensors of a dlc_type in the layout of dlc/Runtime.h.
Difference compareTensors(int type, llvm::ArrayRef<int64_t> shape,
                          const void *got, const void *expected,
                          const Tolerance &tolerance, double noise = 0);

/// "3 of 96 elements differ, most of all [0, 3]: 0.12, expected 0.13 (...)"
std::string describe(const Difference &difference);

/// Changes floats in their last bit, up, down or not at all. What is a whole
/// number, or one of 64ths, stays as it is: it may stand for a place or a
/// class, or have equals.
void perturb(int type, llvm::MutableArrayRef<char> bytes, unsigned seed);

/// The largest change of an element that is finite before and after.
double largestMove(int type, llvm::ArrayRef<char> before,
                   llvm::ArrayRef<char> after);

} // namespace dlc
#endif // DLC_COMPARE_DIFFERENCE_H
