//===- StateTest.cpp - Reading and setting entries of the state -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"
#include "gtest/gtest.h"

#include <numeric>

using namespace dlc::test;

namespace {

/// The state block, as a step sees it.
std::vector<char> *seenBlock;

void copyBlock(const dlc_context *context, void *state, void *, void *const *) {
  if (dlc_rt_share(context->worker, 1))
    seenBlock->assign(static_cast<char *>(state),
                      static_cast<char *>(state) + model().state_bytes);
}

/// The test model with one step that shows the stored order.
struct StoredOrder : testing::Test {
  void SetUp() override {
    show.name = "show";
    show.run = copyBlock;
    shown = model();
    shown.steps = &show;
    shown.num_steps = 1;
    handle = create(1, shown);
    ASSERT_TRUE(handle);
    seenBlock = &block;
  }
  template <typename T>
  T stored(State state, int64_t element) {
    T value;
    std::memcpy(&value,
                block.data() + model().states[state].offset +
                    element * int64_t(sizeof(T)),
                sizeof(T));
    return value;
  }
  dlc_step show = {};
  dlc_model shown = {};
  Handle handle;
  std::vector<char> block;
};

} // namespace

TEST_F(StoredOrder, PermutedView) {
  std::vector<float> values(48);
  std::iota(values.begin(), values.end(), 1.0f);
  ASSERT_EQ(dlc_set(handle.get(), "conv1.weight", values.data(), 192), DLC_OK);
  EXPECT_EQ(getAs<float>(handle.get(), ConvWeight), values);
  ASSERT_EQ(dlc_run(handle.get(), 0, nullptr), DLC_OK);
  for (int o = 0, i = 0; o < 4; ++o)
    for (int c = 0; c < 3; ++c)
      for (int h = 0; h < 2; ++h)
        for (int w = 0; w < 2; ++w, ++i)
          EXPECT_EQ(stored<float>(ConvWeight, o + 4 * c + 24 * h + 12 * w),
                    values[i]);
}

TEST_F(StoredOrder, TiledView) {
  std::vector<uint16_t> values(24);
  std::iota(values.begin(), values.end(), uint16_t(1));
  ASSERT_EQ(dlc_set(handle.get(), "fc.weight", values.data(), 48), DLC_OK);
  EXPECT_EQ(getAs<uint16_t>(handle.get(), FcWeight), values);
  ASSERT_EQ(dlc_run(handle.get(), 0, nullptr), DLC_OK);
  for (int row = 0; row < 6; ++row)
    for (int column = 0; column < 4; ++column)
      EXPECT_EQ(stored<uint16_t>(FcWeight, row / 2 * 8 + row % 2 +
                                               column / 2 * 4 + column % 2 * 2),
                values[row * 4 + column]);
}

TEST_F(StoredOrder, SetTouchesNothingElse) {
  auto before = getAll(handle.get());
  std::vector<double> values = {1, 2, 3, 4, 5};
  ASSERT_EQ(dlc_set(handle.get(), "bn.running_mean", values.data(), 40),
            DLC_OK);
  auto after = getAll(handle.get());
  for (int state = 0; state < NumStates; ++state)
    EXPECT_EQ(before[state] == after[state], state != Mean) << state;
}

TEST(State, UnalignedBuffers) {
  Handle handle = create(1);
  std::vector<char> buffer(193);
  ASSERT_EQ(dlc_get(handle.get(), "conv1.weight", buffer.data() + 1, 192),
            DLC_OK);
  ASSERT_EQ(dlc_set(handle.get(), "conv1.weight", buffer.data() + 1, 192),
            DLC_OK);
  EXPECT_EQ(std::vector<char>(buffer.begin() + 1, buffer.end()),
            get(handle.get(), ConvWeight));
}

TEST(State, Errors) {
  Handle handle = create(1);
  char data[192] = {};
  auto message = [&] { return std::string(dlc_last_error(handle.get())); };
  EXPECT_EQ(message(), "");
  EXPECT_EQ(dlc_get(handle.get(), "conv1.wieght", data, 192), DLC_ERROR_NAME);
  EXPECT_EQ(message(), "no parameter \"conv1.wieght\" in model \"fashion\"; "
                       "did you mean \"conv1.weight\"?");
  EXPECT_EQ(dlc_set(handle.get(), "zzzzzzzz", data, 192), DLC_ERROR_NAME);
  EXPECT_EQ(message(), "no parameter \"zzzzzzzz\" in model \"fashion\"");
  EXPECT_EQ(dlc_get(handle.get(), "conv1.weight", data, 191), DLC_ERROR_SHAPE);
  EXPECT_EQ(message(), "\"conv1.weight\": 191 bytes given, expected 192 (f32 "
                       "4x3x2x2)");
  EXPECT_EQ(dlc_get(handle.get(), "seed", data, 4), DLC_ERROR_SHAPE);
  EXPECT_EQ(message(), "\"seed\": 4 bytes given, expected 8 (i64 scalar)");
  EXPECT_EQ(dlc_get(handle.get(), "conv1.weight", nullptr, 192),
            DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "the data is null");
  EXPECT_EQ(dlc_get(handle.get(), nullptr, data, 192), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlc_get(handle.get(), "lr", data, 4), DLC_ERROR_NAME);
  EXPECT_EQ(message(), "\"lr\" in model \"fashion\" is a hyper-parameter: use "
                       "dlc_get_hparam and dlc_set_hparam");
  const char two[] = {0, 2, 1};
  EXPECT_EQ(dlc_set(handle.get(), "mask", two, 3), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(getAs<char>(handle.get(), Mask), std::vector<char>(3, 1));
  EXPECT_EQ(dlc_get(nullptr, "mask", data, 3), DLC_ERROR_ARGUMENT);
  EXPECT_STREQ(dlc_last_error(nullptr), "the handle is null");
}

TEST(State, VeryLongNames) {
  Handle handle = create(1);
  std::string name(100000, 'x');
  char data = 0;
  EXPECT_EQ(dlc_get(handle.get(), name.c_str(), &data, 0), DLC_ERROR_NAME);
  EXPECT_LT(std::strlen(dlc_last_error(handle.get())), 1024u);
}
