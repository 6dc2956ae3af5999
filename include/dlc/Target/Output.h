//===- Output.h - Files that a compilation writes ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_TARGET_OUTPUT_H
#define DLC_TARGET_OUTPUT_H

#include "dlc/Support/PendingFiles.h"
#include "dlc/Target/Compilation.h"

namespace dlc {

/// Forms of code for a processor, which are also suffixes of files: "so", "o",
/// "s", "ll".
llvm::ArrayRef<llvm::StringLiteral> getCodeForms();

/// Prints to the temporary that `files` has reserved for `path`.
llvm::Error writeText(PendingFiles &files, llvm::StringRef path,
                      llvm::function_ref<void(llvm::raw_ostream &)> print);

/// Writes the result of a compilation to `path` ("-": standard output), after
/// the last phase in one of the forms of its backend, otherwise as text.
/// Appears when `files` commits.
llvm::Error writeForm(Compilation &compilation, llvm::StringRef form,
                      llvm::StringRef path, PendingFiles &files);

/// Writes code for a processor in one of getCodeForms. A shared library gets
/// its C header beside it.
llvm::Error writeOutput(Compilation &compilation, llvm::StringRef form,
                        llvm::StringRef path, PendingFiles &files);

} // namespace dlc
#endif // DLC_TARGET_OUTPUT_H
