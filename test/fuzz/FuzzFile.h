//===- FuzzFile.h - The bytes of a fuzzer as a file -------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TEST_FUZZ_FUZZFILE_H
#define DLC_TEST_FUZZ_FUZZFILE_H

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace dlc::fuzz {

/// A finding: something that must hold does not.
inline void require(bool condition, const char *what) {
  if (condition)
    return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// A file in memory with a path, which the readers open as any other.
class File {
public:
  File() : descriptor(memfd_create("fuzz", MFD_CLOEXEC)) {
    require(descriptor >= 0, "there are files in memory");
    name = "/proc/self/fd/" + std::to_string(descriptor);
  }
  ~File() { close(descriptor); }
  File(const File &) = delete;
  File &operator=(const File &) = delete;

  const std::string &path() const { return name; }

  void write(std::string_view bytes) const {
    require(ftruncate(descriptor, 0) == 0 &&
                pwrite(descriptor, bytes.data(), bytes.size(), 0) ==
                    ssize_t(bytes.size()),
            "the file can be written");
  }

private:
  int descriptor;
  std::string name;
};

/// Splits "text, a zero byte, data": a header can then grow and shrink without
/// the length in front of it, which the target writes.
inline std::pair<std::string_view, std::string_view>
splitAtZero(std::string_view bytes) {
  size_t zero = bytes.find('\0');
  if (zero == std::string_view::npos)
    return {bytes, {}};
  return {bytes.substr(0, zero), bytes.substr(zero + 1)};
}

} // namespace dlc::fuzz
#endif // DLC_TEST_FUZZ_FUZZFILE_H
