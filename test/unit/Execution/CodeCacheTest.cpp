//===- CodeCacheTest.cpp - Compiled programs on disk ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Execution/CodeCache.h"

#include "TestFiles.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

#include <fcntl.h>
#include <set>
#include <sys/stat.h>

using namespace dlc;
using namespace dlc::test;

namespace {

llvm::SmallVector<char, 0> bytes(llvm::StringRef text) {
  return llvm::SmallVector<char, 0>(text.begin(), text.end());
}

std::vector<std::string> filesIn(llvm::StringRef folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator at(folder, error), end; at != end;
       at.increment(error))
    files.push_back(at->path());
  return files;
}

TEST(CodeCache, FindsWhatWasStored) {
  TempFolder folder;
  CodeCache cache(folder.path("cache"));
  EXPECT_FALSE(cache.find("a"));
  Objects objects{bytes("one"), bytes(""), bytes("three")};
  cache.store("a", objects);
  EXPECT_EQ(cache.find("a"), objects);
  EXPECT_FALSE(cache.find("b"));
  EXPECT_EQ(filesIn(folder.path("cache")).size(), 1u) << "nothing temporary";
  cache.store("a", {bytes("two")});
  EXPECT_EQ(cache.find("a"), Objects{bytes("two")});
}

TEST(CodeCache, DamageIsAMiss) {
  TempFolder folder;
  CodeCache cache(folder.path("cache"));
  cache.store("a", {bytes("some code"), bytes("more")});
  std::string path = filesIn(folder.path("cache")).front();
  std::string whole =
      llvm::cantFail(llvm::errorOrToExpected(llvm::MemoryBuffer::getFile(path)))
          ->getBuffer()
          .str();
  auto write = [&](llvm::StringRef text) {
    std::error_code error;
    llvm::raw_fd_ostream(path, error) << text;
    ASSERT_FALSE(error);
  };
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] ^= 1;
    write(changed);
    EXPECT_FALSE(cache.find("a")) << "byte " << i;
    write(llvm::StringRef(whole).take_front(i));
    EXPECT_FALSE(cache.find("a")) << i << " bytes";
  }
  write(whole + "x");
  EXPECT_FALSE(cache.find("a"));
  write(whole);
  EXPECT_TRUE(cache.find("a"));
}

TEST(CodeCache, RunsNothingThatOthersCanWrite) {
  TempFolder folder;
  CodeCache cache(folder.path("cache"));
  cache.store("a", {bytes("code")});
  std::string path = filesIn(folder.path("cache")).front();
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  EXPECT_FALSE(cache.find("a"));
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  EXPECT_TRUE(cache.find("a"));
  ASSERT_EQ(chmod(folder.path("cache").c_str(), 0777), 0);
  EXPECT_FALSE(cache.find("a"));
  ASSERT_EQ(chmod(folder.path("cache").c_str(), 0700), 0);
  // Nor what a link leads to, or what is not a file.
  ASSERT_FALSE(llvm::sys::fs::rename(path, folder.path("elsewhere")));
  ASSERT_FALSE(llvm::sys::fs::create_link(folder.path("elsewhere"), path));
  EXPECT_FALSE(cache.find("a"));
  ASSERT_FALSE(llvm::sys::fs::remove(path));
  ASSERT_FALSE(llvm::sys::fs::create_directory(path));
  EXPECT_FALSE(cache.find("a"));
}

TEST(CodeCache, TheLeastRecentlyUsedGoes) {
  TempFolder folder;
  CodeCache cache(folder.path("cache"), 400);
  std::string code(100, 'x');
  auto age = [&](llvm::StringRef key, int seconds) {
    std::string path = folder.path("cache/" + key.str() + ".code");
    struct timespec time = {1000000000 - seconds, 0};
    struct timespec times[] = {time, time};
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  };
  cache.store("a", {bytes(code)});
  cache.store("b", {bytes(code)});
  age("a", 20);
  age("b", 10);
  EXPECT_TRUE(cache.find("a")) << "which makes it the youngest";
  cache.store("c", {bytes(code)});
  EXPECT_FALSE(cache.find("b"));
  EXPECT_TRUE(cache.find("a"));
  EXPECT_TRUE(cache.find("c"));
  cache.store("d", {bytes(std::string(500, 'x'))});
  EXPECT_FALSE(cache.find("d")) << "more than may be kept at all";
  EXPECT_TRUE(cache.find("a"));
}

TEST(CodeCache, WithoutAFolderThereIsNone) {
  CodeCache("").store("a", {bytes("code")});
  EXPECT_FALSE(CodeCache("").find("a"));
  CodeCache nowhere("/proc/no/such/folder");
  nowhere.store("a", {bytes("code")});
  EXPECT_FALSE(nowhere.find("a"));
}

TEST(CodeCache, TheKeyHoldsAllThatCodeDependsOn) {
  CompilerOptions options;
  std::set<std::string> keys;
  auto add = [&](llvm::StringRef text, const CompilerOptions &options,
                 llvm::StringRef processor, llvm::StringRef path = "m.mlir") {
    llvm::MemoryBufferRef program(text, path);
    std::string key = CodeCache::keyOf(program, options, processor);
    EXPECT_EQ(key.size(), 64u);
    EXPECT_EQ(key, CodeCache::keyOf(program, options, processor));
    EXPECT_TRUE(keys.insert(key).second) << "equal to another";
  };
  add("text", options, "cpu");
  add("text ", options, "cpu");
  add("text", options, "cpu +feature");
  // Messages name the file.
  add("text", options, "cpu", "n.mlir");
  auto with = [&](auto change) {
    CompilerOptions changed;
    change(changed);
    add("text", changed, "cpu");
  };
  with([](CompilerOptions &o) { o.optLevel = 0; });
  with([](CompilerOptions &o) { o.memoryBudget = 1; });
  with([](CompilerOptions &o) { o.gradientsOf = "train"; });
  with([](CompilerOptions &o) { o.gradientOrder = 2; });
  with([](CompilerOptions &o) { o.gradientNumber = 2; });
  with([](CompilerOptions &o) { o.from = "fuse"; });
  with([](CompilerOptions &o) { o.profile = true; });
  with([](CompilerOptions &o) { o.disabledPasses = {"dl-move-views"}; });
  options.dumpPhases = "folder";
  EXPECT_EQ(CodeCache::keyOf({"text", "m.mlir"}, options, "cpu"), "");
}

} // namespace
