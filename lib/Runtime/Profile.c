//===- Profile.c - Measuring kernel times ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A step that was compiled to measure itself calls dlc_rt_mark behind each
// kernel and each barrier. Each worker has times of its own, on cache lines of
// its own, and reads the clock once a mark: the time since its last mark is
// added to the site that the mark names. A worker that is late still marks the
// sites that it walks through when the run is over, while its times may be
// read.
//
//===----------------------------------------------------------------------===//
#include "Internal.h"

#include <stdatomic.h>
#include <time.h>

/// A dlc_site_times that one thread changes and others read.
typedef struct site_clock {
  _Atomic int64_t calls, work, wait;
} site_clock;

/// In front of the times of a worker.
typedef struct worker_clock {
  int64_t last; ///< when its last mark was
  site_clock times[];
} worker_clock;

struct dlc_rt_profile {
  int64_t sites;
  int64_t stride; ///< bytes from the clock of one worker to that of the next
  char *clocks;
};

static int64_t now_in_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static worker_clock *clock_of(const dlc_rt_profile *profile, int64_t worker) {
  return (worker_clock *)(void *)(profile->clocks + worker * profile->stride);
}

const char *dlc_rt_profile_flaw(const dlc_model *model) {
  if (model->num_sites < 0 || (model->num_sites && !model->sites))
    return "no table of sites";
  for (int i = 0; i < model->num_sites; ++i) {
    const dlc_site *site = &model->sites[i];
    if (!site->step || site->num_ops < 0 || (site->num_ops && !site->ops))
      return "a site without a step or without a table of ops";
    for (int k = 0; k < site->num_ops; ++k)
      if (!site->ops[k].name || !site->ops[k].place || !site->ops[k].part)
        return "a site with an op that has no name, place or part";
  }
  return NULL;
}

static int64_t round_to_lines(int64_t bytes) {
  return (bytes + DLC_RT_CACHE_LINE - 1) / DLC_RT_CACHE_LINE *
         DLC_RT_CACHE_LINE;
}

bool dlc_rt_start_profile(dlc_handle *handle) {
  int64_t sites = handle->model->num_sites;
  if (!sites)
    return true;
  int64_t header = round_to_lines(sizeof(dlc_rt_profile));
  int64_t stride = round_to_lines((int64_t)sizeof(worker_clock) +
                                  sites * (int64_t)sizeof(site_clock));
  char *block =
      dlc_rt_allocate(header + stride * dlc_rt_team_workers(handle->team));
  if (!block)
    return false;
  handle->profile = (dlc_rt_profile *)(void *)block;
  *handle->profile = (dlc_rt_profile){sites, stride, block + header};
  dlc_rt_team_set_profile(handle->team, handle->profile);
  return true;
}

/// Only the worker itself adds to its times.
static void add(_Atomic int64_t *sum, int64_t amount) {
  atomic_store_explicit(
      sum, atomic_load_explicit(sum, memory_order_relaxed) + amount,
      memory_order_relaxed);
}

void dlc_rt_mark(dlc_worker *worker, int32_t site, int32_t mark) {
  int number;
  const dlc_rt_profile *profile = dlc_rt_worker_profile(worker, &number);
  if (!profile || site < 0 || site >= profile->sites)
    return;
  worker_clock *own = clock_of(profile, number);
  site_clock *times = &own->times[site];
  int64_t now = now_in_ns(), passed = now - own->last;
  own->last = now;
  if (mark != DLC_MARK_WAIT)
    add(&times->calls, 1);
  if (mark == DLC_MARK_WORK)
    add(&times->work, passed);
  else if (mark == DLC_MARK_WAIT)
    add(&times->wait, passed);
}

dlc_status dlc_profile(dlc_handle *handle, int worker, dlc_site_times *times,
                       int *workers) {
  if (dlc_rt_check_handle(handle))
    return DLC_ERROR_ARGUMENT;
  const char *name = handle->model->name;
  int count = dlc_rt_team_workers(handle->team);
  if (!handle->profile)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "model \"%s\" was compiled without --profile: it does "
                       "not measure itself",
                       name);
  if (!times)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "dlc_profile: the place for the times is null");
  if (worker < 0 || worker >= count)
    return dlc_rt_fail(handle, DLC_ERROR_ARGUMENT,
                       "dlc_profile: no worker %d, the handle has %d", worker,
                       count);
  site_clock *own = clock_of(handle->profile, worker)->times;
  for (int64_t i = 0; i < handle->profile->sites; ++i)
    times[i] = (dlc_site_times){
        atomic_load_explicit(&own[i].calls, memory_order_relaxed),
        atomic_load_explicit(&own[i].work, memory_order_relaxed),
        atomic_load_explicit(&own[i].wait, memory_order_relaxed)};
  if (workers)
    *workers = count;
  return DLC_OK;
}
