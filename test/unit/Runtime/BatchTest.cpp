//===- BatchTest.cpp - Calls of any number of rows ------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"

#include "gtest/gtest.h"

#include <numeric>

using namespace dlc::test;

namespace {

/// Rows of the runs of the last call, by the first elements of the input.
std::vector<std::pair<float, int64_t>> runs;

/// y = x[.][0] + x[.][1] + add; one input of the batch, one that has none.
template <int64_t rows>
void run(const dlc_context *context, void *, void *, void *const *io) {
  if (!dlc_rt_share(context->worker, 1))
    return;
  auto *x = static_cast<const float *>(io[0]);
  auto *add = static_cast<const float *>(io[1]);
  auto *y = static_cast<float *>(io[2]);
  runs.emplace_back(x[0], rows);
  for (int64_t row = 0; row < rows; ++row) {
    if (x[2 * row] < 0)
      *context->fault = 1;
    y[row] = x[2 * row] + x[2 * row + 1] + add[0];
  }
}

/// The step with sizes 2, 4 and 8.
struct Sized {
  int64_t xShapes[3][2] = {{2, 2}, {4, 2}, {8, 2}};
  int64_t yShapes[3][1] = {{2}, {4}, {8}};
  int64_t one[1] = {1};
  dlc_tensor inputs[3][2], outputs[3][1];
  const char *faults[1] = {"x is negative"};
  dlc_step sizes[3], step;
  dlc_model table = model();

  explicit Sized(bool any) {
    const dlc_step_fn functions[] = {run<2>, run<4>, run<8>};
    for (int i = 0; i < 3; ++i) {
      inputs[i][0] = {"x", xShapes[i], 2, DLC_F32};
      inputs[i][1] = {"add", one, 1, DLC_F32};
      outputs[i][0] = {"y", yShapes[i], 1, DLC_F32};
      sizes[i] = {"sum", inputs[i], outputs[i],    faults,  2,       1,
                  1,     0,         functions[i],  nullptr, nullptr, nullptr,
                  0,     0,         xShapes[i][0], nullptr, 0,       0};
    }
    step = sizes[2];
    step.sizes = sizes;
    step.num_sizes = 3;
    step.any_batch = any;
    table.steps = &step;
    table.num_steps = 1;
  }

  std::string createError() const {
    dlc_handle *handle = nullptr;
    EXPECT_NE(dlc_create(&table, 1, &handle), DLC_OK);
    EXPECT_EQ(handle, nullptr);
    dlc_destroy(handle);
    return dlc_last_error(nullptr);
  }
};

struct Call {
  std::vector<float> x, add{100}, y;
  explicit Call(int64_t rows) : x(2 * rows), y(rows + 1, -1) {
    std::iota(x.begin(), x.end(), 0.0f);
  }
  std::vector<void *> io() { return {x.data(), add.data(), y.data()}; }
};

} // namespace

TEST(Batch, AnyNumberOfRows) {
  Sized model(true);
  for (int threads : {1, 2}) {
    Handle handle = create(threads, model.table);
    ASSERT_TRUE(handle);
    for (int64_t rows = 2; rows <= 8; ++rows) {
      Call call(rows);
      ASSERT_EQ(dlc_run_batch(handle.get(), 0, rows, call.io().data()), DLC_OK);
      for (int64_t row = 0; row < rows; ++row)
        EXPECT_EQ(call.y[row], 4.0f * row + 101);
      EXPECT_EQ(call.y[rows], -1) << "written behind the end";
    }
  }
}

/// As few runs as there are: what is left goes with rows that were computed.
TEST(Batch, Runs) {
  Sized model(true);
  Handle handle = create(1, model.table);
  ASSERT_TRUE(handle);
  auto runsOf = [&](int64_t rows) {
    runs.clear();
    Call call(rows);
    EXPECT_EQ(dlc_run_batch(handle.get(), 0, rows, call.io().data()), DLC_OK);
    return runs;
  };
  using Runs = std::vector<std::pair<float, int64_t>>;
  EXPECT_EQ(runsOf(2), (Runs{{0, 2}}));
  EXPECT_EQ(runsOf(3), (Runs{{0, 2}, {2, 2}}));
  EXPECT_EQ(runsOf(4), (Runs{{0, 4}}));
  EXPECT_EQ(runsOf(5), (Runs{{0, 4}, {6, 2}}));
  EXPECT_EQ(runsOf(6), (Runs{{0, 4}, {8, 2}}));
  EXPECT_EQ(runsOf(7), (Runs{{0, 4}, {6, 4}}));
  EXPECT_EQ(runsOf(8), (Runs{{0, 8}}));
}

