//===- Runtime.h - The C interface of a compiled model ------------*- C -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiled model is a table of constants (`dlc_model`: its state, and the
// inputs and outputs of its steps) beside the code of its steps. The runtime
// interprets that table: it owns memory and threads, fills, reads, saves and
// loads state, and calls steps. The same runtime is linked into every shared
// library that `dlc` writes and into the JIT.
//
// Plain C99; needs libc and libm. No global state: handles are independent, and
// different handles may be used from different threads at once. One handle must
// not be used from two threads at the same time. Nothing here aborts, prints or
// throws: a call that can fail returns a `dlc_status`, and `dlc_last_error`
// states in a sentence the value seen and the value expected.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_RUNTIME_H
#define DLC_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Changes whenever a struct below changes; a library says which it was built
/// for, and a caller compares.
#define DLC_ABI_VERSION 7

typedef enum dlc_status {
  DLC_OK = 0,
  DLC_ERROR_ARGUMENT = 1, ///< a null pointer, a bad count, a bad value
  DLC_ERROR_NAME = 2,     ///< no such parameter, hyper-parameter or step
  DLC_ERROR_SHAPE = 3,    ///< rank, dimension or size in bytes differs
  DLC_ERROR_TYPE = 4,     ///< element type differs
  DLC_ERROR_IO = 5,       ///< the operating system refused
  DLC_ERROR_FORMAT = 6,   ///< a file with invalid contents
  DLC_ERROR_MEMORY = 7,   ///< out of memory
  DLC_ERROR_DATA = 8      ///< a step met a value it cannot use (an index out of
                          ///< range); the message says which
} dlc_status;

/// Element types. `DLC_I1` is one byte, 0 or 1.
typedef enum dlc_type {
  DLC_F32 = 0,
  DLC_F64 = 1,
  DLC_BF16 = 2,
  DLC_I1 = 3,
  DLC_I8 = 4,
  DLC_U8 = 5,
  DLC_I32 = 6,
  DLC_I64 = 7
} dlc_type;

/// A named tensor with a fixed shape; a step's input or output.
/// Contiguous, last dimension fastest.
typedef struct dlc_tensor {
  const char *name;
  const int64_t *shape;
  int32_t rank;
  int32_t type; ///< dlc_type
} dlc_tensor;

typedef enum dlc_state_kind {
  DLC_PARAM = 0,  ///< trained
  DLC_BUFFER = 1, ///< kept between steps, never trained (running statistics)
  DLC_SLOT = 2,   ///< an optimizer's memory of one parameter
  DLC_HPARAM = 3, ///< a scalar set from outside (f32 or f64)
  DLC_COUNTER = 4 ///< i64: DLC_SEED, DLC_STEP_COUNT
} dlc_state_kind;

/// The counters of every model: the seed of its random numbers, and the calls
/// of steps that train.
#define DLC_SEED "seed"
#define DLC_STEP_COUNT "step_count"

/// How `dlc_init` fills an entry, with parameters a, b, c, d. Element i of an
/// entry (in the order of its logical shape, last dimension fastest) takes lane
/// i mod 4 of Philox4x32-10(counter = {i / 4, index of the entry in `states`,
/// 0xffffffff, 0xffffffff}, key = {seed low, seed high}). See Init.c.
typedef enum dlc_init_kind {
  DLC_INIT_CONSTANT = 0, ///< a everywhere
  DLC_INIT_UNIFORM = 1,  ///< a + (b - a) * u, u = (bits >> 8) * 2^-24
  DLC_INIT_NORMAL = 2,   ///< a + b * z, z by Box-Muller (see Init.c)
  DLC_INIT_SEED = 3,     ///< the seed given to dlc_init
  /// Normal with mean a and deviation b, if that lies in [c, d].
  DLC_INIT_TRUNCATED_NORMAL = 4,
  /// a on the diagonal of a matrix, 0 elsewhere.
  DLC_INIT_IDENTITY = 5,
  /// a times orthonormal rows or columns, whichever are fewer: the first
  /// dimension by all others.
  DLC_INIT_ORTHOGONAL = 6
} dlc_init_kind;

/// Which numbers a hyper-parameter may be: those that the optimizers and
/// clauses that read it can use.
typedef enum dlc_range {
  DLC_FINITE = 0,       ///< any but infinities and NaN
  DLC_NOT_NEGATIVE = 1, ///< finite, 0 or more
  DLC_UP_TO_ONE = 2,    ///< from 0 to 1
  DLC_BELOW_ONE = 3     ///< from 0 on, less than 1
} dlc_range;

