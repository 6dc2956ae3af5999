//===- UpdateRatios.cpp - Ratios of updates to parameters -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/UpdateRatios.h"

#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace llvm;
using namespace dlc;

UpdateRatios::UpdateRatios(Model &model) {
  const dlc_model &tables = model.description();
  for (const dlc_state &state : ArrayRef(tables.states, tables.num_states)) {
    if (state.kind != DLC_PARAM || !elementType(state.tensor.type).isFloat())
      continue;
    parameterNames.push_back(state.tensor.name);
    types.push_back(state.tensor.type);
    sizes.push_back(numBytes(state.tensor));
  }
}

Error UpdateRatios::read(Model &model,
                         std::vector<std::vector<char>> &values) const {
  values.resize(sizes.size());
  for (auto [name, size, value] : zip_equal(parameterNames, sizes, values)) {
    value.resize(size);
    if (Error error = model.get(name, value))
      return error;
  }
  return Error::success();
}

Error UpdateRatios::before(Model &model) { return read(model, kept); }

Expected<std::vector<double>> UpdateRatios::after(Model &model) {
  std::vector<std::vector<char>> now;
  if (Error error = read(model, now))
    return std::move(error);
  std::vector<double> ratios;
  for (auto [type, before, after] : zip_equal(types, kept, now)) {
    double change = 0, norm = 0;
    int64_t count =
        static_cast<int64_t>(before.size()) / elementType(type).bytes;
    for (int64_t i = 0; i < count; ++i) {
      double old = realElement(type, before.data(), i);
      double difference = realElement(type, after.data(), i) - old;
      change += difference * difference;
      norm += old * old;
    }
    // Nothing that stays nothing has not changed.
    ratios.push_back(change == 0 ? 0 : std::sqrt(change / norm));
  }
  return std::move(ratios);
}
