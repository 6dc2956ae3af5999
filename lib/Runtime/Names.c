//===- Names.c - Finding an entry by its name, or the nearest -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Internal.h"
#include "Nearest.h"

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

/// The entries that may be meant.
typedef struct candidates {
  const dlc_model *model;
  unsigned kinds;
} candidates;

static dlc_rt_word candidate(const void *context, int index) {
  const candidates *all = context;
  const dlc_state *state = &all->model->states[index];
  dlc_rt_word word = {NULL, 0};
  if (dlc_rt_has_kind(state, all->kinds)) {
    word.text = state->tensor.name;
    word.length = strlen(word.text);
  }
  return word;
}

const char *dlc_rt_nearest_name(const dlc_model *model, const char *name,
                                unsigned kinds) {
  candidates all = {model, kinds};
  dlc_rt_word word = {name, strlen(name)};
  int index = dlc_rt_nearest(word, model->num_states, candidate, &all);
  return index < 0 ? NULL : model->states[index].tensor.name;
}
