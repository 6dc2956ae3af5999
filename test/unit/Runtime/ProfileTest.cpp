//===- ProfileTest.cpp - Times of steps that measure themselves -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"

#include "gtest/gtest.h"

#include <chrono>

using namespace dlc::test;

namespace {

constexpr std::chrono::milliseconds kWork(3);

/// One task that takes a while, and a barrier; then nothing.
void runMeasured(const dlc_context *context, void *, void *, void *const *) {
  dlc_worker *worker = context->worker;
  dlc_rt_mark(worker, 0, DLC_MARK_START);
  if (dlc_rt_share(worker, 1)) {
    auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < kWork)
      ;
    EXPECT_EQ(dlc_rt_next(worker), 0u);
  }
  dlc_rt_mark(worker, 1, DLC_MARK_WORK);
  dlc_rt_barrier(worker);
  dlc_rt_mark(worker, 2, DLC_MARK_WAIT);
  dlc_rt_mark(worker, 2, DLC_MARK_WORK);
  // Neither is a site: nothing else may change.
  dlc_rt_mark(worker, 3, DLC_MARK_WORK);
  dlc_rt_mark(worker, -1, DLC_MARK_WORK);
  dlc_rt_barrier(worker);
  dlc_rt_mark(worker, 0, DLC_MARK_WAIT);
}

struct Profile : testing::Test {
  Profile() {
    step.name = "measured";
    step.run = runMeasured;
    measured.abi_version = DLC_ABI_VERSION;
    measured.name = "measured";
    measured.json = "{}";
    measured.steps = &step;
    measured.num_steps = 1;
    for (dlc_site &site : sites)
      site.step = "measured";
    sites[1].kernel = "first";
    sites[1].ops = &op;
    sites[1].num_ops = 1;
    sites[2].kernel = "second";
    measured.sites = sites;
    measured.num_sites = 3;
  }

  dlc_source_op op = {"relu", "m.mlir:1:2", "forward"};
  dlc_site sites[3] = {};
  dlc_step step = {};
  dlc_model measured = {};
};

} // namespace

TEST_F(Profile, TimesOfEachWorker) {
  constexpr int threads = 2, runs = 4;
  Handle handle = create(threads, measured);
  ASSERT_TRUE(handle);
  for (int run = 0; run < runs; ++run)
    ASSERT_EQ(dlc_run(handle.get(), 0, nullptr), DLC_OK);
  // The caller is there in all runs, all the time; one of the two works.
  int64_t least = runs * std::chrono::nanoseconds(kWork).count();
  int64_t work = 0;
  for (int worker = 0; worker < threads; ++worker) {
    dlc_site_times times[3];
    int workers = 0;
    ASSERT_EQ(dlc_profile(handle.get(), worker, times, &workers), DLC_OK);
    EXPECT_EQ(workers, threads);
    work += times[1].work;
    EXPECT_EQ(times[0].work, 0);
    if (worker > 0)
      continue;
    int64_t all = times[0].wait;
    for (const dlc_site_times &site : times)
      EXPECT_EQ(site.calls, runs);
    for (const dlc_site_times &site : {times[1], times[2]})
      all += site.work + site.wait;
    EXPECT_GE(all, least);
  }
  EXPECT_GE(work, least);
}

TEST_F(Profile, OfNothing) {
  Handle handle = create(1, measured);
  ASSERT_TRUE(handle);
  dlc_site_times times[3];
  ASSERT_EQ(dlc_profile(handle.get(), 0, times, nullptr), DLC_OK);
  for (const dlc_site_times &site : times) {
    EXPECT_EQ(site.calls, 0);
    EXPECT_EQ(site.work, 0);
    EXPECT_EQ(site.wait, 0);
  }
}

TEST_F(Profile, Refused) {
  dlc_site_times times[3];
  EXPECT_EQ(dlc_profile(nullptr, 0, times, nullptr), DLC_ERROR_ARGUMENT);
  Handle plain = create(1);
  EXPECT_EQ(dlc_profile(plain.get(), 0, times, nullptr), DLC_ERROR_ARGUMENT);
  EXPECT_STREQ(dlc_last_error(plain.get()),
               "model \"fashion\" was compiled without --profile: it does not "
               "measure itself");
  Handle handle = create(1, measured);
  EXPECT_EQ(dlc_profile(handle.get(), 0, nullptr, nullptr), DLC_ERROR_ARGUMENT);
  EXPECT_STREQ(dlc_last_error(handle.get()),
               "dlc_profile: the place for the times is null");
  for (int worker : {-1, 1})
    EXPECT_EQ(dlc_profile(handle.get(), worker, times, nullptr),
              DLC_ERROR_ARGUMENT);
  EXPECT_STREQ(dlc_last_error(handle.get()),
               "dlc_profile: no worker 1, the handle has 1");
}

TEST_F(Profile, BadTables) {
  auto refused = [&](const char *flaw) {
    EXPECT_FALSE(create(1, measured));
    EXPECT_EQ(std::string(dlc_last_error(nullptr)),
              std::string("model \"measured\": ") + flaw);
  };
  measured.sites = nullptr;
  refused("no table of sites");
  measured.sites = sites;
  op.place = nullptr;
  refused("a site with an op that has no name, place or part");
  op.place = "";
  sites[1].ops = nullptr;
  refused("a site without a step or without a table of ops");
}
