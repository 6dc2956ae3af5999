//===- HistoryTest.cpp - The curves of a training run ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/History.h"

#include "TestFiles.h"

using namespace dlc;
using namespace dlc::test;

namespace {

const std::string twoEpochs = "epoch,train_loss,seconds\n"
                              "1,0.5,1.250\n"
                              "2,0.333333333,2.000\n";

TEST(History, Writes) {
  TempFolder folder;
  History history({"train_loss"});
  history.add({1, {0.5}, 1.25});
  history.add({2, {1.0 / 3}, 2});
  ASSERT_EQ(message(history.write(folder.path("m.csv"))), "");
  EXPECT_EQ(readFile(folder.path("m.csv")), twoEpochs);
  EXPECT_EQ(folder.count(), 1);
}

TEST(History, ContinuesBeforeTheEpochThatIsTrainedAgain) {
  TempFolder folder;
  std::string path = folder.write("m.csv", twoEpochs);
  History history({"train_loss"});
  ASSERT_EQ(message(history.continueFrom(path, 2)), "");
  history.add({2, {0.25}, 3});
  ASSERT_EQ(message(history.write(path)), "");
  EXPECT_EQ(readFile(path),
            "epoch,train_loss,seconds\n1,0.5,1.250\n2,0.25,3.000\n");
}

TEST(History, ContinuesFromNothing) {
  History history({"train_loss"});
  EXPECT_EQ(message(history.continueFrom("no/such/file", 2)), "");
}

TEST(History, RefusesAnotherRunsFile) {
  TempFolder folder;
  History history({"eval_loss"});
  EXPECT_CONTAINS(
      message(history.continueFrom(folder.write("m.csv", twoEpochs), 2)),
      "its first line is 'epoch,train_loss,seconds', expected "
      "'epoch,eval_loss,seconds'");
  EXPECT_CONTAINS(message(history.continueFrom(folder.write("e.csv", ""), 2)),
                  "its first line is ''");
  EXPECT_CONTAINS(
      message(history.continueFrom(
          folder.write("d.csv", "epoch,eval_loss,seconds\nx,1,2\n"), 2)),
      "'x,1,2' does not start with an epoch");
  for (const char *row : {"2,1,2\n2,1,2", "0,1,2", "1,2", "1,2,3,4", "1,x,3",
                          "1,,3", "1,2,3,", "99999999999999999999,1,2"})
    EXPECT_NE(message(history.continueFrom(
                  folder.write("r.csv", "epoch,eval_loss,seconds\n" +
                                            std::string(row) + "\n"),
                  9)),
              "")
        << row;
  EXPECT_EQ(message(history.continueFrom(
                folder.write("r.csv", "epoch,eval_loss,seconds\n1,nan,3\n"
                                      "3,-inf,4\n"),
                9)),
            "");
  EXPECT_CONTAINS(message(history.continueFrom(folder.path(""), 2)),
                  "is a directory");
}

// A name that would be more than one field, or more than one line.
TEST(History, NamesOfColumns) {
  TempFolder folder;
  std::string path = folder.path("m.csv");
  History history({"a,b", "\"c\"", "d\ne", "\x1b[31m"});
  history.add({1, {1, 2, 3, 4}, 5});
  ASSERT_EQ(message(history.write(path)), "");
  EXPECT_EQ(readFile(path),
            "epoch,\"a,b\",\"\"\"c\"\"\",d\\x0ae,\\x1b[31m,seconds\n"
            "1,1,2,3,4,5.000\n");
  History next({"a,b", "\"c\"", "d\ne", "\x1b[31m"});
  EXPECT_EQ(message(next.continueFrom(path, 2)), "");
}

} // namespace
