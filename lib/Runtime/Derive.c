//===- Derive.c - Derived values, kept up to date -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Internal.h"

#include <stdlib.h>

bool dlc_rt_track_changes(dlc_handle *handle) {
  const dlc_model *model = handle->model;
  // One more than there are: nobody asks for nothing.
  handle->changed = calloc((size_t)model->num_states + 1, sizeof(uint64_t));
  handle->derived =
      calloc((size_t)model->num_derivations + 1, sizeof(uint64_t));
  return handle->changed && handle->derived;
}

void dlc_rt_note_changes(dlc_handle *handle, const int32_t *states, int count) {
  ++handle->clock;
  for (int i = 0; i < count; ++i)
    handle->changed[states[i]] = handle->clock;
}

void dlc_rt_note_change(dlc_handle *handle, int state) {
  dlc_rt_note_changes(handle, &(int32_t){state}, 1);
}

void dlc_rt_note_change_of_all(dlc_handle *handle) {
  ++handle->clock;
  for (int i = 0; i < handle->model->num_states; ++i)
    handle->changed[i] = handle->clock;
}

const void *dlc_rt_state(dlc_handle *handle, int step) {
  dlc_rt_derive(handle, &handle->model->steps[step]);
  return handle->state;
}

void dlc_rt_derive(dlc_handle *handle, const dlc_step *step) {
  const dlc_model *model = handle->model;
  for (int i = 0; i < step->num_derivations; ++i) {
    const dlc_derivation *derivation =
        &model->derivations[step->derivations[i]];
    uint64_t *derived = &handle->derived[step->derivations[i]];
    bool is_current = *derived != 0;
    for (int r = 0; r < derivation->num_reads && is_current; ++r)
      is_current = handle->changed[derivation->reads[r]] <= *derived;
    if (is_current)
      continue;
    dlc_rt_team_run(handle->team, derivation->run, derivation->data,
                    handle->state, handle->arena, NULL, 0);
    *derived = handle->clock;
  }
}
