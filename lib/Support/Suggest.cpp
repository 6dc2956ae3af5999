//===- Suggest.cpp - "did you mean" ---------------------------------------===//

#include "dlc/Support/Suggest.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

StringRef dlc::nearestName(StringRef name, ArrayRef<StringRef> candidates) {
  // Two letters of five may differ (two that changed places count as two), but
  // only one of three.
  unsigned limit = std::max<size_t>(1, (name.size() + 1) / 3);
  StringRef nearest;
  for (StringRef candidate : candidates) {
    unsigned distance = name.edit_distance_insensitive(candidate, true, limit);
    if (distance > limit)
      continue;
    // Ties go to the first, so that the answer depends on the order alone.
    nearest = candidate;
    if (distance == 0)
      break;
    limit = distance - 1;
  }
  return nearest;
}

Error dlc::unknownName(const Twine &what, StringRef name,
                       ArrayRef<StringRef> candidates) {
  if (candidates.empty())
    return makeError("no " + what + " '" + name + "'; there is none at all");
  StringRef nearest = nearestName(name, candidates);
  if (!nearest.empty())
    return makeError("no " + what + " '" + name + "'; did you mean '" +
                     nearest + "'?");
  return makeError("no " + what + " '" + name + "'; there is " +
                   join(candidates, ", "));
}
