//===- Outline.h - A program before code is made of it ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TARGET_OUTLINE_H
#define DLC_TARGET_OUTLINE_H

#include "dlc/Runtime.h"

#include "mlir/IR/BuiltinOps.h"

#include <map>
#include <string>

namespace dlc {

/// The whole numbers that an input may hold, as the ops that it goes to say.
struct InputRange {
  int64_t low = 0, high = -1; ///< high < low: no op says anything
  /// Whether it begins with 0 and never descends, as pointers of rows do.
  bool ascends = false;

  bool isKnown() const { return high >= low; }
  /// Narrows it to the range that another op demands.
  void meet(const InputRange &other);
};

/// By the names of inputs.
using InputRanges = std::map<std::string, InputRange>;

/// The tables of a compilation after the phase `grad`.
struct Outline {
  /// Its steps have no code.
  const dlc_model &tables;
  /// The ranges of the inputs of the one step that checks gradients
  /// (CompilerOptions::gradientsOf).
  InputRanges ranges;
};

/// Adds the ranges that the ops of a module's steps, after the phase `resolve`
/// or with primitive ops only, demand of the steps' inputs.
void findInputRanges(mlir::ModuleOp module, InputRanges &ranges);

} // namespace dlc
#endif // DLC_TARGET_OUTLINE_H
