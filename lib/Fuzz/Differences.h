//===- Differences.h - Gradients held against differences -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_DIFFERENCES_H
#define DLC_LIB_FUZZ_DIFFERENCES_H

#include "Check.h"

namespace dlc::fuzz {

/// Compares what each `dl.gradient` of the steps of the program in `widePath`,
/// which is in f64, gives with central differences, both by the interpreter.
/// Files are written beside `path`.
void checkDerivatives(llvm::StringRef path, llvm::StringRef widePath,
                      const CheckOptions &options, Verdict &verdict);

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_DIFFERENCES_H
