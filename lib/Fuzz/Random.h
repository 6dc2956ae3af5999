//===- Random.h - Choices that follow from a seed ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_RANDOM_H
#define DLC_LIB_FUZZ_RANDOM_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace dlc::fuzz {

/// SplitMix64: the same choices on every machine and with every library.
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  Random(uint64_t seed, uint64_t stream)
      : state(mix(seed + 0x9e3779b97f4a7c15 * (stream + 1))) {}

  uint64_t next() { return mix(state += 0x9e3779b97f4a7c15); }
  /// From 0 to n - 1; 0 where n is not positive.
  int64_t below(int64_t n) {
    return n <= 0 ? 0 : static_cast<int64_t>(next() % uint64_t(n));
  }
  /// From `low` to `high`, both included.
  int64_t between(int64_t low, int64_t high) {
    return low + below(high - low + 1);
  }
  bool chance(double p) { return unit() < p; }
  /// On [0, 1).
  double unit() { return double(next() >> 11) * 0x1p-53; }
  double real(double low, double high) { return low + (high - low) * unit(); }
  template <typename T>
  T pick(llvm::ArrayRef<T> of) {
    return of[below(of.size())];
  }

private:
  static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t state;
};

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_RANDOM_H
