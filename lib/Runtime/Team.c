//===- Team.c - Workers, what they share and their barrier ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A team of N workers is the caller of dlc_run, worker 0, and N - 1 threads
// that live as long as the handle. All walk through the step; they take the
// tasks of a kernel in pieces (dlc_rt_share, dlc_rt_next), and nothing depends
// on which worker takes which. So a worker that the system lets wait holds up
// the others only for the piece that it has taken.
//
// From barrier to barrier lies a stage. It is over when all its tasks are done,
// not when all workers have come: one that is late finds that nothing is left,
// and catches up. It may be late by a whole run. All that is touched outside of
// pieces of work therefore belongs to the team and lives as long as it.
//
// Everything that a worker waits for is a word that changes: the number of the
// stage, the number of the run. `await` waits in three stages, each for one
// situation:
//
//   spin   the others are running and the word changes within microseconds;
//   yield  there may be more workers than CPUs: let another one run;
//   sleep  nobody knows how long: on a condition variable, costing nothing.
//
// `change` stores the new value and wakes sleepers, if any. A worker says that
// it sleeps before it looks at the word for the last time, and the word is
// changed before one looks for sleepers; both sequentially consistent, so one
// of the two sees the other and no wake-up is lost.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// How long to wait in which way. A pause takes 10 to 40 ns, a yield to nobody
/// some 300 ns.
typedef struct patience {
  int spins, yields;
} patience;

// In a barrier the others are at work on the same loop. Few spins: when the
// system has put two workers on one CPU, each barrier costs all of them, and
// from 4000 spins to 100 it fell from 45 us to 1.6; between CPUs it stayed at
// 0.24 us. Many yields, as a worker may have a part of the step to itself: they
// make 100 to 200 us, the cost of a few wake-ups.
static const patience in_step = {200, 500};
// Between runs: a training loop prepares the next batch, for perhaps 50 us.
static const patience between_runs = {100, 150};
// More workers than CPUs: whom we wait for is probably not running.
static const patience crowded = {20, 20};

/// A worker's own lines of memory.
struct dlc_worker {
  alignas(DLC_RT_CACHE_LINE) dlc_team *team;
  pthread_t thread;
  int number;
  uint64_t run; ///< `started` when it began
  /// The stage that it is in; 0: its run is over, and there is nothing to do.
  uint64_t stage;
  int64_t expected; ///< units of work in the stage so far
  int64_t done;     ///< those of them that it has taken, and then done
  // The work that is shared out at the moment.
  int slot;       ///< its queues
  int owner;      ///< whose queue is next
  int left;       ///< queues that may have something
  int64_t tasks;  ///< all tasks
  int unit_shift; ///< log2 of the tasks in a unit
  int64_t units;  ///< all units
};

enum {
  /// Pieces of work that are shared out in one stage; with more, a barrier
  /// comes between.
  max_slots = 32,
  /// Bits of the next unit in a queue. The others are the number of the stage,
  /// which repeats after years of stages of a microsecond.
  unit_bits = 16,
};
static const uint64_t unit_mask = ((uint64_t)1 << unit_bits) - 1;

/// The units of one worker's share: the stage in which one was last taken, and
/// the first that nobody has taken in it.
typedef struct work_queue {
  alignas(DLC_RT_CACHE_LINE) _Atomic uint64_t next;
} work_queue;

struct dlc_team {
  // Each on a line of its own: whoever polls one is not disturbed by the
  // others.
  alignas(DLC_RT_CACHE_LINE) _Atomic int64_t done;   ///< units, of the stage
  alignas(DLC_RT_CACHE_LINE) _Atomic uint64_t stage; ///< from 1 on
  /// Twice the number of runs started; odd while the next one is written down.
  alignas(DLC_RT_CACHE_LINE) _Atomic uint64_t started;
  alignas(DLC_RT_CACHE_LINE) atomic_uint sleepers;
  pthread_mutex_t mutex; ///< guards sleeping, nothing else
  pthread_cond_t wake;

  // The present run. A thread that is late may read it while the next run is
  // written down, sees that `started` has changed, and reads it again.
  alignas(DLC_RT_CACHE_LINE) _Atomic(dlc_step_fn) code;
  _Atomic(const void *) data;
  _Atomic(void *) state, arena;
  _Atomic uint64_t first_stage;
  atomic_bool stop;
  _Atomic int64_t fault;
  void **io; ///< a copy; read by late ones too, who then use none of it

  dlc_rt_profile *profile;
  patience in_step, between_runs;
  int workers;
  work_queue *queues; ///< one of each worker for each slot
  dlc_worker members[];
};

