//===- TestModel.cpp - A model of every kind of entry ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"

#include "dlc/Support/Tasks.h"

#include <atomic>
#include <limits>

using namespace dlc;
using namespace dlc::test;

//===--- State ------------------------------------------------------------===//

static const int64_t convShape[] = {4, 3, 2, 2};
static const int64_t convStrides[] = {1, 4, 24, 12};
static const int64_t denseStrides[] = {12, 4, 2, 1};
static const int64_t fcShape[] = {6, 4};
// Tiles of 2 rows: 6x4 seen as (3, 2)x(2, 2), stored as 3, 2, 2, 2 with the
// elements of a tile in column order.
static const int64_t fcView[] = {3, 2, 2, 2};
static const int64_t fcStrides[] = {8, 1, 4, 2};
static const int64_t meanShape[] = {5};
static const int64_t maskShape[] = {3};
static const int64_t unit[] = {1};

static const dlc_state states[NumStates] = {
    {{"conv1.weight", convShape, 4, DLC_F32},
     DLC_PARAM,
     DLC_INIT_UNIFORM,
     -1,
     3,
     0,
     0,
     0,
     convShape,
     convStrides,
     4,
     DLC_FINITE},
    {{"fc.weight", fcShape, 2, DLC_BF16},
     DLC_PARAM,
     DLC_INIT_NORMAL,
     0.5,
     2,
     0,
     0,
     192,
     fcView,
     fcStrides,
     4,
     DLC_FINITE},
    {{"bn.running_mean", meanShape, 1, DLC_F64},
     DLC_BUFFER,
     DLC_INIT_CONSTANT,
     0.25,
     0,
     0,
     0,
     256,
     meanShape,
     unit,
     1,
     DLC_FINITE},
    {{"mask", maskShape, 1, DLC_I1},
     DLC_BUFFER,
     DLC_INIT_CONSTANT,
     1,
     0,
     0,
     0,
     320,
     maskShape,
     unit,
     1,
     DLC_FINITE},
    {{"adam.m.conv1.weight", convShape, 4, DLC_F32},
     DLC_SLOT,
     DLC_INIT_NORMAL,
     0,
     1,
     0,
     0,
     384,
     convShape,
     denseStrides,
     4,
     DLC_FINITE},
    {{"lr", nullptr, 0, DLC_F32},
     DLC_HPARAM,
     DLC_INIT_CONSTANT,
     0.125,
     0,
     0,
     0,
     576,
     nullptr,
     nullptr,
     0,
     DLC_FINITE},
    {{"decay", nullptr, 0, DLC_F64},
     DLC_HPARAM,
     DLC_INIT_CONSTANT,
     1e-3,
     0,
     0,
     0,
     584,
     nullptr,
     nullptr,
     0,
     DLC_FINITE},
    {{"seed", nullptr, 0, DLC_I64},
     DLC_COUNTER,
     DLC_INIT_SEED,
     0,
     0,
     0,
     0,
     592,
     nullptr,
     nullptr,
     0,
     DLC_FINITE},
    {{"step_count", nullptr, 0, DLC_I64},
     DLC_COUNTER,
     DLC_INIT_CONSTANT,
     0,
     0,
     0,
     0,
     600,
     nullptr,
     nullptr,
     0,
     DLC_FINITE}};

//===--- Steps ------------------------------------------------------------===//

constexpr int64_t squareSize = 1000;

static void runSquare(const dlc_context *context, void *state, void *,
                      void *const *io) {
  auto *x = static_cast<const float *>(io[0]);
  auto *y = static_cast<float *>(io[1]);
  forEachTask(context, squareSize, [&](int64_t i) { y[i] = x[i] * x[i]; });
  dlc_rt_barrier(context->worker);
  if (!dlc_rt_share(context->worker, 1))
    return;
  float sum = 0;
  for (int64_t i = 0; i < squareSize; ++i)
    sum += y[i];
  *static_cast<float *>(io[2]) = sum;
  ++*reinterpret_cast<int64_t *>(static_cast<char *>(state) +
                                 states[StepCount].offset);
}

// Where a fault is found, workers go different ways unless all are told.
static void runFaulty(const dlc_context *context, void *, void *arena,
                      void *const *io) {
  auto *reached = static_cast<int32_t *>(arena);
  if (dlc_rt_share(context->worker, 1)) {
    int32_t bad = *static_cast<const int32_t *>(io[0]);
    *context->fault = bad == 3 ? 77 : bad;
    *reached = 0;
  }
  if (dlc_rt_fault(context->worker))
    return;
  for (int32_t round = 1; round <= 4; ++round) {
    if (dlc_rt_share(context->worker, 1) && ++*reached != round)
      *context->fault = 77;
    dlc_rt_barrier(context->worker);
  }
}

constexpr int64_t numCells = 64;

static void runBarriers(const dlc_context *context, void *, void *arena,
                        void *const *io) {
  auto *cells = static_cast<int32_t *>(arena);
  auto *wrong = cells + numCells;
  forEachTask(context, numCells, [&](int64_t i) { wrong[i] = 0; });
  for (int32_t round = 1; round <= 16; ++round) {
    forEachTask(context, numCells,
                [&](int64_t i) { cells[i] = round * 1000 + int32_t(i); });
    dlc_rt_barrier(context->worker);
    forEachTask(context, numCells, [&](int64_t i) {
      int64_t next = (i + 1) % numCells;
      wrong[i] += cells[next] != round * 1000 + int32_t(next);
    });
    dlc_rt_barrier(context->worker);
  }
  if (!dlc_rt_share(context->worker, 1))
    return;
  int32_t sum = 0;
  for (int64_t i = 0; i < numCells; ++i)
    sum += wrong[i];
  *static_cast<int32_t *>(io[0]) = sum;
}

