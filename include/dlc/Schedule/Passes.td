//===- Passes.td - what a step does, in which order and where -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def DestinationStyle : Pass<"dl-destination-style", "::mlir::ModuleOp"> {
  let summary = "kernels write into buffers they are given; the model dissolves";
  let description = [{
    Each kernel takes, after its inputs, a destination for each result. Each step takes its inputs, its
    outputs and the state it uses, described by its attribute `dl.args`. What the
    model keeps becomes the module attribute `dl.manifest`. A `dl.scan` becomes an
    `scf.for` over tensors of which each step reads and writes slices.
  }];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect", "::mlir::func::FuncDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"];
}

def BufferizeSteps : Pass<"dl-bufferize-steps", "::mlir::ModuleOp"> {
  let summary = "steps work on memory";
  let description = [{
    Every tensor of a step lies where the destination it was computed into does: in an
    argument, or in an allocation. Loops carry nothing, and slices along dimension 0
    are views of bytes. Kernels are left to one-shot bufferization.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

def OrderGlobals : Pass<"dl-order-globals", "::mlir::ModuleOp"> {
  let summary = "constants in memory in the order of their use";
  let description = [{
    One-shot bufferization visits functions in the order of their addresses and makes
    globals as it meets constants. The pass gives each the place and the number of the
    first op that reads it, so that the output is the same in every run.
  }];
}

def HoistScratch : Pass<"dl-hoist-scratch", "::mlir::ModuleOp"> {
  let summary = "kernels take their scratch memory as arguments";
  let description = [{
    What a kernel allocates becomes an argument, and each call allocates it instead;
    the memory plan of the step places it.
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def OrderKernels : Pass<"dl-order-kernels", "::mlir::ModuleOp"> {
  let summary = "an order of a step that needs less memory";
  let description = [{
    A call of a step that makes more bytes than it frees moves back, to where its
    results are needed first; one that frees at least as many as it makes forward,
    to where its operands are there. A parameter is then updated where its
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
    it, and none moves in front of the check of indices. Calls move from stage to
    stage, that is from barrier to barrier: none is added.
  }];
  let statistics = [
    Statistic<"numMoved", "moved", "calls moved">];
}

def Recompute : Pass<"dl-recompute", "::mlir::ModuleOp"> {
  let summary = "compute values again instead of keeping them";
  let description = [{
    Of a step that is to fit a budget, or that has `dl.recompute = "auto"`, calls
    that make large values are repeated just before the values are needed again,
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
    What is computed again is computed by the same ops on the same operands, which
    later passes compile one by one: results are the same to the last bit.
    With `auto` only elementwise ops and small windows are repeated, and as long
    as that makes the arena smaller; for a budget these first, then any, the
    cheapest for the bytes they free. A budget that cannot be met is an error.
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
  let summary = "all memory of a step at fixed offsets";
  let description = [{
    State entries get offsets in one block, and what a step allocates gets
    offsets in one arena: buffers that are alive at the same time are
    apart, others may share. A step then takes the block, the arena, its inputs
    and outputs. The offsets and sizes are added to the module's `dl.manifest`.
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
              "bytes it would have if no buffers shared memory">];
}