TEST(Batch, RefusesOtherBatches) {
  Call call(9);
  for (bool any : {false, true}) {
    Sized model(any);
    Handle handle = create(1, model.table);
    ASSERT_TRUE(handle);
    runs.clear();
    for (int64_t rows : {INT64_MIN, int64_t(-1), int64_t(0), int64_t(1),
                         int64_t(9), INT64_MAX}) {
      EXPECT_EQ(dlc_run_batch(handle.get(), 0, rows, call.io().data()),
                DLC_ERROR_SHAPE);
      EXPECT_EQ(std::string(dlc_last_error(handle.get())),
                "step \"sum\": a batch of " + std::to_string(rows) +
                    " rows, expected " + (any ? "2 to 8" : "2, 4 or 8"));
    }
    EXPECT_EQ(dlc_run_batch(handle.get(), 0, 3, call.io().data()),
              any ? DLC_OK : DLC_ERROR_SHAPE);
    EXPECT_EQ(dlc_run_batch(handle.get(), 1, 2, call.io().data()),
              DLC_ERROR_ARGUMENT);
    EXPECT_EQ(dlc_run_batch(handle.get(), 0, 3, nullptr),
              any ? DLC_ERROR_ARGUMENT : DLC_ERROR_SHAPE);
    EXPECT_EQ(runs.empty(), !any);
  }
  EXPECT_EQ(dlc_run_batch(nullptr, 0, 2, call.io().data()), DLC_ERROR_ARGUMENT);
}

/// Each buffer is checked before any row of it is computed.
TEST(Batch, ChecksBuffers) {
  Sized model(true);
  Handle handle = create(1, model.table);
  ASSERT_TRUE(handle);
  Call call(3);
  for (int bad = 0; bad < 3; ++bad) {
    std::vector<void *> io = call.io();
    io[bad] = nullptr;
    runs.clear();
    EXPECT_EQ(dlc_run_batch(handle.get(), 0, 3, io.data()), DLC_ERROR_ARGUMENT);
    EXPECT_NE(std::string(dlc_last_error(handle.get())).find("is null"),
              std::string::npos);
    io = call.io();
    io[bad] = static_cast<char *>(io[bad]) + 1;
    EXPECT_EQ(dlc_run_batch(handle.get(), 0, 3, io.data()), DLC_ERROR_ARGUMENT);
    EXPECT_TRUE(runs.empty());
  }
}

TEST(Batch, FaultOfAnyRun) {
  Sized model(true);
  Handle handle = create(1, model.table);
  ASSERT_TRUE(handle);
  Call call(5);
  call.x[8] = -1; // the last row
  EXPECT_EQ(dlc_run_batch(handle.get(), 0, 5, call.io().data()),
            DLC_ERROR_DATA);
  EXPECT_EQ(std::string(dlc_last_error(handle.get())),
            "step \"sum\": x is negative");
}

/// Without a batch the greatest size runs; a step without sizes has none.
TEST(Batch, RunWithoutBatch) {
  Sized sized(true);
  Handle handle = create(1, sized.table);
  ASSERT_TRUE(handle);
  Call call(8);
  runs.clear();
  EXPECT_EQ(dlc_run(handle.get(), 0, call.io().data()), DLC_OK);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].second, 8);

  Handle plain = create(1);
  EXPECT_EQ(dlc_run_batch(plain.get(), Square, 1, call.io().data()),
            DLC_ERROR_SHAPE);
  EXPECT_EQ(
      std::string(dlc_last_error(plain.get())),
      "step \"square\" is compiled for one batch: its function takes none");
}

/// A table whose sizes are not those of one step is not a model.
TEST(Batch, Tables) {
  auto flaw = [](bool any, void (*change)(Sized &)) {
    Sized model(any);
    change(model);
    return model.createError();
  };
  const std::string step = "model \"fashion\": step \"sum\" ";
  EXPECT_EQ(flaw(true, [](Sized &m) { m.step.sizes = nullptr; }),
            step + "has no table of sizes");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.step.num_sizes = -1; }),
            step + "has no table of sizes");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.step.num_sizes = 0; }),
            step + "has a batch, but no sizes");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.step.num_sizes = 2; }),
            step + "is not the greatest of its sizes");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.sizes[1].batch = 2; }),
            step + "has sizes that do not ascend");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.sizes[0].batch = 0; }),
            step + "has sizes that do not ascend");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.sizes[1].name = "other"; }),
            step + "has a size that is another step");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.sizes[1].num_inputs = 1; }),
            step + "has a size that is another step");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.sizes[1].run = nullptr; }),
            step + "has no code");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.inputs[1][0].type = DLC_F64; }),
            step + "has a size with other inputs or outputs");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.outputs[1][0].name = "z"; }),
            step + "has a size with other inputs or outputs");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.xShapes[1][0] = 5; }),
            step + "takes any batch, but an input does not grow with it");
  EXPECT_EQ(flaw(true, [](Sized &m) { m.yShapes[1][0] = 5; }),
            step + "takes any batch, but an output does not grow with it");
  // A list of sizes may have any shapes.
  Sized list(false);
  list.yShapes[1][0] = 5;
  EXPECT_TRUE(create(1, list.table));
}
