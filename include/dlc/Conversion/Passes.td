//===- Passes.td - dl -> linalg --------------------------------*- tablegen -*-===//

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

def FuseElementwise : Pass<"dl-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "merge elementwise structured ops into their users";
  let description = [{
    Merges a producer whose every element its user reads once, so that nothing is
    computed twice; values with other users become further results.
  }];
}

def DestinationStyle : Pass<"dl-destination-style", "::mlir::ModuleOp"> {
  let summary = "kernels write into buffers they are given; the model dissolves";
  let description = [{
    Each kernel takes, after its inputs, a destination for each result and the number
    of the worker and of workers. Each step takes its inputs, its
    outputs and the state it uses, described by its attribute `dl.args`. What the
    model keeps becomes the module attribute `dl.manifest`. A `dl.scan` becomes an
    `scf.for` over tensors of which each step reads and writes slices.
  }];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect", "::mlir::func::FuncDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
}
