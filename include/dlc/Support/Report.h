//===- Report.h - Error reports of tools ------------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_REPORT_H
#define DLC_SUPPORT_REPORT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <memory>

namespace llvm {
class InitLLVM;
} // namespace llvm

namespace dlc {

/// Prints "tool: error: ..." to standard error, with control characters
/// escaped, and returns the exit status 1.
int reportError(llvm::StringRef tool, llvm::Error error);

/// The first object in the main of a tool. It installs LLVM's handlers of
/// signals. While it lives, failures that would end the process from within a
/// library are an error message and the exit status 1, with temporaries
/// removed: a failure to write to standard output (a full disk), a file at its
/// limit of size, memory that runs out, and LLVM's fatal errors. Signals that
/// are ignored (nohup, jobs in the background of a script) stay ignored.
class GuardedTool {
public:
  GuardedTool(llvm::StringLiteral name, int &argc, char **&argv);
  ~GuardedTool();

private:
  std::unique_ptr<llvm::InitLLVM> init;
};

} // namespace dlc
#endif // DLC_SUPPORT_REPORT_H
