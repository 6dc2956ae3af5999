//===- Rounding.h - Arithmetic that is off by last bits ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_INTERPRETER_ROUNDING_H
#define DLC_INTERPRETER_ROUNDING_H

#include "mlir/IR/BuiltinTypes.h"

#include <cstdint>

namespace dlc::interp {

/// While an object of this class exists, what this thread evaluates is rounded
/// by chance (the random rounding of Monte Carlo arithmetic): a result of
/// arithmetic that its type cannot hold, and a partial sum, become one of the
/// nearest `units` numbers to either side. Several such evaluations show how
/// far any code that computes the same in another order may be off; what is
/// exact stays exact. Objects do not nest.
class RoundingByChance {
public:
  explicit RoundingByChance(uint64_t seed, unsigned units = 1);
  ~RoundingByChance();
  RoundingByChance(const RoundingByChance &) = delete;
  RoundingByChance &operator=(const RoundingByChance &) = delete;
};

/// A number that arithmetic gave for an element of this type. As it is, without
/// an object of the class above. There is no wider type in which a number of
/// f64 shows whether it is exact: there it counts as exact if f32 has it.
double roundByChance(mlir::Type type, double value);
inline int64_t roundByChance(mlir::Type, int64_t value) { return value; }

} // namespace dlc::interp
#endif // DLC_INTERPRETER_ROUNDING_H
