//===- ReadFileTest.cpp - Reading whole files, up to a limit --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/ReadFile.h"

#include "TestFiles.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::test;

namespace {

std::string readBytes(llvm::StringRef path, uint64_t limit = 1 << 20) {
  auto file = dlc::readFile(path, limit);
  return file ? (*file)->getBuffer().str()
              : "error: " + llvm::toString(file.takeError());
}

/// Lets standard input be something else until the end of a test.
class StandardInput {
public:
  explicit StandardInput(int descriptor) : saved(dup(STDIN_FILENO)) {
    dup2(descriptor, STDIN_FILENO);
    close(descriptor);
  }
  ~StandardInput() {
    dup2(saved, STDIN_FILENO);
    close(saved);
  }

private:
  int saved;
};

TEST(ReadFile, WholeFileWithAZeroBehindIt) {
  TempFolder folder;
  std::string path = folder.write("a", bytes("one\0two"));
  auto file = llvm::cantFail(dlc::readFile(path, 100));
  EXPECT_EQ(file->getBuffer(), llvm::StringRef("one\0two", 7));
  EXPECT_EQ(*file->getBufferEnd(), 0);
  EXPECT_EQ(file->getBufferIdentifier(), path);
  EXPECT_EQ(readBytes(folder.write("empty", "")), "");
  std::string large(300000, 'x');
  EXPECT_EQ(readBytes(folder.write("large", large)), large);
}

TEST(ReadFile, KeepsWhatItReadWhenTheFileShrinks) {
  TempFolder folder;
  std::string path = folder.write("a", std::string(200000, 'x'));
  auto file = llvm::cantFail(dlc::readFile(path, 1 << 20));
  ASSERT_EQ(truncate(path.c_str(), 0), 0);
  EXPECT_EQ(file->getBuffer(), std::string(200000, 'x'));
}

TEST(ReadFile, Limit) {
  TempFolder folder;
  std::string path = folder.write("a", "12345");
  EXPECT_EQ(readBytes(path, 5), "12345");
  EXPECT_EQ(readBytes(path, 4),
            "error: " + path +
                ": has more than 4 bytes, the most that is read");
}

TEST(ReadFile, FilesThatClaimToBeEmpty) {
  EXPECT_EQ(readBytes("/proc/self/comm"), "DlcSupportTests\n");
}

TEST(ReadFile, OnlyRegularFiles) {
  TempFolder folder;
  std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(readBytes(pipe),
            "error: " + pipe +
                ": is a pipe, expected a regular file ('-' reads standard "
                "input)");
  EXPECT_CONTAINS(readBytes("/dev/zero"), "/dev/zero: is a device, expected");
  EXPECT_CONTAINS(readBytes("/"), "/: is a directory, expected");
  EXPECT_CONTAINS(readBytes(folder.path("none")), "No such file or directory");
  EXPECT_CONTAINS(readBytes(bytes("a\0b")), "cannot be read: Invalid argument");
}

TEST(ReadFile, StandardInput) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "text", 4), 4);
  close(ends[1]);
  StandardInput input(ends[0]);
  auto file = llvm::cantFail(dlc::readFile("-", 4));
  EXPECT_EQ(file->getBuffer(), "text");
  EXPECT_EQ(file->getBufferIdentifier(), "<stdin>");
}

TEST(ReadFile, StandardInputWithoutAnEnd) {
  StandardInput input(open("/dev/zero", O_RDONLY));
  EXPECT_EQ(readBytes("-", 1 << 20),
            "error: -: has more than 1048576 bytes, the most that is read");
}

} // namespace
