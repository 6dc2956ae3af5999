//===- UpdateRatios.cpp - Ratios of updates to parameters -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Training/UpdateRatios.h"

#include "dlc/Support/ElementTypes.h"
#include "dlc/Support/Error.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

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
  ratios.assign(parameterNames.size(), 0);
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

Error UpdateRatios::after(Model &model) {
  std::vector<std::vector<char>> now;
  if (Error error = read(model, now))
    return error;
  for (auto [type, before, after, ratio] :
       zip_equal(types, kept, now, ratios)) {
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
    ratio = change == 0 ? 0 : std::sqrt(change / norm);
  }
  return Error::success();
}

static constexpr const char *ratiosName = "epoch.update_ratios";

Metadata UpdateRatios::save() const {
  return {{ratiosName, join(map_range(ratios, exactText), " ")}};
}

Error UpdateRatios::restore(const Metadata &metadata, StringRef path) {
  auto found = metadata.find(ratiosName);
  if (found == metadata.end())
    return Error::success();
  SmallVector<StringRef> words;
  StringRef(found->second).split(words, ' ');
  bool isGood = words.size() == ratios.size();
  for (size_t i = 0; isGood && i < ratios.size(); ++i)
    isGood = parseExact(words[i], ratios[i]);
  if (isGood)
    return Error::success();
  return makeError("--resume: {0}: {1} of its metadata is '{2}', expected {3} "
                   "numbers",
                   path, ratiosName, found->second, ratios.size());
}
