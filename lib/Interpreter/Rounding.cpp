//===- Rounding.cpp - Arithmetic that is off by last bits -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Interpreter/Rounding.h"

#include "llvm/ADT/APFloat.h"

#include <cmath>
#include <optional>
#include <random>

using namespace mlir;
using namespace dlc::interp;

namespace {
struct Chance {
  std::mt19937_64 random;
  unsigned units;

  /// From 1 - units to units.
  int step() { return int(random() % (2 * units)) + 1 - int(units); }
};
} // namespace

/// Thread-local, like the rounding mode of the processor.
static thread_local std::optional<Chance> chance;

RoundingByChance::RoundingByChance(uint64_t seed, unsigned units) {
  chance = Chance{std::mt19937_64(seed), units};
}
RoundingByChance::~RoundingByChance() { chance.reset(); }

double dlc::interp::roundByChance(Type type, double value) {
  auto floatType = dyn_cast<FloatType>(type);
  if (!chance || !floatType || !std::isfinite(value) || value == 0)
    return value;
  const llvm::fltSemantics &semantics = floatType.getFloatSemantics();
  int exponent = std::max(std::ilogb(value),
                          llvm::APFloat::semanticsMinExponent(semantics));
  int bits = llvm::APFloat::semanticsPrecision(semantics);
  double unit = std::ldexp(1.0, exponent - (bits - 1));
  if (floatType.isF64()) {
    // From one below on, so that it is two neighbours here too.
    if (static_cast<float>(value) == value)
      return value;
    int step = chance->step();
    return value + (step > 0 ? step : step - 1) * unit;
  }
  double below = std::floor(value / unit) * unit;
  return below == value ? value : below + chance->step() * unit;
}