//===--- Waiting ----------------------------------------------------------===//

static inline void relax_cpu(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb"); // yield is a no-op on most cores
#endif
}

static bool has_changed(_Atomic uint64_t *word, uint64_t old) {
  return atomic_load_explicit(word, memory_order_acquire) != old;
}

static void sleep_until_changed(dlc_team *team, _Atomic uint64_t *word,
                                uint64_t old) {
  pthread_mutex_lock(&team->mutex);
  atomic_fetch_add(&team->sleepers, 1);
  while (atomic_load(word) == old)
    pthread_cond_wait(&team->wake, &team->mutex);
  atomic_fetch_sub(&team->sleepers, 1);
  pthread_mutex_unlock(&team->mutex);
}

/// Returns when `word` is no longer `old`.
static void await(dlc_team *team, _Atomic uint64_t *word, uint64_t old,
                  patience limit) {
  for (int i = 0; i < limit.spins; ++i) {
    if (has_changed(word, old))
      return;
    relax_cpu();
  }
  for (int i = 0; i < limit.yields; ++i) {
    if (has_changed(word, old))
      return;
    sched_yield();
  }
  sleep_until_changed(team, word, old);
}

static void change(dlc_team *team, _Atomic uint64_t *word, uint64_t value) {
  atomic_store(word, value);
  if (atomic_load(&team->sleepers) == 0)
    return;
  // With the lock, so that it cannot come between a sleeper's last look and its
  // falling asleep.
  pthread_mutex_lock(&team->mutex);
  pthread_cond_broadcast(&team->wake);
  pthread_mutex_unlock(&team->mutex);
}

//===--- Stages -----------------------------------------------------------===//

/// Begins a stage.
static void enter_stage(dlc_worker *worker, uint64_t stage) {
  worker->stage = stage;
  worker->expected = worker->done = 0;
  worker->slot = -1;
  worker->left = 0;
}

/// In another run the number of a stage is that of other work: a worker whose
/// run is over takes nothing any more.
static void leave_if_over(dlc_worker *worker) {
  if (atomic_load_explicit(&worker->team->started, memory_order_acquire) !=
      worker->run)
    worker->stage = 0;
}

void dlc_rt_barrier(dlc_worker *worker) {
  dlc_team *team = worker->team;
  if (worker->stage == 0 || worker->expected == 0)
    return;
  uint64_t next = worker->stage + 1;
  int64_t done = worker->done;
  if (done &&
      atomic_fetch_add_explicit(&team->done, done, memory_order_acq_rel) +
              done ==
          worker->expected) {
    // The last to come has all that the others have written. Nobody adds to
    // this again before the stage has changed.
    atomic_store_explicit(&team->done, 0, memory_order_relaxed);
    change(team, &team->stage, next);
  } else {
    await(team, &team->stage, worker->stage, team->in_step);
  }
  enter_stage(worker, next);
  leave_if_over(worker);
}

int64_t dlc_rt_fault(dlc_worker *worker) {
  dlc_rt_barrier(worker);
  int64_t fault =
      atomic_load_explicit(&worker->team->fault, memory_order_relaxed);
  // That may be of another run already, and have led it astray.
  atomic_thread_fence(memory_order_acquire);
  leave_if_over(worker);
  return fault;
}

//===--- Shares -----------------------------------------------------------===//
//
// A worker's own share has the size for equally fast workers, so that the
// worker finds in its cache the elements that it wrote a stage before. It takes
// half of the remaining units there at a time, then of the shares of the
// others.

/// The first unit of a worker's share.
static int64_t share_begin(const dlc_worker *worker, int owner) {
  return worker->units * owner / worker->team->workers;
}

/// Takes units of one queue. Returns how many; from `*first` on.
static int64_t take(dlc_worker *worker, int owner, int64_t *first) {
  dlc_team *team = worker->team;
  int64_t begin = share_begin(worker, owner),
          size = share_begin(worker, owner + 1) - begin;
  if (size == 0)
    return 0;
  _Atomic uint64_t *queue =
      &team->queues[(int64_t)worker->slot * team->workers + owner].next;
  uint64_t old = atomic_load_explicit(queue, memory_order_relaxed);
  for (;;) {
    int64_t ahead =
        (int64_t)((old & ~unit_mask) - (worker->stage << unit_bits));
    int64_t next = ahead == 0 ? (int64_t)(old & unit_mask) : 0;
    if (ahead > 0 || next == size)
      return 0;
    int64_t count = (size - next + 1) / 2;
    uint64_t taken = worker->stage << unit_bits | (uint64_t)(next + count);
    if (atomic_compare_exchange_weak_explicit(
            queue, &old, taken, memory_order_relaxed, memory_order_relaxed)) {
      *first = begin + next;
      return count;
    }
  }
}

