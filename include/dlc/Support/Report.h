//===- Report.h - What tools say at their end -------------------*- C++ -*-===//
#ifndef DLC_SUPPORT_REPORT_H
#define DLC_SUPPORT_REPORT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace dlc {

/// Prints "tool: error: ..." to standard error, what a terminal would obey
/// escaped, and returns the exit
/// status 1.
int reportError(llvm::StringRef tool, llvm::Error error);

/// From now on what would end the process from within a library is an error
/// message and the exit status 1, with temporaries removed: a failure to write
/// to standard output (a full disk), a file at its limit of size, memory that
/// is not there, and LLVM's fatal errors.
void guardTool(llvm::StringLiteral tool);

} // namespace dlc
#endif // DLC_SUPPORT_REPORT_H
