//===- Passes.td - order and memory of a step --------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def FuseElementwise : Pass<"dl-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "merge elementwise structured ops into their users";
  let description = [{
    Merges a producer whose every element its user reads once, so that nothing is
    computed twice; values with other users become further results.
  }];
}

def DestinationStyle : Pass<"dl-destination-style", "::mlir::ModuleOp"> {
  let summary = "make kernels write into destination arguments, and dissolve the model";
  let description = [{
    Each kernel takes, after its inputs, a destination for each result. Each step takes its inputs, its
    outputs and the state it uses, described by its attribute `dl.args`. The state of the
    model becomes the module attribute `dl.manifest`. A `dl.scan` becomes an
    `scf.for` over tensors, in which each step reads and writes slices.
  }];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect", "::mlir::func::FuncDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
}

def BufferizeSteps : Pass<"dl-bufferize-steps", "::mlir::ModuleOp"> {
  let summary = "lower steps from tensors to memory";
  let description = [{
    Every tensor of a step uses the memory of the destination that it was computed into: an
    argument, or an allocation. Loops carry nothing, and slices along dimension 0
    are views of bytes. One-shot bufferization lowers the kernels later.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def OrderGlobals : Pass<"dl-order-globals", "::mlir::ModuleOp"> {
  let summary = "sort constants in memory by their first use";
  let description = [{
    One-shot bufferization visits functions in the order of their addresses and makes
    globals as it meets constants. The pass orders and numbers each global by the first op
    that reads it, so that the output is the same in every run.
  }];
}

def HoistScratch : Pass<"dl-hoist-scratch", "::mlir::ModuleOp"> {
  let summary = "pass scratch memory to kernels as arguments";
  let description = [{
    Each allocation of a kernel becomes an argument, and each call allocates it instead;
    the memory plan of the step places it.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def OrderKernels : Pass<"dl-order-kernels", "::mlir::ModuleOp"> {
  let summary = "reorder the kernels of a step to need less memory";
  let description = [{
    A call of a step that allocates more bytes than it frees moves down, to the first user
    of its results; a call that frees at least as many as it allocates moves up, to the point
    where its operands are available. A parameter is then updated as soon as its
    gradient is known, not at the end of the step:
    ```mlir
    call @gradient(%d, %g)
    call @earlier(%d, %e)
    ...
    call @update(%w, %g)
    ```
    becomes
    ```mlir
    call @gradient(%d, %g)
    call @earlier(%d, %e)
    call @update(%w, %g)
    ...
    ```
    No call passes another that touches the same memory if one of the two writes
    it, and no call moves in front of the check of indices. Calls move from stage to
    stage, that is from barrier to barrier, so the pass adds no barrier.
  }];
  let statistics = [
    Statistic<"numMoved", "moved", "calls moved">];
}

def Recompute : Pass<"dl-recompute", "::mlir::ModuleOp"> {
  let summary = "compute values again instead of keeping them";
  let description = [{
    In a step that has to fit a budget, or that has `dl.recompute = "auto"`, the pass repeats
    calls that make large values just before the values are needed again,
    so that their memory is free in between:
    ```mlir
    call @kernel_0(%x, %a, %b)             // makes %a and %b
    call @kernel_1(%a, %c)
    ...                                    // %a lives on
    call @kernel_7(%a, %d)
    ```
    becomes
    ```mlir
    call @kernel_0(%x, %a, %b)
    call @kernel_1(%a, %c)
    ...
    call @kernel_0_part_0(%x, %again)      // the ops of @kernel_0 that make %a
    call @kernel_7(%again, %d)
    ```
    The same ops compute the value again from the same operands, and later passes compile
    ops one by one: results are the same to the last bit.
    With `auto` the pass repeats only elementwise ops and small windows, as long
    as that makes the arena smaller; for a budget it repeats these first, then any ops, the
    cheapest first relative to the bytes they free. A budget that cannot be met is an error.
  }];
  let dependentDialects = [
    "::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect"];
  let options = [
    Option<"budget", "budget", "int64_t", /*default=*/"0",
           "bytes that the arena of each step may have; 0: no limit">];
  let statistics = [
    Statistic<"numValues", "values", "values not kept">,
    Statistic<"numCalls", "calls", "calls added">,
    Statistic<"numDeferred", "deferred", "values computed later instead of twice">,
    Statistic<"peakBefore", "peak-before", "most bytes in use in a step, without">,
    Statistic<"peakAfter", "peak-after", "most bytes in use in a step, with">];
}

def PlanMemory : Pass<"dl-plan-memory", "::mlir::ModuleOp"> {
  let summary = "assign fixed offsets to all memory of a step";
  let description = [{
    State entries get offsets in one block, and the allocations of a step get
    offsets in one arena: buffers that are live at the same time do not
    overlap, others may share memory. A step then takes the block, the arena, its inputs
    and outputs. The pass adds the offsets and sizes to the module's `dl.manifest`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect"];
  let options = [
    Option<"print", "print", "bool", /*default=*/"false",
           "print each step's buffers with offsets, sizes and live ranges">,
    Option<"budget", "budget", "int64_t", /*default=*/"0",
           "a larger arena is an error; 0: no limit">];
  let statistics = [
    Statistic<"arenaBytes", "arena-bytes", "bytes of the largest arena">,
    Statistic<"unsharedBytes", "unshared-bytes",
              "bytes of that arena if no buffers shared memory">];
}
