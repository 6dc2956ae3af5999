//===- State.c - Copies between the logical and the stored order ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Internal.h"

#include <string.h>

//===--- Rows -------------------------------------------------------------===//

bool dlc_rt_first_row(dlc_rt_rows *rows, const dlc_state *state) {
  // Neighbouring dimensions that are contiguous in the block become one, so
  // that an entry which is stored as it is seen is a single row.
  int rank = 0;
  for (int d = 0; d < state->view_rank; ++d) {
    int64_t size = state->view_shape[d], stride = state->view_strides[d];
    if (size == 0)
      return false;
    if (size == 1)
      continue;
    if (rank && rows->strides[rank - 1] == size * stride) {
      rows->shape[rank - 1] *= size;
      rows->strides[rank - 1] = stride;
      continue;
    }
    rows->shape[rank] = size;
    rows->strides[rank] = stride;
    rows->index[rank] = 0;
    ++rank;
  }
  rows->offset = 0;
  rows->rank = rank ? rank - 1 : 0;
  rows->length = rank ? rows->shape[rank - 1] : 1;
  rows->stride = rank ? rows->strides[rank - 1] : 1;
  return true;
}

bool dlc_rt_next_row(dlc_rt_rows *rows) {
  for (int d = rows->rank - 1; d >= 0; --d) {
    rows->offset += rows->strides[d];
    if (++rows->index[d] < rows->shape[d])
      return true;
    rows->offset -= rows->strides[d] * rows->shape[d];
    rows->index[d] = 0;
  }
  return false;
}

//===--- Copies -----------------------------------------------------------===//

/// Copies `count` elements of a constant `size` (the compiler then makes a load
/// and a store of the memcpy) between places with their own strides in bytes.
/// The caller's buffer need not be aligned.
static inline void copy_strided(char *to, int64_t to_stride, const char *from,
                                int64_t from_stride, int64_t count,
                                size_t size) {
  for (int64_t i = 0; i < count; ++i)
    memcpy(to + i * to_stride, from + i * from_stride, size);
}

static void copy_row(char *to, int64_t to_stride, const char *from,
                     int64_t from_stride, int64_t count, int64_t size) {
  if (to_stride == size && from_stride == size) {
    memcpy(to, from, (size_t)(count * size));
    return;
  }
  switch (size) {
  case 1:
    copy_strided(to, to_stride, from, from_stride, count, 1);
    break;
  case 2:
    copy_strided(to, to_stride, from, from_stride, count, 2);
    break;
  case 4:
    copy_strided(to, to_stride, from, from_stride, count, 4);
    break;
  default:
    copy_strided(to, to_stride, from, from_stride, count, 8);
    break;
  }
}

void dlc_rt_gather(const dlc_state *state, const char *block, void *dense) {
  int64_t size = dlc_rt_type_bytes(state->tensor.type);
  char *to = dense;
  dlc_rt_rows rows;
  for (bool more = dlc_rt_first_row(&rows, state); more;
       more = dlc_rt_next_row(&rows)) {
    copy_row(to, size, block + state->offset + rows.offset * size,
             rows.stride * size, rows.length, size);
    to += rows.length * size;
  }
}

void dlc_rt_scatter(const dlc_state *state, char *block, const void *dense) {
  int64_t size = dlc_rt_type_bytes(state->tensor.type);
  const char *from = dense;
  dlc_rt_rows rows;
  for (bool more = dlc_rt_first_row(&rows, state); more;
       more = dlc_rt_next_row(&rows)) {
    copy_row(block + state->offset + rows.offset * size, rows.stride * size,
             from, size, rows.length, size);
    from += rows.length * size;
  }
}

bool dlc_rt_valid_values(const dlc_tensor *tensor, const void *dense) {
  if (tensor->type != DLC_I1)
    return true;
  const unsigned char *bytes = dense;
  for (int64_t i = 0, end = dlc_rt_num_bytes(tensor); i < end; ++i)
    if (bytes[i] > 1)
      return false;
  return true;
}

//===--- The interface ----------------------------------------------------===//

/// The entry that dlc_get or dlc_set is about, after checking everything that
/// came with the name; null, and `status`, when something is wrong.
static const dlc_state *find_tensor(dlc_handle *handle, const char *name,
                                    const void *data, size_t bytes,
                                    dlc_status *status) {
  *status = dlc_rt_check_handle(handle);
  if (*status)
    return NULL;
  const dlc_model *model = handle->model;
  if (!name || !data) {
    *status = dlc_rt_fail(handle, DLC_ERROR_ARGUMENT, "the %s is null",
                          name ? "data" : "name");
    return NULL;
  }
  int index = dlc_rt_find_state(model, name, 0);
  if (index < 0) {
    const char *nearest =
        dlc_rt_nearest_name(model, name, DLC_RT_KINDS_TENSORS);
    *status = dlc_rt_fail(handle, DLC_ERROR_NAME,
                          "no parameter \"%s\" in model \"%s\"%s%s%s", name,
                          model->name, nearest ? "; did you mean \"" : "",
                          nearest ? nearest : "", nearest ? "\"?" : "");
    return NULL;
  }
  const dlc_state *state = &model->states[index];
  if (!dlc_rt_has_kind(state, DLC_RT_KINDS_TENSORS)) {
    *status = dlc_rt_fail(handle, DLC_ERROR_NAME,
                          "\"%s\" in model \"%s\" is a hyper-parameter: use "
                          "dlc_get_hparam and dlc_set_hparam",
                          name, model->name);
    return NULL;
  }
  const dlc_tensor *tensor = &state->tensor;
  if (bytes != (uint64_t)dlc_rt_num_bytes(tensor)) {
    char shape[DLC_RT_SHAPE_BYTES];
    *status = dlc_rt_fail(
        handle, DLC_ERROR_SHAPE,
        "\"%s\": %zu bytes given, expected %lld (%s %s)", name, bytes,
        (long long)dlc_rt_num_bytes(tensor), dlc_rt_type_name(tensor->type),
        dlc_rt_shape_text(shape, tensor->shape, tensor->rank));
    return NULL;
  }
  return state;
}

dlc_status dlc_get(dlc_handle *handle, const char *name, void *data,
                   size_t bytes) {
  dlc_status status;
  const dlc_state *state = find_tensor(handle, name, data, bytes, &status);
  if (!state)
    return status;
  dlc_rt_gather(state, handle->state, data);
  return DLC_OK;
}

dlc_status dlc_set(dlc_handle *handle, const char *name, const void *data,
                   size_t bytes) {
  dlc_status status;
  const dlc_state *state = find_tensor(handle, name, data, bytes, &status);
  if (!state)
    return status;
  if (!dlc_rt_valid_values(&state->tensor, data))
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "\"%s\": an i1 is a byte 0 or 1, another was given",
                       name);
  dlc_rt_note_change(handle, (int)(state - handle->model->states));
  dlc_rt_scatter(state, handle->state, data);
  return DLC_OK;
}
