//===- NpzTest.cpp - Zip archives and the arrays in them ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Npz.h"

#include "dlc/Data/Dataset.h"
#include "dlc/Data/Npy.h"

#include "TestFiles.h"

#include "llvm/Support/Endian.h"

#include <zlib.h>

using namespace dlc;
using namespace dlc::test;

namespace {

std::string little(uint64_t value, unsigned bytes) {
  std::string text;
  for (unsigned i = 0; i < bytes; ++i, value >>= 8)
    text += static_cast<char>(value);
  return text;
}

std::string deflated(const std::string &bytes) {
  z_stream stream = {};
  EXPECT_EQ(
      deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(bytes.size() + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
  stream.avail_in = bytes.size();
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = out.size();
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Member {
  std::string name, bytes;
  bool isDeflated = false;
  bool isWide = false; ///< sizes and place as numbers of 64 bits
  uint16_t flags = 0;
};

std::string zip(const std::vector<Member> &members) {
  std::string file, directory;
  for (const Member &member : members) {
    std::string packed =
        member.isDeflated ? deflated(member.bytes) : member.bytes;
    uint32_t sum =
        crc32(0, reinterpret_cast<const Bytef *>(member.bytes.data()),
              member.bytes.size());
    std::string middle = little(20, 2) + little(member.flags, 2) +
                         little(member.isDeflated ? 8 : 0, 2) + little(0, 4) +
                         little(sum, 4);
    std::string sizes =
        little(packed.size(), 4) + little(member.bytes.size(), 4);
    std::string extra;
    uint64_t place = file.size();
    if (member.isWide) {
      extra = little(1, 2) + little(24, 2) + little(member.bytes.size(), 8) +
              little(packed.size(), 8) + little(place, 8);
      // Another field first, which is passed over.
      extra = little(7, 2) + little(3, 2) + "abc" + extra;
    }
    directory += bytes("PK\x01\x02") + little(20, 2) + middle +
                 (member.isWide ? little(~0u, 4) + little(~0u, 4) : sizes) +
                 little(member.name.size(), 2) + little(extra.size(), 2) +
                 little(0, 2 + 2 + 2 + 4) +
                 (member.isWide ? little(~0u, 4) : little(place, 4)) +
                 member.name + extra;
    file += bytes("PK\x03\x04") + middle + sizes +
            little(member.name.size(), 2) + little(0, 2) + member.name + packed;
  }
  return file + directory + bytes("PK\x05\x06") + little(0, 4) +
         little(members.size(), 2) + little(members.size(), 2) +
         little(directory.size(), 4) + little(file.size(), 4) + little(0, 2);
}

std::string npy(llvm::ArrayRef<int64_t> shape, const std::string &data,
                int32_t type = DLC_U8) {
  std::string text;
  llvm::raw_string_ostream os(text);
  writeNpy(os, type, shape, {data.data(), data.size()});
  return text;
}

TEST(Npz, StoredDeflatedAndWide) {
  TempFolder folder;
  std::string path =
      folder.write("a.npz", zip({{"x.npy", npy({2, 3}, "abcdef")},
                                 {"y.npy", npy({4}, "zzzz"), true},
                                 {"z.npy", npy({1}, "w"), true, true}}));
  Arrays arrays = llvm::cantFail(readNpz(path));
  ASSERT_EQ(arrays.size(), 3u);
  EXPECT_EQ(arrays["x"].shape, (llvm::SmallVector<int64_t, 4>{2, 3}));
  EXPECT_EQ(std::string(arrays["x"].data.begin(), arrays["x"].data.end()),
            "abcdef");
  EXPECT_EQ(std::string(arrays["y"].data.begin(), arrays["y"].data.end()),
            "zzzz");
  EXPECT_EQ(arrays["z"].data[0], 'w');
  EXPECT_EQ(llvm::cantFail(
                readNpz(path, [](llvm::StringRef name) { return name == "y"; }))
                .size(),
            1u);
}

// No prefix and no changed byte of an archive ends the process, and none whose
// data are changed is taken.
TEST(Npz, DamageIsAnError) {
  TempFolder folder;
  std::string whole = zip({{"x.npy", npy({4}, "abcd"), true},
                           {"y.npy", npy({3}, "efg"), false, true}});
  Arrays good = llvm::cantFail(readNpz(folder.write("a.npz", whole)));
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string path =
        folder.write("a.npz", llvm::StringRef(whole).take_front(i));
    EXPECT_NE(message(readNpz(path)), "") << i << " bytes";
    // Every bit of the archive in eight places.
    for (char flip : {char(1 << i % 8)}) {
      std::string changed = whole;
      changed[i] ^= flip;
      path = folder.write("a.npz", changed);
      llvm::Expected<Arrays> arrays = readNpz(path);
      if (!arrays) {
        EXPECT_EQ(message(arrays.takeError()).rfind(path, 0), 0u);
        continue;
      }
      // Dates, versions, names and hints are in no sum.
      ASSERT_LE(arrays->size(), 2u);
      for (auto &[name, array] : *arrays)
        EXPECT_TRUE(array.data == good["x"].data ||
                    array.data == good["y"].data)
            << "byte " << i;
    }
  }
}

TEST(Npz, Messages) {
  TempFolder folder;
  auto errorOf = [&](const std::string &content) {
    std::string text = message(readNpz(folder.write("a.npz", content)));
    return text.substr(std::min(text.size(), folder.path("a.npz").size()));
  };
  EXPECT_EQ(errorOf("no archive"),
            ": not a zip archive, or one that ends early: it has no central "
            "directory");
  EXPECT_EQ(errorOf(zip({{"x.txt", "?"}})),
            ": entry 'x.txt' of the .npz file is no .npy file");
  EXPECT_EQ(errorOf(zip({{"x.npy", npy({1}, "a"), false, false, 1}})),
            ": entry 'x.npy' of the zip archive: it is encrypted");
  EXPECT_EQ(errorOf(zip({{"x.npy", npy({1}, "a")}, {"x.npy", npy({1}, "a")}})),
            ": array 'x' stands twice");
  EXPECT_CONTAINS(errorOf(zip({{"x.npy", npy({2}, "a")}})),
                  ": 'x': truncated: 1 bytes of elements, expected 2");
  // A claim of petabytes asks for no memory.
  std::string huge = npy({1}, "a");
  huge.replace(huge.find("(1,)"), 4, "(1099511627776,)");
  EXPECT_CONTAINS(errorOf(zip({{"x.npy", huge, true}})), "'x'");
  std::string method = zip({{"x.npy", npy({1}, "a")}});
  method[method.find("PK\x01\x02") + 10] = 14;
  EXPECT_CONTAINS(errorOf(method), "compression method 14");
}

TEST(Npz, FieldsOfData) {
  TempFolder folder;
  std::string path =
      folder.write("a.npz", zip({{"x_train.npy", npy({3, 2}, "abcdef")},
                                 {"y_train.npy", npy({3}, "abc")},
                                 {"x_test.npy", npy({2, 2}, "ABCD")},
                                 {"y_test.npy", npy({2}, "AB")},
                                 {"table.npy", npy({5}, "54321")}}));
  DataSplits data = llvm::cantFail(openData("npz:" + path));
  EXPECT_EQ(data.train.size(), 3);
  EXPECT_EQ(data.eval->size(), 2);
  EXPECT_EQ(data.train.find("x")->array.data[5], 'f');
  EXPECT_EQ(data.eval->find("y")->array.data[1], 'B');
  EXPECT_FALSE(data.eval->find("table")->sampleDim.has_value());

  data = llvm::cantFail(
      openData("npz:" + path + ",image=x_train,t@all=table;eval:image=x_test"));
  EXPECT_EQ(data.train.size(), 3);
  EXPECT_EQ(data.train.fields().size(), 2u);
  EXPECT_EQ(data.eval->find("image")->array.data[0], 'A');

  EXPECT_CONTAINS(message(openData("npz:" + path + ",image=xtrain")),
                  "no array 'xtrain'; did you mean 'x_train'?");
  EXPECT_CONTAINS(message(openData("npz:" + path + ",image=x_train;x=y")),
                  "expected eval:FIELD=ARRAY");
  EXPECT_CONTAINS(message(openData("npz:" + path + ",image")),
                  "'image', expected FIELD=ARRAY");
  EXPECT_CONTAINS(message(openData("npz:" + folder.path("none.npz"))),
                  "numpy.savez writes such files");
}

} // namespace
