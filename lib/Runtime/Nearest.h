//===- Nearest.h - The nearest of several names -------------------*- C -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rule by which every "did you mean" is made, in the libraries that dlc
// writes and in its tools.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_RUNTIME_NEAREST_H
#define DLC_RUNTIME_NEAREST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dlc_rt_word {
  const char *text; ///< null: not a candidate
  size_t length;
} dlc_rt_word;

typedef dlc_rt_word (*dlc_rt_candidate)(const void *context, int index);

/// The index of the candidate nearest to `name`, or -1 when none is near enough
/// to be meant: more than about a third of the letters differ, and neither name
/// is a part of the other. Ties go to the first.
int dlc_rt_nearest(dlc_rt_word name, int num_candidates,
                   dlc_rt_candidate candidate, const void *context);

#ifdef __cplusplus
}
#endif
#endif // DLC_RUNTIME_NEAREST_H
