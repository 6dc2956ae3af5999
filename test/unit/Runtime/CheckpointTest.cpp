//===- CheckpointTest.cpp - Files that go out and come in -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "CheckpointFolder.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace dlc::test;
namespace fs = std::filesystem;

namespace {

struct Checkpoint : CheckpointFolder {
  std::string read() const { return CheckpointFolder::read(path); }
  /// A new file: some file systems sync one that is cut and written again, and
  /// there are thousands here.
  void write(const std::string &bytes) const {
    fs::remove(path);
    std::ofstream(path, std::ios::binary) << bytes;
  }
  /// A file of that header and `data` zero bytes.
  void writeFile(const std::string &header, size_t data) const {
    uint64_t length = header.size();
    write(std::string(reinterpret_cast<char *>(&length), 8) + header +
          std::string(data, '\0'));
  }
  /// A file with one text in the header replaced by another.
  void writeReplaced(const std::string &bytes, const std::string &from,
                     const std::string &to) const {
    std::string header = bytes.substr(8, headerLength(bytes));
    std::string data = bytes.substr(8 + header.size());
    size_t at = header.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    header.replace(at, from.size(), to);
    uint64_t length = header.size();
    write(std::string(reinterpret_cast<char *>(&length), 8) + header + data);
  }
  static uint64_t headerLength(const std::string &bytes) {
    uint64_t length;
    std::memcpy(&length, bytes.data(), 8);
    return length;
  }
  /// Loads and expects a refusal that changes nothing.
  void expectRefused(dlc_status status, int scope = DLC_ALL) {
    auto before = getAll(handle.get());
    EXPECT_EQ(dlc_load(handle.get(), path.c_str(), scope), status) << message();
    EXPECT_EQ(getAll(handle.get()), before) << message();
    EXPECT_EQ(message().find(path), 0u) << message();
  }
};

} // namespace

TEST_F(Checkpoint, RoundTripOfEverything) {
  Handle other = create(2);
  ASSERT_EQ(dlc_init(other.get(), 99), DLC_OK);
  ASSERT_EQ(dlc_set_hparam(other.get(), "lr", 0.5), DLC_OK);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> slot(48, nan);
  ASSERT_EQ(dlc_set(other.get(), "adam.m.conv1.weight", slot.data(), 192),
            DLC_OK);
  ASSERT_NE(getAll(handle.get()), getAll(other.get()));
  ASSERT_EQ(dlc_save(other.get(), path.c_str(), DLC_ALL), DLC_OK);
  ASSERT_EQ(dlc_load(handle.get(), path.c_str(), DLC_ALL), DLC_OK) << message();
  EXPECT_EQ(getAll(handle.get()), getAll(other.get()));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1)
      << "a temporary file is left";
}

TEST_F(Checkpoint, ParametersOfAFullCheckpoint) {
  Handle other = create(1);
  ASSERT_EQ(dlc_init(other.get(), 99), DLC_OK);
  for (int scope : {DLC_PARAMS, DLC_ALL}) {
    ASSERT_EQ(dlc_save(other.get(), path.c_str(), scope), DLC_OK);
    ASSERT_EQ(dlc_init(handle.get(), 0), DLC_OK);
    auto before = getAll(handle.get());
    ASSERT_EQ(dlc_load(handle.get(), path.c_str(), DLC_PARAMS), DLC_OK);
    for (int state : {ConvWeight, FcWeight, Mean, Mask})
      EXPECT_EQ(get(handle.get(), state), get(other.get(), state));
    for (int state : {Slot, Rate, Decay, Seed, StepCount})
      EXPECT_EQ(get(handle.get(), state), before[state]);
  }
}

