//===- Fuzz.h - Random programs, run in many ways ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_FUZZ_FUZZ_H
#define DLC_FUZZ_FUZZ_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace dlc::fuzz {

/// The tool dlc-fuzz; its exit status, or an error in its command line `words`,
/// which excludes the tool's name.
llvm::Expected<int> runFuzzer(llvm::ArrayRef<const char *> words);

} // namespace dlc::fuzz
#endif // DLC_FUZZ_FUZZ_H
