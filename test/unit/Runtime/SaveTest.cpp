//===- SaveTest.cpp - Files that a save may replace -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CheckpointFolder.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace dlc::test;
namespace fs = std::filesystem;

namespace {

struct Save : CheckpointFolder {
  dlc_status save() { return dlc_save(handle.get(), path.c_str(), DLC_ALL); }
  int64_t files() const {
    return std::distance(fs::directory_iterator(folder), {});
  }
  std::string write(const std::string &name, const std::string &bytes = "x") {
    std::string file = (folder / name).string();
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }
  static mode_t mode(const std::string &file) {
    struct stat info;
    return lstat(file.c_str(), &info) ? 0 : info.st_mode;
  }
  /// A save that must fail and change nothing.
  void expectRefused(const std::string &what) {
    mode_t before = mode(path);
    int64_t count = files();
    EXPECT_EQ(save(), DLC_ERROR_IO);
    EXPECT_EQ(message(), path + ": " + what);
    EXPECT_EQ(mode(path), before);
    EXPECT_EQ(files(), count) << "a temporary file is left";
  }
};

/// Starts `body` in a process of its own. It never returns.
template <typename Body>
pid_t startProcess(Body body) {
  pid_t child = fork();
  if (child == 0) {
    // A shell has SIGINT ignored in what it starts in the background.
    signal(SIGINT, SIG_DFL);
    body();
    _exit(0);
  }
  return child;
}

/// The number of a process that has ended and is waited for.
pid_t goneProcess() {
  pid_t child = startProcess([] {});
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  return child;
}

} // namespace

//===--- What may be replaced ---------------------------------------------===//

TEST_F(Save, NeverReplacesWhatIsNoRegularFile) {
  const char *expected = "expected a regular file or none to write to";
  fs::create_directory(path);
  expectRefused(std::string("is a directory, ") + expected);
  fs::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  expectRefused(std::string("is a pipe, ") + expected);
  fs::remove(path);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  path.copy(address.sun_path, path.size());
  int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(
      bind(socket, reinterpret_cast<sockaddr *>(&address), sizeof(address)), 0);
  expectRefused(std::string("is a socket, ") + expected);
  close(socket);
  fs::remove(path);
  // A null device of its own, never the system's.
  if (mknod(path.c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0)
    expectRefused(std::string("is a device, ") + expected);
}

TEST_F(Save, FollowsALinkToARegularFile) {
  std::string target = write("target");
  fs::create_symlink("target", folder / "link");
  fs::create_symlink("link", path); // a link to a link
  ASSERT_EQ(save(), DLC_OK) << message();
  EXPECT_TRUE(S_ISLNK(mode(path)));
  EXPECT_TRUE(S_ISLNK(mode((folder / "link").string())));
  EXPECT_TRUE(S_ISREG(mode(target)));
  EXPECT_EQ(dlc_load(handle.get(), target.c_str(), DLC_ALL), DLC_OK);
  EXPECT_EQ(files(), 3);
}

TEST_F(Save, RefusesOtherLinks) {
  fs::create_symlink("nothing", path);
  expectRefused("is a symbolic link whose target cannot be found: No such file "
                "or directory");
  fs::remove(path);
  fs::create_symlink("a.safetensors", path);
  expectRefused("is a symbolic link whose target cannot be found: Too many "
                "levels of symbolic links");
  fs::remove(path);
  fs::create_symlink(".", path);
  expectRefused("is a directory, expected a regular file or none to write to");
  fs::remove(path);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  fs::create_symlink("pipe", path);
  expectRefused("is a pipe, expected a regular file or none to write to");
}

TEST_F(Save, KeepsPermissions) {
  for (mode_t bits : {0600, 0640, 0664, 0444, 0777}) {
    write("a.safetensors");
    ASSERT_EQ(chmod(path.c_str(), bits), 0);
    if (access(path.c_str(), W_OK)) {
      expectRefused("cannot be written: Permission denied");
    } else {
      ASSERT_EQ(save(), DLC_OK) << message();
      EXPECT_EQ(mode(path), S_IFREG | bits);
    }
    fs::remove(path);
  }
  // A new file has those that any new file has.
  mode_t mask = umask(027);
  EXPECT_EQ(save(), DLC_OK);
  umask(mask);
  EXPECT_EQ(mode(path), mode_t(S_IFREG | 0640));
}

TEST_F(Save, PathsThatCannotBe) {
  path = "";
  EXPECT_EQ(save(), DLC_ERROR_IO);
  EXPECT_EQ(message(), "the name of a file to write is empty");
  path = (folder / "none" / "a").string();
  EXPECT_EQ(save(), DLC_ERROR_IO);
  EXPECT_EQ(message(), path + ": cannot be written: No such file or directory");
  path = (folder / std::string(300, 'x')).string();
  expectRefused("cannot be written: File name too long");
  path = write("file") + "/a";
  expectRefused("cannot be written: Not a directory");
}

//===--- Output that fails ------------------------------------------------===//

// A limit of the file's size is a disk that is full after so many bytes.
TEST_F(Save, FullDisk) {
  ASSERT_EQ(save(), DLC_OK);
  std::string before = read(path);
  ASSERT_EQ(dlc_init(handle.get(), 3), DLC_OK);
  auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit previous;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &previous), 0);
  for (size_t most = 0; most < before.size(); most += 37) {
    rlimit limit = {most, previous.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    dlc_status status = save();
    setrlimit(RLIMIT_FSIZE, &previous);
    ASSERT_EQ(status, DLC_ERROR_IO) << most;
    EXPECT_EQ(message(), path + ": cannot be written: File too large");
    ASSERT_EQ(read(path), before);
    ASSERT_EQ(files(), 1) << "a temporary file is left";
  }
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(save(), DLC_OK);
  EXPECT_NE(read(path), before);
}

