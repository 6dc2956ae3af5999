//===- dlc-fuzz.cpp - Random programs, run in many ways -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Fuzz/Fuzz.h"
#include "dlc/Support/Version.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  dlc::setVersionPrinter("dlc-fuzz");
  return dlc::fuzz::runFuzzer(argc, argv);
}