/// One tensor that a model keeps. `shape` is its shape for users. In the state
/// block its elements may be ordered otherwise, so that kernels read them as
/// they need them: the logical shape is split into `view_shape` (same elements,
/// same row-major order), and dimension d of that view has stride
/// `view_strides[d]` (in elements) in the block.
typedef struct dlc_state {
  dlc_tensor tensor;
  int32_t kind;      ///< dlc_state_kind
  int32_t init_kind; ///< dlc_init_kind
  double init_a, init_b, init_c, init_d;
  int64_t offset; ///< bytes from the start of the state block
  const int64_t *view_shape;
  const int64_t *view_strides;
  int32_t view_rank;
  int32_t range; ///< dlc_range of a hyper-parameter
} dlc_state;

/// The threads that run the steps of a handle, and one of them. Compiled code
/// touches them only through the functions `dlc_rt_share` to `dlc_rt_mark`.
typedef struct dlc_team dlc_team;
typedef struct dlc_worker dlc_worker;

/// The context of one worker's call of a step function.
typedef struct dlc_context {
  dlc_worker *worker;
  /// The fault of the run: initially 0; the one task that looks for faults sets
  /// it to 1 + an index into the step's faults.
  int64_t *fault;
  const void *data; ///< of the step or derivation in the tables
} dlc_context;

/// Bytes to which state and arena, and each value in them, are aligned: a
/// vector register, and the cache line of most processors.
enum { DLC_RT_ALIGNMENT = 64 };

/// The entry of a step: every worker of the team calls it. `io` holds the
/// inputs, then the outputs, in the order of the tables. A worker may be late,
/// when all is done: outside of the tasks that it is given it must touch
/// neither `state` nor `arena` nor what `io` points to, and do the same in
/// every worker.
typedef void (*dlc_step_fn)(const dlc_context *context, void *state,
                            void *arena, void *const *io);

typedef struct dlc_step {
  const char *name;
  const dlc_tensor *inputs;
  const dlc_tensor *outputs;
  const char *const *faults; ///< messages of the checks that a step makes
  int32_t num_inputs, num_outputs, num_faults;
  int32_t trains; ///< 1 when the step counts (dlc_step_count)
  dlc_step_fn run;
  const void *data;           ///< for `run`; null of compiled code
  const int32_t *writes;      ///< the states that it changes, by index
  const int32_t *derivations; ///< derivations whose results it reads, by index
  int32_t num_writes, num_derivations;
  int64_t batch; ///< rows of its batch, if it has sizes or is one; else 0
  /// A step that is compiled for several batches: each as a step of the same
  /// name and tensors, which differ only in shapes, the batch ascending. The
  /// step itself is the last of them. Null if there is one size.
  const struct dlc_step *sizes;
  int32_t num_sizes;
  /// 1: a call may be of any number of rows from the least size to the greatest
  /// and is made of the sizes. Dimension 0 of every output, and of the inputs
  /// whose shape differs from size to size, grows with the batch.
  int32_t any_batch;
} dlc_step;

/// A function of the state alone that steps use: folded weights, transposes,
/// tables. Its results lie in the state block behind the entries of `states`,
/// in places that only steps know. The runtime runs it, without inputs and
/// outputs, before a step that reads them, if they have never been made or an
/// entry that it reads has changed since: by a step, dlc_init, dlc_set,
/// dlc_set_hparam or dlc_load.
typedef struct dlc_derivation {
  const int32_t *reads; ///< states, by index
  int32_t num_reads;
  dlc_step_fn run;
  const void *data; ///< for `run`
} dlc_derivation;

/// An op that a kernel computes, and where the program has it.
typedef struct dlc_source_op {
  const char *name;  ///< "conv2d"
  const char *place; ///< "net.mlir:12:10"; "" where it is not known
  const char *part;  ///< "forward", "gradient" or "update"
} dlc_source_op;

/// A place that `dlc --profile` measures: the call of a kernel in a step, a
/// size of a step or a derivation. In front of the calls of each stands a site
/// without a kernel, which is of the whole.
typedef struct dlc_site {
  const char *kernel; ///< null: all of the step
  const char *step;   ///< the step or derivation
  int64_t batch;      ///< rows of the size; 0 where the step has no sizes
  /// How often one run of the step makes the call: the trips of the loops
  /// around it. Negative where it is not known.
  int64_t trips;
  /// The cost of one call: arithmetic of real numbers, and bytes that have to
  /// be read or written once. Negative where it is not known.
  double flops, bytes;
  const dlc_source_op *ops;
  int32_t num_ops;
  int32_t float_bits; ///< width of its widest float; 0: it computes no floats
  int32_t derives;    ///< 1: the site is in a derivation
} dlc_site;

