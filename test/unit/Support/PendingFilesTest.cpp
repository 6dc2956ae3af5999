//===- PendingFilesTest.cpp - Files that appear together or not at all ----===//

#include "dlc/Support/PendingFiles.h"

#include "TestFiles.h"

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
  EXPECT_CONTAINS(message(files.reserve(folder.path(""))), "is a directory");
  EXPECT_CONTAINS(message(files.reserve(folder.path("no/such"))),
                  "no/such: cannot be written: No such file");
  EXPECT_EQ(message(files.reserve(folder.path("a"))), "");
  EXPECT_CONTAINS(message(files.reserve(folder.path("a"))),
                  "would be written twice");
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
