//===- LargeStack.h - A call on a stack of known size -----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// MLIR and LLVM recurse over the programs they parse and transform. How much
// stack the caller has depends on the user's settings and on the thread; on one
// of `limits::stackBytes` the bounds of Limits.h hold.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_SUPPORT_LARGESTACK_H
#define DLC_SUPPORT_LARGESTACK_H

#include "llvm/ADT/STLFunctionalExtras.h"

namespace dlc {

/// Calls `action` on a thread of its own and waits for it. Where the system
/// gives no such stack (a limit on address space), a smaller one is tried, and
/// finally the caller's.
void onLargeStack(llvm::function_ref<void()> action);

} // namespace dlc
#endif // DLC_SUPPORT_LARGESTACK_H
