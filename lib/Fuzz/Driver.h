//===- Driver.h - Many programs, each in a process of its own ---*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_DRIVER_H
#define DLC_LIB_FUZZ_DRIVER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdint>
#include <string>

namespace dlc::fuzz {

struct Options {
  uint64_t seed = 1, first = 0, programs = 200;
  unsigned jobs = 2;
  int timeout = 20, reductions = 40, budget = 150;
  std::string folder, only, out;
  /// Every program that has this op is a finding: to test what reduces.
  std::string plant;
  /// See CheckOptions.
  std::string miscompiled, misderived;
};

/// Program `number` of a seed; ops that the generator did not get right are
/// written to `os`, a line each.
std::string generate(uint64_t seed, uint64_t number, llvm::raw_ostream &os);

/// Checks the program of a file; 1 if there is a finding.
int replay(llvm::StringRef file, const Options &options);

/// Makes and checks programs, and prints findings and coverage; 1 if there is a
/// finding, or if it was asked to end before the last.
int runPrograms(const Options &options);

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_DRIVER_H