uint64_t dlc_rt_next(dlc_worker *worker) {
  while (worker->left > 0) {
    int64_t first = 0, count = take(worker, worker->owner, &first);
    if (count) {
      worker->done += count;
      uint64_t begin = (uint64_t)first << worker->unit_shift,
               end = (uint64_t)(first + count) << worker->unit_shift;
      if (end > (uint64_t)worker->tasks)
        end = (uint64_t)worker->tasks;
      return begin << 32 | end;
    }
    worker->owner = (worker->owner + 1) % worker->team->workers;
    --worker->left;
  }
  return 0;
}

uint64_t dlc_rt_share(dlc_worker *worker, int64_t tasks) {
  if (worker->team->workers == 1)
    return (uint64_t)tasks;
  // The numbers of slots are the same in all workers, and so is where they wait
  // for one to be free.
  if (worker->slot == max_slots - 1)
    dlc_rt_barrier(worker);
  if (worker->stage == 0)
    return 0;
  ++worker->slot;
  worker->tasks = tasks;
  worker->unit_shift = 0;
  while (tasks >> worker->unit_shift > (int64_t)unit_mask)
    ++worker->unit_shift;
  int64_t unit = (int64_t)1 << worker->unit_shift;
  worker->units = (tasks + unit - 1) >> worker->unit_shift;
  worker->expected += worker->units;
  worker->owner = worker->number;
  worker->left = worker->team->workers;
  return dlc_rt_next(worker);
}

//===--- Floating-point mode ----------------------------------------------===//
//
// Steps run with denormals flushed to zero (a single one can cost a hundred
// cycles, and decaying averages make many), rounding to nearest, no traps: the
// same in every worker, whatever the caller has set for itself.

#if defined(__x86_64__)
typedef unsigned float_mode;
static float_mode enter_float_mode(void) {
  enum { defaults = 0x1f80, flush_results = 0x8000, flush_operands = 0x0040 };
  float_mode previous = _mm_getcsr();
  _mm_setcsr(defaults | flush_results | flush_operands);
  return previous;
}
static void leave_float_mode(float_mode previous) { _mm_setcsr(previous); }
#elif defined(__aarch64__)
typedef uint64_t float_mode;
static float_mode enter_float_mode(void) {
  const uint64_t flush = (uint64_t)1 << 24; // FPCR.FZ, and nothing else
  float_mode previous;
  __asm__ volatile("mrs %0, fpcr" : "=r"(previous));
  __asm__ volatile("msr fpcr, %0" : : "r"(flush));
  return previous;
}
static void leave_float_mode(float_mode previous) {
  __asm__ volatile("msr fpcr, %0" : : "r"(previous));
}
#else
#error "say how this processor flushes denormals: all code assumes it"
#endif

//===--- Runs -------------------------------------------------------------===//

/// Runs the team's present run. False if a thread came while that was being
/// replaced; it has done nothing then.
static bool run_member(dlc_team *team, dlc_worker *worker, uint64_t run) {
  dlc_step_fn code = atomic_load_explicit(&team->code, memory_order_relaxed);
  dlc_context context = {
      worker, (int64_t *)&team->fault,
      atomic_load_explicit(&team->data, memory_order_relaxed)};
  void *state = atomic_load_explicit(&team->state, memory_order_relaxed);
  void *arena = atomic_load_explicit(&team->arena, memory_order_relaxed);
  uint64_t stage =
      atomic_load_explicit(&team->first_stage, memory_order_relaxed);
  atomic_thread_fence(memory_order_acquire);
  if (atomic_load_explicit(&team->started, memory_order_relaxed) != run)
    return false;
  worker->run = run;
  enter_stage(worker, stage);
  code(&context, state, arena, team->io);
  dlc_rt_barrier(worker);
  return true;
}

static void *member_main(void *argument) {
  dlc_worker *worker = argument;
  dlc_team *team = worker->team;
  // Until the team is complete its creator holds the lock.
  pthread_mutex_lock(&team->mutex);
  pthread_mutex_unlock(&team->mutex);
  (void)enter_float_mode();
  for (uint64_t run = 0;;) {
    await(team, &team->started, run, team->between_runs);
    // In this order: who sees the number that ends the team sees `stop` too.
    uint64_t started =
        atomic_load_explicit(&team->started, memory_order_acquire);
    if (atomic_load_explicit(&team->stop, memory_order_relaxed))
      return NULL;
    if (started % 2 == 0 && run_member(team, worker, started))
      run = started;
    else
      sched_yield();
  }
}

