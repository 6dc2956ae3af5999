//===- dlc-fuzz.cpp - Random programs, run in many ways -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Fuzz/Fuzz.h"
#include "dlc/Support/Report.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::Expected<int> status =
      dlc::fuzz::runFuzzer(llvm::ArrayRef(argv + 1, argv + argc));
  return status ? *status : dlc::reportError("dlc-fuzz", status.takeError());
}
