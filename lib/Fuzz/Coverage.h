//===- Coverage.h - Coverage of ops by programs -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_COVERAGE_H
#define DLC_LIB_FUZZ_COVERAGE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <array>
#include <map>
#include <string>

namespace dlc::fuzz {

/// Ways in which an op can stand in a program.
enum Mode {
  Any,      ///< at all
  Gradient, ///< between a differentiated value and a target
  Second,   ///< in the same place of a gradient that is differentiated again
  Loop,     ///< in the body of a loop
  F32,
  F64,
  Integers, ///< with no float among operands and results
  Train,    ///< in a program that trains
  Eval,     ///< in one that does not
  kModes
};

/// For each op the number of programs that had it in each mode.
class Coverage {
public:
  using Counts = std::array<int64_t, kModes>;

  /// Counts the ops of one program.
  void add(llvm::StringRef program);
  void add(llvm::StringRef op, const Counts &counts);
  const std::map<std::string, Counts> &counts() const { return table; }
  /// The table; ops that never occurred are listed too.
  void print(llvm::raw_ostream &os) const;

private:
  std::map<std::string, Counts> table;
};

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_COVERAGE_H