/// Time that one worker spent at a site, in nanoseconds: `work` in the kernel,
/// `wait` in the barrier in front of it. For a whole step: how often it ran,
/// and the time at its end until all was done. Worker 0 is in every run and at
/// each site of it; another one may come late, and still be in a run that is
/// over.
typedef struct dlc_site_times {
  int64_t calls, work, wait;
} dlc_site_times;

typedef struct dlc_model {
  uint32_t abi_version;
  int32_t num_states, num_steps;
  const char *name;
  const char *json; ///< the same description as text, UTF-8 JSON
  const dlc_state *states;
  const dlc_step *steps;
  int64_t state_bytes; ///< of the states and of the results of derivations
  int64_t arena_bytes; ///< the largest any step needs
  const dlc_derivation *derivations;
  int32_t num_derivations;
  /// The state block, where it is a part of the library and never changes;
  /// null: each handle has its own.
  const void *frozen;
  const dlc_site *sites; ///< of a library that measures itself; else none
  int32_t num_sites;
} dlc_model;

typedef struct dlc_handle dlc_handle;

/// Makes an instance with `threads` workers (1 to 1024; 0: one for each CPU
/// that the process may use), its state initialised with seed 0. The thread
/// that calls `dlc_run` is one of the workers. `model` must outlive the handle,
/// and a handle does not survive `fork`. On failure `*handle` is null and
/// `dlc_last_error(NULL)` says why.
dlc_status dlc_create(const dlc_model *model, int threads, dlc_handle **handle);
void dlc_destroy(dlc_handle *handle); ///< null is allowed

/// Fills all state from `seed`: parameters, buffers, optimizer slots,
/// hyper-parameters; step count 0.
dlc_status dlc_init(dlc_handle *handle, uint64_t seed);

/// Runs step number `step`. `io` points at num_inputs + num_outputs buffers,
/// none null, of exactly the table's shapes and types.
dlc_status dlc_run(dlc_handle *handle, int step, void *const *io);

/// Runs a step with a batch of `batch` rows: one of the step's sizes, or a
/// number that is made of its sizes (any_batch). The shapes of the buffers are
/// those of the size; of any batch, the shapes of the step with dimension 0 in
/// proportion. `DLC_ERROR_SHAPE` for a batch that the step does not take, or of
/// a step that has no sizes. Outputs must not overlap inputs. After an error of
/// the data some rows of the outputs may have been written.
dlc_status dlc_run_batch(dlc_handle *handle, int step, int64_t batch,
                         void *const *io);

/// Copies a parameter, buffer, slot or counter out of or into the state, in its
/// logical shape. `bytes` must be exactly its size.
dlc_status dlc_get(dlc_handle *handle, const char *name, void *data,
                   size_t bytes);
dlc_status dlc_set(dlc_handle *handle, const char *name, const void *data,
                   size_t bytes);

dlc_status dlc_get_hparam(dlc_handle *handle, const char *name, double *value);
/// `DLC_ERROR_ARGUMENT` for a value that the type or the range of the
/// hyper-parameter does not have.
dlc_status dlc_set_hparam(dlc_handle *handle, const char *name, double value);

/// Which entries a checkpoint holds.
typedef enum dlc_scope {
  DLC_PARAMS = 0, ///< parameters and buffers, as PyTorch's state_dict
  DLC_ALL = 1,    ///< everything: training continues to the bit
  /// For dlc_load alone: parameters and buffers, and those slots and counters
  /// that the file has; no hyper-parameters.
  DLC_PRESENT = 2
} dlc_scope;

/// Writes a safetensors file, whole or not at all: it is written beside the
/// path under the name "<path>.tmp.<process>", synced, and renamed, so that the
/// path names the old file or the new one at any moment, also when the process
/// is killed. What killed processes left under such names beside the path is
/// removed. A file that is there keeps its permissions and, where the system
/// allows it, its owner. Only a regular file is replaced, or nothing: a
/// directory, device, pipe or socket is an error. Of a symbolic link the
/// regular file that it leads to is replaced and the link stays; a link that
/// leads nowhere is an error.
dlc_status dlc_save(dlc_handle *handle, const char *path, int scope);

