//===- Model.c - Types, shapes, and the check of a model's table ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Internal.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(offsetof(dlc_state, tensor) == 0 &&
                   offsetof(dlc_tensor, name) == 0 &&
                   offsetof(dlc_step, name) == 0,
               "names are looked for at the beginning");

//===--- Types ------------------------------------------------------------===//

#define DLC_ELEMENT_TYPE(NAME, CODE, ...)                                      \
  _Static_assert(DLC_##NAME == CODE, "dlc_type and its table differ");
#include "dlc/ElementTypes.def"

typedef struct type_entry {
  char name[5];
  char dtype[5];
  uint8_t bytes;
} type_entry;

static const type_entry types[] = {
#define DLC_ELEMENT_TYPE(NAME, CODE, KIND, BITS, DIGITS, ARITHMETIC, C,        \
                         LANGUAGE, MLIR, NUMPY, SAFETENSORS, IDX)              \
  [CODE] = {MLIR, SAFETENSORS, sizeof(C)},
#include "dlc/ElementTypes.def"
};
enum { num_types = sizeof(types) / sizeof(types[0]) };

bool dlc_rt_is_type(int32_t type) { return type >= 0 && type < num_types; }
int64_t dlc_rt_type_bytes(int32_t type) { return types[type].bytes; }
const char *dlc_rt_type_name(int32_t type) { return types[type].name; }
const char *dlc_rt_type_dtype(int32_t type) { return types[type].dtype; }

int32_t dlc_rt_type_of_dtype(const char *dtype) {
  for (int32_t type = 0; type < num_types; ++type)
    if (!strcmp(dtype, types[type].dtype))
      return type;
  return -1;
}

//===--- Shapes -----------------------------------------------------------===//

bool dlc_rt_bytes_of(const int64_t *shape, int rank, int64_t size,
                     int64_t *bytes) {
  *bytes = size;
  // An empty tensor has no bytes, however large its other dimensions are.
  for (int d = 0; d < rank; ++d) {
    if (shape[d] < 0)
      return false;
    if (shape[d] == 0)
      *bytes = 0;
  }
  for (int d = 0; d < rank; ++d)
    if (__builtin_mul_overflow(*bytes, shape[d], bytes))
      return false;
  return true;
}

int64_t dlc_rt_num_bytes(const dlc_tensor *tensor) {
  int64_t bytes = 0;
  dlc_rt_bytes_of(tensor->shape, tensor->rank, types[tensor->type].bytes,
                  &bytes);
  return bytes;
}

int64_t dlc_rt_num_elements(const dlc_tensor *tensor) {
  return dlc_rt_num_bytes(tensor) / types[tensor->type].bytes;
}

const char *dlc_rt_shape_text(char text[DLC_RT_SHAPE_BYTES],
                              const int64_t *shape, int rank) {
  if (rank == 0)
    return strcpy(text, "scalar");
  size_t length = 0;
  for (int d = 0; d < rank && length < DLC_RT_SHAPE_BYTES; ++d)
    length += (size_t)snprintf(text + length, DLC_RT_SHAPE_BYTES - length,
                               "%s%lld", d ? "x" : "", (long long)shape[d]);
  return text;
}

//===--- The table --------------------------------------------------------===//
//
// The table comes from the compiler, and is still checked: once, when a handle
// is made, at the price of a few microseconds. A library built by another
// version, or a fault in the compiler, becomes a sentence instead of a stray
// write.

static dlc_status bad_model(const dlc_model *model, const char *kind,
                            const char *name, const char *what) {
  return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT, "model \"%s\": %s \"%s\" %s",
                     model->name, kind, name ? name : "?", what);
}

/// The flaw that keeps a name from being written to a file and found again, or
/// null.
static const char *name_flaw(const char *name) {
  if (!name || !*name)
    return "has no name";
  for (const char *at = name, *end = name + strlen(name); at < end;) {
    int length = dlc_rt_utf8_length(at, end);
    if (!length)
      return "has a name that is not UTF-8";
    at += length;
  }
  if (!strcmp(name, DLC_RT_METADATA))
    return "has the name that safetensors files keep for text about the file";
  return NULL;
}

