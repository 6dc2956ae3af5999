//===- PrefetcherTest.cpp - Work beside the steps -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Data/Prefetcher.h"
#include "dlc/Support/Error.h"

#include "TestFiles.h"

using namespace dlc;
using namespace dlc::test;

namespace {

TEST(Prefetcher, WorkAndErrorsInTurn) {
  Prefetcher prefetcher;
  EXPECT_FALSE(prefetcher.isStarted());
  int64_t sum = 0;
  for (int64_t i = 0; i < 1000; ++i) {
    prefetcher.start([&sum, i]() -> llvm::Error {
      sum += i;
      return i % 10 ? llvm::Error::success() : makeError("work {0} failed", i);
    });
    EXPECT_TRUE(prefetcher.isStarted());
    EXPECT_EQ(message(prefetcher.wait()),
              i % 10 ? "" : "work " + std::to_string(i) + " failed");
    EXPECT_FALSE(prefetcher.isStarted());
  }
  EXPECT_EQ(sum, 1000 * 999 / 2);
}

TEST(Prefetcher, WaitsWhenItEnds) {
  bool done = false;
  {
    Prefetcher prefetcher;
    prefetcher.start([&] {
      done = true;
      return makeError("nobody asks");
    });
  }
  EXPECT_TRUE(done);
  Prefetcher unused;
}

} // namespace