/// The same with text beside the tensors, the `__metadata__` of the file:
/// `count` names, each followed by its value, in UTF-8. No name may come twice.
dlc_status dlc_save_with_metadata(dlc_handle *handle, const char *path,
                                  int scope, const char *const *metadata,
                                  int count);

/// Reads a safetensors file. Every entry of the scope must be there (but see
/// DLC_PRESENT) with its shape and type; a name that the model does not know is
/// an error. The state is unchanged unless the whole file is good. Only regular
/// files are read. (As every name that dlc_create accepts can be written, what
/// dlc_save wrote can be loaded.)
dlc_status dlc_load(dlc_handle *handle, const char *path, int scope);

/// Time that worker number `worker` has spent at each of the model's sites
/// since the handle was made: fills num_sites entries of `times`. `workers`
/// gets how many workers there are; null is allowed. `DLC_ERROR_ARGUMENT` of a
/// library that was compiled without `--profile`. A thread that was late and
/// has found in the meantime that nothing is left to do adds to its own times
/// only.
dlc_status dlc_profile(dlc_handle *handle, int worker, dlc_site_times *times,
                       int *workers);

/// The message of the last failed call on this handle (null: of the last failed
/// call of this thread that had no handle, as dlc_create). Never null; valid
/// until the next call that fails. Plain text: control characters of names are
/// written as \xNN.
const char *dlc_last_error(const dlc_handle *handle);

const dlc_model *dlc_get_model(const dlc_handle *handle);

/// All of the above as a table, so that a program that opens a model's library
/// at run time uses the runtime inside that library.
typedef struct dlc_api {
  dlc_status (*create)(const dlc_model *, int, dlc_handle **);
  void (*destroy)(dlc_handle *);
  dlc_status (*init)(dlc_handle *, uint64_t);
  dlc_status (*run)(dlc_handle *, int, void *const *);
  dlc_status (*get)(dlc_handle *, const char *, void *, size_t);
  dlc_status (*set)(dlc_handle *, const char *, const void *, size_t);
  dlc_status (*get_hparam)(dlc_handle *, const char *, double *);
  dlc_status (*set_hparam)(dlc_handle *, const char *, double);
  dlc_status (*save)(dlc_handle *, const char *, int);
  dlc_status (*load)(dlc_handle *, const char *, int);
  const char *(*last_error)(const dlc_handle *);
  dlc_status (*run_batch)(dlc_handle *, int, int64_t, void *const *);
  dlc_status (*save_with_metadata)(dlc_handle *, const char *, int,
                                   const char *const *, int);
  dlc_status (*profile)(dlc_handle *, int, dlc_site_times *, int *);
} dlc_api;

/// The runtime that this program is linked with.
extern const dlc_api dlc_runtime_api;

/// Shares out work among the workers, each of which has to call it: `tasks`
/// tasks (less than 2^32) that do not depend on one another. Returns those that
/// the caller has to do next, `begin << 32 | end`; 0 if none is left.
uint64_t dlc_rt_share(dlc_worker *worker, int64_t tasks);

/// The next tasks of the work that was shared out last; 0 if none is left.
uint64_t dlc_rt_next(dlc_worker *worker);

/// Returns when all tasks that were shared out before are done.
void dlc_rt_barrier(dlc_worker *worker);

/// The same, and returns the fault that they found, or 0.
int64_t dlc_rt_fault(dlc_worker *worker);

/// The activity of a worker since its last mark.
typedef enum dlc_mark {
  DLC_MARK_START = 0, ///< nothing: a run begins
  DLC_MARK_WORK = 1,  ///< the kernel of the site
  DLC_MARK_WAIT = 2   ///< the barrier in front of it, or at the end of a run
} dlc_mark;

/// Called by compiled steps that measure themselves.
void dlc_rt_mark(dlc_worker *worker, int32_t site, int32_t mark);

/// For the writer of libraries with a frozen state: brings up to date all
/// entries that step number `step` reads, and returns the state block.
const void *dlc_rt_state(dlc_handle *handle, int step);

/// Philox4x32-10: the random bits of initialisers, steps and data shuffling.
void dlc_rt_philox(const uint32_t counter[4], const uint32_t key[2],
                   uint32_t out[4]);

/// A model's library exports this one function beside its prefixed interface.
typedef struct dlc_library {
  const dlc_model *model;
  const dlc_api *api;
} dlc_library;
typedef const dlc_library *(*dlc_library_fn)(void);
#define DLC_LIBRARY_SYMBOL "dlc_library_v1"

#ifdef __cplusplus
}
#endif
#endif // DLC_RUNTIME_H
