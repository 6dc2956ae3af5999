//===- Text.h - Programs as text and as modules -----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_FUZZ_TEXT_H
#define DLC_LIB_FUZZ_TEXT_H

#include "dlc/Dialect/Dl/Dl.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace dlc::fuzz {

/// A context that knows the dialect and starts no threads.
struct DlContext : mlir::MLIRContext {
  DlContext() : mlir::MLIRContext(Threading::DISABLED) {
    loadDialect<dl::DlDialect>();
  }
};

/// The program, or null; messages go nowhere.
mlir::OwningOpRef<mlir::ModuleOp> parseProgram(llvm::StringRef text,
                                               mlir::MLIRContext &context);

std::string printProgram(mlir::ModuleOp module);

/// Adds an input of that type and name to a step.
mlir::Value addInput(dl::StepOp step, mlir::Type type, llvm::StringRef name);

/// Makes `values` the results of a step, by the names given.
void setOutputs(dl::StepOp step, llvm::ArrayRef<mlir::Value> values,
                llvm::ArrayRef<std::string> names);

/// Replaces a call by the body of its function; false if that does not exist.
bool inlineCall(dl::CallOp call);

/// Multiplies the float results of all `dl.<name>` by 1.001.
void plantFault(mlir::ModuleOp module, llvm::StringRef name);

/// Makes the function type of a step that of its body.
void updateType(dl::StepOp step);

} // namespace dlc::fuzz
#endif // DLC_LIB_FUZZ_TEXT_H
