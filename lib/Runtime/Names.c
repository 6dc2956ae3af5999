//===- Names.c - Finding an entry by its name, or the nearest
//--------------===//
#include "Internal.h"

#include <string.h>

bool dlc_rt_has_kind(const dlc_state *state, unsigned kinds) {
  return kinds >> state->kind & 1;
}

unsigned dlc_rt_kinds_of_scope(int scope) {
  if (scope == DLC_ALL)
    return DLC_RT_KINDS_ALL;
  return scope == DLC_PRESENT ? DLC_RT_KINDS_TENSORS : DLC_RT_KINDS_WEIGHTS;
}

int dlc_rt_find_state(const dlc_model *model, const char *name, int hint) {
  for (int i = 0; i < model->num_states; ++i) {
    int index = (int)(((int64_t)hint + i) % model->num_states);
    if (!strcmp(model->states[index].tensor.name, name))
      return index;
  }
  return -1;
}

enum { max_compared = 255 };

static size_t compared_length(const char *name) {
  return strnlen(name, max_compared);
}

/// How many characters must be inserted, removed or replaced to make `a` into
/// `b`; of long names only the beginning counts.
static unsigned edit_distance(const char *a, const char *b) {
  size_t rows = compared_length(a), columns = compared_length(b);
  // distance[j]: from the first i characters of `a` to the first j of `b`.
  unsigned distance[max_compared + 1];
  for (size_t j = 0; j <= columns; ++j)
    distance[j] = (unsigned)j;
  for (size_t i = 1; i <= rows; ++i) {
    unsigned diagonal = distance[0];
    distance[0] = (unsigned)i;
    for (size_t j = 1; j <= columns; ++j) {
      unsigned best = diagonal + (a[i - 1] != b[j - 1]);
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

const char *dlc_rt_nearest_name(const dlc_model *model, const char *name,
                                unsigned kinds) {
  // A name of which more than half would have to change was not meant.
  unsigned best = (unsigned)(compared_length(name) / 2 + 1);
  const char *nearest = NULL;
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_state *state = &model->states[i];
    if (!dlc_rt_has_kind(state, kinds))
      continue;
    unsigned distance = edit_distance(name, state->tensor.name);
    if (distance < best) {
      best = distance;
      nearest = state->tensor.name;
    }
  }
  return nearest;
}
