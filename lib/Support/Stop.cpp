//===- Stop.cpp - Signals that ask a program to end -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Stop.h"

#include "llvm/Support/Signals.h"

#include <atomic>
#include <iterator>
#include <pthread.h>

using namespace dlc;

static constexpr int stopSignals[] = {SIGINT, SIGTERM, SIGHUP};
/// The handlers before ours; they are restored by the first signal.
static struct sigaction previousActions[std::size(stopSignals)];
static volatile sig_atomic_t request = 0;

static void restoreActions() {
  for (unsigned i = 0; i < std::size(stopSignals); ++i)
    sigaction(stopSignals[i], &previousActions[i], nullptr);
}

static void noteRequest(int signal) {
  request = signal;
  restoreActions();
}

StopRequest::StopRequest() {
  request = 0;
  // The second signal meets LLVM's handlers, which remove files and end the
  // process: they must be installed before, and not come after. LLVM takes over
  // signals whether they were ignored or not.
  for (unsigned i = 0; i < std::size(stopSignals); ++i)
    sigaction(stopSignals[i], nullptr, &previousActions[i]);
  llvm::sys::SetInterruptFunction(nullptr);
  for (unsigned i = 0; i < std::size(stopSignals); ++i)
    if (previousActions[i].sa_handler == SIG_IGN)
      sigaction(stopSignals[i], &previousActions[i], nullptr);
    else
      sigaction(stopSignals[i], nullptr, &previousActions[i]);
  struct sigaction action = {};
  action.sa_handler = noteRequest;
  // No call of the system fails because of it.
  action.sa_flags = SA_RESTART;
  for (int signal : stopSignals)
    sigaddset(&action.sa_mask, signal);
  for (unsigned i = 0; i < std::size(stopSignals); ++i)
    // Ignored signals (nohup) stay ignored.
    if (previousActions[i].sa_handler != SIG_IGN)
      sigaction(stopSignals[i], &action, nullptr);
}

StopRequest::~StopRequest() { restoreActions(); }

int StopRequest::signal() { return request; }

HoldSignals::HoldSignals() {
  sigset_t held;
  sigemptyset(&held);
  for (int signal : stopSignals)
    sigaddset(&held, signal);
  pthread_sigmask(SIG_BLOCK, &held, &previous);
}

HoldSignals::~HoldSignals() {
  pthread_sigmask(SIG_SETMASK, &previous, nullptr);
}

static std::atomic<bool> handling = false;

bool dlc::handlesSignals() { return handling; }

void dlc::beginToHandleSignals() { handling = true; }
