//===- SuggestTest.cpp - "did you mean" -----------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Suggest.h"

#include "TestFiles.h"

using namespace dlc;
using namespace dlc::test;

namespace {

TEST(Suggest, NearestName) {
  llvm::StringRef names[] = {"train", "evaluate", "lr"};
  EXPECT_EQ(nearestName("trian", names), "train");
  EXPECT_EQ(nearestName("Train", names), "train");
  EXPECT_EQ(nearestName("evaluat", names), "evaluate");
  EXPECT_EQ(nearestName("brain", names), "train");
  EXPECT_EQ(nearestName("rl", names), "lr");
  EXPECT_EQ(nearestName("maen", {"men", "mean"}), "men");
  EXPECT_EQ(nearestName("maen", {"mean", "main"}), "mean");
  EXPECT_EQ(nearestName("xyz", names), "");
  EXPECT_EQ(nearestName("", {}), "");
}

// Every letter is one replacement from any other, and one insertion from every
// name of two letters that has it.
TEST(Suggest, NamesOfOneLetter) {
  EXPECT_EQ(nearestName("x", {"y", "p", "xs"}), "");
  EXPECT_EQ(nearestName("X", {"y", "x"}), "x");
  EXPECT_EQ(nearestName("", {"y"}), "");
  EXPECT_EQ(nearestName("xs", {"y", "x"}), "x");
  EXPECT_EQ(message(unknownName("input", "x", {"a", "b"})),
            "no input 'x'; there is a, b");
}

TEST(Suggest, TiesGoToTheFirst) {
  EXPECT_EQ(nearestName("loss_x", {"loss_d", "loss_g"}), "loss_d");
  EXPECT_EQ(nearestName("loss_g", {"loss_d", "loss_g"}), "loss_g");
}

TEST(Suggest, PartsOfNames) {
  llvm::StringRef names[] = {"is_causal", "slope", "eps", "k"};
  EXPECT_EQ(nearestName("causal", names), "is_causal");
  EXPECT_EQ(nearestName("negative_slope", names), "slope");
  EXPECT_EQ(nearestName("Epsilon", names), "eps");
  EXPECT_EQ(nearestName("top_k", names), "k");
  // Not words of their own, and too short to be abbreviations.
  EXPECT_EQ(nearestName("noncausally", names), "");
  EXPECT_EQ(nearestName("ep", {"epsilon"}), "");
  // Near in spelling goes before part of.
  EXPECT_EQ(nearestName("slop", {"slop_factor", "slope"}), "slope");
}

TEST(Suggest, Errors) {
  EXPECT_EQ(message(unknownName("step", "trian", {"train"})),
            "no step 'trian'; did you mean 'train'?");
  EXPECT_EQ(message(unknownName("step", "xyz", {"train", "evaluate"})),
            "no step 'xyz'; there is train, evaluate");
  EXPECT_EQ(message(unknownName("step", "xyz", {})),
            "no step 'xyz'; there is none at all");
}

} // namespace