//===--- What killed processes left ---------------------------------------===//

TEST_F(Save, RemovesWhatKilledProcessesLeft) {
  std::string gone = std::to_string(goneProcess());
  std::string own = std::to_string(getpid());
  for (const std::string &suffix :
       {gone, gone + ".1", gone + ".17", own, own + ".3", gone + ".tmp." + gone,
        own + ".2.tmp." + gone})
    write("a.safetensors.tmp." + suffix);
  ASSERT_EQ(save(), DLC_OK) << message();
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(dlc_load(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
}

TEST_F(Save, LeavesTheFilesOfOthers) {
  std::string gone = std::to_string(goneProcess());
  pid_t alive = startProcess([] { pause(); });
  for (const std::string &name :
       {"a.safetensors.tmp.", "a.safetensors.tmp.x", "a.safetensors.tmp.1",
        "a.safetensors.tmp.0", "a.safetensors.tmp.99999999999999999999",
        "a.safetensors.tmp.-1"})
    write(name);
  for (const std::string &suffix : {gone + ".bak", gone + ".", gone + "x",
                                    gone + ".tmp.1", std::to_string(alive)})
    write("a.safetensors.tmp." + suffix);
  write("b.safetensors.tmp." + gone);
  write("a.safetensors" + gone);
  // What is not a file, and a file that another thread of this process writes.
  fs::create_directory(folder / ("a.safetensors.tmp." + gone + ".5"));
  fs::create_symlink("a.safetensors.tmp.x",
                     folder / ("a.safetensors.tmp." + gone + ".6"));
  std::string busy = write("a.safetensors.tmp." + std::to_string(getpid()));
  std::FILE *locked = std::fopen(busy.c_str(), "r+");
  ASSERT_EQ(flock(fileno(locked), LOCK_EX | LOCK_NB), 0);
  int64_t before = files();
  EXPECT_EQ(save(), DLC_OK) << message();
  EXPECT_EQ(files(), before + 1);
  // The file of the thread that has ended goes.
  std::fclose(locked);
  EXPECT_EQ(save(), DLC_OK) << message();
  EXPECT_EQ(files(), before);
  kill(alive, SIGKILL);
  EXPECT_EQ(waitpid(alive, nullptr, 0), alive);
}

// Threads that save to one path at once remove nothing of each other's.
TEST_F(Save, ManyThreads) {
  std::vector<std::thread> threads;
  std::vector<std::string> errors(4);
  for (std::string &error : errors)
    threads.emplace_back([&error, this] {
      Handle own = create(1);
      for (int i = 0; i < 50 && error.empty(); ++i)
        if (dlc_save(own.get(), path.c_str(), DLC_ALL) != DLC_OK)
          error = dlc_last_error(own.get());
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(errors, std::vector<std::string>(4));
  EXPECT_EQ(files(), 1);
}

// Killed at any moment: the file is the one before or the one after, and the
// next save leaves nothing else.
TEST_F(Save, KilledAtAnyMoment) {
  std::vector<std::string> states;
  for (uint64_t seed : {1, 2}) {
    ASSERT_EQ(dlc_init(handle.get(), seed), DLC_OK);
    ASSERT_EQ(save(), DLC_OK);
    states.push_back(read(path));
  }
  ASSERT_NE(states[0], states[1]);
  std::mt19937 random(20261128);
  int seen[2] = {}, leftovers = 0;
  for (int round = 0; round < 120; ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    pid_t child = startProcess([&] {
      Handle own = create(1);
      if (::write(ends[1], "x", 1) == 1)
        for (uint64_t seed = 1;; seed = 3 - seed) {
          dlc_init(own.get(), seed);
          dlc_save(own.get(), path.c_str(), DLC_ALL);
        }
    });
    char ready;
    ASSERT_EQ(::read(ends[0], &ready, 1), 1);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));
    kill(child, round % 3 == 0 ? SIGKILL : round % 3 == 1 ? SIGTERM : SIGINT);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    close(ends[0]);
    close(ends[1]);
    leftovers += files() > 1;
    std::string bytes = read(path);
    ASSERT_TRUE(bytes == states[0] || bytes == states[1]) << bytes.size();
    ++seen[bytes == states[1]];
    ASSERT_EQ(dlc_load(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
  }
  // The moments were not all the same.
  EXPECT_GT(seen[0], 0);
  EXPECT_GT(seen[1], 0);
  EXPECT_GT(leftovers, 0);
  ASSERT_EQ(save(), DLC_OK);
  EXPECT_EQ(files(), 1) << "what a killed process left is still there";
}
