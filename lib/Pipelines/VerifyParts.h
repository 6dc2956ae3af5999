//===- VerifyParts.h - The parts of verifyProgram ---------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef DLC_LIB_PIPELINES_VERIFYPARTS_H
#define DLC_LIB_PIPELINES_VERIFYPARTS_H

#include "dlc/Dialect/Dl/Dl.h"
#include "dlc/Pipelines/Phases.h"

namespace dlc::verify {

/// Whether two tensor types have equal shapes, and elements equal but for their
/// sign; lowering drops signs.
bool agree(mlir::RankedTensorType a, mlir::RankedTensorType b);

/// A step; if it is one size of a step, also which.
struct SizeOfStep {
  using Tensor = std::pair<llvm::StringRef, mlir::RankedTensorType>;

  llvm::StringRef symbol;
  dl::BatchAttr batch; ///< null: the step has no sizes
  bool trains;
  llvm::SmallVector<Tensor> inputs, outputs;
  mlir::Operation *op = nullptr;
};

/// Whether the steps of a model, in their order, are sizes of steps as tables
/// can hold them. `fail` begins the message on one.
mlir::LogicalResult verifySizes(
    llvm::ArrayRef<SizeOfStep> steps,
    llvm::function_ref<mlir::InFlightDiagnostic(const SizeOfStep &)> fail);

/// Fails if an op below `root` calls a function other than a kernel.
mlir::LogicalResult verifyCalls(mlir::Operation *root,
                                mlir::SymbolTable &functions);

/// Steps and kernels as functions of a model: after `resolve` to `fuse`.
mlir::LogicalResult verifyResolved(dl::ModelOp model, bool fused);

/// The manifest of a lowered module and its steps, in one of the forms behind
/// ProgramForm::Kernels.
mlir::LogicalResult verifyLowered(mlir::ModuleOp module, ProgramForm form);

} // namespace dlc::verify
#endif // DLC_LIB_PIPELINES_VERIFYPARTS_H
