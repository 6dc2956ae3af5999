//===- CheckpointFolder.h - A handle and a folder of its own ----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TEST_UNIT_RUNTIME_CHECKPOINTFOLDER_H
#define DLC_TEST_UNIT_RUNTIME_CHECKPOINTFOLDER_H

#include "TestModel.h"
#include "gtest/gtest.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace dlc::test {

/// A folder that is empty before each test and gone after it, with the path of
/// a checkpoint in it.
struct CheckpointFolder : testing::Test {
  void SetUp() override {
    std::string pattern = testing::TempDir() + "dlc-checkpoint-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    path = (folder / "a.safetensors").string();
    handle = create(1);
    ASSERT_TRUE(handle);
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string message() const { return dlc_last_error(handle.get()); }
  static std::string read(const std::string &file) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  std::filesystem::path folder;
  std::string path;
  Handle handle;
};

} // namespace dlc::test
#endif // DLC_TEST_UNIT_RUNTIME_CHECKPOINTFOLDER_H
