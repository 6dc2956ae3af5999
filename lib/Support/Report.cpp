//===- Report.cpp - Error reports of tools --------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Report.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Printable.h"
#include "dlc/Support/Stop.h"
#include "dlc/Support/Version.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <cstdlib>
#include <new>
#include <unistd.h>
#include <vector>

using namespace llvm;
using namespace dlc;

int dlc::reportError(StringRef tool, Error error) {
  WithColor::error(errs(), tool)
      << printableLines(toString(std::move(error))) << '\n';
  return 1;
}

static StringRef guardedTool;

/// Ends the process; destructors do not run.
[[noreturn]] static void endProcess(const Twine &message) {
  reportError(guardedTool, makeError(message));
  sys::RunInterruptHandlers(); // removes temporaries
  _exit(1);
}

static void endForMemory() {
  // Nothing that allocates.
  static constexpr char message[] = ": error: out of memory\n";
  for (StringRef part : {guardedTool, StringRef(message)}) [[maybe_unused]]
    ssize_t written = write(STDERR_FILENO, part.data(), part.size());
  sys::RunInterruptHandlers();
  _exit(1);
}

/// The signals that are ignored now.
static std::vector<int> ignoredSignals() {
  std::vector<int> ignored;
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action;
    if (sigaction(signal, nullptr, &action) == 0 &&
        action.sa_handler == SIG_IGN)
      ignored.push_back(signal);
  }
  return ignored;
}

GuardedTool::~GuardedTool() = default;

GuardedTool::GuardedTool(StringLiteral name, int &argc, char **&argv) {
  // LLVM takes over signals whether they were ignored or not.
  std::vector<int> ignored = ignoredSignals();
  init = std::make_unique<InitLLVM>(argc, argv);
  for (int signal : ignored)
    std::signal(signal, SIG_IGN);
  beginToHandleSignals();
  // Whoever started the tool may not care for the status of children; it does.
  std::signal(SIGCHLD, SIG_DFL);
  guardedTool = name;
  setVersionPrinter(name);
  // A file that may not grow any more is an error of the write.
  std::signal(SIGXFSZ, SIG_IGN);
  std::set_new_handler(endForMemory);
  install_bad_alloc_error_handler(
      [](void *, const char *, bool) { endForMemory(); });
  install_fatal_error_handler([](void *, const char *reason, bool) {
    endProcess(Twine("internal error: ") + reason);
  });
  // The stream is made before the handler is registered, and so destroyed
  // behind it.
  (void)outs();
  std::atexit([] {
    outs().flush();
    if (!outs().has_error())
      return;
    std::error_code error = outs().error();
    outs().clear_error();
    endProcess("standard output: cannot be written: " + error.message());
  });
}
