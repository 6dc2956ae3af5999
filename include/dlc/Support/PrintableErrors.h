//===- PrintableErrors.h - Standard error for a terminal --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Libraries write messages of their own to standard error, with names of the
// program as they are. A child process writes them out as printableLines does;
// it writes the text so far even if this process is killed.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_PRINTABLEERRORS_H
#define DLC_SUPPORT_PRINTABLEERRORS_H

#include <sys/types.h>

namespace dlc {

/// As long as it lives, standard error goes through the child.
class PrintableErrors {
public:
  PrintableErrors();
  /// Waits until everything is written.
  ~PrintableErrors();
  PrintableErrors(const PrintableErrors &) = delete;
  PrintableErrors &operator=(const PrintableErrors &) = delete;

private:
  pid_t child = -1;
  int original = -1;
};

} // namespace dlc
#endif // DLC_SUPPORT_PRINTABLEERRORS_H
