//===- Process.cpp - Work in a process of its own -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Process.h"

#include "llvm/ADT/STLExtras.h"

#include <csignal>
#include <cstring>
#include <ctime>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace llvm;
using namespace dlc::fuzz;

/// Ends the process if it has done nothing since it was here before: threads
/// that wait for each other use no time. On a busy machine a program may take
/// hours.
static void checkProgress(int) {
  static clock_t before = -CLOCKS_PER_SEC;
  clock_t now = clock();
  if (now - before < CLOCKS_PER_SEC / 1000) {
    std::signal(SIGALRM, SIG_DFL);
    alarm(1);
    return;
  }
  before = now;
  alarm(300);
}

Process::Process(std::function<void(raw_ostream &)> work, int seconds) {
  outs().flush();
  // A process that starts others waits for them; each of these is watched.
  alarm(0);
  int ends[2];
  if (pipe(ends) != 0)
    return;
  pid = fork();
  if (pid == 0) {
    close(ends[0]);
    // Signals end it at once, without LLVM's report of a crash.
    for (int signal :
         {SIGALRM, SIGXCPU, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
      std::signal(signal, SIG_DFL);
    // The compiler's remarks go nowhere.
    if (!freopen("/dev/null", "w", stderr))
      _exit(3);
    // Time of its own: the machine may be busy with others.
    rlimit limit{rlim_t(seconds), rlim_t(seconds)};
    setrlimit(RLIMIT_CPU, &limit);
    std::signal(SIGALRM, checkProgress);
    checkProgress(SIGALRM);
    {
      raw_fd_ostream os(ends[1], /*shouldClose=*/true);
      work(os);
    }
    _exit(0);
  }
  close(ends[1]);
  fd = ends[0];
  if (pid < 0) {
    close(fd);
    fd = -1;
  }
}

Process::~Process() {
  if (pid > 0 && fd >= 0) {
    kill(pid, SIGKILL);
    wait();
  }
}

void Process::receive() {
  char buffer[1 << 14];
  ssize_t got = read(fd, buffer, sizeof(buffer));
  if (got > 0) {
    output.append(buffer, got);
    return;
  }
  close(fd);
  fd = -1;
  waitpid(pid, &code, 0);
}

void Process::wait() {
  while (!ended())
    receive();
}

void Process::waitForAny(ArrayRef<Process *> processes) {
  std::vector<pollfd> fds;
  for (Process *process : processes)
    fds.push_back({process->fd, POLLIN, 0});
  if (poll(fds.data(), fds.size(), 1000) <= 0)
    return;
  for (auto [process, state] : zip_equal(processes, fds))
    if (state.revents && process->fd >= 0)
      process->receive();
}

bool Process::timedOut() const {
  // The hard limit kills.
  return WIFSIGNALED(code) &&
         llvm::is_contained({SIGALRM, SIGXCPU, SIGKILL}, WTERMSIG(code));
}

std::string Process::status() const {
  if (WIFSIGNALED(code))
    return "signal " + std::to_string(WTERMSIG(code)) + " (" +
           strsignal(WTERMSIG(code)) + ")";
  return "exit status " + std::to_string(WEXITSTATUS(code));
}
