//===- TestFiles.h - Files and errors in tests ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TEST_UNIT_TESTFILES_H
#define DLC_TEST_UNIT_TESTFILES_H

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

#include <string>

namespace dlc::test {

inline int countFiles(llvm::StringRef folder) {
  std::error_code error;
  int files = 0;
  for (llvm::sys::fs::directory_iterator it(folder, error), end;
       it != end && !error; it.increment(error))
    ++files;
  return files;
}

/// A folder that goes away with the test.
class TempFolder {
public:
  TempFolder() {
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("dlc-test", folder));
  }
  ~TempFolder() { llvm::sys::fs::remove_directories(folder); }

  std::string path(llvm::StringRef name) const {
    llvm::SmallString<128> result(folder);
    llvm::sys::path::append(result, name);
    return result.str().str();
  }

  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::error_code error;
    llvm::raw_fd_ostream os(path(name), error);
    EXPECT_FALSE(error);
    os << bytes;
    return path(name);
  }

  /// How many files there are, temporaries that were left behind included.
  int count() const { return countFiles(folder); }

private:
  llvm::SmallString<128> folder;
};

inline std::string readFile(llvm::StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  EXPECT_TRUE(static_cast<bool>(file)) << path.str() << " cannot be read";
  return file ? (*file)->getBuffer().str() : std::string();
}

/// The sentence of an error; "" for success.
inline std::string message(llvm::Error error) {
  return llvm::toString(std::move(error));
}
template <typename T>
std::string message(llvm::Expected<T> value) {
  return value ? std::string() : llvm::toString(value.takeError());
}

/// Bytes, zeros included, from a literal.
template <size_t N>
std::string bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

/// The memory of numbers as bytes, in this machine's order.
template <typename T>
std::string bytesOf(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char *>(values.begin()),
                     values.size() * sizeof(T));
}

} // namespace dlc::test

#define EXPECT_CONTAINS(text, part)                                            \
  EXPECT_NE(std::string(text).find(part), std::string::npos) << (text)

#endif // DLC_TEST_UNIT_TESTFILES_H
