//===- Passes.td - linalg -> loops, vectors and a memory plan --*- tablegen -*-===//

include "mlir/Pass/PassBase.td"

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

def EmitLoops : Pass<"dl-emit-loops", "mlir::func::FuncOp"> {
  let summary = "Turn structured ops of kernels into register-tiled vector loops";
  let description = [{
    Works on functions that carry the attribute `dl.kernel`. Their operands are
    memrefs of static shape, followed by `%worker: index` and
    `%workers: index`: every worker calls the function and executes its static
    slice of the parallel loops. Slices depend on shapes and on the number of
    workers only, and reductions are never sliced, so results do not depend on
    the number of workers.

    Before:
    ```mlir
    func.func private @relu(%x: memref<8x64xf32>, %y: memref<8x64xf32>,
                            %worker: index, %workers: index)
        attributes {dl.kernel} {
      linalg.generic {indexing_maps = [#id, #id],
                      iterator_types = ["parallel", "parallel"]}
          ins(%x : memref<8x64xf32>) outs(%y : memref<8x64xf32>) { ... }
      return
    }
    ```
    After (`vector-bits=512`):
    ```mlir
      scf.for %tile = %first to %last step %c1 {
        %at = arith.muli %tile, %c64
        %0 = vector.load %flat_x[%at] : memref<512xf32>, vector<16xf32>
        %1 = arith.maximumf %0, %zero : vector<16xf32>
        vector.store %1, %flat_y[%at] : memref<512xf32>, vector<16xf32>
        ...
      }
    ```

    Of a loop marked `dl.tasks` each worker executes a slice too. Other code, but for that
    of a kernel marked `dl.fault`, runs on worker 0 alone.

    An elementwise op that directly follows a sum over other dimensions, such as a
    convolution, and takes its results element by element, is evaluated on each result
    while that is in registers; what nothing else reads is not stored.

    A kernel with several ops has the attribute `dl.sliced = 1`: dimension 0 of
    every output is then one loop around all ops, which workers share out. A
    kernel with several ops and without the attribute runs on worker 0 alone.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register; 0 emits plain scalar loops">,
    Option<"registers", "registers", "unsigned", /*default=*/"32",
           "Vector registers that a register tile may use">
  ];
  let statistics = [
    Statistic<"numEpilogues", "epilogues", "elementwise ops evaluated in registers">,
    Statistic<"numNests", "nests", "Loop nests emitted">,
    Statistic<"numFoldedFills", "folded-fills",
              "Fills folded into the start value of an accumulator">
  ];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
    "mlir::math::MathDialect", "mlir::memref::MemRefDialect",
    "mlir::scf::SCFDialect", "mlir::vector::VectorDialect"
  ];
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
    and outputs, the number of the worker and of workers, and the team. The
    offsets and sizes are added to the module's `dl.manifest`.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::LLVM::LLVMDialect"];
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

def InsertBarriers : Pass<"dl-insert-barriers", "::mlir::ModuleOp"> {
  let summary = "workers wait for each other where data crosses them";
  let description = [{
    A barrier stands before a kernel that reads what an earlier one wrote, or writes
    what an earlier one read or wrote, since the last barrier. In a loop, kernels of
    the last iteration are earlier ones too.
  }];
  let statistics = [
    Statistic<"numBarriers", "barriers", "barriers inserted">];
}

def GuardState : Pass<"dl-guard-state", "::mlir::ModuleOp"> {
  let summary = "a step with a fault ends before it changes the state";
  let description = [{
    What follows the kernel that checks the step's indices is done only if it found no
    fault. Each worker runs that kernel for itself, so all decide alike.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect"];
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
