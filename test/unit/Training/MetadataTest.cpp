//===- MetadataTest.cpp - Text beside the tensors of a checkpoint ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Metadata.h"

#include "LinearModel.h"
#include "TestFiles.h"

#include "dlc/Execution/Model.h"
#include "dlc/Training/Plateau.h"

#include <sys/stat.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::test;

namespace {

std::string file(const std::string &header, const std::string &data = "") {
  return bytesOf<uint64_t>({header.size()}) + header + data;
}

std::unique_ptr<Model> linear() {
  return llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
}

// In one write: a loader and a reader of metadata both take the file.
TEST(Metadata, IsSavedWithTheTensors) {
  TempFolder folder;
  std::string path = folder.path("a");
  std::unique_ptr<Model> from = linear(), to = linear();
  ASSERT_EQ(message(from->init(7)), "");
  ASSERT_EQ(message(from->save(path, DLC_ALL)), "");
  EXPECT_EQ(llvm::cantFail(readMetadata(path)), Metadata());
  Metadata metadata = {{"a", ""},
                       {"gr\xc3\xb6\xc3\x9f"
                        "e",
                        "\"\\\n\x1b"}};
  ASSERT_EQ(message(from->save(path, DLC_ALL, metadata)), "");
  EXPECT_EQ(llvm::cantFail(readMetadata(path)), metadata);
  EXPECT_EQ(message(to->load(path, DLC_ALL)), "");
  EXPECT_EQ(folder.count(), 1);
  std::string before = readFile(path);
  EXPECT_CONTAINS(message(from->save(path, DLC_ALL, {{"a", "\xff"}})),
                  "the value of metadata number 0 is not UTF-8");
  EXPECT_EQ(readFile(path), before);
  // Metadata twice is no safetensors file.
  path = folder.write("b", file("{\"__metadata__\":{},\"__metadata__\":{}}"));
  EXPECT_CONTAINS(message(to->load(path, DLC_ALL)), "is there twice");
  EXPECT_CONTAINS(message(readMetadata(path)), "is there twice");
}

TEST(Metadata, RefusesOtherFiles) {
  TempFolder folder;
  auto error = [&](const std::string &content) {
    std::string path = folder.write("x", content);
    std::string text = message(readMetadata(path));
    EXPECT_EQ(text.rfind(path + ": ", 0), 0u) << text;
    return text;
  };
  EXPECT_CONTAINS(error(""), ": 0 bytes are too few for a safetensors file");
  EXPECT_CONTAINS(error("1234567"), ": 7 bytes are too few");
  for (uint64_t length : {uint64_t(3), uint64_t(100000001), ~uint64_t(0),
                          ~uint64_t(0) - 8, uint64_t(1) << 63})
    EXPECT_CONTAINS(error(bytesOf<uint64_t>({length}) + "{}"),
                    "not a safetensors file, or cut short");
  EXPECT_CONTAINS(error(file("[]")), "byte 0 of the header: expected \"{\"");
  EXPECT_CONTAINS(error(file("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}")),
                  "its metadata has 'a' twice");
  EXPECT_CONTAINS(error(file("{\"__metadata__\":{\"a\":1}}")), "string");
  EXPECT_CONTAINS(error(file("{\"__metadata__\":{\"a\":\"\\u0000\"}}")),
                  "U+0000");
  EXPECT_CONTAINS(error(file("{\"__metadata__\":{\"a\":\"\xff\"}}")), "UTF-8");
  // Nesting costs nothing.
  EXPECT_CONTAINS(error(file(std::string(1 << 20, '['))), "expected \"{\"");
  EXPECT_CONTAINS(error(file("{\"a\":" + std::string(1 << 20, '{'))),
                  "expected a string");
  std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_CONTAINS(message(readMetadata(pipe)), "pipe: not a regular file");
  EXPECT_CONTAINS(message(readMetadata("/dev/zero")),
                  "/dev/zero: not a regular file");
}

TEST(Metadata, ExactNumbers) {
  double number;
  for (double value : {0.0, -0.0, 1.0, 0.1, -1e-300, 5e-324, 1.7e308,
                       std::numeric_limits<double>::infinity()}) {
    ASSERT_TRUE(parseExact(exactText(value), number)) << value;
    EXPECT_EQ(std::memcmp(&number, &value, sizeof(value)), 0) << value;
  }
  for (const char *text : {"", " 1", "1 ", "+1", "1.0", "01", "1e0", "0x1p0",
                           "0.10000000000000001000", "one", "1e999"})
    EXPECT_FALSE(parseExact(text, number)) << text;
  int64_t integer;
  for (int64_t value : {int64_t(0), INT64_MAX, INT64_MIN, int64_t(-7)}) {
    ASSERT_TRUE(parseExact(std::to_string(value), integer));
    EXPECT_EQ(integer, value);
  }
  for (const char *text :
       {"", "+1", "01", "-0", "1 ", "0x1", "1.0", "9223372036854775808"})
    EXPECT_FALSE(parseExact(text, integer)) << text;
}

TEST(Metadata, ValuesOfAPlateau) {
  PlateauOptions options = llvm::cantFail(PlateauOptions::parse("lr"));
  Metadata good = Plateau(options).save();
  EXPECT_EQ(message(Plateau(options).restore(good)), "");
  auto restore = [&](const std::string &name, const std::string &value) {
    Metadata changed = good;
    changed[name] = value;
    return message(Plateau(options).restore(changed));
  };
  EXPECT_EQ(restore("plateau.best", "0.25"), "");
  for (const char *value : {"", "nan", "-nan", "x", "0.250", "1e999", "0x1"})
    EXPECT_CONTAINS(restore("plateau.best", value), "plateau.best");
  for (const char *name : {"plateau.bad_epochs", "plateau.cooldown"}) {
    EXPECT_EQ(restore(name, "1000000000"), "");
    for (const char *value :
         {"", "-1", "1000000001", "9223372036854775807", "1.0", "01", "nan"})
      EXPECT_CONTAINS(restore(name, value), "whole numbers from 0");
  }
  EXPECT_NE(restore("plateau.mode", "max"), "");
}

} // namespace
