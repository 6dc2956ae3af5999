//===- PrintableErrors.cpp - Standard error for a terminal ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/PrintableErrors.h"

#include "dlc/Support/Printable.h"

#include "llvm/Support/Errno.h"

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace dlc;

static void writeAll(StringRef text) {
  while (!text.empty()) {
    ssize_t count = sys::RetryAfterSignal(-1, write, STDERR_FILENO, text.data(),
                                          text.size());
    if (count <= 0)
      return;
    text = text.drop_front(count);
  }
}

/// Whole lines, so that no character is taken apart.
[[noreturn]] static void filter(int source) {
  // A signal that ends the other process ends this one by the end of its input.
  for (int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
    std::signal(signal, SIG_IGN);
  std::string text;
  char buffer[4096];
  ssize_t count;
  while ((count = sys::RetryAfterSignal(-1, read, source, &buffer[0],
                                        sizeof(buffer))) > 0) {
    text.append(buffer, count);
    size_t end = text.rfind('\n') + 1;
    writeAll(printableLines(StringRef(text).take_front(end)));
    text.erase(0, end);
  }
  writeAll(printableLines(text));
  _exit(0);
}

PrintableErrors::PrintableErrors() {
  int ends[2];
  original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (original < 0 || pipe2(ends, O_CLOEXEC) != 0)
    return;
  child = fork();
  if (child == 0) {
    close(ends[1]);
    filter(ends[0]);
  }
  // Without a child, as it was.
  if (child > 0)
    dup2(ends[1], STDERR_FILENO);
  close(ends[0]);
  close(ends[1]);
}

PrintableErrors::~PrintableErrors() {
  if (child > 0) {
    dup2(original, STDERR_FILENO);
    sys::RetryAfterSignal(-1, waitpid, child, nullptr, 0);
  }
  if (original >= 0)
    close(original);
}
