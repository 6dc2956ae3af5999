//===- Differences.h - Gradients held against differences -------*- C++ -*-===//
#ifndef DLC_LIB_FUZZ_DIFFERENCES_H
#define DLC_LIB_FUZZ_DIFFERENCES_H

#include "Check.h"

namespace dlc::fuzz {

/// Compares what each `dl.gradient` of the step of the program in `path` gives
/// with central differences, both by the interpreter in f64. `widePath` is the
/// same program in f64.
void checkDerivatives(llvm::StringRef path, llvm::StringRef widePath,
                      Verdict &verdict, llvm::StringRef only);

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_DIFFERENCES_H
