//===- Load.c - Reading checkpoints ---------------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A checkpoint may come from anywhere, so nothing in it is believed: every
// length and offset is compared with the size of the file before it is used,
// every entry with the model. Data go into a copy of the state, which takes the
// place of the state when the last byte has turned out good.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <stdlib.h>
#include <string.h>

/// Where the bytes of a state are in the data of the file.
typedef struct span {
  int64_t begin, end;
  bool seen;
} span;

/// A load on its way.
typedef struct loading {
  dlc_handle *handle;
  const char *path;
  unsigned kinds;    ///< of the scope
  unsigned required; ///< of these, those that must be there
  dlc_rt_checkpoint file;
  int next;      ///< the state that the next entry is probably about
  span *spans;   ///< one for each state
  span *skipped; ///< of entries that are passed over
  size_t num_skipped, max_skipped;
  char *scratch;
  char *block; ///< the state that will be
} loading;

static dlc_status load_failed(loading *load, dlc_status status,
                              const char *name, const char *what) {
  return dlc_rt_fail(load->handle, status, "%s: \"%s\" %s", load->path, name,
                     what);
}

//===--- Entries ----------------------------------------------------------===//

/// Compares the header's entry of a state in the scope with the model.
static dlc_status check_entry(loading *load, const dlc_rt_entry *entry,
                              const dlc_tensor *tensor) {
  const char *expected = dlc_rt_type_dtype(tensor->type);
  if (strcmp(entry->dtype, expected) != 0)
    return dlc_rt_fail(load->handle, DLC_ERROR_TYPE,
                       "%s: \"%s\" has type %s, expected %s", load->path,
                       entry->name, entry->dtype, expected);
  bool same = entry->rank == tensor->rank;
  for (int d = 0; same && d < tensor->rank; ++d)
    same = entry->shape[d] == tensor->shape[d];
  if (!same) {
    char seen[DLC_RT_SHAPE_BYTES], wanted[DLC_RT_SHAPE_BYTES];
    return dlc_rt_fail(load->handle, DLC_ERROR_SHAPE,
                       "%s: \"%s\" has shape %s, expected %s", load->path,
                       entry->name,
                       dlc_rt_shape_text(seen, entry->shape, entry->rank),
                       dlc_rt_shape_text(wanted, tensor->shape, tensor->rank));
  }
  return DLC_OK;
}

static dlc_status check_bytes(loading *load, const dlc_rt_entry *entry) {
  char error[DLC_RT_CHECKPOINT_ERROR_BYTES];
  dlc_status status =
      dlc_rt_checkpoint_check_entry(&load->file, load->path, entry, error);
  return status ? dlc_rt_fail(load->handle, status, "%s", error) : DLC_OK;
}

/// Passes over an entry; its bytes are covered all the same.
static dlc_status skip_entry(loading *load, const dlc_rt_entry *entry) {
  dlc_status status = check_bytes(load, entry);
  if (status)
    return status;
  if (load->num_skipped == load->max_skipped) {
    size_t most = load->max_skipped ? 2 * load->max_skipped : 64;
    span *more = realloc(load->skipped, most * sizeof(*more));
    if (!more)
      return dlc_rt_fail(load->handle, DLC_ERROR_MEMORY,
                         "%s: no memory to read it", load->path);
    load->skipped = more;
    load->max_skipped = most;
  }
  span *span = &load->skipped[load->num_skipped++];
  span->begin = entry->begin;
  span->end = entry->end;
  span->seen = true;
  return DLC_OK;
}

/// Takes note of an entry, whatever its kind.
static dlc_status take_entry(void *context, const dlc_rt_entry *entry) {
  loading *load = context;
  const dlc_model *model = load->handle->model;
  int index = dlc_rt_find_state(model, entry->name, load->next);
  if (index < 0 && dlc_rt_is_batch_count(entry))
    return skip_entry(load, entry);
  if (index < 0) {
    const char *nearest = dlc_rt_nearest_name(model, entry->name, load->kinds);
    return dlc_rt_fail(load->handle, DLC_ERROR_NAME,
                       "%s: no parameter \"%s\" in model \"%s\"%s%s%s",
                       load->path, entry->name, model->name,
                       nearest ? "; did you mean \"" : "",
                       nearest ? nearest : "", nearest ? "\"?" : "");
  }
  load->next = index + 1;
  span *span = &load->spans[index];
  if (span->seen)
    return load_failed(load, DLC_ERROR_FORMAT, entry->name, "is there twice");
  dlc_status status = check_bytes(load, entry);
  if (status)
    return status;
  span->seen = true;
  span->begin = entry->begin;
  span->end = entry->end;

  const dlc_state *state = &model->states[index];
  return dlc_rt_has_kind(state, load->kinds)
             ? check_entry(load, entry, &state->tensor)
             : DLC_OK;
}

//===--- The whole --------------------------------------------------------===//

