//===- Team.c - Workers and their barrier ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A team of N workers is the caller of dlc_run, worker 0, and N - 1 threads
// that live as long as the handle. Everything that a worker waits for is a word
// that changes: the barrier's phase, the number of the run, the number of the
// run that is finished. `await` waits in three stages, each for one situation:
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
typedef struct team_member {
  alignas(DLC_RT_CACHE_LINE) int64_t fault;
  pthread_t thread;
  dlc_team *team;
  int number;
} team_member;

struct dlc_team {
  // Each on a line of its own: whoever polls one is not disturbed by the
  // others.
  alignas(DLC_RT_CACHE_LINE) atomic_uint arrived; ///< workers in the barrier
  alignas(DLC_RT_CACHE_LINE) atomic_uint phase;   ///< barriers passed
  alignas(DLC_RT_CACHE_LINE) atomic_uint started; ///< runs started
  alignas(DLC_RT_CACHE_LINE) atomic_uint done;    ///< threads through the run
  alignas(DLC_RT_CACHE_LINE)
      atomic_uint finished; ///< runs all are through with
  alignas(DLC_RT_CACHE_LINE) atomic_uint sleepers;
  pthread_mutex_t mutex; ///< guards sleeping, nothing else
  pthread_cond_t wake;

  // What to run; written before `started` changes.
  alignas(DLC_RT_CACHE_LINE) dlc_step_fn code;
  const void *data;
  void *state, *arena;
  void *const *io;
  bool stop;

  dlc_rt_profile *profile;
  patience in_step, between_runs;
  int workers;
  team_member members[];
};

//===--- Waiting ----------------------------------------------------------===//

static inline void relax_cpu(void) {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb"); // yield is a no-op on most cores
#endif
}

static bool has_changed(atomic_uint *word, unsigned old) {
  return atomic_load_explicit(word, memory_order_acquire) != old;
}

static void sleep_until_changed(dlc_team *team, atomic_uint *word,
                                unsigned old) {
  pthread_mutex_lock(&team->mutex);
  atomic_fetch_add(&team->sleepers, 1);
  while (atomic_load(word) == old)
    pthread_cond_wait(&team->wake, &team->mutex);
  atomic_fetch_sub(&team->sleepers, 1);
  pthread_mutex_unlock(&team->mutex);
}

/// Returns when `word` is no longer `old`.
static void await(dlc_team *team, atomic_uint *word, unsigned old,
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

static void change(dlc_team *team, atomic_uint *word, unsigned value) {
  atomic_store(word, value);
  if (atomic_load(&team->sleepers) == 0)
    return;
  // With the lock, so that it cannot come between a sleeper's last look and its
  // falling asleep.
  pthread_mutex_lock(&team->mutex);
  pthread_cond_broadcast(&team->wake);
  pthread_mutex_unlock(&team->mutex);
}

void dlc_rt_barrier(dlc_team *team) {
  if (team->workers == 1)
    return;
  // The phase cannot change before this worker has arrived, and nobody can be
  // here for the next phase before it has changed: the phase is the sense of
  // the barrier, and no worker needs to keep one.
  unsigned phase = atomic_load_explicit(&team->phase, memory_order_relaxed);
  unsigned before =
      atomic_fetch_add_explicit(&team->arrived, 1, memory_order_acq_rel);
  if (before + 1 < (unsigned)team->workers) {
    await(team, &team->phase, phase, team->in_step);
    return;
  }
  atomic_store_explicit(&team->arrived, 0, memory_order_relaxed);
  change(team, &team->phase, phase + 1);
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
#else
typedef int float_mode;
static float_mode enter_float_mode(void) { return 0; }
static void leave_float_mode(float_mode previous) { (void)previous; }
#endif

//===--- Runs -------------------------------------------------------------===//

static void run_member(dlc_team *team, team_member *member) {
  member->fault = 0;
  dlc_context context = {member->number, team->workers, team, &member->fault,
                         team->data};
  team->code(&context, team->state, team->arena, team->io);
}

static void *member_main(void *argument) {
  team_member *member = argument;
  dlc_team *team = member->team;
  // Until the team is complete its creator holds the lock.
  pthread_mutex_lock(&team->mutex);
  pthread_mutex_unlock(&team->mutex);
  (void)enter_float_mode();
  for (unsigned run = 0;; ++run) {
    await(team, &team->started, run, team->between_runs);
    if (team->stop)
      return NULL;
    run_member(team, member);
    unsigned before =
        atomic_fetch_add_explicit(&team->done, 1, memory_order_acq_rel);
    if (before + 2 == (unsigned)team->workers)
      change(team, &team->finished, run + 1);
  }
}

int64_t dlc_rt_team_run(dlc_team *team, dlc_step_fn code, const void *data,
                        void *state, void *arena, void *const *io) {
  team->code = code;
  team->data = data;
  team->state = state;
  team->arena = arena;
  team->io = io;

  float_mode mode = enter_float_mode();
  if (team->workers == 1) {
    run_member(team, &team->members[0]);
  } else {
    unsigned run = atomic_load_explicit(&team->started, memory_order_relaxed);
    atomic_store_explicit(&team->done, 0, memory_order_relaxed);
    change(team, &team->started, run + 1);
    run_member(team, &team->members[0]);
    await(team, &team->finished, run, team->in_step);
  }
  leave_float_mode(mode);

  // Each worker has a fault of its own, so that none writes where another does.
  // The smallest is the earliest check of the step that failed anywhere.
  int64_t fault = 0;
  for (int i = 0; i < team->workers; ++i) {
    int64_t other = team->members[i].fault;
    if (other && (!fault || other < fault))
      fault = other;
  }
  return fault;
}

int dlc_rt_team_workers(const dlc_team *team) { return team->workers; }

void dlc_rt_team_set_profile(dlc_team *team, dlc_rt_profile *profile) {
  team->profile = profile;
}

dlc_rt_profile *dlc_rt_team_profile(const dlc_team *team) {
  return team->profile;
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
    team_member *member = &team->members[i];
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

dlc_team *dlc_rt_team_create(int workers, int *failure) {
  dlc_team *team = dlc_rt_allocate(
      (int64_t)(sizeof(dlc_team) + (size_t)workers * sizeof(team_member)));
  if (!team) {
    *failure = ENOMEM;
    return NULL;
  }
  bool fits = workers <= dlc_rt_usable_cpus();
  team->in_step = fits ? in_step : crowded;
  team->between_runs = fits ? between_runs : crowded;
  team->workers = 1;
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
  team->stop = true;
  change(team, &team->started,
         atomic_load_explicit(&team->started, memory_order_relaxed) + 1);
  for (int i = 1; i < team->workers; ++i)
    pthread_join(team->members[i].thread, NULL);
  pthread_cond_destroy(&team->wake);
  pthread_mutex_destroy(&team->mutex);
  free(team);
}
