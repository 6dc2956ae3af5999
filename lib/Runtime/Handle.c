//===- Handle.c - Making, running and setting an instance of a model ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Internal.h"
#include "Range.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

//===--- Life -------------------------------------------------------------===//

/// Fails, with the message for `reader`, when the memory does not suffice.
static dlc_status init_state(dlc_handle *reader, dlc_handle *handle,
                             uint64_t seed) {
  bool is_new = handle->clock == 0;
  dlc_rt_note_change_of_all(handle);
  if (!dlc_rt_init_state(handle->model, handle->state, is_new, seed))
    return dlc_rt_fail(
        reader, DLC_ERROR_MEMORY,
        "model \"%s\": no memory to initialise an orthogonal entry",
        handle->model->name);
  handle->init_seed = seed;
  handle->init_clock = handle->clock;
  return DLC_OK;
}

/// Fills in a handle that has only its model. On failure the caller destroys
/// it.
static dlc_status build_handle(dlc_handle *handle, int threads) {
  const dlc_model *model = handle->model;
  // No step writes to a frozen state.
  handle->state = model->frozen ? (char *)(uintptr_t)model->frozen
                                : dlc_rt_allocate(model->state_bytes);
  handle->arena = handle->state ? dlc_rt_allocate(model->arena_bytes) : NULL;
  if (!handle->arena)
    return dlc_rt_fail(NULL, DLC_ERROR_MEMORY,
                       "model \"%s\": no memory for %lld bytes of state and "
                       "%lld bytes of arena",
                       model->name, (long long)model->state_bytes,
                       (long long)model->arena_bytes);
  int buffers = 0;
  for (int i = 0; i < model->num_steps; ++i) {
    int count = model->steps[i].num_inputs + model->steps[i].num_outputs;
    if (count > buffers)
      buffers = count;
  }
  // A call that is made of several runs has the addresses of each here.
  handle->rows = calloc((size_t)buffers + 1, sizeof(*handle->rows));
  if (!handle->rows)
    return dlc_rt_fail(NULL, DLC_ERROR_MEMORY,
                       "model \"%s\": no memory for a handle", model->name);
  int failure;
  handle->team = dlc_rt_team_create(threads, buffers, &failure);
  if (!handle->team)
    return dlc_rt_fail(NULL, DLC_ERROR_MEMORY,
                       "model \"%s\": cannot start %d threads: %s", model->name,
                       threads, strerror(failure));
  if (!dlc_rt_track_changes(handle) || !dlc_rt_start_profile(handle))
    return dlc_rt_fail(NULL, DLC_ERROR_MEMORY,
                       "model \"%s\": no memory for a handle", model->name);
  return init_state(NULL, handle, 0);
}

dlc_status dlc_create(const dlc_model *model, int threads,
                      dlc_handle **handle) {
  if (!handle)
    return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT,
                       "dlc_create: the place for the handle is null");
  *handle = NULL;
  if (!model)
    return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT,
                       "dlc_create: the model is null");
  dlc_status status = dlc_rt_check_model(model);
  if (status)
    return status;
  if (threads < 0 || threads > DLC_RT_MAX_THREADS)
    return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT,
                       "model \"%s\": %d threads asked for, expected 1 to %d, "
                       "or 0 for one on each CPU",
                       model->name, threads, DLC_RT_MAX_THREADS);
  if (threads == 0)
    threads = dlc_rt_usable_cpus();

  dlc_handle *made = calloc(1, sizeof(*made));
  if (!made)
    return dlc_rt_fail(NULL, DLC_ERROR_MEMORY,
                       "model \"%s\": no memory for a handle", model->name);
  made->model = model;
  status = build_handle(made, threads);
  if (status) {
    dlc_destroy(made);
    return status;
  }
  *handle = made;
  return DLC_OK;
}

void dlc_destroy(dlc_handle *handle) {
  if (!handle)
    return;
  dlc_rt_team_destroy(handle->team);
  free(handle->profile);
  free(handle->derived);
  free(handle->changed);
  free(handle->rows);
  free(handle->arena);
  if (!handle->model->frozen)
    free(handle->state);
  free(handle);
}

dlc_status dlc_init(dlc_handle *handle, uint64_t seed) {
  dlc_status status = dlc_rt_check_handle(handle);
  if (status)
    return status;
  // A handle is made with the state of seed 0, which is often the first one
  // asked for; the state of a large model takes a while to draw.
  if (seed == handle->init_seed && handle->clock == handle->init_clock)
    return DLC_OK;
  return init_state(handle, handle, seed);
}

const dlc_model *dlc_get_model(const dlc_handle *handle) {
  return handle ? handle->model : NULL;
}

//===--- Runs -------------------------------------------------------------===//

static dlc_status check_buffers(dlc_handle *handle, const dlc_step *step,
                                const char *role, const dlc_tensor *tensors,
                                int count, void *const *buffers) {
  for (int i = 0; i < count; ++i) {
    const dlc_tensor *tensor = &tensors[i];
    if (!buffers[i])
      return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                         "step \"%s\": %s \"%s\" is null", step->name, role,
                         tensor->name);
    uintptr_t size = (uintptr_t)dlc_rt_type_bytes(tensor->type);
    if ((uintptr_t)buffers[i] % size)
      return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                         "step \"%s\": %s \"%s\" is at address %p, which is "
                         "not aligned to the %d bytes of an %s",
                         step->name, role, tensor->name, buffers[i], (int)size,
                         dlc_rt_type_name(tensor->type));
  }
  return DLC_OK;
}

