//===- DeriveTest.cpp - Derived values after changes of state -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model with a parameter w, a buffer b and a hyper-parameter h; a derivation
// of w and h, which also counts how often it ran; and steps that read what it
// makes, write w, and write b.
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "gtest/gtest.h"

#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <unistd.h>

using namespace dlc::test;

namespace {

enum { W, B, H, NumStates };
enum { Read, WriteW, WriteB, Both, NumSteps };

struct Block {
  float w, b, h, product, runs, square;
};

void derive(const dlc_context *context, void *state, void *, void *const *io) {
  auto *block = static_cast<Block *>(state);
  if (!dlc_rt_share(context->worker, 1))
    return;
  block->product = block->w * block->h;
  ++block->runs;
}
void deriveSquare(const dlc_context *context, void *state, void *,
                  void *const *) {
  auto *block = static_cast<Block *>(state);
  if (dlc_rt_share(context->worker, 1))
    block->square = block->b * block->b;
}
void read(const dlc_context *context, void *state, void *, void *const *io) {
  auto *block = static_cast<Block *>(state);
  if (!dlc_rt_share(context->worker, 1))
    return;
  *static_cast<float *>(io[0]) = block->product;
  *static_cast<float *>(io[1]) = block->runs;
}
void readBoth(const dlc_context *context, void *state, void *,
              void *const *io) {
  auto *block = static_cast<Block *>(state);
  if (!dlc_rt_share(context->worker, 1))
    return;
  *static_cast<float *>(io[0]) = block->product + block->square;
  *static_cast<float *>(io[1]) = block->runs;
}
void writeW(const dlc_context *context, void *state, void *, void *const *) {
  if (dlc_rt_share(context->worker, 1))
    static_cast<Block *>(state)->w += 1;
}
void writeB(const dlc_context *context, void *state, void *, void *const *) {
  if (dlc_rt_share(context->worker, 1))
    static_cast<Block *>(state)->b += 1;
}

dlc_state entry(const char *name, int kind, double value, size_t offset) {
  dlc_state state = {};
  state.tensor = {name, nullptr, 0, DLC_F32};
  state.kind = kind;
  state.init_kind = DLC_INIT_CONSTANT;
  state.init_a = value;
  state.offset = int64_t(offset);
  return state;
}

const dlc_state states[NumStates] = {
    entry("w", DLC_PARAM, 2, offsetof(Block, w)),
    entry("b", DLC_BUFFER, 3, offsetof(Block, b)),
    entry("h", DLC_HPARAM, 10, offsetof(Block, h))};
const dlc_tensor outputs[] = {{"y", nullptr, 0, DLC_F32},
                              {"runs", nullptr, 0, DLC_F32}};
const int32_t ofW[] = {W}, ofB[] = {B}, ofWH[] = {W, H}, first[] = {0},
              both[] = {0, 1}, beyond[] = {2};
const dlc_step steps[NumSteps] = {
    {"read", nullptr, outputs, nullptr, 0, 2, 0, 0, read, nullptr, nullptr,
     first, 0, 1, 0, nullptr, 0, 0},
    {"write_w", nullptr, nullptr, nullptr, 0, 0, 0, 1, writeW, nullptr, ofW,
     nullptr, 1, 0, 0, nullptr, 0, 0},
    {"write_b", nullptr, nullptr, nullptr, 0, 0, 0, 0, writeB, nullptr, ofB,
     nullptr, 1, 0, 0, nullptr, 0, 0},
    {"both", nullptr, outputs, nullptr, 0, 2, 0, 0, readBoth, nullptr, nullptr,
     both, 0, 2, 0, nullptr, 0, 0}};
const dlc_derivation derivations[] = {{ofWH, 2, derive, nullptr},
                                      {ofB, 1, deriveSquare, nullptr}};
const dlc_model derived = {
    DLC_ABI_VERSION, NumStates, NumSteps,    "derived", "{}",    states,  steps,
    sizeof(Block),   64,        derivations, 2,         nullptr, nullptr, 0};

class Derive : public testing::TestWithParam<int> {
protected:
  void SetUp() override { handle = create(GetParam(), derived); }

  /// What a step reads, and how often it has been made.
  std::pair<float, float> run(int step) {
    float y = -1, runs = -1;
    void *io[] = {&y, &runs};
    EXPECT_EQ(dlc_run(handle.get(), step, io), DLC_OK);
    return {y, runs};
  }
  void runQuietly(int step) {
    void *io[] = {nullptr};
    EXPECT_EQ(dlc_run(handle.get(), step, io), DLC_OK);
  }

