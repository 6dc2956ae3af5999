//===- Reduce.h - Smaller programs that fail in the same way ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_REDUCE_H
#define DLC_LIB_FUZZ_REDUCE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace dlc::fuzz {

/// A program made smaller for as long as `holds`: outputs left out, results of
/// ops replaced by new inputs or by operands, calls written out, targets of
/// gradients left out. Asks at most `budget` times.
std::string reduce(llvm::StringRef program,
                   llvm::function_ref<bool(llvm::StringRef)> holds, int budget);

/// The names of the ops that characterize a program, in order, each once.
std::string summary(llvm::StringRef program);

/// The number of ops in a program's steps and functions.
int countOps(llvm::StringRef program);

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_REDUCE_H
