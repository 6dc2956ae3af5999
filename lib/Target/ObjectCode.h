//===- ObjectCode.h - From LLVM IR to machine code --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_TARGET_OBJECTCODE_H
#define DLC_LIB_TARGET_OBJECTCODE_H

#include "dlc/Target/Compilation.h"

#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace dlc {

/// Takes a step with many calls of kernels apart, into functions that call a
/// few each.
void cutStep(llvm::Function &step);

/// Runs LLVM's passes on a module. Kernels come vectorized.
llvm::Error optimize(llvm::Module &module, llvm::TargetMachine &machine,
                     unsigned optLevel);

/// Optimizes a module and compiles it to objects, part by part on all CPUs. The
/// parts depend on the module alone. What they name of one another begins with
/// "dlc.<prefix>.".
llvm::Expected<Objects> compileObjects(std::unique_ptr<llvm::Module> module,
                                       const llvm::TargetMachine &machine,
                                       llvm::StringRef prefix,
                                       const CompilerOptions &options);

} // namespace dlc
#endif // DLC_LIB_TARGET_OBJECTCODE_H
