//===- Batch.c - Steps that are compiled for several batches --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A call of a size that is compiled is one run. Any other number of rows, where
// the step takes any, is split into several: the greatest size as often as it
// fits, and then the least size that holds the remaining rows, on the last rows
// of the batch. So 13 rows of sizes 1, 2, 4, 8, 16 are rows 0 to 7 and rows 5
// to 12: no row is made up, nothing is copied, and the rows that are computed
// twice are computed by the same code from the same inputs, to the same bits.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <stdio.h>
#include <string.h>

static bool same_shape(const dlc_tensor *a, const dlc_tensor *b) {
  return a->rank == b->rank &&
         (a->rank == 0 ||
          !memcmp(a->shape, b->shape, (size_t)a->rank * sizeof(*a->shape)));
}

//===--- The table --------------------------------------------------------===//

/// A difference between a step and a size of it that is not allowed, or null.
static const char *tensors_flaw(const dlc_tensor *tensors,
                                const dlc_tensor *others, int count) {
  for (int i = 0; i < count; ++i) {
    const dlc_tensor *a = &tensors[i], *b = &others[i];
    if (strcmp(a->name, b->name) || a->type != b->type || a->rank != b->rank)
      return "has a size with other inputs or outputs";
  }
  return NULL;
}

/// Whether dimension 0 grows from size to size as the batch does.
static bool grows(const dlc_tensor *tensor, int64_t batch,
                  const dlc_tensor *other, int64_t other_batch) {
  int64_t left, right;
  return tensor->rank > 0 &&
         !__builtin_mul_overflow(tensor->shape[0], other_batch, &left) &&
         !__builtin_mul_overflow(other->shape[0], batch, &right) &&
         left == right &&
         (tensor->rank == 1 ||
          !memcmp(tensor->shape + 1, other->shape + 1,
                  (size_t)(tensor->rank - 1) * sizeof(*tensor->shape)));
}

const char *dlc_rt_sizes_flaw(const dlc_step *step) {
  if (step->num_sizes == 0)
    return step->batch || step->any_batch ? "has a batch, but no sizes" : NULL;
  if (step->num_sizes < 0 || !step->sizes)
    return "has no table of sizes";
  int64_t before = 0;
  for (int i = 0; i < step->num_sizes; ++i) {
    const dlc_step *size = &step->sizes[i];
    if (!size->name || strcmp(size->name, step->name) || size->num_sizes ||
        size->trains != step->trains || size->num_inputs != step->num_inputs ||
        size->num_outputs != step->num_outputs)
      return "has a size that is another step";
    if (size->batch <= before || size->batch > INT32_MAX)
      return "has sizes that do not ascend";
    before = size->batch;
    const char *flaw =
        tensors_flaw(step->inputs, size->inputs, step->num_inputs);
    if (!flaw)
      flaw = tensors_flaw(step->outputs, size->outputs, step->num_outputs);
    if (flaw)
      return flaw;
    if (!step->any_batch)
      continue;
    for (int k = 0; k < step->num_inputs; ++k)
      if (!same_shape(&step->inputs[k], &size->inputs[k]) &&
          !grows(&step->inputs[k], step->batch, &size->inputs[k], size->batch))
        return "takes any batch, but an input does not grow with it";
    for (int k = 0; k < step->num_outputs; ++k)
      if (!grows(&step->outputs[k], step->batch, &size->outputs[k],
                 size->batch))
        return "takes any batch, but an output does not grow with it";
  }
  return before == step->batch ? NULL : "is not the greatest of its sizes";
}

//===--- Runs -------------------------------------------------------------===//

/// Runs one size from row `first` on.
static dlc_status run_rows(dlc_handle *handle, const dlc_step *step,
                           const dlc_step *size, int64_t first,
                           void *const *io) {
  const dlc_step *least = &step->sizes[0];
  for (int i = 0; i < step->num_inputs + step->num_outputs; ++i) {
    bool input = i < step->num_inputs;
    int k = input ? i : i - step->num_inputs;
    const dlc_tensor *tensor = input ? &step->inputs[k] : &step->outputs[k];
    const dlc_tensor *small = input ? &least->inputs[k] : &least->outputs[k];
    int64_t row = input && same_shape(tensor, small)
                      ? 0
                      : dlc_rt_num_bytes(tensor) / step->batch;
    handle->rows[i] = (char *)io[i] + first * row;
  }
  return dlc_rt_run_step(handle, size, handle->rows);
}

/// "1, 8 or 32" or "1 to 32"; cut where it is long.
static const char *sizes_text(char text[DLC_RT_SHAPE_BYTES],
                              const dlc_step *step) {
  int count = step->num_sizes;
  const dlc_step *sizes = step->sizes;
  if (step->any_batch) {
    snprintf(text, DLC_RT_SHAPE_BYTES, "%lld to %lld",
             (long long)sizes[0].batch, (long long)sizes[count - 1].batch);
    return text;
  }
  size_t length = 0;
  for (int i = 0; i < count && length < DLC_RT_SHAPE_BYTES; ++i)
    length +=
        (size_t)snprintf(text + length, DLC_RT_SHAPE_BYTES - length, "%s%lld",
                         i == 0           ? ""
                         : i == count - 1 ? " or "
                                          : ", ",
                         (long long)sizes[i].batch);
  return text;
}

/// The least size of at least `rows` rows; null if all are smaller.
static const dlc_step *least_holding(const dlc_step *step, int64_t rows) {
  for (int i = 0; i < step->num_sizes; ++i)
    if (step->sizes[i].batch >= rows)
      return &step->sizes[i];
  return NULL;
}

dlc_status dlc_run_batch(dlc_handle *handle, int step, int64_t batch,
                         void *const *io) {
  if (dlc_rt_check_handle(handle))
    return DLC_ERROR_ARGUMENT;
  const dlc_step *what = dlc_rt_find_step(handle, step);
  if (!what)
    return DLC_ERROR_ARGUMENT;
  if (!what->num_sizes)
    return dlc_rt_fail(handle, DLC_ERROR_SHAPE,
                       "step \"%s\" is compiled for one batch: its function "
                       "takes none",
                       what->name);
  const dlc_step *size = least_holding(what, batch);
  bool exact = size && size->batch == batch;
  if (!exact && (!what->any_batch || !size || batch < what->sizes[0].batch)) {
    char text[DLC_RT_SHAPE_BYTES];
    return dlc_rt_fail(handle, DLC_ERROR_SHAPE,
                       "step \"%s\": a batch of %lld rows, expected %s",
                       what->name, (long long)batch, sizes_text(text, what));
  }
  // Before addresses are computed: null has none.
  dlc_status status = dlc_rt_check_buffers(handle, what, io);
  if (status)
    return status;
  if (exact)
    return dlc_rt_run_step(handle, size, io);

  for (int64_t done = 0; done < batch && !status;) {
    int64_t rest = batch - done;
    size = least_holding(what, rest);
    if (size && size->batch <= batch) {
      status = run_rows(handle, what, size, batch - size->batch, io);
      break;
    }
    // The greatest size that fits into the remaining rows: the least size fits,
    // or it would hold them.
    size = what->sizes;
    while (size + 1 < what->sizes + what->num_sizes && size[1].batch <= rest)
      ++size;
    status = run_rows(handle, what, size, done, io);
    done += size->batch;
  }
  return status;
}
