//===- Suggest.cpp - "did you mean" ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dlc/Support/Suggest.h"

#include "dlc/Support/Error.h"
#include "lib/Runtime/Nearest.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

StringRef dlc::nearestName(StringRef name, ArrayRef<StringRef> candidates) {
  auto candidate = [](const void *context, int index) -> dlc_rt_word {
    StringRef word =
        (*static_cast<const ArrayRef<StringRef> *>(context))[index];
    // The runtime passes over candidates that are null; an empty name is one
    // that is not.
    return {word.data() ? word.data() : "", word.size()};
  };
  int index = dlc_rt_nearest({name.data(), name.size()}, candidates.size(),
                             candidate, &candidates);
  return index < 0 ? StringRef() : candidates[index];
}

std::string dlc::suggestion(StringRef name, ArrayRef<StringRef> candidates,
                            StringRef prefix) {
  StringRef nearest = nearestName(name, candidates);
  return nearest.empty() ? std::string()
                         : ("; did you mean '" + prefix + nearest + "'?").str();
}

Error dlc::unknownName(const Twine &what, StringRef name,
                       ArrayRef<StringRef> candidates) {
  if (candidates.empty())
    return makeError("no " + what + " '" + name + "'; there is none at all");
  std::string nearest = suggestion(name, candidates);
  return makeError(
      "no " + what + " '" + name + "'" +
      (nearest.empty() ? "; there is " + join(candidates, ", ") : nearest));
}
