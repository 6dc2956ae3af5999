//===- Phases.h - The way from a model to code ------------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One table says which phases there are, what each leaves and which passes it
// runs.
// `--emit`, `--from`, `--dump-phases`, the pipelines of dlc-opt and
// docs/phases.md all come from it.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_PIPELINES_PHASES_H
#define DLC_PIPELINES_PHASES_H

#include "dlc/Pipelines/PhaseNames.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace dlc {

/// Options that users set for phases. The module describes the machine (see
/// TargetInfo).
struct PhaseOptions {
  /// Bytes that the arena of each step may have; 0: no limit.
  int64_t memoryBudget = 0;
  /// Whether to print the memory plan of each step.
  bool printMemoryPlan = false;
  /// Whether to keep only steps that leave the state as it is, and whether to
  /// embed the state that they read in the library.
  bool evaluationOnly = false, freeze = false;
  /// Whether the program is a part of one, whose other parts use the state too.
  bool partOnly = false;
  /// Whether steps are to measure where their time goes.
  bool profile = false;
  /// Sizes of the batch of steps (see dl-specialize-batch).
  std::vector<std::string> batch = {};
  /// Optional passes to leave out, by name (see getOptionalPasses).
  std::vector<std::string> disabled = {};
  /// Gets the names of the optional passes that are added; null: none.
  std::vector<std::string> *optional = nullptr;
};

/// What steps consist of after a phase; later phases have later forms.
enum class ProgramForm {
  Ops,     ///< ops of `dl`
  Kernels, ///< calls of kernels, which are functions of ops of `dl`
  Tensors, ///< calls of kernels, which are structured ops on tensors
  Buffers, ///< calls of kernels on memory at the places of a plan
  Code     ///< the LLVM dialect
};

struct Phase {
  llvm::StringLiteral name;
  /// A property of the program that the phase establishes.
  llvm::StringLiteral leaves;
  void (*addPasses)(mlir::OpPassManager &, const PhaseOptions &);
  /// Whether an op may be left after the phase.
  bool (*isLegal)(mlir::Operation *);
  ProgramForm form;
  /// Whether passes decide by the description of the target; those of backends
  /// do in any case.
  bool readsTarget = false;
};

/// All phases up to code for a CPU, in the order they run.
llvm::ArrayRef<Phase> getPhases();
/// Their first part, the same for every backend, and that of the backend `cpu`.
llvm::ArrayRef<Phase> getProgramPhases();
llvm::ArrayRef<Phase> getCpuPhases();

/// The phase of that name, or null.
const Phase *findPhase(llvm::StringRef name);

/// The names of the passes that a program compiles without, as `phases` add
/// them: they change the order, the place and the rounding of computations,
/// nothing else.
std::vector<std::string>
getOptionalPasses(llvm::ArrayRef<const Phase *> phases);

/// Adds the passes of one phase and the check that only legal ops are left.
void addPhase(mlir::OpPassManager &manager, const Phase &phase,
              const PhaseOptions &options);

/// Adds what makes a program after the phase `grad` one of primitive ops only,
/// with images and filters as the language has them; the first part of the
/// phase `simplify`, and all that the interpreter needs.
void addPrimitives(mlir::OpPassManager &manager);

/// Adds what puts a program after the phase `linalg` on memory and decides what
/// its steps do in which order and where: kernels are structured ops on memory
/// then, and a step gets one block for the state, one arena, inputs and
/// outputs. The first part of the phase `vector`.
void addSchedule(mlir::OpPassManager &manager, const PhaseOptions &options);

/// Makes each phase a pipeline `dl-<phase>` of dlc-opt, and registers all
/// passes.
void registerPhases();

/// The dialects that programs of any phase use.
void registerDialects(mlir::DialectRegistry &registry);

} // namespace dlc
#endif // DLC_PIPELINES_PHASES_H
