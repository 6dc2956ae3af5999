//===- InPlace.h - Results in the memory of operands ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TRANSFORMS_INPLACE_H
#define DLC_TRANSFORMS_INPLACE_H

#include "dlc/Dialect/Dl/Dl.h"

namespace dlc {

/// Returns true if `op` is the part of a kernel that makes one of its results,
/// and that result lies in the memory of the kernel's argument that `op`
/// overwrites: what `op` leaves as it is need not be written.
bool isInPlace(dl::Overwrites op);

} // namespace dlc
#endif // DLC_TRANSFORMS_INPLACE_H
