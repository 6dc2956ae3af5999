//===- Stop.h - Signals that ask a program to end ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SIGINT, SIGTERM and SIGHUP. A program that has files to finish looks for a
// request where it can stop; the second signal ends it at once. What must not
// be cut in two holds the signals back while it lasts.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_STOP_H
#define DLC_SUPPORT_STOP_H

#include <csignal>

namespace dlc {

/// While an object of this class exists, the first signal is only noted. One
/// object at a time.
class StopRequest {
public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest &) = delete;
  StopRequest &operator=(const StopRequest &) = delete;

  /// The signal that came, or 0.
  static int signal();
};

/// While an object of this class exists, the signals wait. For the threads of
/// the runtime they always do.
class HoldSignals {
public:
  HoldSignals();
  ~HoldSignals();
  HoldSignals(const HoldSignals &) = delete;
  HoldSignals &operator=(const HoldSignals &) = delete;

private:
  sigset_t previous;
};

/// Whether signals that end this process first remove its temporaries and end
/// its children. So it is in the tools, from GuardedTool on; a program that
/// uses the libraries keeps its handlers of signals as they are.
bool handlesSignals();
void beginToHandleSignals();

} // namespace dlc
#endif // DLC_SUPPORT_STOP_H
