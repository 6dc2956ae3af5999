//===- Passes.td - dl -> linalg ----------------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def DlToLinalg : Pass<"dl-to-linalg", "::dlc::dl::ModelOp"> {
  let summary = "lower the ops of kernels to linalg on tensors";
  let description = [{
    Unsigned integers become signless ones of the same width; this pass decides which ops
    treat them as unsigned. Ops that read and write at computed indices become loops
    (`scf.for`); workers share the iterations of the outermost one, marked `dl.tasks`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}
