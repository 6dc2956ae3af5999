//===- ModelTest.cpp - A compiled model as a C++ object -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

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
  StepBuffers buffers =
      llvm::cantFail(StepBuffers::create((*model)->step(predict)));
  std::string bias = bytesOf<float>({2.5f});
  llvm::cantFail((*model)->set("bias", {bias.data(), bias.size()}));
  ASSERT_EQ(message((*model)->run(predict, buffers)), "");
  EXPECT_EQ(buffers.real(1), 2.5) << "of images that are all zero";
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
            "no step 'xyz'; there is train, evaluate, predict, measure");
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
  StepBuffers buffers =
      llvm::cantFail(StepBuffers::create(model->step(linearTrain)));
  buffers.input(1)[2] = 10;
  EXPECT_CONTAINS(message(model->run(linearTrain, buffers)),
                  "label out of range");
  EXPECT_EQ(message(model->run(linearEvaluate, buffers)),
            "step 'evaluate' is called with buffers of step 'train'");

  // Buffers of a step of the same name, in another model.
  dlc_step fewer = model->step(linearTrain);
  fewer.num_outputs = 1;
  buffers = llvm::cantFail(StepBuffers::create(fewer));
  EXPECT_EQ(message(model->run(linearTrain, buffers)),
            "step 'train' has 2 outputs, its buffers 1");
  dlc_step smaller = model->step(linearTrain);
  const int64_t shape[] = {linearBatch, 2};
  dlc_tensor inputs[] = {smaller.inputs[0], smaller.inputs[1]};
  inputs[0].shape = shape;
  smaller.inputs = inputs;
  buffers = llvm::cantFail(StepBuffers::create(smaller));
  EXPECT_EQ(message(model->run(linearTrain, buffers)),
            "step 'train': the buffer of input 'image' is not of its type and "
            "shape");
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
  StepBuffers buffers =
      llvm::cantFail(StepBuffers::create(linearModel.steps[linearTrain]));
  ASSERT_EQ(buffers.io().size(), 4u);
  for (void *pointer : buffers.io())
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pointer) % 64, 0u);
  EXPECT_EQ(buffers.input(0).size(), 12u);
  EXPECT_EQ(buffers.output(1).size(), 4u);
  EXPECT_EQ(buffers.integer(1), 0);
}

TEST(StepBuffers, NoMemoryIsAnError) {
  const int64_t shape[] = {int64_t(1) << 59};
  const dlc_tensor input = {"x", shape, 1, DLC_I64};
  dlc_step step = {};
  step.name = "s";
  step.inputs = &input;
  step.num_inputs = 1;
  EXPECT_EQ(message(StepBuffers::create(step)),
            "no memory for 'x' of step 's', 4611686018427387904 bytes");
}

// A value is read by the type of the table.
TEST(StepBuffers, NumbersOfEveryType) {
  const std::pair<dlc_type, std::string> values[] = {
      {DLC_F32, bytesOf<float>({-2.5f})},
      {DLC_F64, bytesOf<double>({-2.5})},
      {DLC_BF16, bytesOf<uint16_t>({0xc020})},
      {DLC_I1, bytesOf<uint8_t>({1})},
      {DLC_I8, bytesOf<int8_t>({-3})},
      {DLC_U8, bytesOf<uint8_t>({253})},
      {DLC_I32, bytesOf<int32_t>({-70000})},
      {DLC_I64, bytesOf<int64_t>({(int64_t(1) << 60) + 1})}};
  const double reals[] = {-2.5, -2.5, -2.5, 1, -3, 253, -70000, 0x1p60};
  const int64_t integers[] = {-2, -2,  -2,     1,
                              -3, 253, -70000, (int64_t(1) << 60) + 1};
  for (auto [number, value] : llvm::enumerate(values)) {
    const dlc_tensor output = {"y", nullptr, 0, value.first};
    dlc_step step = {};
    step.outputs = &output;
    step.num_outputs = 1;
    StepBuffers buffers = llvm::cantFail(StepBuffers::create(step));
    ASSERT_EQ(buffers.output(0).size(), value.second.size());
    std::memcpy(buffers.io()[0], value.second.data(), value.second.size());
    EXPECT_EQ(buffers.real(0), reals[number]) << typeName(value.first).str();
    EXPECT_EQ(buffers.integer(0), integers[number])
        << typeName(value.first).str();
  }
}

} // namespace
