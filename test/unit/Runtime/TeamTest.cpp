//===- TeamTest.cpp - Workers and their barrier ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"
#include "gtest/gtest.h"

#include <algorithm>
#include <chrono>
#include <thread>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace dlc::test;

namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

struct Squares {
  Squares() : x(1000), y(1000) {
    for (size_t i = 0; i < x.size(); ++i)
      x[i] = 1 + 0.001f * float(i);
  }
  dlc_status run(dlc_handle *handle) {
    void *io[] = {x.data(), y.data(), &sum};
    return dlc_run(handle, Square, io);
  }
  std::vector<float> x, y;
  float sum = 0;
};

} // namespace

TEST(Team, SameResultForAllThreadCounts) {
  Squares one;
  ASSERT_EQ(one.run(create(1).get()), DLC_OK);
  EXPECT_EQ(one.y[999], one.x[999] * one.x[999]);
  for (int threads : {2, 3, 8, 0}) {
    Squares many;
    Handle handle = create(threads);
    ASSERT_TRUE(handle);
    ASSERT_EQ(many.run(handle.get()), DLC_OK);
    EXPECT_EQ(many.y, one.y);
    EXPECT_EQ(many.sum, one.sum);
    EXPECT_EQ(getAs<int64_t>(handle.get(), StepCount), std::vector<int64_t>{1});
  }
}

TEST(Team, BarrierSeparatesPhases) {
  for (int threads : {1, 2, 3, 8}) {
    Handle handle = create(threads);
    for (int run = 0; run < 200; ++run) {
      int32_t wrong = -1;
      void *io[] = {&wrong};
      ASSERT_EQ(dlc_run(handle.get(), Barriers, io), DLC_OK);
      ASSERT_EQ(wrong, 0) << threads << " threads, run " << run;
    }
  }
}

TEST(Team, ManySharesInOneStage) {
  for (int threads : {1, 2, 3, 8}) {
    Handle handle = create(threads);
    for (int run = 0; run < 50; ++run)
      ASSERT_EQ(dlc_run(handle.get(), ManyShares, nullptr), DLC_OK);
  }
}

// Between runs workers that are late must not take part in what came after. A
// run that ends early, with a fault, has fewer stages than the next one.
TEST(Team, LateWorkersChangeNothing) {
  for (int threads : {2, 3, 16}) {
    Handle handle = create(threads);
    for (int run = 0; run < 3000; ++run) {
      int32_t bad = run % 3 == 0;
      void *io[] = {&bad};
      ASSERT_EQ(dlc_run(handle.get(), Faulty, io),
                bad ? DLC_ERROR_DATA : DLC_OK)
          << threads << " threads, run " << run;
    }
  }
}

// Ten thousand small steps must not take long, whether the workers have a CPU
// each or must share. A lost wake-up would hang here.
TEST(Team, ManyRuns) {
  for (int threads : {2, 8}) {
    Handle handle = create(threads);
    Squares squares;
    Clock::time_point start = Clock::now();
    for (int run = 0; run < 10000; ++run)
      ASSERT_EQ(squares.run(handle.get()), DLC_OK);
    EXPECT_EQ(getAs<int64_t>(handle.get(), StepCount),
              std::vector<int64_t>{10000});
    RecordProperty("seconds_" + std::to_string(threads),
                   std::to_string(seconds(start)));
  }
}

// Long enough pauses for the workers to fall asleep, and lengths around the
// time that they spin.
TEST(Team, RunsAfterPauses) {
  Handle handle = create(4);
  Squares squares;
  for (int run = 0; run < 300; ++run) {
    ASSERT_EQ(squares.run(handle.get()), DLC_OK);
    std::this_thread::sleep_for(std::chrono::microseconds(run * 2));
  }
}

TEST(Team, HandlesInSeveralThreads) {
  std::vector<std::thread> users;
  users.reserve(4);
  std::vector<int> failures(4);
  for (int user = 0; user < 4; ++user)
    users.emplace_back([user, &failures] {
      Handle handle = create(1 + user % 3);
      Squares squares;
      dlc_init(handle.get(), uint64_t(user));
      for (int run = 0; run < 500; ++run)
        failures[user] += squares.run(handle.get()) != DLC_OK;
      failures[user] +=
          getAs<int64_t>(handle.get(), StepCount) != std::vector<int64_t>{500};
      // The message for a null handle belongs to the thread.
      dlc_handle *none;
      dlc_create(&model(), -1 - user, &none);
      std::string own = std::to_string(-1 - user) + " threads";
      failures[user] +=
          std::string(dlc_last_error(nullptr)).find(own) == std::string::npos;
    });
  for (std::thread &user : users)
    user.join();
  EXPECT_EQ(failures, std::vector<int>(4, 0));
}

TEST(Team, HandleMovesBetweenThreads) {
  Handle handle = create(2);
  Squares squares;
  for (int i = 0; i < 20; ++i)
    std::thread([&] { EXPECT_EQ(squares.run(handle.get()), DLC_OK); }).join();
}

TEST(Team, CreateAndDestroy) {
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(create(1 + i % 8));
  for (int i = 0; i < 100; ++i) {
    Handle handle = create(1 + i % 8);
    ASSERT_EQ(dlc_run(handle.get(), Empty, nullptr), DLC_OK);
  }
}

// Workers that come back from a run while the team ends: one that took the end
// for another run slept forever.
TEST(Team, EndsRightAfterARun) {
  for (int i = 0; i < 4000; ++i) {
    Handle handle = create(2 + i % 7);
    for (int run = 0; run <= i % 3; ++run)
      ASSERT_EQ(dlc_run(handle.get(), Empty, nullptr), DLC_OK);
  }
}

TEST(Team, FlushesDenormalsDuringStepsOnly) {
#if defined(__x86_64__)
  for (int threads : {1, 2, 8}) {
    Handle handle = create(threads);
    int32_t kept = -1;
    void *io[] = {&kept};
    unsigned before = _mm_getcsr();
    ASSERT_EQ(dlc_run(handle.get(), Denormal, io), DLC_OK);
    EXPECT_EQ(_mm_getcsr(), before);
    EXPECT_EQ(kept, 0);
  }
#else
  GTEST_SKIP() << "only x86 has the mode";
#endif
}

// Not a test of a limit, which a shared machine could not keep: the numbers go
// to
// --gtest_output, the best of many short batches, which other processes disturb
// least. Only what no machine explains fails.
TEST(Team, Cost) {
  Handle handle = create(2);
  double run = 1, barrier = 1;
  for (int batch = 0; batch < 200; ++batch) {
    Clock::time_point start = Clock::now();
    for (int i = 0; i < 20; ++i)
      ASSERT_EQ(dlc_run(handle.get(), Empty, nullptr), DLC_OK);
    run = std::min(run, seconds(start) / 20);
    start = Clock::now();
    ASSERT_EQ(dlc_run(handle.get(), ManyBarriers, nullptr), DLC_OK);
    barrier = std::min(barrier, seconds(start) / manyBarriers);
  }
  RecordProperty("run_ns", std::to_string(run * 1e9));
  RecordProperty("barrier_ns", std::to_string(barrier * 1e9));
  EXPECT_LT(run, 1e-3);
  EXPECT_LT(barrier, 1e-3);
}
