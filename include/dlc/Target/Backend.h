//===- Backend.h - Interface and table of backends --------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Up to the phase `fuse` a program is the same for every machine. What follows
// is a backend's: a row of functions. The values of `dlc --backend`, `--emit`
// and `-o` come from the rows that are registered; `cpu` always is.
// docs/adding-a-backend.md shows a small one.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_TARGET_BACKEND_H
#define DLC_TARGET_BACKEND_H

#include "dlc/Machine/TargetInfo.h"
#include "dlc/Pipelines/Phases.h"

#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace dlc {

class Compilation;
class PendingFiles;
struct CompilerOptions;

/// Relocatable objects that are linked together.
using Objects = std::vector<llvm::SmallVector<char, 0>>;

/// What a backend may do beside making code. A program or an option that asks
/// for what it does not do is an error before its phases run.
struct BackendSupport {
  /// Ends a step with a fault, before it changes the state, where a kernel with
  /// `dl.fault` finds an index out of bounds.
  bool faults = false;
  /// Makes code for CompilerOptions::cpu, and plain loops at level 0.
  bool processors = false, levels = false;
  /// Puts CompilerOptions::frozen into what it makes; measures kernels.
  bool freezing = false, profiling = false;
};

struct Backend {
  llvm::StringLiteral name;
  /// Its line in the help.
  llvm::StringLiteral summary;
  /// The phases behind `fuse`.
  llvm::ArrayRef<Phase> phases;
  /// Makes LLVM's target machine, or an error; null if LLVM does not make the
  /// code.
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> (*makeMachine)(
      const CompilerOptions &options);
  /// The description of the target that `phases` read. `machine` is null where
  /// makeMachine is.
  TargetInfo (*describeTarget)(const CompilerOptions &options,
                               const llvm::TargetMachine *machine);
  BackendSupport supports;
  /// Makes objects that export the model's tables, to load into this process;
  /// with `interface`, also the C functions of a library. Null if the code does
  /// not run in a process of the host.
  llvm::Expected<Objects> (*makeObjects)(Compilation &compilation,
                                         bool interface);
  /// The forms of code, which are suffixes of files too: "so".
  llvm::ArrayRef<llvm::StringLiteral> forms;
  /// Writes a program after the last of `phases` in one of `forms`. Files are
  /// reserved in `files`, which the caller commits.
  llvm::Error (*write)(Compilation &compilation, llvm::StringRef form,
                       llvm::StringRef path, PendingFiles &files);

  /// The description of the target for these options, or an error if there is
  /// no such processor.
  llvm::Expected<TargetInfo> describe(const CompilerOptions &options) const;

  /// The phases from the program that a user wrote on.
  llvm::SmallVector<const Phase *> allPhases() const;
  /// The one of that name, or null.
  const Phase *findPhase(llvm::StringRef name) const;
  /// The first that plans memory; null if none does.
  const Phase *planningPhase() const;

  /// The form that the suffix of a file asks for: one of `forms`, the last
  /// phase for ".mlir", or "" for any other suffix.
  llvm::StringRef formOfSuffix(llvm::StringRef path) const;
  /// All such suffixes: ".so, .o, .mlir", with a word before the last.
  std::string suffixes(llvm::StringRef before = "") const;
};

/// The backends, `cpu` first.
llvm::ArrayRef<const Backend *> getBackends();

/// The backend of that name, or an error that names the nearest.
llvm::Expected<const Backend *> findBackend(llvm::StringRef name);

/// Adds a backend, which has to outlive all use of it, and whose name no other
/// has, when the program starts:
///
///   static const BackendRegistration registration(backend);
struct BackendRegistration {
  explicit BackendRegistration(const Backend &backend);
};

} // namespace dlc
#endif // DLC_TARGET_BACKEND_H