/// The flaw in a tensor, or null.
static const char *tensor_flaw(const dlc_tensor *tensor) {
  const char *flaw = name_flaw(tensor->name);
  if (flaw)
    return flaw;
  if (!dlc_rt_is_type(tensor->type))
    return "has an unknown element type";
  if (tensor->rank < 0 || tensor->rank > DLC_RT_MAX_RANK)
    return "has too many dimensions";
  if (tensor->rank && !tensor->shape)
    return "has no shape";
  int64_t bytes;
  if (!dlc_rt_bytes_of(tensor->shape, tensor->rank, types[tensor->type].bytes,
                       &bytes))
    return "has an impossible shape";
  return NULL;
}

/// The flaw in the layout of a state in the block, or null.
static const char *layout_flaw(const dlc_state *state, int64_t state_bytes) {
  int64_t size = types[state->tensor.type].bytes;
  if (state->view_rank < 0 || state->view_rank > DLC_RT_MAX_RANK ||
      (state->view_rank && (!state->view_shape || !state->view_strides)))
    return "has no view";
  int64_t bytes;
  if (!dlc_rt_bytes_of(state->view_shape, state->view_rank, size, &bytes) ||
      bytes != dlc_rt_num_bytes(&state->tensor))
    return "has a view of another size";
  if (state->offset < 0 || state->offset % size)
    return "is not aligned in the state block";
  if (bytes == 0)
    return NULL;
  // The end of the last element, should every dimension be at its last index.
  int64_t end = size;
  for (int d = 0; d < state->view_rank; ++d) {
    int64_t reach;
    if (state->view_strides[d] < 0 ||
        (state->view_strides[d] == 0 && state->view_shape[d] > 1) ||
        __builtin_mul_overflow(state->view_shape[d] - 1, state->view_strides[d],
                               &reach) ||
        __builtin_mul_overflow(reach, size, &reach) ||
        __builtin_add_overflow(end, reach, &end))
      return "has impossible strides";
  }
  if (__builtin_add_overflow(end, state->offset, &end) || end > state_bytes)
    return "reaches beyond the state block";
  return NULL;
}

static const char *state_flaw(const dlc_state *state, int64_t state_bytes) {
  const char *flaw = tensor_flaw(&state->tensor);
  if (flaw)
    return flaw;
  if (state->kind < DLC_PARAM || state->kind > DLC_COUNTER)
    return "is of an unknown kind";
  if (state->init_kind < DLC_INIT_CONSTANT ||
      state->init_kind > DLC_INIT_ORTHOGONAL)
    return "has an unknown initialiser";
  if (state->range < DLC_FINITE || state->range > DLC_BELOW_ONE)
    return "has an unknown range";
  int32_t rank = state->tensor.rank, type = state->tensor.type;
  if (state->kind == DLC_HPARAM &&
      (rank != 0 || (type != DLC_F32 && type != DLC_F64)))
    return "is a hyper-parameter, expected a scalar of f32 or f64";
  if (state->kind == DLC_COUNTER && (rank != 0 || type != DLC_I64))
    return "is a counter and no i64 scalar";
  if (state->init_kind == DLC_INIT_SEED && type != DLC_I64)
    return "takes the seed and is no i64";
  if (state->init_kind == DLC_INIT_IDENTITY && rank != 2)
    return "is to be an identity and no matrix";
  if (state->init_kind == DLC_INIT_ORTHOGONAL && rank < 2)
    return "is to be orthogonal and has less than two dimensions";
  if (state->init_kind == DLC_INIT_TRUNCATED_NORMAL &&
      !(state->init_b > 0 && state->init_c < state->init_d))
    return "has a truncated distribution of no width";
  return layout_flaw(state, state_bytes);
}

static int compare_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/// Whether all names of things of `size` bytes each, which begin with theirs,
/// differ; otherwise a status and a message.
static dlc_status check_distinct(const dlc_model *model, const char *what,
                                 const void *things, size_t size, int count) {
  if (count < 2)
    return DLC_OK;
  const char **names = malloc((size_t)count * sizeof(*names));
  if (!names)
    return dlc_rt_fail(NULL, DLC_ERROR_MEMORY,
                       "model \"%s\": no memory to check it", model->name);
  for (int i = 0; i < count; ++i)
    memcpy(&names[i], (const char *)things + (size_t)i * size,
           sizeof(names[i]));
  qsort(names, (size_t)count, sizeof(*names), compare_names);
  dlc_status status = DLC_OK;
  for (int i = 1; i < count && !status; ++i)
    if (!strcmp(names[i - 1], names[i]))
      status = bad_model(model, what, names[i], "is there twice");
  free(names);
  return status;
}

