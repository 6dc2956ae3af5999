//===- ProgressTest.cpp - Progress output of a training run ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Progress.h"

#include "gtest/gtest.h"

#include <limits>

using namespace dlc;

namespace {

TEST(Progress, WithoutTerminalOnlyLinesThatStay) {
  std::string text;
  llvm::raw_string_ostream os(text);
  {
    Progress progress(os, 0);
    EXPECT_FALSE(progress.due());
    progress.show("passing");
    progress.print("staying");
  }
  EXPECT_EQ(text, "staying\n");
}

TEST(Progress, RewritesOneLine) {
  std::string text;
  llvm::raw_string_ostream os(text);
  {
    Progress progress(os, 80, [] { return 0.0; });
    progress.show("a");
    progress.print("b");
    progress.show("c");
  }
  EXPECT_EQ(text, "\ra\x1b[K"
                  "\r\x1b[K"
                  "b\n"
                  "\rc\x1b[K"
                  "\r\x1b[K")
      << "the last line is cleared at the end";
}

TEST(Progress, AtMostTenLinesASecond) {
  std::string text;
  llvm::raw_string_ostream os(text);
  double now = 5;
  Progress progress(os, 80, [&] { return now; });
  EXPECT_TRUE(progress.due());
  progress.show("a");
  EXPECT_FALSE(progress.due());
  now += 0.09;
  EXPECT_FALSE(progress.due());
  now += 0.02;
  EXPECT_TRUE(progress.due());
}

TEST(Progress, FitsTheWidth) {
  auto shown = [](unsigned width) {
    std::string text;
    llvm::raw_string_ostream os(text);
    Progress progress(os, width, [] { return 0.0; });
    progress.show("epoch 1/5  loss 0.5  0:32 left");
    return llvm::StringRef(text).drop_front(1).drop_back(3).str();
  };
  EXPECT_EQ(shown(31), "epoch 1/5  loss 0.5  0:32 left");
  EXPECT_EQ(shown(30), "epoch 1/5  loss 0.5");
  EXPECT_EQ(shown(12), "epoch 1/5");
  EXPECT_EQ(shown(6), "epoch");
  EXPECT_EQ(shown(1), "");
}

TEST(Progress, Durations) {
  EXPECT_EQ(formatDuration(0.4), "0:00");
  EXPECT_EQ(formatDuration(32), "0:32");
  EXPECT_EQ(formatDuration(725.2), "12:05");
  EXPECT_EQ(formatDuration(3 * 3600 + 7 * 60), "3:07:00");
  EXPECT_EQ(formatDuration(std::numeric_limits<double>::infinity()), "?");
}

} // namespace
