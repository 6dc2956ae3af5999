//===- CycleTest.cpp - Batches gathered ahead -----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/Cycle.h"

#include "LinearModel.h"
#include "TestFiles.h"

#include <cstring>

using namespace dlc;
using namespace dlc::test;

namespace {

const int64_t imageShape[] = {4, 160, 160}, tableShape[] = {3};
const dlc_tensor inputs[] = {{"image", imageShape, 3, DLC_U8},
                             {"table", tableShape, 1, DLC_U8}};

/// A model whose two steps take images that are worth a thread, and a table
/// that all samples share.
struct Images {
  dlc_model tables = linearModel;
  dlc_step steps[2] = {};
  std::unique_ptr<Model> model;
  std::optional<Dataset> data;

  Images() {
    for (auto [number, name] : {std::pair(0, "a"), std::pair(1, "b")}) {
      steps[number].name = name;
      steps[number].inputs = inputs;
      steps[number].num_inputs = 2;
      steps[number].trains = 1;
      steps[number].run = linearModel.steps[linearTrain].run; // never called
    }
    tables.steps = steps;
    tables.num_steps = 2;
    model = llvm::cantFail(Model::createOutline(tables));
    Field images = {"image", "x.npy", {DLC_U8, {20, 160, 160}, {}}};
    for (int i = 0; i < 20; ++i)
      images.array.data.append(160 * 160, static_cast<char>(i));
    Field table = {"table", "t.npy", {DLC_U8, {3}, {}}, std::nullopt};
    table.array.data = {7, 8, 9};
    data = llvm::cantFail(Dataset::create({images, table}));
  }
};

// What a call loads is its batch, whether it was begun before or not, and what
// a step before it has is not touched meanwhile.
TEST(Cycle, GathersAhead) {
  Images images;
  const Turn turns[] = {{0, 2, false}, {1, 1, true}};
  Cycle cycle =
      llvm::cantFail(Cycle::create(*images.model, *images.data, turns));
  ASSERT_EQ(cycle.callsPerEpoch(), 6);
  std::vector<uint32_t> order = shuffledOrder(20, 1, 0);
  AugmentKey key;
  for (int round = 0; round < 20; ++round)
    for (int64_t index = 0; index < 6; ++index) {
      Cycle::Call call = cycle.call(index);
      Cycle::Part &part = cycle.parts()[call.part];
      ASSERT_TRUE(part.ahead.has_value());
      ASSERT_EQ(message(cycle.load(call, order, key)), "");
      // Not every time, so that both ways follow each other.
      if (index + 1 < 6 && (round + index) % 3)
        cycle.prefetch(cycle.call(index + 1), order, key);
      for (int64_t i = 0; i < 4; ++i)
        EXPECT_EQ(static_cast<uint8_t>(part.buffers.input(0)[i * 160 * 160]),
                  order[call.firstSample + i]);
      EXPECT_EQ(std::memcmp(part.buffers.input(1).data(), "\7\10\11", 3), 0);
    }
  cycle.prefetch(cycle.call(0), order, key);
  cycle.settle();
  ASSERT_EQ(message(cycle.load(cycle.call(3), order, key)), "");
  EXPECT_EQ(static_cast<uint8_t>(cycle.parts()[0].buffers.input(0)[0]),
            order[cycle.call(3).firstSample]);
}

} // namespace
