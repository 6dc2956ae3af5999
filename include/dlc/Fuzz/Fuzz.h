//===- Fuzz.h - Random programs, run in many ways ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_FUZZ_FUZZ_H
#define DLC_FUZZ_FUZZ_H

namespace dlc::fuzz {

/// The tool dlc-fuzz; its exit status.
int runFuzzer(int argc, char **argv);

} // namespace dlc::fuzz
#endif // DLC_FUZZ_FUZZ_H