int64_t dlc_rt_team_run(dlc_team *team, dlc_step_fn code, const void *data,
                        void *state, void *arena, void *const *io,
                        int buffers) {
  // All work of the run before is done, and nobody does any before `started`
  // is even.
  uint64_t run = atomic_load_explicit(&team->started, memory_order_relaxed);
  atomic_store_explicit(&team->started, run + 1, memory_order_relaxed);
  atomic_thread_fence(memory_order_release);
  atomic_store_explicit(&team->code, code, memory_order_relaxed);
  atomic_store_explicit(&team->data, data, memory_order_relaxed);
  atomic_store_explicit(&team->state, state, memory_order_relaxed);
  atomic_store_explicit(&team->arena, arena, memory_order_relaxed);
  uint64_t stage = atomic_load_explicit(&team->stage, memory_order_relaxed) + 1;
  atomic_store_explicit(&team->stage, stage, memory_order_relaxed);
  atomic_store_explicit(&team->first_stage, stage, memory_order_relaxed);
  for (int i = 0; i < buffers; ++i)
    team->io[i] = io[i];
  atomic_store_explicit(&team->fault, 0, memory_order_relaxed);

  float_mode mode = enter_float_mode();
  change(team, &team->started, run + 2);
  (void)run_member(team, &team->members[0], run + 2);
  leave_float_mode(mode);
  return atomic_load_explicit(&team->fault, memory_order_relaxed);
}

int dlc_rt_team_workers(const dlc_team *team) { return team->workers; }

void dlc_rt_team_set_profile(dlc_team *team, dlc_rt_profile *profile) {
  team->profile = profile;
}

dlc_rt_profile *dlc_rt_worker_profile(const dlc_worker *worker, int *number) {
  *number = worker->number;
  return worker->team->profile;
}

//===--- Life -------------------------------------------------------------===//

int dlc_rt_usable_cpus(void) {
#if defined(__linux__)
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    return CPU_COUNT(&set);
#endif
  // Elsewhere, and on machines with more CPUs than the set has room for.
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  if (online > DLC_RT_MAX_THREADS)
    return DLC_RT_MAX_THREADS;
  return online > 1 ? (int)online : 1;
}

/// Starts the threads of a team that so far has none; an errno. On failure
/// those that run are the team.
static int start_members(dlc_team *team, int workers) {
  // Signals are for the program's own threads: its handlers do not expect to
  // run on a thread that they have never heard of.
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  pthread_mutex_lock(&team->mutex);
  int failure = 0;
  for (int i = 1; i < workers && !failure; ++i) {
    dlc_worker *member = &team->members[i];
    member->team = team;
    member->number = i;
    failure = pthread_create(&member->thread, NULL, member_main, member);
    if (!failure)
      ++team->workers;
  }
  pthread_mutex_unlock(&team->mutex);
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  return failure;
}

dlc_team *dlc_rt_team_create(int workers, int buffers, int *failure) {
  dlc_team *team = dlc_rt_allocate(
      (int64_t)(sizeof(dlc_team) + (size_t)workers * sizeof(dlc_worker)));
  *failure = ENOMEM;
  if (!team)
    return NULL;
  team->queues = dlc_rt_allocate((int64_t)max_slots * workers *
                                 (int64_t)sizeof(work_queue));
  team->io = dlc_rt_allocate((int64_t)buffers * (int64_t)sizeof(void *));
  if (!team->queues || !team->io) {
    free(team->queues);
    free(team->io);
    free(team);
    return NULL;
  }
  bool fits = workers <= dlc_rt_usable_cpus();
  team->in_step = fits ? in_step : crowded;
  team->between_runs = fits ? between_runs : crowded;
  team->workers = 1;
  team->stage = 1;
  team->members[0].team = team;
  pthread_mutex_init(&team->mutex, NULL);
  pthread_cond_init(&team->wake, NULL);
  *failure = start_members(team, workers);
  if (*failure) {
    dlc_rt_team_destroy(team);
    return NULL;
  }
  return team;
}

void dlc_rt_team_destroy(dlc_team *team) {
  if (!team)
    return;
  atomic_store_explicit(&team->stop, true, memory_order_relaxed);
  change(team, &team->started,
         atomic_load_explicit(&team->started, memory_order_relaxed) + 2);
  for (int i = 1; i < team->workers; ++i)
    pthread_join(team->members[i].thread, NULL);
  pthread_cond_destroy(&team->wake);
  pthread_mutex_destroy(&team->mutex);
  free(team->queues);
  free(team->io);
  free(team);
}