  Handle handle;
};

using Result = std::pair<float, float>;

TEST_P(Derive, OnceWhileNothingChanges) {
  EXPECT_EQ(run(Read), Result(20, 1));
  EXPECT_EQ(run(Read), Result(20, 1));
  EXPECT_EQ(run(Both), Result(29, 1));
}

TEST_P(Derive, AfterAStepThatWritesWhatItReads) {
  run(Read);
  runQuietly(WriteW);
  EXPECT_EQ(run(Read), Result(30, 2));
}

TEST_P(Derive, NotAfterAStepThatWritesSomethingElse) {
  run(Both);
  runQuietly(WriteB);
  EXPECT_EQ(run(Read), Result(20, 1));
  EXPECT_EQ(run(Both), Result(36, 1));
}

TEST_P(Derive, AfterSet) {
  run(Read);
  float w = 7;
  EXPECT_EQ(dlc_set(handle.get(), "w", &w, sizeof(w)), DLC_OK);
  EXPECT_EQ(run(Read), Result(70, 2));
  // One that fails changes nothing.
  EXPECT_EQ(dlc_set(handle.get(), "w", &w, 1), DLC_ERROR_SHAPE);
  EXPECT_EQ(run(Read), Result(70, 2));
}

TEST_P(Derive, AfterSetHparam) {
  run(Read);
  EXPECT_EQ(dlc_set_hparam(handle.get(), "h", 4), DLC_OK);
  EXPECT_EQ(run(Read), Result(8, 2));
}

TEST_P(Derive, AfterInit) {
  run(Read);
  runQuietly(WriteW);
  run(Read);
  EXPECT_EQ(dlc_init(handle.get(), 5), DLC_OK);
  EXPECT_EQ(run(Read).first, 20);
}

TEST_P(Derive, AfterLoadAndInNoFile) {
  std::string path = testing::TempDir() + "derive-" + std::to_string(getpid()) +
                     ".safetensors";
  run(Read);
  EXPECT_EQ(dlc_save(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
  std::ifstream file(path, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(bytes.find("\"w\""), std::string::npos);
  EXPECT_EQ(bytes.find("erive"), std::string::npos);
  runQuietly(WriteW);
  EXPECT_EQ(run(Read).first, 30);
  EXPECT_EQ(dlc_load(handle.get(), path.c_str(), DLC_ALL), DLC_OK);
  EXPECT_EQ(run(Read).first, 20);
  std::remove(path.c_str());
}

TEST_P(Derive, OfEachHandle) {
  run(Read);
  Handle other = create(GetParam(), derived);
  float w = 5, y = 0, runs = 0;
  void *io[] = {&y, &runs};
  EXPECT_EQ(dlc_set(other.get(), "w", &w, sizeof(w)), DLC_OK);
  EXPECT_EQ(dlc_run(other.get(), Read, io), DLC_OK);
  EXPECT_EQ(y, 50);
  EXPECT_EQ(run(Read), Result(20, 1));
}

INSTANTIATE_TEST_SUITE_P(Threads, Derive, testing::Values(1, 3));

TEST(DeriveTable, IsChecked) {
  auto errorOf = [](const dlc_model &model) {
    dlc_handle *handle = nullptr;
    EXPECT_EQ(dlc_create(&model, 1, &handle), DLC_ERROR_ARGUMENT);
    return std::string(dlc_last_error(nullptr));
  };
  dlc_model model = derived;
  dlc_derivation wrong = {beyond, 1, derive, nullptr};
  model.derivations = &wrong;
  model.num_derivations = 1;
  model.num_states = 2;
  EXPECT_EQ(errorOf(model), "model \"derived\": derivation 0 has no code, or "
                            "reads a state that is not there");
  model = derived;
  model.num_derivations = 1;
  EXPECT_EQ(errorOf(model), "model \"derived\": step \"both\" reads what a "
                            "derivation makes that is not there");
  model = derived;
  model.num_states = 0;
  model.states = nullptr;
  model.num_derivations = 0;
  dlc_step writes = steps[WriteW];
  model.steps = &writes;
  model.num_steps = 1;
  EXPECT_EQ(errorOf(model), "model \"derived\": step \"write_w\" writes to a "
                            "state that is not there");
}

} // namespace