const dlc_step *dlc_rt_find_step(dlc_handle *handle, int step) {
  const dlc_model *model = handle->model;
  if (step >= 0 && step < model->num_steps)
    return &model->steps[step];
  dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
              "no step %d in model \"%s\", which has %d", step, model->name,
              model->num_steps);
  return NULL;
}

dlc_status dlc_rt_check_buffers(dlc_handle *handle, const dlc_step *what,
                                void *const *io) {
  if (!io && (what->num_inputs > 0 || what->num_outputs > 0))
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "step \"%s\": the array of inputs and outputs is null",
                       what->name);
  dlc_status status =
      check_buffers(handle, what, "input", what->inputs, what->num_inputs, io);
  if (!status && what->num_outputs > 0)
    status = check_buffers(handle, what, "output", what->outputs,
                           what->num_outputs, io + what->num_inputs);
  return status;
}

dlc_status dlc_run(dlc_handle *handle, int step, void *const *io) {
  if (dlc_rt_check_handle(handle))
    return DLC_ERROR_ARGUMENT;
  const dlc_step *what = dlc_rt_find_step(handle, step);
  if (!what)
    return DLC_ERROR_ARGUMENT;
  dlc_status status = dlc_rt_check_buffers(handle, what, io);
  return status ? status : dlc_rt_run_step(handle, what, io);
}

dlc_status dlc_rt_run_step(dlc_handle *handle, const dlc_step *what,
                           void *const *io) {
  dlc_rt_derive(handle, what);
  int64_t fault =
      dlc_rt_team_run(handle->team, what->run, what->data, handle->state,
                      handle->arena, io, what->num_inputs + what->num_outputs);
  dlc_rt_note_changes(handle, what->writes, what->num_writes);
  if (fault == 0)
    return DLC_OK;
  if (fault < 0 || fault > what->num_faults)
    return dlc_rt_fail(handle, DLC_ERROR_DATA,
                       "step \"%s\": fault %lld, for which it has no message",
                       what->name, (long long)fault);
  return dlc_rt_fail(handle, DLC_ERROR_DATA, "step \"%s\": %s", what->name,
                     what->faults[fault - 1]);
}

//===--- Hyper-parameters -------------------------------------------------===//

/// The hyper-parameter of that name; null, with the message set, when there is
/// none.
static const dlc_state *find_hparam(dlc_handle *handle, const char *name) {
  const dlc_model *model = handle->model;
  int index = dlc_rt_find_state(model, name, 0);
  if (index >= 0 && model->states[index].kind == DLC_HPARAM)
    return &model->states[index];
  const char *nearest = dlc_rt_nearest_name(model, name, DLC_RT_KINDS_HPARAMS);
  dlc_rt_fail(handle, DLC_ERROR_NAME,
              "no hyper-parameter \"%s\" in model \"%s\"%s%s%s", name,
              model->name, nearest ? "; did you mean \"" : "",
              nearest ? nearest : "", nearest ? "\"?" : "");
  return NULL;
}

double dlc_rt_hparam_value(const dlc_state *hparam, const void *bytes) {
  double value;
  float narrow;
  if (hparam->tensor.type == DLC_F64) {
    memcpy(&value, bytes, sizeof(value));
    return value;
  }
  memcpy(&narrow, bytes, sizeof(narrow));
  return narrow;
}

const char *dlc_rt_hparam_flaw(const dlc_state *hparam, double value) {
  return dlc_rt_is_in_range(hparam->range, value)
             ? NULL
             : dlc_rt_describe_range(hparam->range);
}

dlc_status dlc_get_hparam(dlc_handle *handle, const char *name, double *value) {
  if (dlc_rt_check_handle(handle))
    return DLC_ERROR_ARGUMENT;
  if (!name || !value)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "dlc_get_hparam: the %s is null",
                       name ? "place for the value" : "name");
  const dlc_state *hparam = find_hparam(handle, name);
  if (!hparam)
    return DLC_ERROR_NAME;
  *value = dlc_rt_hparam_value(hparam, handle->state + hparam->offset);
  return DLC_OK;
}

dlc_status dlc_set_hparam(dlc_handle *handle, const char *name, double value) {
  if (dlc_rt_check_handle(handle))
    return DLC_ERROR_ARGUMENT;
  if (!name)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "dlc_set_hparam: the name is null");
  const dlc_state *hparam = find_hparam(handle, name);
  if (!hparam)
    return DLC_ERROR_NAME;
  bool is_f64 = hparam->tensor.type == DLC_F64;
  float narrow = (float)value;
  if (!is_f64 && isinf(narrow) && !isinf(value))
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "hyper-parameter \"%s\" is an f32, %g is too large for "
                       "it",
                       name, value);
  // Checks the value that a step would read: the f32 nearest to a number below
  // 1 may be 1.
  const char *expected =
      dlc_rt_hparam_flaw(hparam, is_f64 ? value : (double)narrow);
  if (expected)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "hyper-parameter \"%s\" must be %s, not %.9g", name,
                       expected, value);
  dlc_rt_note_change(handle, (int)(hparam - handle->model->states));
  char *to = handle->state + hparam->offset;
  if (is_f64)
    memcpy(to, &value, sizeof(value));
  else
    memcpy(to, &narrow, sizeof(narrow));
  return DLC_OK;
}
