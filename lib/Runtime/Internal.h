//===- Internal.h - Internal declarations of the runtime ----------*- C -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every symbol here starts with dlc_rt_, and every static one has a name of its
// own across files: the runtime can be built as an archive or as one
// translation unit.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_RUNTIME_INTERNAL_H
#define DLC_RUNTIME_INTERNAL_H

// For sched_getaffinity and MADV_HUGEPAGE; without effect elsewhere.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "Header.h"
#include "dlc/Runtime.h"

#include <stdbool.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "checkpoints are little endian and are read and written as they are"
#endif

enum {
  DLC_RT_CACHE_LINE = 64,    ///< keeps what different workers write apart
  DLC_RT_MAX_THREADS = 1024, ///< a wish for more is a mistake
  DLC_RT_ERROR_BYTES = 1024, ///< longer messages are cut
  DLC_RT_SHAPE_BYTES = 256   ///< a shape in words
};

/// The times of all workers; see Profile.c.
typedef struct dlc_rt_profile dlc_rt_profile;

struct dlc_handle {
  const dlc_model *model;
  char *state;
  char *arena;
  dlc_team *team;
  /// When each state changed last and each derivation ran last, by `clock`,
  /// which counts changes; 0 is never.
  uint64_t *changed, *derived;
  uint64_t clock;
  /// The last time that all of the state was drawn, and from which seed.
  uint64_t init_clock, init_seed;
  void **rows;             ///< inputs and outputs of one run of several
  dlc_rt_profile *profile; ///< null where nothing is measured
  char error[DLC_RT_ERROR_BYTES];
};

//===--- Error.c ----------------------------------------------------------===//

