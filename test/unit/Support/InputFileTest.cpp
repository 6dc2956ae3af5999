//===- InputFileTest.cpp - The bytes of a file, in order ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/InputFile.h"

#include "TestFiles.h"

#include <sys/stat.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::test;

namespace {

std::string take(InputFile &file, size_t bytes) {
  std::string text(bytes, '\0');
  text.resize(llvm::cantFail(file.read({text.data(), text.size()})));
  return text;
}

TEST(InputFile, PieceByPiece) {
  TempFolder folder;
  std::string path = folder.write("a", "abcdefg");
  InputFile file = llvm::cantFail(InputFile::open(path));
  EXPECT_EQ(file.path(), path);
  EXPECT_EQ(file.size(), std::optional<uint64_t>(7));
  EXPECT_EQ(take(file, 3), "abc");
  EXPECT_EQ(take(file, 0), "");
  InputFile moved = std::move(file);
  EXPECT_EQ(take(moved, 30), "defg");
  EXPECT_EQ(take(moved, 1), "");
}

TEST(InputFile, AFileThatShrinksEnds) {
  TempFolder folder;
  std::string path = folder.write("a", std::string(100000, 'x'));
  InputFile file = llvm::cantFail(InputFile::open(path));
  EXPECT_EQ(take(file, 10), "xxxxxxxxxx");
  ASSERT_EQ(truncate(path.c_str(), 20), 0);
  EXPECT_EQ(take(file, 100), "xxxxxxxxxx");
}

TEST(InputFile, OnlyRegularFiles) {
  TempFolder folder;
  std::string pipe = folder.path("pipe"), loop = folder.path("loop");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_EQ(symlink("loop", loop.c_str()), 0);
  EXPECT_CONTAINS(message(InputFile::open(pipe)), pipe + ": is a pipe");
  EXPECT_CONTAINS(message(InputFile::open(loop)),
                  loop + ": cannot be read: Too many levels of symbolic links");
  EXPECT_CONTAINS(message(InputFile::open("/dev/zero")), "is a device");
  EXPECT_CONTAINS(message(InputFile::open("/")), "is a directory");
}

TEST(InputFile, FilesThatClaimToBeEmpty) {
  InputFile file = llvm::cantFail(InputFile::open("/proc/self/comm"));
  EXPECT_FALSE(file.size());
  EXPECT_EQ(take(file, 100), "DlcSupportTests\n");
}

} // namespace
