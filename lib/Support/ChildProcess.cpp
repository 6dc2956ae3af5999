//===- ChildProcess.cpp - Programs that a tool runs -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// llvm::sys::ExecuteAndWait leaves the child running when a signal ends this
// process, and its files behind: those of a compiler driver and its linker.
// Here the child has a process group and a folder of its own. A handler only
// notes the signal; the wait sees it, ends the group, removes the folder and
// raises the signal again for the handlers that were there before. A program
// that uses the library keeps its own handlers, and a child ends by itself.
//
//===----------------------------------------------------------------------===//

#include "dlc/Support/ChildProcess.h"

#include "dlc/Support/Error.h"
#include "dlc/Support/Stop.h"

#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace llvm;
using namespace dlc;

extern char **environ;

//===----------------------------------------------------------------------===//
// Temporaries
//===----------------------------------------------------------------------===//

Expected<TemporaryFolder> TemporaryFolder::make() {
  SmallString<128> pattern;
  sys::path::system_temp_directory(/*ErasedOnReboot=*/true, pattern);
  sys::path::append(pattern, "dlc-XXXXXX");
  // Readable by this user only, unlike what createUniqueDirectory makes.
  if (!mkdtemp(const_cast<char *>(pattern.c_str())))
    return makeError("{0}: no temporary folder: {1}", pattern,
                     sys::StrError(errno));
  return TemporaryFolder(pattern);
}

TemporaryFolder::~TemporaryFolder() {
  if (!path.empty())
    (void)sys::fs::remove_directories(path);
}

std::string TemporaryFolder::file(StringRef name) const {
  SmallString<128> result(path);
  sys::path::append(result, name);
  return result.str().str();
}

Expected<std::string> TemporaryFolder::write(StringRef name,
                                             StringRef content) const {
  std::string path = file(name);
  std::error_code error;
  raw_fd_ostream os(path, error);
  if (!error) {
    os << content;
    os.close();
    error = os.error();
    os.clear_error(); // or the destructor ends the process
  }
  if (error)
    return makeError("{0}: cannot be written: {1}", path, error.message());
  return path;
}

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

/// Where the handler writes the number of a signal; -1 for nowhere.
static volatile sig_atomic_t noteTo = -1;

static void noteSignal(int signal) {
  int error = errno;
  char number = static_cast<char>(signal);
  [[maybe_unused]] ssize_t written = write(noteTo, &number, 1);
  errno = error;
}

namespace {

/// While it lives, signals that end a tool are noted in a pipe. A tool runs one
/// program at a time.
class NotedSignals {
public:
  NotedSignals() {
    if (!handlesSignals() || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
      return;
    isNoting = true;
    noteTo = ends[1];
    struct sigaction action = {};
    action.sa_handler = noteSignal;
    action.sa_flags = SA_RESTART;
    for (auto &[signal, old] : handlers) {
      sigaction(signal, nullptr, &old);
      // Signals that the caller ignores stay ignored (nohup).
      if (old.sa_handler != SIG_IGN)
        sigaction(signal, &action, nullptr);
    }
  }
  ~NotedSignals() {
    if (!isNoting)
      return;
    for (auto &[signal, old] : handlers)
      sigaction(signal, &old, nullptr);
    noteTo = -1;
    close(ends[0]);
    close(ends[1]);
  }
  int getDescriptor() const { return ends[0]; }
  /// The signal that has come, or 0.
  int get() const {
    char number = 0;
    return ends[0] >= 0 && read(ends[0], &number, 1) == 1 ? number : 0;
  }

private:
  struct Handler {
    int signal;
    struct sigaction old;
  };
  bool isNoting = false;
  int ends[2] = {-1, -1};
  Handler handlers[3] = {{SIGINT, {}}, {SIGTERM, {}}, {SIGHUP, {}}};
};

} // namespace

//===----------------------------------------------------------------------===//
// The child
//===----------------------------------------------------------------------===//

/// Starts the command as the leader of a process group, with `alive` open in
/// it.
static Expected<pid_t> start(ArrayRef<std::string> command, StringRef temporary,
                             StringRef log, int alive) {
  SmallVector<char *> arguments;
  for (const std::string &word : command)
    arguments.push_back(const_cast<char *>(word.c_str()));
  arguments.push_back(nullptr);
  std::string folder = ("TMPDIR=" + temporary).str(), logPath = log.str();
  SmallVector<char *> environment;
  for (char **entry = environ; *entry; ++entry)
    if (!StringRef(*entry).starts_with("TMPDIR="))
      environment.push_back(*entry);
  environment.push_back(folder.data());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY,
                                   0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, logPath.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  // Without O_CLOEXEC: closed when the last process of the group has ended.
  posix_spawn_file_actions_adddup2(&files, alive, alive);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t child;
  int error = posix_spawn(&child, command.front().c_str(), &files, &attributes,
                          arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (error)
    return makeError("{0}: cannot be started: {1}", command.front(),
                     sys::StrError(error));
  return child;
}

Expected<int> dlc::runProgram(ArrayRef<std::string> command,
                              TemporaryFolder &temporary, StringRef log) {
  // The child and the processes it starts hold the write end: it hangs up when
  // they are gone.
  int alive[2];
  if (pipe2(alive, O_CLOEXEC) != 0)
    return makeError("{0}: cannot be started: {1}", command.front(),
                     sys::StrError(errno));
  int signal = 0, status = 0;
  {
    NotedSignals signals;
    Expected<pid_t> child = start(command, temporary.getPath(), log, alive[1]);
    close(alive[1]);
    if (!child) {
      close(alive[0]);
      return child.takeError();
    }
    while (true) {
      struct pollfd waits[] = {{alive[0], POLLIN, 0},
                               {signals.getDescriptor(), POLLIN, 0}};
      poll(waits, 2, -1);
      if ((signal = signals.get())) {
        kill(-*child, SIGKILL);
        break;
      }
      if (waits[0].revents)
        break;
    }
    close(alive[0]);
    if (sys::RetryAfterSignal(-1, waitpid, *child, &status, 0) < 0 && !signal)
      return makeError("{0}: whether it succeeded is unknown: this process "
                       "ignores SIGCHLD",
                       command.front());
  }
  if (signal) {
    // The handlers that were there before clean up the rest.
    {
      TemporaryFolder removed(std::move(temporary));
    }
    raise(signal);
    return makeError("{0}: interrupted", command.front());
  }
  if (WIFSIGNALED(status))
    return makeError("{0}: ended by signal {1}", command.front(),
                     WTERMSIG(status));
  return WEXITSTATUS(status);
}
