//===- Nearest.c - The nearest of several names ---------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Nearest.h"

#include <stdbool.h>

/// Letters of a name that are compared; of longer ones, only so many.
enum { max_compared = 255 };

static char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static size_t compared_length(dlc_rt_word word) {
  return word.length < max_compared ? word.length : max_compared;
}

/// How many letters must be inserted, removed or replaced to make `a` into `b`;
/// the case of a letter does not count.
static unsigned edit_distance(dlc_rt_word a, dlc_rt_word b) {
  size_t rows = compared_length(a), columns = compared_length(b);
  // distance[j]: from the first i letters of `a` to the first j of `b`.
  unsigned distance[max_compared + 1];
  for (size_t j = 0; j <= columns; ++j)
    distance[j] = (unsigned)j;
  for (size_t i = 1; i <= rows; ++i) {
    unsigned diagonal = distance[0];
    distance[0] = (unsigned)i;
    for (size_t j = 1; j <= columns; ++j) {
      unsigned best = diagonal + (lower(a.text[i - 1]) != lower(b.text[j - 1]));
      if (distance[j] + 1 < best)
        best = distance[j] + 1;
      if (distance[j - 1] + 1 < best)
        best = distance[j - 1] + 1;
      diagonal = distance[j];
      distance[j] = best;
    }
  }
  return distance[columns];
}

static bool is_at(dlc_rt_word text, size_t begin, dlc_rt_word part) {
  if (text.length - begin < part.length)
    return false;
  for (size_t i = 0; i < part.length; ++i)
    if (lower(text.text[begin + i]) != lower(part.text[i]))
      return false;
  return true;
}

/// Whether one name is made of the other and more words ("is_causal" of
/// "causal"), or begins with the other as an abbreviation ("epsilon" with
/// "eps").
static bool extends(dlc_rt_word a, dlc_rt_word b) {
  if (a.length < b.length) {
    dlc_rt_word other = a;
    a = b;
    b = other;
  }
  if (b.length >= 3 && is_at(a, 0, b))
    return true;
  for (size_t i = 0; b.length && i + b.length <= a.length; ++i) {
    size_t end = i + b.length;
    if ((i == 0 || a.text[i - 1] == '_') &&
        (end == a.length || a.text[end] == '_') && is_at(a, i, b))
      return true;
  }
  return false;
}

/// Whether two neighbours have changed places, and nothing else.
static bool swaps(dlc_rt_word a, dlc_rt_word b) {
  if (a.length != b.length)
    return false;
  size_t i = 0;
  while (i < a.length && a.text[i] == b.text[i])
    ++i;
  if (i + 1 >= a.length || a.text[i] != b.text[i + 1] ||
      a.text[i + 1] != b.text[i])
    return false;
  for (i += 2; i < a.length; ++i)
    if (a.text[i] != b.text[i])
      return false;
  return true;
}

int dlc_rt_nearest(dlc_rt_word name, int num_candidates,
                   dlc_rt_candidate candidate, const void *context) {
  // Two letters of five may differ, but only one of three, and none of a name
  // of one letter, which would be as near to every other letter. Two that
  // changed places count as one.
  unsigned limit = (unsigned)((compared_length(name) + 1) / 3);
  int nearest = -1;
  for (int i = 0; i < num_candidates; ++i) {
    dlc_rt_word word = candidate(context, i);
    if (!word.text)
      continue;
    unsigned distance = swaps(name, word) ? 1 : edit_distance(name, word);
    if (distance > limit)
      continue;
    nearest = i;
    if (distance == 0)
      break;
    limit = distance - 1;
  }
  for (int i = 0; i < num_candidates && nearest < 0; ++i) {
    dlc_rt_word word = candidate(context, i);
    if (word.text && extends(name, word))
      nearest = i;
  }
  return nearest;
}
