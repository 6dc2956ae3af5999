//===- Interpret.h - A program as a model that is not compiled --*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_EXECUTION_INTERPRET_H
#define DLC_EXECUTION_INTERPRET_H

#include "dlc/Execution/Model.h"
#include "dlc/Interpreter/Interpreter.h"
#include "dlc/Target/Compilation.h"

#include <functional>

namespace dlc {

/// As compileAndLoad, but the steps of the model are evaluated by
/// lib/Interpreter, on the thread that calls. Of the options only those that do
/// not concern code count.
llvm::Expected<std::unique_ptr<Model>>
interpretAndLoad(llvm::StringRef mlirPath, const CompilerOptions &options,
                 int threads);

/// Sees every op of a step that runs (interp::Observer).
using StepObserver = std::function<void(
    mlir::Operation *op,
    llvm::ArrayRef<std::shared_ptr<const interp::Tensor>> operands,
    llvm::ArrayRef<std::shared_ptr<const interp::Tensor>> results)>;

/// The same of a program that is read already, whose steps are observed. The
/// model owns the program, which stays what options.interpretAfter left.
llvm::Expected<std::unique_ptr<Model>>
interpretAndLoad(std::unique_ptr<Compilation> compilation,
                 const CompilerOptions &options, StepObserver observer);

} // namespace dlc
#endif // DLC_EXECUTION_INTERPRET_H
