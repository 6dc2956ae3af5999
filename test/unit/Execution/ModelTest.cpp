//===- ModelTest.cpp - A compiled model as a C++ object -------------------===//

#include "dlc/Execution/Model.h"

#include "dlc/Execution/StepBuffers.h"

#include "LinearModel.h"
#include "TestFiles.h"

using namespace dlc;
using namespace dlc::test;

namespace {

/// Notes when the code of a model goes away.
class NotingOwner : public CodeOwner {
public:
  explicit NotingOwner(bool &gone) : gone(gone) {}
  ~NotingOwner() override { gone = true; }

private:
  bool &gone;
};

TEST(Model, RunsASharedLibrary) {
  auto model = Model::openLibrary(TEST_MODEL, 2);
  ASSERT_TRUE(static_cast<bool>(model)) << llvm::toString(model.takeError());
  EXPECT_EQ(llvm::StringRef((*model)->description().name), "linear");
  int predict = llvm::cantFail((*model)->findStep("predict"));
  StepBuffers buffers((*model)->step(predict));
  std::string bias = bytesOf<float>({2.5f});
  llvm::cantFail((*model)->set("bias", {bias.data(), bias.size()}));
  ASSERT_EQ(message((*model)->run(predict, buffers.io())), "");
  EXPECT_EQ(buffers.scalar<double>(1), 2.5) << "of images that are all zero";
}

TEST(Model, TheOwnerOutlivesTheModel) {
  bool gone = false;
  {
    auto model = llvm::cantFail(
        Model::create(linearLibrary(), std::make_unique<NotingOwner>(gone), 1));
    EXPECT_FALSE(gone);
  }
  EXPECT_TRUE(gone);
}

TEST(Model, RefusesWhatIsNoModel) {
  EXPECT_EQ(message(Model::openLibrary("no/such.so", 1)),
            "no/such.so: cannot be opened: No such file or directory");
  EXPECT_CONTAINS(message(Model::openLibrary("/", 1)), "is not a file");
  TempFolder folder;
  EXPECT_CONTAINS(message(Model::openLibrary(folder.write("x.so", "text"), 1)),
                  "x.so: is not a shared library that can be opened: ");
  EXPECT_CONTAINS(message(Model::openLibrary(TEST_NO_MODEL, 1)),
                  "is not a model that dlc compiled: it does not export "
                  "'dlc_library_v1'");
  EXPECT_CONTAINS(message(Model::openLibrary(TEST_OLD_MODEL, 1)),
                  "was compiled for version " +
                      std::to_string(DLC_ABI_VERSION + 1) +
                      " of the C interface, expected version " +
                      std::to_string(DLC_ABI_VERSION) + ": compile it again");
  EXPECT_CONTAINS(message(Model::create({}, nullptr, 1)), "is empty");
}

TEST(Model, RefusesBadThreadCounts) {
  EXPECT_NE(message(Model::create(linearLibrary(), nullptr, -1)), "");
}

TEST(Model, StepsByName) {
  auto model = llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  EXPECT_EQ(llvm::cantFail(model->findStep("evaluate")), linearEvaluate);
  EXPECT_EQ(message(model->findStep("evalaute")),
            "no step 'evalaute'; did you mean 'evaluate'?");
  EXPECT_EQ(message(model->findStep("xyz")),
            "no step 'xyz'; there is train, evaluate, predict");
}

TEST(Model, StateAndHparams) {
  auto model = llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  EXPECT_FLOAT_EQ(llvm::cantFail(model->getHparam("lr")), 0.1f);
  ASSERT_EQ(message(model->setHparam("lr", 0.25)), "");
  EXPECT_EQ(llvm::cantFail(model->getHparam("lr")), 0.25);
  EXPECT_EQ(message(model->setHparam("lt", 1)),
            "no hyper-parameter 'lt'; did you mean 'lr'?");
  EXPECT_CONTAINS(message(model->getHparam("weight")),
                  "no hyper-parameter 'weight'");
  char bytes[8];
  EXPECT_NE(message(model->get("nothing", bytes)), "");
  EXPECT_NE(message(model->set("bias", bytes)), "") << "4 bytes, not 8";
}

TEST(Model, FaultsAndCountsOfBuffers) {
  auto model = llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  StepBuffers buffers(model->step(linearTrain));
  buffers.input(1)[2] = 10;
  EXPECT_CONTAINS(message(model->run(linearTrain, buffers.io())),
                  "label out of range");
  EXPECT_EQ(message(model->run(linearTrain, buffers.io().drop_back())),
            "step 'train' takes 4 buffers, got 3");
}

TEST(Model, SavesAndLoads) {
  TempFolder folder;
  auto model = llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  llvm::cantFail(model->init(5));
  char saved[12], loaded[12];
  llvm::cantFail(model->get("weight", saved));
  ASSERT_EQ(message(model->save(folder.path("m"), DLC_PARAMS)), "");
  llvm::cantFail(model->init(6));
  ASSERT_EQ(message(model->load(folder.path("m"), DLC_PARAMS)), "");
  llvm::cantFail(model->get("weight", loaded));
  EXPECT_EQ(std::string(saved, 12), std::string(loaded, 12));
  EXPECT_NE(message(model->load(folder.path("none"), DLC_PARAMS)), "");
}

TEST(StepBuffers, AreAlignedAndZero) {
  StepBuffers buffers(linearModel.steps[linearTrain]);
  ASSERT_EQ(buffers.io().size(), 4u);
  for (void *pointer : buffers.io())
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pointer) % 64, 0u);
  EXPECT_EQ(buffers.input(0).size(), 12u);
  EXPECT_EQ(buffers.output(1).size(), 4u);
  EXPECT_EQ(buffers.scalar<int32_t>(1), 0);
}

} // namespace
