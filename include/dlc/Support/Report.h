//===- Report.h - What tools say at their end -------------------*- C++ -*-===//
#ifndef DLC_SUPPORT_REPORT_H
#define DLC_SUPPORT_REPORT_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace dlc {

/// The text with control characters other than newline and tab, and what is not
/// UTF-8, written as `\xNN`: names and paths come from outside, and a terminal
/// obeys what it is sent.
std::string escaped(llvm::StringRef text);

/// Prints "tool: error: ..." to standard error, escaped, and returns the exit
/// status 1.
int reportError(llvm::StringRef tool, llvm::Error error);

/// From now on what would end the process from within a library is an error
/// message and the exit status 1, with temporaries removed: a failure to write
/// to standard output (a full disk), memory that is not there, and LLVM's fatal
/// errors.
void guardTool(llvm::StringLiteral tool);

} // namespace dlc
#endif // DLC_SUPPORT_REPORT_H
