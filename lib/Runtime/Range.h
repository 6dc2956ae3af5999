//===- Range.h - Ranges of hyper-parameters -----------------------*- C -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one meaning of dlc_range, by which the compiler judges numbers in a
// program, and the runtime those that are set or loaded later.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_RUNTIME_RANGE_H
#define DLC_RUNTIME_RANGE_H

#include "dlc/Runtime.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// False for NaN, whatever the range; `range` is a dlc_range.
bool dlc_rt_is_in_range(int32_t range, double value);

/// The range that a value must be in, as text: "0 or more".
const char *dlc_rt_describe_range(int32_t range);

#ifdef __cplusplus
}
#endif
#endif // DLC_RUNTIME_RANGE_H