TEST_F(Checkpoint, WhatIsPresent) {
  Handle other = create(1);
  ASSERT_EQ(dlc_init(other.get(), 99), DLC_OK);
  ASSERT_EQ(dlc_set_hparam(other.get(), "lr", 0.5), DLC_OK);
  ASSERT_EQ(dlc_set_hparam(other.get(), "decay", 0.5), DLC_OK);
  for (int scope : {DLC_PARAMS, DLC_ALL}) {
    ASSERT_EQ(dlc_save(other.get(), path.c_str(), scope), DLC_OK);
    ASSERT_EQ(dlc_init(handle.get(), 0), DLC_OK);
    auto before = getAll(handle.get()), after = getAll(other.get());
    ASSERT_EQ(dlc_load(handle.get(), path.c_str(), DLC_PRESENT), DLC_OK);
    for (int state : {ConvWeight, FcWeight, Mean, Mask})
      EXPECT_EQ(get(handle.get(), state), after[state]);
    for (int state : {Slot, Seed, StepCount})
      EXPECT_EQ(get(handle.get(), state),
                scope == DLC_ALL ? after[state] : before[state]);
    for (int state : {Rate, Decay})
      EXPECT_EQ(get(handle.get(), state), before[state]);
  }
  // What a checkpoint has is checked, and of it parameters must be there.
  std::string whole = read();
  writeReplaced(whole, "adam.m.conv1.weight\":{\"dtype\":\"F32\"",
                "adam.m.conv1.weight\":{\"dtype\":\"I32\"");
  expectRefused(DLC_ERROR_TYPE, DLC_PRESENT);
  writeFile("{}", 0);
  expectRefused(DLC_ERROR_NAME, DLC_PRESENT);
  EXPECT_EQ(dlc_save(handle.get(), path.c_str(), DLC_PRESENT),
            DLC_ERROR_ARGUMENT);
}