static int compare_spans(const void *a, const void *b) {
  const span *x = a, *y = b;
  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

/// The entries must cover the data one after the other: bytes of two entries,
/// or of none, are those of a damaged file, or hide something.
static dlc_status check_cover(loading *load) {
  size_t count = load->num_skipped;
  span *sorted = calloc((size_t)load->handle->model->num_states + count + 1,
                        sizeof(*sorted));
  if (!sorted)
    return dlc_rt_fail(load->handle, DLC_ERROR_MEMORY,
                       "%s: no memory to read it", load->path);
  if (count)
    memcpy(sorted, load->skipped, count * sizeof(*sorted));
  for (int i = 0; i < load->handle->model->num_states; ++i)
    if (load->spans[i].seen)
      sorted[count++] = load->spans[i];
  qsort(sorted, count, sizeof(*sorted), compare_spans);
  int64_t end = 0;
  bool covered = true;
  for (size_t i = 0; i < count && covered; ++i) {
    covered = sorted[i].begin == end;
    end = covered ? sorted[i].end : end;
  }
  free(sorted);
  if (covered && end == load->file.data_bytes)
    return DLC_OK;
  return dlc_rt_fail(load->handle, DLC_ERROR_FORMAT,
                     "%s: %lld bytes of data, of which the entries cover the "
                     "first %lld one after the other, and not the rest",
                     load->path, (long long)load->file.data_bytes,
                     (long long)end);
}

/// Checks that need the whole header.
static dlc_status check_complete(loading *load) {
  const dlc_model *model = load->handle->model;
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_tensor *tensor = &model->states[i].tensor;
    if (load->spans[i].seen ||
        !dlc_rt_has_kind(&model->states[i], load->required))
      continue;
    char shape[DLC_RT_SHAPE_BYTES];
    return dlc_rt_fail(load->handle, DLC_ERROR_NAME,
                       "%s: no entry \"%s\", expected %s %s", load->path,
                       tensor->name, dlc_rt_type_dtype(tensor->type),
                       dlc_rt_shape_text(shape, tensor->shape, tensor->rank));
  }
  return check_cover(load);
}

static dlc_status read_entries(loading *load) {
  const dlc_model *model = load->handle->model;
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_state *state = &model->states[i];
    if (!load->spans[i].seen || !dlc_rt_has_kind(state, load->kinds))
      continue;
    char error[DLC_RT_CHECKPOINT_ERROR_BYTES];
    dlc_status status = dlc_rt_checkpoint_read(
        &load->file, load->path, load->scratch,
        dlc_rt_num_bytes(&state->tensor), load->spans[i].begin, error);
    if (status)
      return dlc_rt_fail(load->handle, status, "%s", error);
    if (!dlc_rt_valid_values(&state->tensor, load->scratch))
      return load_failed(load, DLC_ERROR_FORMAT, state->tensor.name,
                         "is a BOOL and holds a byte other than 0 and 1");
    if (state->kind == DLC_HPARAM) {
      double value = dlc_rt_hparam_value(state, load->scratch);
      const char *expected = dlc_rt_hparam_flaw(state, value);
      if (expected)
        return dlc_rt_fail(load->handle, DLC_ERROR_ARGUMENT,
                           "%s: hyper-parameter \"%s\" must be %s, not %.9g",
                           load->path, state->tensor.name, expected, value);
    }
    dlc_rt_scatter(state, load->block, load->scratch);
  }
  return DLC_OK;
}

/// Somebody who writes into the file while it is read would leave parts of two
/// files in the state.
static dlc_status check_unchanged(loading *load) {
  struct stat now;
  const struct stat *before = &load->file.info;
  if (!fstat(load->file.file, &now) && now.st_size == before->st_size &&
      now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == before->st_mtim.tv_nsec)
    return DLC_OK;
  return dlc_rt_fail(load->handle, DLC_ERROR_IO,
                     "%s: was changed while it was read", load->path);
}

static dlc_status load_into_block(loading *load) {
  const dlc_model *model = load->handle->model;
  load->spans = calloc((size_t)model->num_states + 1, sizeof(*load->spans));
  load->scratch = dlc_rt_allocate_scratch(model, load->kinds);
  load->block = dlc_rt_allocate(model->state_bytes);
  if (!load->spans || !load->scratch || !load->block)
    return dlc_rt_fail(load->handle, DLC_ERROR_MEMORY,
                       "%s: no memory to read it", load->path);
  memcpy(load->block, load->handle->state, (size_t)model->state_bytes);

  char error[DLC_RT_CHECKPOINT_ERROR_BYTES];
  dlc_status status = dlc_rt_checkpoint_open(&load->file, load->path, error);
  if (status)
    return dlc_rt_fail(load->handle, status, "%s", error);
  dlc_rt_header_reader reader = {take_entry, NULL, load};
  status = dlc_rt_checkpoint_parse(&load->file, load->path, &reader, error);
  if (status && error[0])
    return dlc_rt_fail(load->handle, status, "%s", error);
  if (!status)
    status = check_complete(load);
  if (!status)
    status = read_entries(load);
  if (!status)
    status = check_unchanged(load);
  return status;
}

dlc_status dlc_load(dlc_handle *handle, const char *path, int scope) {
  if (dlc_rt_check_handle(handle))
    return DLC_ERROR_ARGUMENT;
  if (!path)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "dlc_load: the path is null");
  if (scope != DLC_PARAMS && scope != DLC_ALL && scope != DLC_PRESENT)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT, "dlc_load: unknown scope %d",
                       scope);
  if (handle->model->frozen)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "model \"%s\": its weights are a part of the library "
                       "and cannot be loaded",
                       handle->model->name);
  loading load = {.handle = handle,
                  .path = path,
                  .kinds = dlc_rt_kinds_of_scope(scope),
                  .required = scope == DLC_PRESENT
                                  ? DLC_RT_KINDS_WEIGHTS
                                  : dlc_rt_kinds_of_scope(scope),
                  .file = {.file = -1}};
  dlc_status status = load_into_block(&load);
  if (!status) {
    char *previous = handle->state;
    handle->state = load.block;
    load.block = previous;
    dlc_rt_note_change_of_all(handle);
  }
  free(load.block);
  free(load.scratch);
  free(load.skipped);
  free(load.spans);
  dlc_rt_checkpoint_close(&load.file);
  return status;
}
