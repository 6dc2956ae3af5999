//===- Jit.h - From a program to a model in this process --------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_EXECUTION_JIT_H
#define DLC_EXECUTION_JIT_H

#include "dlc/Execution/Model.h"
#include "dlc/Target/Compilation.h"

namespace dlc {

/// The code of a model in this process; instances may be made for as long as
/// the owner lives.
struct LoadedCode {
  dlc_library library;
  std::unique_ptr<CodeOwner> owner;
};

/// Loads the code of a compilation whose program is in its last phase.
llvm::Expected<LoadedCode> loadCode(Compilation &compilation,
                                    llvm::StringRef name);

/// Compiles the program in `mlirPath` ("-": standard input) in memory and makes
/// an instance with `threads` workers (0: one for each CPU of this process).
/// Errors in the program carry file, line and column.
llvm::Expected<std::unique_ptr<Model>>
compileAndLoad(llvm::StringRef mlirPath, const CompilerOptions &options,
               int threads);

/// The same of a program that is read already and that the phase `from` left
/// (empty: it is as a user writes it). `name` is for messages.
llvm::Expected<std::unique_ptr<Model>> compileAndLoad(Compilation &compilation,
                                                      llvm::StringRef from,
                                                      llvm::StringRef name,
                                                      int threads);

} // namespace dlc
#endif // DLC_EXECUTION_JIT_H
