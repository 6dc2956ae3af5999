//===- dlc-run.cpp - Runs a model -----------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Compare/Compare.h"
#include "dlc/Execution/Interpret.h"
#include "dlc/Execution/Jit.h"
#include "dlc/Run/Run.h"
#include "dlc/Support/Report.h"
#include "dlc/Training/Progress.h"

static llvm::Expected<bool> compare(dlc::CompareRequest &request,
                                    llvm::raw_ostream &os) {
  request.compile = [](dlc::Compilation &compilation, llvm::StringRef from,
                       llvm::StringRef name, int threads) {
    return dlc::compileAndLoad(compilation, from, name, threads);
  };
  return dlc::compareStep(request, os);
}

int main(int argc, char **argv) {
  dlc::GuardedTool tool("dlc-run", argc, argv);
  auto interpret = [](llvm::StringRef path, const dlc::CompilerOptions &options,
                      int threads) {
    return dlc::interpretAndLoad(path, options, threads);
  };
  auto compile = [](llvm::StringRef path, const dlc::CompilerOptions &options,
                    int threads) {
    return dlc::compileAndLoad(path, options, threads);
  };
  auto measurePeak = [](int threads) { return dlc::measurePeak(threads); };
  dlc::RunContext context{compile,      llvm::outs(),
                          llvm::errs(), dlc::Progress::standardOutputWidth(),
                          interpret,    compare,
                          measurePeak};
  return dlc::runTool(llvm::ArrayRef(argv + 1, argv + argc), context);
}
