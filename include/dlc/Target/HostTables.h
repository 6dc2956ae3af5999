//===- HostTables.h - A model's tables in this process ----------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TARGET_HOSTTABLES_H
#define DLC_TARGET_HOSTTABLES_H

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Runtime.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Allocator.h"

namespace dlc {

/// The code of the steps of a model.
struct HostCode {
  dlc_step_fn run; ///< of every step
  /// The data of a step, by its number and that of its size (0 if it has one).
  llvm::function_ref<const void *(unsigned, unsigned)> data;
  /// The message of the one fault that each step has, at the time of a fault.
  const char *const *fault;
};

/// The tables of a model, given describeModel's manifest. Every entry of the
/// state lies there in its logical shape, and there is no arena. `memory` owns
/// the data that the tables point to. The tables have no derivations; `derived`
/// gets the place in the state of each derivation's result.
dlc_model makeHostTables(dl::ManifestAttr manifest, const HostCode &code,
                         llvm::BumpPtrAllocator &memory,
                         llvm::StringMap<int64_t> &derived);

} // namespace dlc
#endif // DLC_TARGET_HOSTTABLES_H