static const char *step_flaw(const dlc_step *step) {
  const char *name = name_flaw(step->name);
  if (name)
    return name;
  if (!step->run)
    return "has no code";
  if (step->num_inputs < 0 || step->num_outputs < 0 || step->num_faults < 0 ||
      (step->num_inputs && !step->inputs) ||
      (step->num_outputs && !step->outputs) ||
      (step->num_faults && !step->faults))
    return "has no table of inputs, outputs or faults";
  for (int i = 0; i < step->num_faults; ++i)
    if (!step->faults[i])
      return "has a fault without a message";
  return NULL;
}

static dlc_status check_tensors(const dlc_model *model, const char *what,
                                const dlc_tensor *tensors, int count) {
  for (int i = 0; i < count; ++i) {
    const char *flaw = tensor_flaw(&tensors[i]);
    if (flaw)
      return bad_model(model, what, tensors[i].name, flaw);
  }
  return check_distinct(model, what, tensors, sizeof(*tensors), count);
}

/// Whether a list of `length` numbers has each from 0 to `count` - 1.
static bool is_within(const int32_t *numbers, int length, int count) {
  if (length < 0 || (length && !numbers))
    return false;
  for (int i = 0; i < length; ++i)
    if (numbers[i] < 0 || numbers[i] >= count)
      return false;
  return true;
}

static dlc_status check_step(const dlc_model *model, const dlc_step *step) {
  const char *flaw = step_flaw(step);
  if (!flaw && !is_within(step->writes, step->num_writes, model->num_states))
    flaw = "writes to a state that is not there";
  if (!flaw && !is_within(step->derivations, step->num_derivations,
                          model->num_derivations))
    flaw = "reads what a derivation makes that is not there";
  if (flaw)
    return bad_model(model, "step", step->name, flaw);
  dlc_status status =
      check_tensors(model, "input", step->inputs, step->num_inputs);
  if (!status)
    status = check_tensors(model, "output", step->outputs, step->num_outputs);
  return status;
}

/// The same of a step and its sizes.
static dlc_status check_sizes(const dlc_model *model, const dlc_step *step) {
  dlc_status status = check_step(model, step);
  for (int i = 0; step->sizes && i < step->num_sizes && !status; ++i)
    status = check_step(model, &step->sizes[i]);
  const char *flaw = status ? NULL : dlc_rt_sizes_flaw(step);
  return flaw ? bad_model(model, "step", step->name, flaw) : status;
}

dlc_status dlc_rt_check_model(const dlc_model *model) {
  // First: of a table of another version not even the name can be trusted.
  if (model->abi_version != DLC_ABI_VERSION)
    return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT,
                       "the model was compiled for interface version %u, this "
                       "runtime has version %u",
                       model->abi_version, (unsigned)DLC_ABI_VERSION);
  if (!model->name)
    return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT, "the model has no name");
  if (model->num_states < 0 || model->num_steps < 0 ||
      model->num_derivations < 0 || model->state_bytes < 0 ||
      model->arena_bytes < 0 || (model->num_states && !model->states) ||
      (model->num_steps && !model->steps) ||
      (model->num_derivations && !model->derivations))
    return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT,
                       "model \"%s\": no table of states, steps or derivations",
                       model->name);
  for (int i = 0; i < model->num_states; ++i) {
    const dlc_state *state = &model->states[i];
    const char *flaw = state_flaw(state, model->state_bytes);
    if (flaw)
      return bad_model(model, "state", state->tensor.name, flaw);
  }
  if (model->frozen && (model->num_states || model->num_derivations))
    return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT,
                       "model \"%s\": is frozen and has states or derivations",
                       model->name);
  for (int i = 0; i < model->num_derivations; ++i) {
    const dlc_derivation *derivation = &model->derivations[i];
    if (!derivation->run ||
        !is_within(derivation->reads, derivation->num_reads, model->num_states))
      return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT,
                         "model \"%s\": derivation %d has no code, or reads a "
                         "state that is not there",
                         model->name, i);
  }
  const char *sites_flaw = dlc_rt_profile_flaw(model);
  if (sites_flaw)
    return dlc_rt_fail(NULL, DLC_ERROR_ARGUMENT, "model \"%s\": %s",
                       model->name, sites_flaw);
  for (int i = 0; i < model->num_steps; ++i) {
    dlc_status status = check_sizes(model, &model->steps[i]);
    if (status)
      return status;
  }
  dlc_status status = check_distinct(model, "state", model->states,
                                     sizeof(*model->states), model->num_states);
  return status ? status
                : check_distinct(model, "step", model->steps,
                                 sizeof(*model->steps), model->num_steps);
}
