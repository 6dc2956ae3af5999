//===- Rounding.h - Arithmetic that is off by last bits ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_INTERPRETER_ROUNDING_H
#define DLC_INTERPRETER_ROUNDING_H

#include "mlir/IR/BuiltinTypes.h"

#include <cstdint>

namespace dlc::interp {

/// While an object of this class exists, results that this thread evaluates are
/// rounded by chance (the random rounding of Monte Carlo arithmetic): a result
/// of arithmetic that its type cannot hold, and a partial sum, become one of
/// the nearest `units` numbers to either side. Several such evaluations show
/// how far the results of any code with another order of operations may be off;
/// exact results stay exact. Objects do not nest.
class RoundingByChance {
public:
  explicit RoundingByChance(uint64_t seed, unsigned units = 1);
  ~RoundingByChance();
  RoundingByChance(const RoundingByChance &) = delete;
  RoundingByChance &operator=(const RoundingByChance &) = delete;
};

/// Rounds `value`, a result of arithmetic, to `type` by chance; returns it
/// unchanged without an object of the class above. A host number is not wider
/// than f64 and cannot show whether an f64 is exact: it counts as exact if f32
/// has it.
double roundByChance(mlir::Type type, double value);
inline int64_t roundByChance(mlir::Type, int64_t value) { return value; }

} // namespace dlc::interp
#endif // DLC_INTERPRETER_ROUNDING_H
