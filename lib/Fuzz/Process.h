//===- Process.h - Work in a process of its own -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_PROCESS_H
#define DLC_LIB_FUZZ_PROCESS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/raw_ostream.h"

#include <functional>
#include <string>

namespace dlc::fuzz {

/// A copy of this process that does some work, writes text to us, and ends.
class Process {
public:
  /// Ends it after `seconds`. The calling process must have one thread.
  Process(std::function<void(llvm::raw_ostream &)> work, int seconds);
  ~Process();
  Process(const Process &) = delete;
  Process &operator=(const Process &) = delete;

  /// Until it ends.
  void wait();
  /// Until one of them writes something or ends.
  static void waitForAny(llvm::ArrayRef<Process *> processes);
  bool ended() const { return fd < 0; }

  bool timedOut() const;
  /// "signal 11 (Segmentation fault)"
  std::string status() const;

  /// The output of the process.
  std::string output;

private:
  void receive();

  int pid = -1, fd = -1, code = 0;
};

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_PROCESS_H
