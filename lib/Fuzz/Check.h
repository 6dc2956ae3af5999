//===- Check.h - One program, run in many ways ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_CHECK_H
#define DLC_LIB_FUZZ_CHECK_H

#include "dlc/Compare/Difference.h"
#include "dlc/Runtime.h"
#include "dlc/Support/ElementTypes.h"
#include "dlc/Target/Compilation.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dlc::fuzz {

//===----------------------------------------------------------------------===//
// Values.cpp: what programs are given
//===----------------------------------------------------------------------===//

/// Element i of the input or state entry of that name, in call number `call`;
/// its first letter says from where:
///   x  [-2, 2]          g  multiples of 1/2 in [-2, 2]     p  [0.5, 2]
///   u  [0.05, 0.95]     s  -1 or 1                         b  0 or 1
///   i<n>_  0 to n - 1   j  whole numbers in [-5, 5] (unsigned: [0, 10])
/// Floats are numbers of f32, so that programs of both types get the same.
double inputElement(llvm::StringRef name, bool isUnsigned, int64_t i, int call);

/// Fills memory of such a tensor.
void fill(const dlc_tensor &tensor, int call, llvm::MutableArrayRef<char> data);

//===----------------------------------------------------------------------===//
// Run.cpp: running it
//===----------------------------------------------------------------------===//

/// A value that a run gave.
struct Result {
  std::string name;
  int32_t type;
  std::vector<int64_t> shape;
  std::vector<char> bytes;

  int64_t size() const;
  bool isFloat() const { return elementType(type).isFloat(); }
  double real(int64_t i) const;
};

/// The results of several calls, outputs in order and then the state; or a
/// fault.
struct Outcome {
  std::optional<std::string> fault; ///< of a call
  std::vector<Result> results;
};

//===----------------------------------------------------------------------===//
// Check.cpp: comparing
//===----------------------------------------------------------------------===//

/// How a result compares with that of the reference.
struct Comparison {
  bool undecided = false; ///< rounding alone may change it
  bool excused = false;   ///< it is as it should be for rounding alone
  Difference difference;  ///< of the decided elements
};

/// Compares a result by the rules in Check.cpp. `spread` are results of the
/// runs that show how far rounding moves it; `narrow`: some of the program is
/// in f32.
Comparison compare(const Result &expected, const Result &seen,
                   llvm::ArrayRef<const Result *> spread, bool narrow);

/// The derivative along a direction, judged from the values of sum(c y) at -h,
/// -h/2, 0, h/2 and h.
struct Slope {
  bool finite = true;
  bool kink = false;
  bool wrong = false;
  double value = 0, allowed = 0;
};

/// Compares with the derivative `along` that direction; `size` is the sum of
/// the absolute values of the gradient.
Slope compareDerivative(double along, double size, llvm::ArrayRef<double> at,
                        double h);

/// Something that should not be.
struct Finding {
  /// "wrong -O2", "threads -O0", "crash", ...
  std::string kind;
  std::string detail;
};

/// The result of checking a program.
struct Verdict {
  std::vector<Finding> findings;
  int compared = 0;    ///< outputs and state entries
  int undecided = 0;   ///< of them, those that rounding alone may change
  int excused = 0;     ///< and those that differ by what rounding does to them
  int derivatives = 0; ///< gradients held against differences
  int kinks = 0;       ///< of them, those next to a kink
};

struct CheckOptions {
  /// Passes to leave out, phases to go through as text and so on follow from
  /// it.
  uint64_t seed = 0;
  /// Look for this kind alone.
  std::string only;
  /// A folder for the program's text.
  std::string folder;
  /// An op whose results are multiplied by 1.001, to test the fuzzer itself: in
  /// compiled code, or where gradients are held against differences.
  std::string miscompiled, misderived;
};

Verdict check(llvm::StringRef program, const CheckOptions &options);

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_CHECK_H
