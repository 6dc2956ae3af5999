//===- HostTables.h - A model's tables in this process ----------*- C++ -*-===//
#ifndef DLC_TARGET_HOSTTABLES_H
#define DLC_TARGET_HOSTTABLES_H

#include "dlc/Runtime.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Allocator.h"

namespace dlc {

/// The tables of a model, given what describeModel says of it. Every entry of
/// the state lies there in its logical shape, and there is no arena. `run`
/// gives the code of every step, by the number of its size (0 if it has one),
/// and its one fault has the message that `*fault` is at that time. What the
/// tables point to is in `memory`. The tables have no derivations; where what
/// they make lies in the state is in `derived`.
dlc_model makeHostTables(mlir::DictionaryAttr manifest,
                         llvm::function_ref<dlc_step_fn(unsigned)> run,
                         const char *const *fault,
                         llvm::BumpPtrAllocator &memory,
                         llvm::StringMap<int64_t> &derived);

} // namespace dlc
#endif // DLC_TARGET_HOSTTABLES_H
