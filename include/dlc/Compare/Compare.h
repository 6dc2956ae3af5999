//===- Compare.h - Compiled steps against the interpreter -------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One call of a step is evaluated and compiled in stages: evaluated after each
// phase that leaves a program in `dl`, then compiled. The first stage whose
// outputs or state differ from the first evaluation is to blame, and within it
// an op: in a phase, the first op whose value has no equal after the phase; in
// compiled code, the first op of the first kernel whose results differ when it
// is compiled alone and given the interpreter's operands.
//
//===----------------------------------------------------------------------===//
#ifndef DLC_COMPARE_COMPARE_H
#define DLC_COMPARE_COMPARE_H

#include "dlc/Compare/Difference.h"
#include "dlc/Execution/Model.h"
#include "dlc/Execution/StepBuffers.h"
#include "dlc/Target/Compilation.h"

#include "llvm/Support/raw_ostream.h"

#include <functional>

namespace dlc {

/// Compiles the program that the phase `from` left (empty: as a user wrote it).
using CompileProgram = std::function<llvm::Expected<std::unique_ptr<Model>>(
    Compilation &compilation, llvm::StringRef from, llvm::StringRef name,
    int threads)>;

/// One comparison.
struct CompareRequest {
  std::string path, step;
  CompilerOptions options;
  /// Levels of optimisation to compile with.
  llvm::SmallVector<unsigned> levels = {0, 2};
  Tolerance tolerance;
  int threads = 0;
  /// A program that stands for what this phase leaves; empty: none.
  std::string withPhase, withFile;
  /// Fills the state of a model, and the inputs of the step: the same for all.
  std::function<llvm::Error(Model &)> initialise;
  std::function<llvm::Error(const dlc_step &, StepBuffers &)> fillInputs;
  /// compileAndLoad, or a test's substitute for it.
  CompileProgram compile;
};

/// Compares and prints the report; whether all stages agree.
llvm::Expected<bool> compareStep(const CompareRequest &request,
                                 llvm::raw_ostream &os);

} // namespace dlc
#endif // DLC_COMPARE_COMPARE_H
