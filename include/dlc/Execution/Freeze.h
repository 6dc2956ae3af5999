//===- Freeze.h - The state that a frozen library holds ---------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_EXECUTION_FREEZE_H
#define DLC_EXECUTION_FREEZE_H

#include "dlc/Target/Compilation.h"

namespace dlc {

/// Reads the state of a program that a user wrote: the parameters and buffers
/// of the safetensors file `params`, whose entries have the model's names by
/// `renames` (--rename). Returns every entry that steps without effect on the
/// state read, derived entries included, by name as CompilerOptions::frozen has
/// it. Compiles those steps for this machine and runs their derivations.
llvm::Expected<llvm::StringMap<std::vector<char>>>
freezeState(std::unique_ptr<llvm::MemoryBuffer> program,
            const CompilerOptions &options, llvm::StringRef params,
            llvm::ArrayRef<std::string> renames);

} // namespace dlc
#endif // DLC_EXECUTION_FREEZE_H
