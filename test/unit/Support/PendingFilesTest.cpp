//===- PendingFilesTest.cpp - Files that appear together or not at all ----===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/PendingFiles.h"

#include "TestFiles.h"

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::test;

namespace {

/// Reserves `path` and writes `text` to its temporary.
void put(PendingFiles &files, const std::string &path, llvm::StringRef text) {
  std::string temporary = llvm::cantFail(files.reserve(path));
  EXPECT_NE(temporary, path);
  llvm::cantFail(
      writeStream(temporary, [&](llvm::raw_ostream &os) { os << text; }));
}

TEST(PendingFiles, AppearTogether) {
  TempFolder folder;
  folder.write("a", "old");
  PendingFiles files;
  put(files, folder.path("a"), "new");
  put(files, folder.path("b"), "new");
  EXPECT_EQ(readFile(folder.path("a")), "old");
  EXPECT_FALSE(llvm::sys::fs::exists(folder.path("b")));
  ASSERT_EQ(message(files.commit()), "");
  EXPECT_EQ(readFile(folder.path("a")), "new");
  EXPECT_EQ(readFile(folder.path("b")), "new");
  EXPECT_EQ(folder.count(), 2);
}

TEST(PendingFiles, OrNotAtAll) {
  TempFolder folder;
  folder.write("a", "old");
  {
    PendingFiles files;
    put(files, folder.path("a"), "new");
    put(files, folder.path("b"), "new");
  }
  EXPECT_EQ(readFile(folder.path("a")), "old");
  EXPECT_EQ(folder.count(), 1);
}

TEST(PendingFiles, WhatCannotBeRenamedOver) {
  PendingFiles files;
  EXPECT_EQ(llvm::cantFail(files.reserve("-")), "-");
  EXPECT_EQ(llvm::cantFail(files.reserve("/dev/null")), "/dev/null");
  EXPECT_EQ(message(writeStream("/dev/null",
                                [](llvm::raw_ostream &os) { os << "x"; })),
            "");
  EXPECT_EQ(message(files.commit()), "");
}

TEST(PendingFiles, Errors) {
  TempFolder folder;
  PendingFiles files;
  EXPECT_CONTAINS(message(files.reserve("")), "is empty");
  EXPECT_CONTAINS(message(files.reserve(bytes("a\0b"))), "zero byte");
  EXPECT_CONTAINS(message(files.reserve(folder.path(""))), "is a directory");
  EXPECT_CONTAINS(message(files.reserve(folder.path("no/such"))),
                  "no/such: cannot be written: No such file");
  EXPECT_EQ(message(files.reserve(folder.path("a"))), "");
  EXPECT_EQ(folder.count(), 1) << "the temporary";
}

TEST(PendingFiles, ErrorsNameTheFileOfTheUser) {
  TempFolder folder;
  PendingFiles files;
  std::string temporary = llvm::cantFail(files.reserve(folder.path("a")));
  auto describe = [&](const std::string &text) {
    return message(
        files.describe(llvm::createStringError(llvm::StringRef(text))));
  };
  EXPECT_EQ(describe(temporary + ": is full"), folder.path("a") + ": is full");
  EXPECT_EQ(describe("b: is full"), "b: is full");
  EXPECT_EQ(message(files.describe(llvm::Error::success())), "");
}

TEST(PendingFiles, NothingTwice) {
  TempFolder folder;
  folder.write("a", "old");
  ASSERT_EQ(symlink("a", folder.path("link").c_str()), 0);
  ASSERT_FALSE(llvm::sys::fs::create_directory(folder.path("sub")));
  PendingFiles files;
  EXPECT_EQ(message(files.reserve(folder.path("a"))), "");
  EXPECT_CONTAINS(message(files.reserve(folder.path("a"))),
                  "a: would be written twice");
  EXPECT_CONTAINS(message(files.reserve(folder.path("link"))),
                  "link: would be written twice, as '" + folder.path("a") +
                      "' too");
  EXPECT_CONTAINS(message(files.reserve(folder.path("sub/../a"))),
                  "would be written twice");
  EXPECT_EQ(message(files.reserve(folder.path("b"))), "");
  EXPECT_CONTAINS(message(files.reserve(folder.path("sub/../b"))),
                  "would be written twice");
}

TEST(PendingFiles, WhatIsReplaced) {
  TempFolder folder;
  folder.write("a", "old");
  ASSERT_EQ(chmod(folder.path("a").c_str(), 0640), 0);
  ASSERT_EQ(symlink("a", folder.path("link").c_str()), 0);
  ASSERT_EQ(symlink("none", folder.path("lost").c_str()), 0);
  auto write = [&](const std::string &name, const std::string &text) {
    return message(writeFileAtomically(
        folder.path(name), [&](llvm::raw_ostream &os) { os << text; }));
  };
  EXPECT_EQ(write("link", "new"), "");
  EXPECT_EQ(readFile(folder.path("a")), "new");
  EXPECT_TRUE(llvm::sys::fs::is_symlink_file(folder.path("link")));
  EXPECT_EQ(llvm::cantFail(llvm::errorOrToExpected(
                llvm::sys::fs::getPermissions(folder.path("a")))),
            0640);
  EXPECT_CONTAINS(write("lost", "new"),
                  "lost: is a symbolic link whose target cannot be found");
  EXPECT_EQ(folder.count(), 3);
}

TEST(PendingFiles, Pipes) {
  TempFolder folder;
  std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  auto write = [&] {
    return message(
        writeFileAtomically(pipe, [](llvm::raw_ostream &os) { os << "text"; }));
  };
  EXPECT_EQ(write(), pipe + ": cannot be written: nobody reads from it");
  int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  EXPECT_EQ(write(), "");
  char text[8];
  EXPECT_EQ(read(reader, text, sizeof(text)), 4);
  close(reader);
  PendingFiles files;
  EXPECT_EQ(message(files.reserveRegular(pipe)),
            pipe + ": is a pipe, expected a regular file or none to write to");
  EXPECT_EQ(folder.count(), 1);
}

// The blocks of a disk are not written to: they are the files of others.
TEST(PendingFiles, Devices) {
  TempFolder folder;
  std::string disk = folder.path("disk");
  // A loop device that no machine has.
  if (mknod(disk.c_str(), S_IFBLK | 0600, makedev(7, 4095)))
    GTEST_SKIP() << "only the superuser makes devices";
  PendingFiles files;
  EXPECT_EQ(message(files.reserve(disk)),
            disk + ": is a device, expected a regular file or none to write "
                   "to");
}

TEST(PendingFiles, RemovesWhatKilledProcessesLeft) {
  TempFolder folder;
  pid_t child = fork();
  if (child == 0) {
    PendingFiles files;
    llvm::cantFail(files.reserve(folder.path("a")));
    llvm::cantFail(files.reserve(folder.path("b")));
    raise(SIGKILL);
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_EQ(folder.count(), 2);
  PendingFiles files;
  put(files, folder.path("a"), "new");
  EXPECT_EQ(folder.count(), 2) << "the other's is gone, this one's is there";
  ASSERT_EQ(message(files.commit()), "");
  put(files, folder.path("b"), "new");
  ASSERT_EQ(message(files.commit()), "");
  EXPECT_EQ(folder.count(), 2);
}

TEST(PendingFiles, FullDisk) {
  if (!llvm::sys::fs::exists("/dev/full"))
    GTEST_SKIP() << "no /dev/full here";
  EXPECT_CONTAINS(message(writeStream("/dev/full",
                                      [](llvm::raw_ostream &os) {
                                        os << std::string(1 << 20, 'x');
                                      })),
                  "/dev/full: cannot be written: No space left");
}

} // namespace
