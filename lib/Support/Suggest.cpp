//===- Suggest.cpp - "did you mean" ---------------------------------------===//

#include "dlc/Support/Suggest.h"

#include "dlc/Support/Error.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

/// Whether one name is made of the other and more words ("is_causal" of
/// "causal"), or begins with the other as an abbreviation ("epsilon" with
/// "eps").
static bool extends(StringRef a, StringRef b) {
  if (a.size() < b.size())
    std::swap(a, b);
  if (b.size() >= 3 && a.starts_with_insensitive(b))
    return true;
  std::string words = ("_" + a + "_").str(), part = ("_" + b + "_").str();
  return !b.empty() && StringRef(words).contains_insensitive(part);
}

/// Whether two neighbours have changed places, and nothing else.
static bool swaps(StringRef a, StringRef b) {
  if (a.size() != b.size() || a == b)
    return false;
  size_t i = std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] &&
         a.substr(i + 2) == b.substr(i + 2);
}

StringRef dlc::nearestName(StringRef name, ArrayRef<StringRef> candidates) {
  // Two letters of five may differ, but only one of three. Two that changed
  // places count as one.
  unsigned limit = std::max<size_t>(1, (name.size() + 1) / 3);
  StringRef nearest;
  for (StringRef candidate : candidates) {
    unsigned distance =
        swaps(name, candidate)
            ? 1
            : name.edit_distance_insensitive(candidate, true, limit);
    if (distance > limit)
      continue;
    // Ties go to the first, so that the answer depends on the order alone.
    nearest = candidate;
    if (distance == 0)
      break;
    limit = distance - 1;
  }
  for (StringRef candidate : candidates)
    if (nearest.empty() && extends(name, candidate))
      nearest = candidate;
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
