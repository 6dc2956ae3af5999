//===- Passes.td - linalg -> loops, vectors and a memory plan --*- tablegen -*-===//

include "mlir/Pass/PassBase.td"

def HoistScratch : Pass<"dl-hoist-scratch", "::mlir::ModuleOp"> {
  let summary = "kernels take their scratch memory as arguments";
  let description = [{
    What a kernel allocates becomes an argument, and each call allocates it instead;
    the memory plan of the step places it.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def PlanMemory : Pass<"dl-plan-memory", "::mlir::ModuleOp"> {
  let summary = "all memory of a step at fixed offsets";
  let description = [{
    State entries get offsets in one block, and what a step allocates gets
    offsets in one arena: buffers that are alive at the same time are
    apart, others may share. A step then takes the block, the arena, its inputs
    and outputs, the number of the worker and of workers, and the team. The
    offsets and sizes are added to the module's `dl.manifest`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::LLVM::LLVMDialect"];
  let statistics = [
    Statistic<"arenaBytes", "arena-bytes", "bytes of the largest arena">,
    Statistic<"unsharedBytes", "unshared-bytes",
              "bytes it would have if no buffers shared memory">];
}

def InsertBarriers : Pass<"dl-insert-barriers", "::mlir::ModuleOp"> {
  let summary = "workers wait for each other where data crosses them";
  let description = [{
    A barrier stands before a kernel that reads what an earlier one wrote, or writes
    what an earlier one read or wrote, since the last barrier.
  }];
  let statistics = [
    Statistic<"numBarriers", "barriers", "barriers inserted">];
}

def ApproximateMath : Pass<"dl-approximate-math", "::mlir::func::FuncOp"> {
  let summary = "exp, log, tanh and erf as polynomials";
  let description = [{
    For f32, scalar and vector alike, so that the result does not depend on which a
    loop uses. Within 5 ULP.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::vector::VectorDialect"];
}
