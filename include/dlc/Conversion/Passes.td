//===- Passes.td - dl -> linalg ----------------------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def DlToLinalg : Pass<"dl-to-linalg", "::dlc::dl::ModelOp"> {
  let summary = "lower the ops of kernels to linalg on tensors";
  let description = [{
    Unsigned integers become signless ones of the same width; which ops treat them as
    unsigned is decided here. What reads and writes at computed places becomes loops
    (`scf.for`), the outermost of which, marked `dl.tasks`, workers share out.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::LLVM::LLVMDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::tensor::TensorDialect"];
}
