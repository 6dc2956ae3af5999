//===- dlc-fuzz.cpp - Random programs, run in many ways -------------------===//

#include "dlc/Fuzz/Fuzz.h"

#include "llvm/Support/InitLLVM.h"

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  return dlc::fuzz::runFuzzer(argc, argv);
}
