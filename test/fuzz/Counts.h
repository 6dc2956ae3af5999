//===- Counts.h - What became of the inputs, over processes -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Counters in a file that all processes of a run share: one that a finding
// ends has counted nonetheless, and a run that is continued counts on.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TEST_FUZZ_COUNTS_H
#define DLC_TEST_FUZZ_COUNTS_H

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace dlc::fuzz {

/// `number` counters, 64 bits each, in the file that the environment variable
/// DLC_FUZZ_COUNTS names; without it, or without memory, nothing is counted.
template <unsigned number>
class Counts {
  using Counter = std::atomic<uint64_t>;

public:
  Counts() {
    const char *path = std::getenv("DLC_FUZZ_COUNTS");
    int file = path ? open(path, O_RDWR | O_CREAT, 0666) : -1;
    if (file < 0)
      return;
    constexpr size_t bytes = number * sizeof(Counter);
    if (ftruncate(file, bytes) == 0) {
      void *memory =
          mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (memory != MAP_FAILED)
        counters = static_cast<Counter *>(memory);
    }
    close(file);
  }

  void add(unsigned counter) {
    if (counters)
      ++counters[counter];
  }

private:
  Counter *counters = nullptr;
};

} // namespace dlc::fuzz
#endif // DLC_TEST_FUZZ_COUNTS_H