static bool keepsDenormals() {
  volatile float small = std::numeric_limits<float>::min(), half = 0.5f;
  volatile float denormal = std::numeric_limits<float>::denorm_min(),
                 big = 1e9f;
  return small * half != 0 || denormal * big != 0;
}

static void runDenormal(const dlc_context *context, void *, void *,
                        void *const *io) {
  // Of each worker, but for those that come late to the last run of all.
  static std::atomic<int32_t> kept{0};
  if (keepsDenormals())
    ++kept;
  forEachTask(context, numCells, [](int64_t) {
    if (keepsDenormals())
      ++kept;
  });
  dlc_rt_barrier(context->worker);
  if (dlc_rt_share(context->worker, 1))
    *static_cast<int32_t *>(io[0]) = kept;
}

static void runEmpty(const dlc_context *, void *, void *, void *const *) {}

static void runManyBarriers(const dlc_context *context, void *, void *arena,
                            void *const *) {
  auto *stages = static_cast<int32_t *>(arena);
  for (int i = 0; i < manyBarriers; ++i) {
    if (dlc_rt_share(context->worker, 1))
      ++*stages;
    dlc_rt_barrier(context->worker);
  }
}

// More work in one stage than the runtime has places for, and barriers with
// nothing before them.
static void runManyShares(const dlc_context *context, void *, void *arena,
                          void *const *) {
  auto *done = static_cast<int32_t *>(arena);
  constexpr int64_t rounds = 500;
  forEachTask(context, rounds, [&](int64_t i) { done[i] = 0; });
  dlc_rt_barrier(context->worker);
  for (int64_t i = 0; i < rounds; ++i)
    if (dlc_rt_share(context->worker, 1))
      ++done[i];
  for (int64_t i = 0; i < rounds; ++i)
    dlc_rt_barrier(context->worker);
  forEachTask(context, rounds, [&](int64_t i) {
    if (done[i] != 1)
      *context->fault = 1;
  });
}

static const int64_t squareShape[] = {squareSize};
static const dlc_tensor squareIn[] = {{"x", squareShape, 1, DLC_F32}};
static const dlc_tensor squareOut[] = {{"y", squareShape, 1, DLC_F32},
                                       {"sum", nullptr, 0, DLC_F32}};
static const dlc_tensor badIn[] = {{"bad", nullptr, 0, DLC_I32}};
static const dlc_tensor countOut[] = {{"y", nullptr, 0, DLC_I32}};
static const char *const faults[] = {"label 10 is not below 10",
                                     "index out of range"};

static const dlc_step steps[NumSteps] = {
    {"square", squareIn, squareOut, nullptr, 1, 2, 0, 1, runSquare, nullptr,
     nullptr, nullptr, 0, 0, 0, nullptr, 0, 0},
    {"faulty", badIn, nullptr, faults, 1, 0, 2, 0, runFaulty, nullptr, nullptr,
     nullptr, 0, 0, 0, nullptr, 0, 0},
    {"barriers", nullptr, countOut, nullptr, 0, 1, 0, 0, runBarriers, nullptr,
     nullptr, nullptr, 0, 0, 0, nullptr, 0, 0},
    {"denormal", nullptr, countOut, nullptr, 0, 1, 0, 0, runDenormal, nullptr,
     nullptr, nullptr, 0, 0, 0, nullptr, 0, 0},
    {"empty", nullptr, nullptr, nullptr, 0, 0, 0, 0, runEmpty, nullptr, nullptr,
     nullptr, 0, 0, 0, nullptr, 0, 0},
    {"many_barriers", nullptr, nullptr, nullptr, 0, 0, 0, 0, runManyBarriers,
     nullptr, nullptr, nullptr, 0, 0, 0, nullptr, 0, 0},
    {"many_shares", nullptr, nullptr, faults, 0, 0, 1, 0, runManyShares,
     nullptr, nullptr, nullptr, 0, 0, 0, nullptr, 0, 0}};

static const dlc_model theModel = {
    DLC_ABI_VERSION, NumStates, NumSteps, "fashion", "{}", states,
    steps,           640,       4096,     nullptr,   0,    nullptr,
    nullptr,         0};

//===--- Helpers ----------------------------------------------------------===//

const dlc_model &dlc::test::model() { return theModel; }

Handle dlc::test::create(int threads, const dlc_model &of) {
  dlc_handle *handle = nullptr;
  dlc_create(&of, threads, &handle);
  return Handle(handle);
}

int64_t dlc::test::numBytes(const dlc_tensor &tensor) {
  static const int64_t bytes[] = {4, 8, 2, 1, 1, 1, 4, 8};
  int64_t size = bytes[tensor.type];
  for (int32_t d = 0; d < tensor.rank; ++d)
    size *= tensor.shape[d];
  return size;
}

std::vector<char> dlc::test::get(dlc_handle *handle, int state) {
  const dlc_tensor &tensor = states[state].tensor;
  std::vector<char> bytes(numBytes(tensor));
  if (states[state].kind == DLC_HPARAM) {
    double value = 0;
    dlc_get_hparam(handle, tensor.name, &value);
    bytes.resize(sizeof(value));
    std::memcpy(bytes.data(), &value, sizeof(value));
  } else if (dlc_get(handle, tensor.name, bytes.data(), bytes.size())) {
    bytes.clear();
  }
  return bytes;
}

std::vector<std::vector<char>> dlc::test::getAll(dlc_handle *handle) {
  std::vector<std::vector<char>> all;
  all.reserve(NumStates);
  for (int state = 0; state < NumStates; ++state)
    all.push_back(get(handle, state));
  return all;
}
