//===- Schedule.cpp - Schedules of hyper-parameters from anywhere ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "FuzzFile.h"

#include "dlc/Training/HparamSchedule.h"
#include "unit/LinearModel.h"

#include <cmath>

using namespace dlc;
using namespace dlc::fuzz;
using namespace dlc::test;

static Model &linear() {
  static const std::unique_ptr<Model> model =
      llvm::cantFail(Model::create(linearLibrary(), nullptr, 1));
  return *model;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  llvm::Expected<HparamSchedule> schedule = HparamSchedule::parse(text, "s");
  llvm::Error error =
      schedule ? schedule->bind(linear(), 5) : schedule.takeError();
  if (error) {
    std::string message = llvm::toString(std::move(error));
    require(message.rfind("s:", 0) == 0, "a message begins with the place");
    return 0;
  }
  llvm::cantFail(linear().init(0));
  for (int64_t step = 0; step < 40; ++step)
    llvm::cantFail(schedule->apply(linear(), step));
  llvm::cantFail(schedule->apply(linear(), INT64_MAX));
  const dlc_model &model = linear().description();
  for (const dlc_state &state : llvm::ArrayRef(model.states, model.num_states))
    if (state.kind == DLC_HPARAM)
      require(
          std::isfinite(llvm::cantFail(linear().getHparam(state.tensor.name))),
          "a hyper-parameter is finite");
  return 0;
}
