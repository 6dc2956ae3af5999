//===- SuggestTest.cpp - "did you mean" -----------------------------------===//

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
  EXPECT_EQ(nearestName("l", names), "lr");
  EXPECT_EQ(nearestName("brain", names), "train");
  EXPECT_EQ(nearestName("xyz", names), "");
  EXPECT_EQ(nearestName("", {}), "");
}

TEST(Suggest, TiesGoToTheFirst) {
  EXPECT_EQ(nearestName("loss_x", {"loss_d", "loss_g"}), "loss_d");
  EXPECT_EQ(nearestName("loss_g", {"loss_d", "loss_g"}), "loss_g");
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
