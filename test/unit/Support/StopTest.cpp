//===- StopTest.cpp - Signals that ask a program to end -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Stop.h"

#include "gtest/gtest.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlc;

namespace {

/// The status of a process that runs `body`. It ignores no signal, though this
/// one may have been told to, as what a shell runs in the background is.
template <typename Body>
int statusOf(Body body) {
  pid_t child = fork();
  if (child == 0) {
    for (int signal : {SIGINT, SIGTERM, SIGHUP})
      std::signal(signal, SIG_DFL);
    _exit(body());
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return status;
}

TEST(Stop, TheFirstSignalIsNoted) {
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    int status = statusOf([&] {
      StopRequest request;
      if (StopRequest::signal() != 0)
        return 1;
      raise(signal);
      return StopRequest::signal();
    });
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), signal);
  }
}

TEST(Stop, TheSecondEndsTheProcess) {
  for (int second : {SIGINT, SIGTERM}) {
    int status = statusOf([&] {
      StopRequest request;
      raise(SIGINT);
      raise(second);
      return 0;
    });
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), second);
  }
}

TEST(Stop, OtherwiseAsBefore) {
  int status = statusOf([] {
    {
      StopRequest request;
    }
    raise(SIGTERM);
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(status));
  // What was ignored stays ignored.
  status = statusOf([] {
    std::signal(SIGHUP, SIG_IGN);
    StopRequest request;
    raise(SIGHUP);
    return StopRequest::signal();
  });
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Stop, HeldSignalsWait) {
  int status = statusOf([] {
    StopRequest request;
    {
      HoldSignals hold;
      raise(SIGTERM);
      if (StopRequest::signal() != 0)
        return 1;
    }
    return StopRequest::signal();
  });
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), SIGTERM);
}

} // namespace
