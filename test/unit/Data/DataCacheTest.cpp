//===- DataCacheTest.cpp - Data that were converted before ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "lib/Data/DataCache.h"

#include "TestFiles.h"

using namespace dlc;
using namespace dlc::test;

namespace {

DataSplits someData() {
  Field text = {"text", "t.txt", {DLC_U8, {2, 3}, {}}, 1};
  text.array.data = {'a', 'b', 'c', 'd', 'e', 'f'};
  Field table = {"table", "t.npy", {DLC_I32, {1}, {}}, std::nullopt};
  table.array.data = {1, 2, 3, 4};
  DataSplits data{llvm::cantFail(Dataset::create({text, table}))};
  data.eval = llvm::cantFail(Dataset::create({table}));
  data.unit = "words";
  data.vocabulary = {"a", std::string("\0b", 2), ""};
  data.classes = {"one"};
  data.lengths = "text";
  data.bucket = 9;
  return data;
}

TEST(DataCache, BytesAndBack) {
  DataSplits data = someData();
  std::string bytes = storedData(data);
  std::optional<DataSplits> again = restoreData(bytes);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(storedData(*again), bytes);
  EXPECT_EQ(again->train.size(), 3);
  EXPECT_EQ(again->vocabulary, data.vocabulary);
  EXPECT_EQ(again->bucket, 9);
  EXPECT_FALSE(again->eval->fields()[0].sampleDim.has_value());
  // Nothing else ends the process, and no part of it is data.
  for (size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(restoreData(llvm::StringRef(bytes).take_front(i)));
    for (char flip : {1, -128, -1}) {
      std::string changed = bytes;
      changed[i] ^= flip;
      (void)restoreData(changed);
    }
  }
  EXPECT_FALSE(restoreData(bytes + "x"));
}

TEST(DataCache, KeptByWhatIsInTheFiles) {
  TempFolder folder;
  std::string content(300000, 'a'), path = folder.write("t.txt", content);
  DataOptions options{folder.path("cache")};
  int reads = 0;
  auto read = [&]() -> llvm::Expected<DataSplits> {
    ++reads;
    return someData();
  };
  std::string first =
      storedData(llvm::cantFail(readOnce("text:t.txt", path, options, read)));
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(
      storedData(llvm::cantFail(readOnce("text:t.txt", path, options, read))),
      first);
  EXPECT_EQ(reads, 1);
  EXPECT_EQ(countFiles(folder.path("cache")), 1) << "nothing temporary";
  // Another descriptor, another content, and no folder.
  llvm::cantFail(readOnce("text:t.txt,length=3", path, options, read));
  EXPECT_EQ(reads, 2);
  content[299999] = 'b';
  folder.write("t.txt", content);
  llvm::cantFail(readOnce("text:t.txt", path, options, read));
  EXPECT_EQ(reads, 3);
  llvm::cantFail(readOnce("text:t.txt", path, {}, read));
  EXPECT_EQ(reads, 4);
  // A damaged entry is as good as none.
  std::error_code error;
  for (llvm::sys::fs::directory_iterator at(folder.path("cache"), error), end;
       at != end; at.increment(error)) {
    std::string bytes = readFile(at->path());
    bytes[bytes.size() / 2] ^= 1;
    llvm::raw_fd_ostream(at->path(), error) << bytes;
  }
  llvm::cantFail(readOnce("text:t.txt", path, options, read));
  EXPECT_EQ(reads, 5);
}

TEST(DataCache, WhatChangesMeanwhileIsNotKept) {
  TempFolder folder;
  std::string path = folder.write("t.txt", std::string(300000, 'a'));
  DataOptions options{folder.path("cache")};
  int reads = 0;
  auto read = [&]() -> llvm::Expected<DataSplits> {
    if (++reads == 1)
      folder.write("t.txt", std::string(300001, 'b'));
    return someData();
  };
  llvm::cantFail(readOnce("text:t.txt", path, options, read));
  folder.write("t.txt", std::string(300000, 'a'));
  llvm::cantFail(readOnce("text:t.txt", path, options, read));
  EXPECT_EQ(reads, 2);
}

} // namespace
