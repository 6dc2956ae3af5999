//===- IdxTest.cpp - Reader of IDX files ----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Idx.h"

#include "TestFiles.h"

#include <sys/stat.h>

#include <zlib.h>

using namespace dlc;
using namespace dlc::test;
using llvm::SmallVector;

namespace {

/// A 2x3 array of ui8.
const std::string small = bytes("\0\0\x08\x02"
                                "\0\0\0\x02"
                                "\0\0\0\x03"
                                "\x01\x02\x03\x04\x05\xff");

std::string gzip(const std::string &data) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8,
                         Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string out(data.size() + 1024, '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(data.data()));
  stream.avail_in = data.size();
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = out.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string errorOf(const std::string &content) {
  TempFolder folder;
  std::string path = folder.write("data", content);
  std::string text = message(readIdx(path));
  if (!text.empty())
    EXPECT_EQ(text.rfind(path, 0), 0u) << "the path comes first: " << text;
  return text;
}

void expectSmall(const std::string &content) {
  TempFolder folder;
  llvm::Expected<Array> array = readIdx(folder.write("data", content));
  ASSERT_TRUE(static_cast<bool>(array)) << llvm::toString(array.takeError());
  EXPECT_EQ(array->type, DLC_U8);
  EXPECT_EQ(array->shape, (SmallVector<int64_t, 4>{2, 3}));
  EXPECT_EQ(std::string(array->data.begin(), array->data.end()),
            bytes("\x01\x02\x03\x04\x05\xff"));
}

TEST(Idx, Plain) { expectSmall(small); }
TEST(Idx, Gzip) { expectSmall(gzip(small)); }
TEST(Idx, GzipOfTwoStreams) {
  expectSmall(gzip(small.substr(0, 7)) + gzip(small.substr(7)));
}

TEST(Idx, LargeGzip) {
  // More than one piece of reading.
  std::string data = bytes("\0\0\x08\x01\0\x50\0\0");
  data.resize(8 + 0x500000);
  for (size_t i = 8; i < data.size(); ++i)
    data[i] = static_cast<char>(i * 2654435761u >> 13);
  TempFolder folder;
  llvm::Expected<Array> array =
      readIdx(folder.write("data", gzip(data + std::string())));
  ASSERT_TRUE(static_cast<bool>(array)) << llvm::toString(array.takeError());
  EXPECT_TRUE(std::equal(array->data.begin(), array->data.end(),
                         data.begin() + 8, data.end()));
}

TEST(Idx, WiderTypesAreBigEndian) {
  TempFolder folder;
  llvm::Expected<Array> ints = readIdx(folder.write(
      "i", bytes("\0\0\x0c\x01\0\0\0\x02\0\0\0\x01\xff\xff\xff\xfe")));
  ASSERT_TRUE(static_cast<bool>(ints));
  EXPECT_EQ(ints->type, DLC_I32);
  EXPECT_EQ(std::string(ints->data.begin(), ints->data.end()),
            bytesOf<int32_t>({1, -2}));
  llvm::Expected<Array> floats =
      readIdx(folder.write("f", bytes("\0\0\x0d\x01\0\0\0\x01\x3f\xc0\0\0")));
  ASSERT_TRUE(static_cast<bool>(floats));
  EXPECT_EQ(std::string(floats->data.begin(), floats->data.end()),
            bytesOf<float>({1.5f}));
  llvm::Expected<Array> doubles = readIdx(
      folder.write("d", bytes("\0\0\x0e\x01\0\0\0\x01\x3f\xf8\0\0\0\0\0\0")));
  ASSERT_TRUE(static_cast<bool>(doubles));
  EXPECT_EQ(std::string(doubles->data.begin(), doubles->data.end()),
            bytesOf<double>({1.5}));
  llvm::Expected<Array> bytesArray =
      readIdx(folder.write("b", bytes("\0\0\x09\x01\0\0\0\x01\xff")));
  ASSERT_TRUE(static_cast<bool>(bytesArray));
  EXPECT_EQ(bytesArray->type, DLC_I8);
}

TEST(Idx, Missing) {
  EXPECT_CONTAINS(message(readIdx("no/such/file")),
                  "no/such/file: cannot be read: No such file");
}

TEST(Idx, WrongMagic) {
  EXPECT_CONTAINS(errorOf("PK\x08\x02"
                          "00000000"),
                  "starts with bytes 50 4b, expected 00 00");
}

TEST(Idx, WrongType) {
  EXPECT_CONTAINS(errorOf(bytes("\0\0\x0b\x01\0\0\0\x01\0\0")),
                  "IDX type 0b, expected 08 (ui8)");
}

TEST(Idx, TruncatedHeader) {
  EXPECT_CONTAINS(errorOf(""), "header ends after 0 bytes");
  EXPECT_CONTAINS(errorOf(small.substr(0, 3)), "header ends after 3 bytes");
  EXPECT_CONTAINS(errorOf(small.substr(0, 10)), "header ends after 10 bytes");
}

TEST(Idx, TruncatedElements) {
  EXPECT_CONTAINS(errorOf(small.substr(0, 15)),
                  "truncated: 3 bytes of elements, expected 6 for 2x3xui8");
  EXPECT_CONTAINS(errorOf(gzip(small.substr(0, 15))),
                  "truncated: 3 bytes of elements, expected 6 for 2x3xui8");
}

TEST(Idx, TrailingBytes) {
  EXPECT_CONTAINS(errorOf(small + "x"), "bytes after the elements of 2x3xui8");
  EXPECT_CONTAINS(errorOf(gzip(small + "x")),
                  "bytes after the elements of 2x3xui8");
}

TEST(Idx, TruncatedGzip) {
  std::string whole = gzip(small);
  // Every cut is an error, in the header, the data or the sum at the end.
  for (size_t size = 2; size < whole.size(); ++size)
    EXPECT_CONTAINS(errorOf(whole.substr(0, size)),
                    "damaged gzip file: the gzip data end early");
}

TEST(Idx, DamagedGzip) {
  std::string sum = gzip(small);
  sum[sum.size() - 6] ^= 1; // in the check sum
  EXPECT_CONTAINS(errorOf(sum), "damaged gzip file: incorrect data check");
  EXPECT_CONTAINS(errorOf(gzip(small) + "garbage"), "damaged gzip file");
}

TEST(Idx, HugeClaims) {
  // Too large to count, and too large to be there.
  EXPECT_CONTAINS(errorOf(bytes("\0\0\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff"
                                "\xff\xff\xff\xff")),
                  "are too large");
  EXPECT_CONTAINS(errorOf(bytes("\0\0\x08\x02\x7f\xff\xff\xff\x7f\xff\xff\xff"
                                "abc")),
                  "truncated: 3 bytes of elements");
  // A compressed file that would grow to more than its header says: no more is
  // decompressed than that, and one byte.
  std::string bomb = gzip(bytes("\0\0\x08\x01\0\0\0\x03") +
                          std::string(int64_t(50) << 20, '\0'));
  EXPECT_LT(bomb.size(), size_t(100) << 10);
  EXPECT_CONTAINS(errorOf(bomb), "bytes after the elements of 3xui8");
  // One whose header claims all of it, and more.
  EXPECT_CONTAINS(errorOf(gzip(bytes("\0\0\x08\x02\x7f\xff\xff\xff\x7f\xff"
                                     "\xff\xff") +
                               std::string(5 << 20, '\0'))),
                  "truncated: 5242880 bytes of elements");
}

TEST(Idx, OnlyRegularFiles) {
  TempFolder folder;
  std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_CONTAINS(message(readIdx(pipe)), pipe + ": is a pipe, expected");
  EXPECT_CONTAINS(message(readIdx("/dev/zero")), "/dev/zero: is a device");
  EXPECT_CONTAINS(message(readIdx(folder.path(""))), "is a directory");
}

} // namespace
