//===- NpyTest.cpp - Reader and writer of .npy files ----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Npy.h"

#include "TestFiles.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace dlc;
using namespace dlc::test;
using llvm::ArrayRef;
using llvm::SmallVector;

namespace {

std::string npy(llvm::StringRef header, llvm::StringRef data) {
  std::string text = bytes("\x93NUMPY\x01\x00");
  text += static_cast<char>(header.size());
  text += static_cast<char>(header.size() >> 8);
  return text + header.str() + data.str();
}

std::string errorOf(const std::string &content) {
  TempFolder folder;
  std::string path = folder.write("x.npy", content);
  std::string text = message(readNpy(path));
  EXPECT_EQ(text.rfind(path, 0), 0u) << "the path comes first: " << text;
  return text;
}

std::string headerError(llvm::StringRef header) {
  return errorOf(npy(header, "abcd"));
}

struct RoundTrip {
  const char *name;
  dlc_type type;
  std::string data; ///< six elements
  const char *descr;
};

class NpyRoundTrip : public testing::TestWithParam<RoundTrip> {};

TEST_P(NpyRoundTrip, SameAgain) {
  TempFolder folder;
  const SmallVector<int64_t> shapes[] = {{6}, {2, 3}, {1, 6, 1}};
  for (ArrayRef<int64_t> shape : shapes) {
    const std::string &data = GetParam().data;
    ASSERT_EQ(message(writeNpyFile(folder.path("x.npy"), GetParam().type, shape,
                                   {data.data(), data.size()})),
              "");
    std::string file = readFile(folder.path("x.npy"));
    EXPECT_CONTAINS(file, "'descr': '" + std::string(GetParam().descr) + "'");
    EXPECT_EQ((file.size() - data.size()) % 64, 0u) << "aligned elements";
    llvm::Expected<Array> array = readNpy(folder.path("x.npy"));
    ASSERT_TRUE(static_cast<bool>(array)) << llvm::toString(array.takeError());
    EXPECT_EQ(array->type, GetParam().type);
    EXPECT_EQ(ArrayRef<int64_t>(array->shape), shape);
    EXPECT_EQ(std::string(array->data.begin(), array->data.end()), data);
  }
  EXPECT_EQ(folder.count(), 1) << "no temporary is left";
}

INSTANTIATE_TEST_SUITE_P(
    EveryType, NpyRoundTrip,
    testing::Values(
        RoundTrip{"f4", DLC_F32,
                  bytesOf<float>({0, -1.5f, 3e38f, 1e-45f, 7, 8}), "<f4"},
        RoundTrip{"f8", DLC_F64,
                  bytesOf<double>({0, -1.5, 1e308, 5e-324, 7, 8}), "<f8"},
        RoundTrip{"i1", DLC_I8, bytesOf<int8_t>({0, -128, 127, 1, 2, 3}),
                  "|i1"},
        RoundTrip{"u1", DLC_U8, bytesOf<uint8_t>({0, 255, 127, 1, 2, 3}),
                  "|u1"},
        RoundTrip{"i4", DLC_I32, bytesOf<int32_t>({0, -1, INT32_MAX, 1, 2, 3}),
                  "<i4"},
        RoundTrip{"i8", DLC_I64, bytesOf<int64_t>({0, -1, INT64_MAX, 1, 2, 3}),
                  "<i8"},
        RoundTrip{"b1", DLC_I1, bytesOf<char>({0, 1, 1, 0, 1, 0}), "|b1"}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(Npy, Scalar) {
  TempFolder folder;
  std::string data = bytesOf<float>({2.5f});
  ASSERT_EQ(message(writeNpyFile(folder.path("x.npy"), DLC_F32, {},
                                 {data.data(), data.size()})),
            "");
  EXPECT_CONTAINS(readFile(folder.path("x.npy")), "'shape': (), }");
  llvm::Expected<Array> array = readNpy(folder.path("x.npy"));
  ASSERT_TRUE(static_cast<bool>(array));
  EXPECT_TRUE(array->shape.empty());
}

TEST(Npy, ShapeIsAPythonTuple) {
  TempFolder folder;
  ASSERT_EQ(message(writeNpyFile(folder.path("a"), DLC_U8, {1}, {'x'})), "");
  EXPECT_CONTAINS(readFile(folder.path("a")), "'shape': (1,), }");
  ASSERT_EQ(message(writeNpyFile(folder.path("a"), DLC_U8, {1, 1}, {'x'})), "");
  EXPECT_CONTAINS(readFile(folder.path("a")), "'shape': (1, 1), }");
}

TEST(Npy, Bf16IsWrittenAsF4) {
  TempFolder folder;
  std::string data = bytesOf<uint16_t>({0x3fc0, 0xc000}); // 1.5, -2
  ASSERT_EQ(message(writeNpyFile(folder.path("x.npy"), DLC_BF16, {2},
                                 {data.data(), data.size()})),
            "");
  llvm::Expected<Array> array = readNpy(folder.path("x.npy"));
  ASSERT_TRUE(static_cast<bool>(array));
  EXPECT_EQ(array->type, DLC_F32);
  EXPECT_EQ(std::string(array->data.begin(), array->data.end()),
            bytesOf<float>({1.5f, -2.0f}));
}

TEST(Npy, ReadsWhatOthersWrite) {
  TempFolder folder;
  // Other quotes, blanks, order and no last comma; version 2.
  std::string header =
      "{ \"shape\" :(2 ,), \"fortran_order\":False,\"descr\":\"=u1\"}\n";
  std::string text = bytes("\x93NUMPY\x02\x00");
  text += bytesOf<uint32_t>({static_cast<uint32_t>(header.size())});
  llvm::Expected<Array> array =
      readNpy(folder.write("x.npy", text + header + "ab"));
  ASSERT_TRUE(static_cast<bool>(array)) << llvm::toString(array.takeError());
  EXPECT_EQ(array->type, DLC_U8);
  EXPECT_EQ(array->shape, (SmallVector<int64_t, 4>{2}));
}

TEST(Npy, NoElements) {
  TempFolder folder;
  llvm::Expected<Array> array = readNpy(folder.write(
      "x.npy",
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", "")));
  ASSERT_TRUE(static_cast<bool>(array)) << llvm::toString(array.takeError());
  EXPECT_TRUE(array->data.empty());
}

TEST(Npy, NotNpy) {
  EXPECT_CONTAINS(errorOf("hello"), "not a .npy file");
  EXPECT_CONTAINS(errorOf(""), "not a .npy file");
  EXPECT_CONTAINS(message(readNpy("no/such.npy")),
                  "no/such.npy: cannot be read");
}

TEST(Npy, Version) {
  EXPECT_CONTAINS(errorOf(bytes("\x93NUMPY\x03\x00\0\0\0\0")),
                  ".npy version 3.0, expected 1.0 or 2.0");
}

TEST(Npy, Truncated) {
  EXPECT_CONTAINS(errorOf(bytes("\x93NUMPY\x01")), "truncated: no version");
  EXPECT_CONTAINS(errorOf(bytes("\x93NUMPY\x01\x00\x10")),
                  "truncated: no header length");
  EXPECT_CONTAINS(errorOf(bytes("\x93NUMPY\x01\x00\x10\x00{")),
                  "truncated: 1 bytes of header, expected 16");
  std::string header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}";
  EXPECT_CONTAINS(errorOf(npy(header, "1234567")),
                  "truncated: 7 bytes of elements, expected 8 for 2xf32");
  EXPECT_CONTAINS(errorOf(npy(header, "123456789")),
                  "bytes after the elements of 2xf32");
}

TEST(Npy, HugeClaims) {
  auto shapeError = [](const std::string &shape) {
    return headerError(
        "{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + "}");
  };
  EXPECT_CONTAINS(shapeError("(4294967296, 4294967296)"),
                  "the dimensions 4294967296x4294967296xf64 are too large");
  EXPECT_CONTAINS(shapeError("(1152921504606846975,)"),
                  "truncated: 4 bytes of elements, expected "
                  "9223372036854775800 for 1152921504606846975xf64");
  EXPECT_CONTAINS(shapeError("(0, 1152921504606846975, 99999999999)"),
                  "bytes after the elements of 0x");
  EXPECT_CONTAINS(errorOf(bytes("\x93NUMPY\x02\x00\xff\xff\xff\xff{")),
                  "a header of 4294967295 bytes, expected at most 65536");
}

// A file of zeros that takes no place on the disk, larger than any memory: what
// is there is what the header says, and cannot be had.
TEST(Npy, MoreThanMemory) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "the sanitizer itself takes more";
#endif
#endif
  TempFolder folder;
  std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': "
                       "(4398046511104,)}";
  std::string path = folder.write("x.npy", npy(header, ""));
  if (truncate(path.c_str(), readFile(path).size() + (int64_t(1) << 42)))
    GTEST_SKIP() << "no file of this size here";
  // The system may promise more than it has, but not without bounds.
  rlimit previous, limit;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &previous), 0);
  limit = previous;
  limit.rlim_cur = rlim_t(1) << 40;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
  std::string text = message(readNpy(path));
  setrlimit(RLIMIT_AS, &previous);
  EXPECT_EQ(text, path + ": no memory for 4398046511104 bytes");
}

TEST(Npy, OnlyRegularFiles) {
  TempFolder folder;
  std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_CONTAINS(message(readNpy(pipe)), pipe + ": is a pipe, expected");
  EXPECT_CONTAINS(message(readNpy("/dev/zero")), "/dev/zero: is a device");
  EXPECT_CONTAINS(message(readNpy(folder.path(""))), "is a directory");
}

TEST(Npy, FortranOrder) {
  EXPECT_CONTAINS(
      headerError("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }"),
      "Fortran order, expected C order");
}

TEST(Npy, ElementTypes) {
  EXPECT_CONTAINS(
      headerError("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }"),
      "big-endian elements '>f4', expected little-endian");
  EXPECT_CONTAINS(
      headerError("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }"),
      "element type '<c8', expected one of <f4 <f8 |b1 |i1 |u1 <i4 <i8");
  // One order, and the one that such elements have.
  for (const char *descr :
       {"<>f4", "><f4", "<<f4", "||u1", "|<u1", "|f4", "=<f4", " <f4", "<f4 ",
        "<F4", "f", "f44", "", "<", "float32", "<f4\\x00"})
    EXPECT_CONTAINS(headerError("{'descr': '" + std::string(descr) +
                                "', 'fortran_order': False, 'shape': (1,), }"),
                    descr[0] == '>' ? "big-endian elements" : "element type '");
  TempFolder folder;
  for (const char *descr : {"<f4", "=f4", "f4", "<i4", "<u4"})
    EXPECT_EQ(message(readNpy(folder.write(
                          "x", npy("{'descr': '" + std::string(descr) +
                                       "', 'fortran_order': False, 'shape': "
                                       "(1,), }",
                                   "abcd"))))
                  .empty(),
              std::string(descr) != "<u4")
        << descr;
  EXPECT_CONTAINS(
      headerError("{'descr': [('a', '<f4')], 'fortran_order': False, "
                  "'shape': (1,), }"),
      "expected a string before");
}

TEST(Npy, DamagedHeader) {
  EXPECT_CONTAINS(headerError("nonsense"), "expected '{' before 'nonsense'");
  EXPECT_CONTAINS(headerError("{'descr': '<f4'"), "expected '}' before ''");
  EXPECT_CONTAINS(headerError("{'descr'}"), "expected ':' before '}'");
  EXPECT_CONTAINS(headerError("{'descr': '<f4', 'fortran_order': False}"),
                  "no 'shape'");
  EXPECT_CONTAINS(headerError("{'descr': '<f4', 'descr': '<f4'}"),
                  "'descr' stands twice");
  EXPECT_CONTAINS(headerError("{'colour': 3}"), "unknown key 'colour'");
  EXPECT_CONTAINS(headerError("{'fortran_order': Maybe}"),
                  "expected 'False' before 'Maybe}'");
  EXPECT_CONTAINS(headerError("{'shape': (-1,)}"),
                  "expected a dimension before '-1,)}'");
  EXPECT_CONTAINS(headerError("{'shape': (1 2)}"), "expected ',' before '2)}'");
  EXPECT_CONTAINS(headerError("{'shape': (1, 2 3)}"),
                  "expected ')' before '3)}'");
  EXPECT_CONTAINS(headerError("{'shape': (1)}"), "expected ',' before ')}'");
  for (const char *dimension :
       {"+1", "01", "0x1", "1e3", "1.0", "", "''", "99999999999999999999"})
    EXPECT_NE(headerError("{'shape': (" + std::string(dimension) + ", 1)}"),
              "");
  EXPECT_CONTAINS(headerError("{'shape': 3}"), "expected '(' before '3}'");
  EXPECT_CONTAINS(headerError("{'descr': '<f4', 'fortran_order': False, "
                              "'shape': (1,)} x"),
                  "'x' after the dictionary");
}

TEST(Npy, BoolBytes) {
  EXPECT_CONTAINS(
      errorOf(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }",
                  bytes("\0\1\7"))),
      "element 2 is byte 7, expected a bool (0 or 1)");
}

TEST(Npy, CannotWrite) {
  EXPECT_CONTAINS(message(writeNpyFile("no/such/x.npy", DLC_U8, {}, {'x'})),
                  "no/such/x.npy: cannot be written: No such file");
}

TEST(Npy, CopyChecksTypeAndShape) {
  const int64_t shape[] = {2};
  dlc_tensor tensor = {"x", shape, 1, DLC_U8};
  Array array;
  array.type = DLC_U8;
  array.shape = {2};
  array.data = {'a', 'b'};
  char buffer[2] = {};
  EXPECT_EQ(message(copyTo(tensor, array, "input 'x'", "x.npy", buffer)), "");
  EXPECT_EQ(buffer[1], 'b');
  array.type = DLC_I8;
  EXPECT_EQ(message(copyTo(tensor, array, "input 'x'", "x.npy", buffer)),
            "input 'x': 'x.npy' holds 2xi8, expected 2xui8");
}

} // namespace