/// Keeps the message for dlc_last_error (null: of this thread) and returns
/// `status`, so that a check that fails is one statement. Names come from files
/// and tables: control characters are written as \xNN.
dlc_status dlc_rt_fail(dlc_handle *handle, dlc_status status,
                       const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// Fails when `handle` is null; the message is then this thread's.
dlc_status dlc_rt_check_handle(const dlc_handle *handle);

//===--- Model.c ----------------------------------------------------------===//

bool dlc_rt_is_type(int32_t type);
/// Bytes of one element.
int64_t dlc_rt_type_bytes(int32_t type);
/// "f32", "ui8", ... as in the language.
const char *dlc_rt_type_name(int32_t type);
/// "F32", "U8", ... as in safetensors.
const char *dlc_rt_type_dtype(int32_t type);
/// The type of that safetensors name, or -1.
int32_t dlc_rt_type_of_dtype(const char *dtype);

/// size * shape[0] * ... into `bytes`; false when it is negative or overflows.
bool dlc_rt_bytes_of(const int64_t *shape, int rank, int64_t size,
                     int64_t *bytes);
/// For a tensor that dlc_rt_check_model has seen.
int64_t dlc_rt_num_elements(const dlc_tensor *tensor);
int64_t dlc_rt_num_bytes(const dlc_tensor *tensor);

/// "32x1x3x3", or "scalar"; returns `text`.
const char *dlc_rt_shape_text(char text[DLC_RT_SHAPE_BYTES],
                              const int64_t *shape, int rank);

/// Whether the table is consistent: all later code relies on it.
dlc_status dlc_rt_check_model(const dlc_model *model);

//===--- Handle.c ---------------------------------------------------------===//

/// The value of a hyper-parameter that is stored at `bytes`.
double dlc_rt_hparam_value(const dlc_state *hparam, const void *bytes);
/// Null for a value that the hyper-parameter may have; otherwise the range
/// expected, as text.
const char *dlc_rt_hparam_flaw(const dlc_state *hparam, double value);

/// The step of that number, or null, with the message set.
const dlc_step *dlc_rt_find_step(dlc_handle *handle, int step);

/// Whether a step can run on these buffers.
dlc_status dlc_rt_check_buffers(dlc_handle *handle, const dlc_step *step,
                                void *const *io);

/// Runs a step, or a size of one, on buffers that have been checked.
dlc_status dlc_rt_run_step(dlc_handle *handle, const dlc_step *step,
                           void *const *io);

//===--- Batch.c ----------------------------------------------------------===//

/// The flaw in the sizes of a step, each of which is a step without flaws, or
/// null.
const char *dlc_rt_sizes_flaw(const dlc_step *step);

//===--- Names.c ----------------------------------------------------------===//

/// A set of dlc_state_kind.
enum {
  DLC_RT_KINDS_WEIGHTS = 1u << DLC_PARAM | 1u << DLC_BUFFER,
  DLC_RT_KINDS_HPARAMS = 1u << DLC_HPARAM,
  DLC_RT_KINDS_TENSORS =
      DLC_RT_KINDS_WEIGHTS | 1u << DLC_SLOT | 1u << DLC_COUNTER,
  DLC_RT_KINDS_ALL = DLC_RT_KINDS_TENSORS | DLC_RT_KINDS_HPARAMS
};
bool dlc_rt_has_kind(const dlc_state *state, unsigned kinds);
unsigned dlc_rt_kinds_of_scope(int scope); ///< a dlc_scope

/// The index of the state of that name, or -1. Looks at `hint` first and goes
/// round from there, so that reading names in order takes one comparison each.
int dlc_rt_find_state(const dlc_model *model, const char *name, int hint);

/// The name among `kinds` that is nearest to `name`; null when none is near.
const char *dlc_rt_nearest_name(const dlc_model *model, const char *name,
                                unsigned kinds);

//===--- State.c ----------------------------------------------------------===//

/// Walks the elements of a state in logical order, a row of equal strides at a
/// time; in elements from the state's offset.
typedef struct dlc_rt_rows {
  int64_t offset, length, stride;
  int rank; ///< of the dimensions outside of the row
  int64_t shape[DLC_RT_MAX_RANK];
  int64_t strides[DLC_RT_MAX_RANK];
  int64_t index[DLC_RT_MAX_RANK];
} dlc_rt_rows;

/// Both return false if no row is left.
bool dlc_rt_first_row(dlc_rt_rows *rows, const dlc_state *state);
bool dlc_rt_next_row(dlc_rt_rows *rows);

/// Copies one entry out of or into a state block; `dense` is in logical order.
void dlc_rt_gather(const dlc_state *state, const char *block, void *dense);
void dlc_rt_scatter(const dlc_state *state, char *block, const void *dense);

/// Whether all values of `dense` are valid in the type of `tensor`: a byte
/// other than 0 and 1 is not an i1, and compiled code may do anything with it.
bool dlc_rt_valid_values(const dlc_tensor *tensor, const void *dense);

//===--- Derive.c ---------------------------------------------------------===//

/// False if there is no memory for the times of changes.
bool dlc_rt_track_changes(dlc_handle *handle);
/// Notes that these states have changed.
void dlc_rt_note_changes(dlc_handle *handle, const int32_t *states, int count);
void dlc_rt_note_change(dlc_handle *handle, int state);
void dlc_rt_note_change_of_all(dlc_handle *handle);
/// Runs the derivations whose results `step` reads, if they are out of date.
void dlc_rt_derive(dlc_handle *handle, const dlc_step *step);

//===--- Profile.c --------------------------------------------------------===//

/// The flaw in the sites of a model, or null.
const char *dlc_rt_profile_flaw(const dlc_model *model);
/// Times of no calls for each worker of the handle, given back with free().
/// False if memory runs out.
bool dlc_rt_start_profile(dlc_handle *handle);

//===--- Init.c -----------------------------------------------------------===//

/// False if there is no memory for computing an orthogonal entry. If the block
/// is `zeroed`, entries of zeros are not touched.
bool dlc_rt_init_state(const dlc_model *model, char *block, bool zeroed,
                       uint64_t seed);

//===--- Orthogonal.c -----------------------------------------------------===//

/// Makes `count` vectors of `size` numbers, one after the other, orthonormal.
void dlc_rt_orthonormalise(double *vectors, int64_t count, int64_t size);

//===--- Memory.c ---------------------------------------------------------===//

/// Zeroed memory, aligned for vectors, or null. Given back with free().
void *dlc_rt_allocate(int64_t bytes);
/// Room for any one entry of `kinds` in its logical order.
void *dlc_rt_allocate_scratch(const dlc_model *model, unsigned kinds);

//===--- Team.c -----------------------------------------------------------===//

/// Makes a team of `workers`, the caller of dlc_rt_team_run among them. Null
/// when the system gives no memory or thread; `*failure` is then an errno. No
/// run has more than `buffers` inputs and outputs.
dlc_team *dlc_rt_team_create(int workers, int buffers, int *failure);
void dlc_rt_team_destroy(dlc_team *team);
int dlc_rt_team_workers(const dlc_team *team);

/// Runs code on all workers; the fault that it stored, or 0. When it returns
/// all work is done, though late threads may still be finding that out: they
/// touch nothing that the caller owns.
int64_t dlc_rt_team_run(dlc_team *team, dlc_step_fn code, const void *data,
                        void *state, void *arena, void *const *io, int buffers);

/// Where the marks of the team's steps go, and which worker of it this is.
void dlc_rt_team_set_profile(dlc_team *team, dlc_rt_profile *profile);
dlc_rt_profile *dlc_rt_worker_profile(const dlc_worker *worker, int *number);

/// The CPUs that this process may use, at least 1.
int dlc_rt_usable_cpus(void);

#endif // DLC_RUNTIME_INTERNAL_H
