//===- Run.h - The tool dlc-run as a function -------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_RUN_RUN_H
#define DLC_RUN_RUN_H

#include "dlc/Execution/Model.h"
#include "dlc/Execution/Peak.h"
#include "dlc/Target/Compilation.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace dlc {

/// How a program becomes a model: dlc::compileAndLoad, or a test's substitute
/// for it.
using CompileFunction =
    llvm::function_ref<llvm::Expected<std::unique_ptr<Model>>(
        llvm::StringRef path, const CompilerOptions &options, int threads)>;

struct CompareRequest;

/// dlc::compareStep; it fills request.compile itself.
using CompareFunction = llvm::function_ref<llvm::Expected<bool>(
    CompareRequest &request, llvm::raw_ostream &os)>;

/// dlc::measurePeak.
using PeakFunction = llvm::function_ref<llvm::Expected<Peak>(int threads)>;

/// The environment of dlc-run: its streams, and functions that tests replace.
struct RunContext {
  CompileFunction compile;
  llvm::raw_ostream &out;
  llvm::raw_ostream &err;
  /// The width of the terminal behind `out`; 0 without a terminal.
  unsigned terminalWidth = 0;
  /// Makes the model for --interpret: dlc::interpretAndLoad.
  CompileFunction interpret = nullptr;
  /// Makes the comparison for --compare.
  CompareFunction compare = nullptr;
  /// Measures the peaks that --profile compares with.
  PeakFunction measurePeak = nullptr;
};

/// Runs the tool on the arguments after its name; returns its exit status: 0,
/// 1 after an error, which is on `err`, or 128 + the number of a signal that a
/// training run was stopped by.
int runTool(llvm::ArrayRef<const char *> arguments, RunContext &context);

} // namespace dlc
#endif // DLC_RUN_RUN_H
