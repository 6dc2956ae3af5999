//===- HandleTest.cpp - Instances, steps and hyper-parameters -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"
#include "gtest/gtest.h"

#include <limits>

using namespace dlc::test;

namespace {

std::string createError(const dlc_model *of, int threads,
                        dlc_status expected = DLC_ERROR_ARGUMENT) {
  dlc_handle *handle = reinterpret_cast<dlc_handle *>(8);
  EXPECT_EQ(dlc_create(of, threads, &handle), expected);
  EXPECT_EQ(handle, nullptr);
  return dlc_last_error(nullptr);
}

/// What dlc_create says of the test model with one state changed.
template <typename Change>
std::string flaw(int index, Change change) {
  std::vector<dlc_state> states(model().states,
                                model().states + model().num_states);
  change(states[index]);
  dlc_model changed = model();
  changed.states = states.data();
  return createError(&changed, 1);
}

} // namespace

TEST(Handle, CreateErrors) {
  EXPECT_EQ(dlc_create(&model(), 1, nullptr), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(createError(nullptr, 1), "dlc_create: the model is null");
  EXPECT_EQ(createError(&model(), -1),
            "model \"fashion\": -1 threads asked for, expected 1 to 1024, or 0 "
            "for one on each CPU");
  createError(&model(), 1025);
  dlc_model other = model();
  other.abi_version = 99;
  EXPECT_EQ(createError(&other, 1),
            "the model was compiled for interface version 99, this runtime has "
            "version " +
                std::to_string(DLC_ABI_VERSION));
  other = model();
  other.arena_bytes = INT64_MAX - 4096;
  createError(&other, 1, DLC_ERROR_MEMORY);
  other.arena_bytes = -1;
  createError(&other, 1);
  other = model();
  other.state_bytes = 600;
  EXPECT_EQ(createError(&other, 1), "model \"fashion\": state \"step_count\" "
                                    "reaches beyond the state block");
}

TEST(Handle, CreateChecksTheTable) {
  EXPECT_EQ(flaw(ConvWeight, [](dlc_state &s) { s.tensor.type = 8; }),
            "model \"fashion\": state \"conv1.weight\" has an unknown element "
            "type");
  flaw(ConvWeight, [](dlc_state &s) { s.tensor.name = nullptr; });
  flaw(ConvWeight, [](dlc_state &s) { s.tensor.rank = 33; });
  flaw(ConvWeight, [](dlc_state &s) { s.kind = 5; });
  flaw(ConvWeight, [](dlc_state &s) { s.init_kind = -1; });
  flaw(Rate, [](dlc_state &s) { s.range = DLC_BELOW_ONE + 1; });
  flaw(ConvWeight, [](dlc_state &s) { s.init_kind = DLC_INIT_SEED; });
  flaw(ConvWeight, [](dlc_state &s) { s.offset = -4; });
  flaw(ConvWeight, [](dlc_state &s) { s.offset = 2; });
  flaw(ConvWeight, [](dlc_state &s) { s.view_rank = 3; });
  flaw(Rate, [](dlc_state &s) { s.tensor.type = DLC_I32; });
  flaw(Seed, [](dlc_state &s) { s.tensor.type = DLC_F32; });
  static const int64_t huge[] = {INT64_MAX, 1, INT64_MAX, 1};
  static const int64_t negative[] = {-1, 4, 24, 12};
  flaw(ConvWeight, [](dlc_state &s) { s.tensor.shape = huge; });
  flaw(ConvWeight, [](dlc_state &s) { s.view_strides = huge; });
  flaw(ConvWeight, [](dlc_state &s) { s.view_strides = negative; });
  dlc_model changed = model();
  dlc_step step = model().steps[0];
  step.run = nullptr;
  changed.steps = &step;
  changed.num_steps = 1;
  EXPECT_EQ(createError(&changed, 1),
            "model \"fashion\": step \"square\" has no code");
}

TEST(Handle, EmptyModel) {
  dlc_model none = {DLC_ABI_VERSION, 0, 0, "none",  "{}", nullptr,
                    nullptr,         0, 0, nullptr, 0,    nullptr,
                    nullptr,         0};
  Handle handle = create(2, none);
  ASSERT_TRUE(handle);
  EXPECT_EQ(dlc_get_model(handle.get()), &none);
  EXPECT_EQ(dlc_init(handle.get(), 3), DLC_OK);
  EXPECT_EQ(dlc_run(handle.get(), 0, nullptr), DLC_ERROR_ARGUMENT);
  char data = 0;
  EXPECT_EQ(dlc_get(handle.get(), "w", &data, 0), DLC_ERROR_NAME);
}

TEST(Handle, NullHandles) {
  dlc_destroy(nullptr);
  EXPECT_EQ(dlc_get_model(nullptr), nullptr);
  EXPECT_EQ(dlc_init(nullptr, 0), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlc_run(nullptr, 0, nullptr), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlc_set_hparam(nullptr, "lr", 0), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlc_save(nullptr, "x", DLC_ALL), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlc_load(nullptr, "x", DLC_ALL), DLC_ERROR_ARGUMENT);
}

TEST(Handle, RunErrors) {
  Handle handle = create(2);
  auto message = [&] { return std::string(dlc_last_error(handle.get())); };
  std::vector<float> x(1001), y(1000);
  float sum;
  EXPECT_EQ(dlc_run(handle.get(), -1, nullptr), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(dlc_run(handle.get(), NumSteps, nullptr), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "no step 7 in model \"fashion\", which has 7");
  EXPECT_EQ(dlc_run(handle.get(), Square, nullptr), DLC_ERROR_ARGUMENT);
  void *noInput[] = {nullptr, y.data(), &sum};
  EXPECT_EQ(dlc_run(handle.get(), Square, noInput), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "step \"square\": input \"x\" is null");
  void *noOutput[] = {x.data(), y.data(), nullptr};
  EXPECT_EQ(dlc_run(handle.get(), Square, noOutput), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "step \"square\": output \"sum\" is null");
  void *odd[] = {reinterpret_cast<char *>(x.data()) + 2, y.data(), &sum};
  EXPECT_EQ(dlc_run(handle.get(), Square, odd), DLC_ERROR_ARGUMENT);
  EXPECT_NE(message().find("step \"square\": input \"x\" is at address 0x"),
            std::string::npos);
}

TEST(Handle, Faults) {
  for (int threads : {1, 2, 8}) {
    Handle handle = create(threads);
    auto message = [&] { return std::string(dlc_last_error(handle.get())); };
    int32_t bad = 1;
    void *io[] = {&bad};
    EXPECT_EQ(dlc_run(handle.get(), Faulty, io), DLC_ERROR_DATA);
    EXPECT_EQ(message(), "step \"faulty\": label 10 is not below 10");
    bad = 2;
    EXPECT_EQ(dlc_run(handle.get(), Faulty, io), DLC_ERROR_DATA);
    EXPECT_EQ(message(), "step \"faulty\": index out of range");
    bad = 3;
    EXPECT_EQ(dlc_run(handle.get(), Faulty, io), DLC_ERROR_DATA);
    EXPECT_EQ(message(),
              "step \"faulty\": fault 77, for which it has no message");
    bad = 0;
    EXPECT_EQ(dlc_run(handle.get(), Faulty, io), DLC_OK) << "a fault stays";
  }
}

TEST(Handle, HyperParameters) {
  Handle handle = create(1);
  auto message = [&] { return std::string(dlc_last_error(handle.get())); };
  double value = 0;
  ASSERT_EQ(dlc_get_hparam(handle.get(), "decay", &value), DLC_OK);
  EXPECT_EQ(value, 1e-3);
  ASSERT_EQ(dlc_set_hparam(handle.get(), "decay", 1e-300), DLC_OK);
  ASSERT_EQ(dlc_get_hparam(handle.get(), "decay", &value), DLC_OK);
  EXPECT_EQ(value, 1e-300);
  ASSERT_EQ(dlc_set_hparam(handle.get(), "lr", 0.1), DLC_OK);
  ASSERT_EQ(dlc_get_hparam(handle.get(), "lr", &value), DLC_OK);
  EXPECT_EQ(value, double(0.1f));

  double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(dlc_set_hparam(handle.get(), "lr", nan), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "hyper-parameter \"lr\" must be finite, not nan");
  double inf = std::numeric_limits<double>::infinity();
  for (const char *name : {"lr", "decay"})
    for (double value : {inf, -inf})
      EXPECT_EQ(dlc_set_hparam(handle.get(), name, value), DLC_ERROR_ARGUMENT);
  EXPECT_EQ(message(), "hyper-parameter \"decay\" must be finite, not -inf");
  EXPECT_EQ(dlc_set_hparam(handle.get(), "lr", 1e300), DLC_ERROR_ARGUMENT);
  ASSERT_EQ(dlc_get_hparam(handle.get(), "lr", &value), DLC_OK);
  EXPECT_EQ(value, double(0.1f)) << "a refused value was stored";
  EXPECT_EQ(dlc_set_hparam(handle.get(), "deacy", 0), DLC_ERROR_NAME);
  EXPECT_EQ(message(), "no hyper-parameter \"deacy\" in model \"fashion\"; did "
                       "you mean \"decay\"?");
  EXPECT_EQ(dlc_set_hparam(handle.get(), "mask", 0), DLC_ERROR_NAME);
  EXPECT_EQ(dlc_get_hparam(handle.get(), "lr", nullptr), DLC_ERROR_ARGUMENT);
}

/// The only entry of a model.
static dlc_state scalarHparam(int32_t range) {
  dlc_state lr{};
  lr.tensor = {"lr", nullptr, 0, DLC_F32};
  lr.kind = DLC_HPARAM;
  lr.range = range;
  return lr;
}

TEST(Handle, RangesOfHyperParameters) {
  struct Case {
    int32_t range;
    std::vector<double> good, bad;
  };
  const Case cases[] = {
      {DLC_FINITE, {-2, 0, 2}, {}},
      {DLC_NOT_NEGATIVE, {-0.0, 0, 1e-300, 2}, {-2, -1e-30}},
      {DLC_UP_TO_ONE, {0, 0.5, 1}, {-0.5, 1.5}},
      // The f32 nearest to the last one is 1.
      {DLC_BELOW_ONE, {0, 0.5, 0.999999}, {-0.5, 1, 1.5, 0.99999999999}}};
  for (const Case &c : cases) {
    SCOPED_TRACE(c.range);
    dlc_state lr = scalarHparam(c.range);
    dlc_model one = {DLC_ABI_VERSION, 1,  0, "one",   "{}", &lr,
                     nullptr,         64, 0, nullptr, 0,    nullptr,
                     nullptr,         0};
    Handle handle = create(1, one);
    ASSERT_TRUE(handle);
    for (double value : c.good)
      EXPECT_EQ(dlc_set_hparam(handle.get(), "lr", value), DLC_OK) << value;
    for (double value : c.bad)
      EXPECT_EQ(dlc_set_hparam(handle.get(), "lr", value), DLC_ERROR_ARGUMENT)
          << value;
  }
}

// Nothing is drawn again that is there already; what has changed since is.
TEST(Handle, InitAfterEachChange) {
  Handle handle = create(1, model());
  double value = 0;
  dlc_get_hparam(handle.get(), "lr", &value);
  const double first = value;
  for (uint64_t seed : {0, 7, 7}) {
    EXPECT_EQ(dlc_init(handle.get(), seed), DLC_OK);
    uint64_t kept = 99;
    EXPECT_EQ(dlc_get(handle.get(), "seed", &kept, sizeof(kept)), DLC_OK);
    EXPECT_EQ(kept, seed);
    EXPECT_EQ(dlc_set_hparam(handle.get(), "lr", first + 1), DLC_OK);
    EXPECT_EQ(dlc_init(handle.get(), seed), DLC_OK);
    dlc_get_hparam(handle.get(), "lr", &value);
    EXPECT_EQ(value, first);
  }
}

TEST(Handle, ApiTable) {
  dlc_handle *handle = nullptr;
  ASSERT_EQ(dlc_runtime_api.create(&model(), 2, &handle), DLC_OK);
  EXPECT_EQ(dlc_runtime_api.init(handle, 1), DLC_OK);
  EXPECT_EQ(dlc_runtime_api.run(handle, Empty, nullptr), DLC_OK);
  double value = 0;
  EXPECT_EQ(dlc_runtime_api.set_hparam(handle, "lr", 2), DLC_OK);
  EXPECT_EQ(dlc_runtime_api.get_hparam(handle, "lr", &value), DLC_OK);
  EXPECT_EQ(value, 2);
  char mask[3];
  EXPECT_EQ(dlc_runtime_api.get(handle, "mask", mask, 3), DLC_OK);
  EXPECT_EQ(dlc_runtime_api.set(handle, "mask", mask, 3), DLC_OK);
  EXPECT_EQ(dlc_runtime_api.save(handle, nullptr, DLC_ALL), DLC_ERROR_ARGUMENT);
  EXPECT_STREQ(dlc_runtime_api.last_error(handle),
               "dlc_save: the path is null");
  EXPECT_EQ(dlc_runtime_api.load(handle, nullptr, DLC_ALL), DLC_ERROR_ARGUMENT);
  dlc_runtime_api.destroy(handle);
}
