//===- HostTables.h - A model's tables in this process ----------*- C++ -*-===//
#ifndef DLC_TARGET_HOSTTABLES_H
#define DLC_TARGET_HOSTTABLES_H

#include "dialects/Dl/Dl.h"
#include "dlc/Runtime.h"

#include "llvm/Support/Allocator.h"

namespace dlc {

/// Describes a model whose steps are functions (after the phase `resolve`),
/// with the same names and in the same order as if it were compiled. Every
/// entry of the state lies there in its logical shape, and there is no arena.
/// `run` is the code of every step, and its one fault has the message that
/// `*fault` is at that time. What the tables point to is in `memory`.
dlc_model makeHostTables(dl::ModelOp model, dlc_step_fn run,
                         const char *const *fault,
                         llvm::BumpPtrAllocator &memory);

} // namespace dlc
#endif // DLC_TARGET_HOSTTABLES_H
