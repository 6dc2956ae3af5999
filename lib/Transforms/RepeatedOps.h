//===- RepeatedOps.h - Cheap values made again by readers -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRANSFORMS_REPEATEDOPS_H
#define DLC_TRANSFORMS_REPEATEDOPS_H

#include "KernelGroups.h"

namespace dlc {

/// Makes the results of cheap elementwise ops again in each group that reads
/// them, where that reads as much memory as the result has and no group has to
/// write it: `x - mean` of a value `x` that lies in memory. Returns the number
/// of values that are no longer written.
int64_t repeatCheapOps(std::vector<KernelGroup> &groups, const FreeOps &freeOps,
                       const KernelLimits &limits);

} // namespace dlc

#endif // DLC_TRANSFORMS_REPEATEDOPS_H