TEST_F(Checkpoint, HyperParametersOutOfRange) {
  ASSERT_EQ(dlc_save(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
  std::string bytes = read();
  const float rate = 0.125f, infinite = std::numeric_limits<float>::infinity();
  size_t at = bytes.find(
      std::string(reinterpret_cast<const char *>(&rate), sizeof(rate)),
      8 + headerLength(bytes));
  ASSERT_NE(at, std::string::npos);
  std::memcpy(&bytes[at], &infinite, sizeof(infinite));
  write(bytes);
  expectRefused(DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(),
            path + ": hyper-parameter \"lr\" must be finite, not inf");
}

TEST_F(Checkpoint, Layout) {
  ASSERT_EQ(dlc_save(handle.get(), path.c_str(), DLC_PARAMS), DLC_OK);
  std::string bytes = read();
  std::string header = bytes.substr(8, headerLength(bytes));
  EXPECT_EQ(header.size() % 8, 0u);
  EXPECT_EQ(header.substr(0, header.find_last_not_of(' ') + 1),
            "{\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[4,3,2,2],"
            "\"data_offsets\":[0,192]},"
            "\"fc.weight\":{\"dtype\":\"BF16\",\"shape\":[6,4],"
            "\"data_offsets\":[192,240]},"
            "\"bn.running_mean\":{\"dtype\":\"F64\",\"shape\":[5],"
            "\"data_offsets\":[240,280]},"
            "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],"
            "\"data_offsets\":[280,283]}}");
  // In the order that a user sees, whatever the block's.
  std::string data = bytes.substr(8 + header.size());
  ASSERT_EQ(data.size(), 283u);
  std::vector<char> weight = get(handle.get(), ConvWeight);
  EXPECT_EQ(data.substr(0, 192), std::string(weight.begin(), weight.end()));
}

TEST_F(Checkpoint, Metadata) {
  auto save = [&](std::vector<const char *> words) {
    return dlc_save_with_metadata(handle.get(), path.c_str(), DLC_PARAMS,
                                  words.data(), words.size() / 2);
  };
  ASSERT_EQ(save({"format", "pt", "note", "a \"b\"\n\u00e9"}), DLC_OK);
  std::string bytes = read();
  std::string begin = "{\"__metadata__\":{\"format\":\"pt\",\"note\":\"a "
                      "\\\"b\\\"\\u000a\u00e9\"},\"conv1.weight\":{";
  EXPECT_EQ(bytes.substr(8, begin.size()), begin);
  EXPECT_EQ(headerLength(bytes) % 8, 0u);
  EXPECT_EQ(dlc_load(handle.get(), path.c_str(), DLC_PARAMS), DLC_OK);

  // What is refused leaves the file as it is.
  EXPECT_EQ(save({"a", nullptr}), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "dlc_save: the value of metadata number 0 is null");
  EXPECT_EQ(save({"a", "b", "\xff", "c"}), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "dlc_save: the name of metadata number 1 is not UTF-8");
  EXPECT_EQ(save({"a", "b", "c", "d", "a", "e"}), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "dlc_save: metadata \"a\" is there twice");
  EXPECT_EQ(dlc_save_with_metadata(handle.get(), path.c_str(), DLC_PARAMS,
                                   nullptr, 1),
            DLC_ERROR_ARGUMENT);
  const char *words[] = {"a", "b"};
  EXPECT_EQ(
      dlc_save_with_metadata(handle.get(), path.c_str(), DLC_PARAMS, words, -1),
      DLC_ERROR_ARGUMENT);
  EXPECT_EQ(read(), bytes);
}

TEST_F(Checkpoint, EveryTruncationIsRefused) {
  ASSERT_EQ(dlc_init(handle.get(), 5), DLC_OK);
  ASSERT_EQ(dlc_save(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
  ASSERT_EQ(dlc_init(handle.get(), 6), DLC_OK);
  std::string whole = read();
  for (size_t length = 0; length < whole.size(); ++length) {
    write(whole.substr(0, length));
    expectRefused(DLC_ERROR_FORMAT);
    // The same header length and header, but fewer data.
    expectRefused(DLC_ERROR_FORMAT, DLC_PARAMS);
  }
  write(whole + "x");
  expectRefused(DLC_ERROR_FORMAT);
  write(whole);
  EXPECT_EQ(dlc_load(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
}

// Whatever byte of the header is damaged, and however: no crash (the sanitizers
// watch), and when it is refused nothing has changed.
TEST_F(Checkpoint, DamagedHeaders) {
  ASSERT_EQ(dlc_save(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
  std::string whole = read();
  size_t end = 8 + headerLength(whole), refused = 0;
  auto before = getAll(handle.get());
  for (size_t at = 0; at < end; ++at)
    for (unsigned char damage : {0x01, 0x20, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[at] = char(bytes[at] ^ damage);
      write(bytes);
      if (dlc_load(handle.get(), path.c_str(), DLC_ALL) == DLC_OK)
        ASSERT_EQ(dlc_init(handle.get(), 0), DLC_OK);
      else
        ++refused;
      ASSERT_EQ(getAll(handle.get()), before) << at;
    }
  EXPECT_GT(refused, 3 * end);
}

TEST_F(Checkpoint, HostileHeaders) {
  const char *entry = "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],"
                      "\"data_offsets\":[0,3]}";
  auto refuse = [&](const std::string &header) {
    SCOPED_TRACE(header);
    writeFile(header, 3);
    expectRefused(DLC_ERROR_FORMAT);
  };
  refuse("");
  refuse("[]");
  refuse("{");
  refuse("{\"");
  refuse("{\"mask\"}");
  refuse("{,}");
  refuse(std::string("{") + entry + ",}");
  refuse(std::string("{") + entry + "} x");
  refuse(std::string("{") + entry + "," + entry + "}");
  refuse("{\"mask\":{}}");
  refuse("{\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3]}}");
  refuse("{\"mask\":{\"dtype\":\"BOOL\",\"dtype\":\"BOOL\"}}");
  refuse("{\"mask\":{\"extra\":1}}");
  refuse("{\"mask\":{\"dtype\":\"A_VERY_LONG_TYPE_NAME\"}}");
  auto withField = [](const std::string &shape, const std::string &offsets) {
    return "{\"mask\":{\"dtype\":\"BOOL\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}}";
  };
  for (const char *shape :
       {"3", "[3", "[3,]", "[-3]", "[3.0]", "[3e0]", "[03]", "[+3]", "[\"3\"]",
        "[9223372036854775808]", "[99999999999999999999999]",
        "[4294967296,4294967296,3]", "[9223372036854775807,3]",
        "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,3]",
        "[4]", "[]"})
    refuse(withField(shape, "[0,3]"));
  for (const char *offsets :
       {"[0]", "[0,3,3]", "[3,0]", "[0,4]", "[1,4]", "[0,9223372036854775807]",
        "[9223372036854775806,9223372036854775807]", "[-1,2]", "0", "[0 3]"})
    refuse(withField("[3]", offsets));
  for (const char *name :
       {"\\u0000", "\\ud800", "\\ud800\\u0041", "\\udc00", "\\u12g4", "\\x",
        "a\nb", "\xff", "\xc0\x80", "\xed\xa0\x80", "\xe2\x82", "\\u12"})
    refuse(std::string("{\"") + name + "\":{}}");
  refuse("{\"__metadata__\":{\"a\":1}}");
  refuse("{\"__metadata__\":{},\"__metadata__\":{}}");

  // A length that is larger than the file, or than any header may be.
  for (uint64_t length : {uint64_t(4), uint64_t(100000001), uint64_t(1) << 63,
                          ~uint64_t(0), ~uint64_t(0) - 7}) {
    write(std::string(reinterpret_cast<char *>(&length), 8) + "{}");
    expectRefused(DLC_ERROR_FORMAT);
  }
}

TEST_F(Checkpoint, AcceptsWhatOthersWrite) {
  ASSERT_EQ(dlc_save(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
  std::string whole = read();
  // Fields in another order, white space, escapes, metadata.
  writeReplaced(
      whole, "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[3],",
      " \"__metadata__\" : {\"format\":\"pt\", \"\\ud83d\\ude00\":"
      "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"},\n"
      "\"m\\u0061sk\" :\t{ \"shape\":[ 3 ] ,\"dtype\" : \"BO\\u004fL\""
      ",");
  EXPECT_EQ(dlc_load(handle.get(), path.c_str(), DLC_ALL), DLC_OK) << message();
  // A slot of an unknown type does not matter when only weights are read.
  writeReplaced(whole, "\"F32\",\"shape\":[],", "\"F8_E4M3\",\"shape\":[],");
  EXPECT_EQ(dlc_load(handle.get(), path.c_str(), DLC_PARAMS), DLC_OK)
      << message();
  expectRefused(DLC_ERROR_TYPE);
}

// PyTorch's batch norms count batches, which no model keeps.
TEST_F(Checkpoint, CountsOfBatchesArePassedOver) {
  ASSERT_EQ(dlc_save(handle.get(), path.c_str(), DLC_PARAMS), DLC_OK);
  std::string whole = read();
  size_t data = whole.size() - 8 - headerLength(whole);
  auto writeWith = [&](const std::string &name, const std::string &type,
                       size_t bytes) {
    std::string at = std::to_string(data);
    std::string entry = "{\"" + name + "\":{" + type + ",\"data_offsets\":[" +
                        at + "," + std::to_string(data + 8) + "]},";
    writeReplaced(whole + std::string(bytes, '\1'), "{\"", entry + "\"");
  };
  const std::string count = "\"dtype\":\"I64\",\"shape\":[]";
  for (const char *name : {"bn.num_batches_tracked", "num_batches_tracked"}) {
    writeWith(name, count, 8);
    EXPECT_EQ(dlc_load(handle.get(), path.c_str(), DLC_PARAMS), DLC_OK)
        << message();
    // Its bytes are there, and no others.
    writeWith(name, count, 7);
    expectRefused(DLC_ERROR_FORMAT, DLC_PARAMS);
    writeWith(name, count, 9);
    expectRefused(DLC_ERROR_FORMAT, DLC_PARAMS);
  }
  writeWith("bn_num_batches_tracked", count, 8);
  expectRefused(DLC_ERROR_NAME, DLC_PARAMS);
  writeWith("bn.num_batches_tracked", "\"dtype\":\"F64\",\"shape\":[]", 8);
  expectRefused(DLC_ERROR_NAME, DLC_PARAMS);
  writeWith("bn.num_batches_tracked", "\"dtype\":\"I64\",\"shape\":[1]", 8);
  expectRefused(DLC_ERROR_NAME, DLC_PARAMS);
}

TEST_F(Checkpoint, NamesTypesShapes) {
  ASSERT_EQ(dlc_save(handle.get(), path.c_str(), DLC_PARAMS), DLC_OK);
  std::string whole = read();
  writeReplaced(whole, "fc.weight", "fc.wieght");
  expectRefused(DLC_ERROR_NAME, DLC_PARAMS);
  EXPECT_EQ(message(), path + ": no parameter \"fc.wieght\" in model "
                              "\"fashion\"; did you mean \"fc.weight\"?");
  writeReplaced(whole, "[4,3,2,2]", "[4,3,4]");
  expectRefused(DLC_ERROR_SHAPE, DLC_PARAMS);
  EXPECT_EQ(message(), path + ": \"conv1.weight\" has shape 4x3x4, expected "
                              "4x3x2x2");
  writeReplaced(whole, "BF16", "F16");
  expectRefused(DLC_ERROR_TYPE, DLC_PARAMS);
  EXPECT_EQ(message(), path + ": \"fc.weight\" has type F16, expected BF16");
  writeReplaced(whole, "F32", "I32");
  expectRefused(DLC_ERROR_TYPE, DLC_PARAMS);
  write(whole);
  expectRefused(DLC_ERROR_NAME, DLC_ALL);
  EXPECT_EQ(message(), path +
                           ": no entry \"adam.m.conv1.weight\", expected F32 "
                           "4x3x2x2");
  write(whole.substr(0, whole.size() - 1) + "\2");
  expectRefused(DLC_ERROR_FORMAT, DLC_PARAMS);
  EXPECT_EQ(message(), path +
                           ": \"mask\" is a BOOL and holds a byte other than "
                           "0 and 1");
}

TEST_F(Checkpoint, FilesThatCannotBeRead) {
  expectRefused(DLC_ERROR_IO); // there is none
  fs::create_directory(path);
  expectRefused(DLC_ERROR_IO);
  fs::remove(path);
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  expectRefused(DLC_ERROR_IO);
  EXPECT_EQ(dlc_load(handle.get(), path.c_str(), 7), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlc_save(handle.get(), path.c_str(), 7), DLC_ERROR_ARGUMENT);
}

// The entries cover the data without overlap and without holes.
TEST_F(Checkpoint, OverlapsAndHoles) {
  auto header = [](int conv, int fc, int mean, int mask) {
    auto entry = [](const std::string &name, const std::string &type,
                    const std::string &shape, int begin, int bytes) {
      return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":[" +
             shape + "],\"data_offsets\":[" + std::to_string(begin) + "," +
             std::to_string(begin + bytes) + "]}";
    };
    return "{" + entry("conv1.weight", "F32", "4,3,2,2", conv, 192) + "," +
           entry("fc.weight", "BF16", "6,4", fc, 48) + "," +
           entry("bn.running_mean", "F64", "5", mean, 40) + "," +
           entry("mask", "BOOL", "3", mask, 3) + "}";
  };
  auto load = [&](const std::string &text, size_t data) {
    SCOPED_TRACE(text);
    writeFile(text, data);
    return dlc_load(handle.get(), path.c_str(), DLC_PARAMS);
  };
  // In any order, but one after the other.
  EXPECT_EQ(load(header(0, 192, 240, 280), 283), DLC_OK) << message();
  EXPECT_EQ(load(header(91, 43, 3, 0), 283), DLC_OK) << message();
  EXPECT_EQ(load(header(0, 0, 240, 280), 283), DLC_ERROR_FORMAT);
  EXPECT_EQ(load(header(0, 191, 240, 280), 283), DLC_ERROR_FORMAT);
  EXPECT_EQ(load(header(0, 193, 241, 281), 284), DLC_ERROR_FORMAT);
  EXPECT_EQ(load(header(1, 193, 241, 281), 284), DLC_ERROR_FORMAT);
  EXPECT_EQ(load(header(0, 192, 240, 280), 284), DLC_ERROR_FORMAT);
  EXPECT_EQ(message(), path + ": 284 bytes of data, of which the entries cover "
                              "the first 283 one after the other, and not the "
                              "rest");
}
