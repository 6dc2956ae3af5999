//===- Interpret.h - A program as a model that is not compiled --*- C++ -*-===//
#ifndef DLC_EXECUTION_INTERPRET_H
#define DLC_EXECUTION_INTERPRET_H

#include "dlc/Compiler.h"
#include "dlc/Execution/Model.h"

namespace dlc {

/// As compileAndLoad, but the steps of the model are evaluated by
/// lib/Interpreter, on the thread that calls. Of the options only those that do
/// not concern code count.
llvm::Expected<std::unique_ptr<Model>>
interpretAndLoad(llvm::StringRef mlirPath, const CompilerOptions &options,
                 int threads);

} // namespace dlc
#endif // DLC_EXECUTION_INTERPRET_H
