//===- Tasks.h - Steps in C++ share out work --------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_SUPPORT_TASKS_H
#define DLC_SUPPORT_TASKS_H

#include "dlc/Runtime.h"

namespace dlc {

/// Calls `run` with the number of each task that this worker takes of `tasks`
/// tasks. Every worker of the step has to call it; together they take all.
template <typename F>
void forEachTask(const dlc_context *context, int64_t tasks, F run) {
  for (uint64_t piece = dlc_rt_share(context->worker, tasks); piece != 0;
       piece = dlc_rt_next(context->worker))
    for (uint64_t task = piece >> 32; task < (piece & 0xffffffff); ++task)
      run(static_cast<int64_t>(task));
}

} // namespace dlc
#endif // DLC_SUPPORT_TASKS_H
