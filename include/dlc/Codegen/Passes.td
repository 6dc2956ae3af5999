//===- Passes.td - kernels -> loops and vectors ------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def FuseElementwise : Pass<"dl-fuse-elementwise", "::mlir::func::FuncOp"> {
  let summary = "merge elementwise structured ops into their users";
  let description = [{
    Merges a producer whose every element its user reads once, so that nothing is
    computed twice; values with other users become further results.
  }];
}

def AddWorkers : Pass<"dl-add-workers", "::mlir::ModuleOp"> {
  let summary = "all threads of a team run a step";
  let description = [{
    Each step and each kernel takes, behind its buffers, the worker that calls it.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def EmitLoops : Pass<"dl-emit-loops", "mlir::func::FuncOp"> {
  let summary = "Turn structured ops of kernels into register-tiled vector loops";
  let description = [{
    Works on functions that carry the attribute `dl.kernel`. Their operands are
    memrefs of static shape, followed by `%worker: !llvm.ptr`: every worker calls
    the function and takes tasks, that is tiles of the parallel loops, until none is
    left. Tasks depend on shapes only, and reductions are never shared out, so
    results do not depend on who does what.

    Before:
    ```mlir
    func.func private @relu(%x: memref<8x64xf32>, %y: memref<8x64xf32>,
                            %worker: !llvm.ptr)
        attributes {dl.kernel} {
      linalg.generic {indexing_maps = [#id, #id],
                      iterator_types = ["parallel", "parallel"]}
          ins(%x : memref<8x64xf32>) outs(%y : memref<8x64xf32>) { ... }
      return
    }
    ```
    After, for vectors of 512 bits:
    ```mlir
      // while there is a piece [%first, %last) of the tasks
      scf.for %tile = %first to %last step %c1 {
        %at = arith.muli %tile, %c64
        %0 = vector.load %flat_x[%at] : memref<512xf32>, vector<16xf32>
        %1 = arith.maximumf %0, %zero : vector<16xf32>
        vector.store %1, %flat_y[%at] : memref<512xf32>, vector<16xf32>
        ...
      }
    ```

    The iterations of a loop marked `dl.tasks` are tasks too. Other code is one task.

    An elementwise op that directly follows a sum over other dimensions, such as a
    convolution, and takes its results element by element, is evaluated on each result
    while that is in registers; what nothing else reads is not stored.

    A kernel with several ops has the attribute `dl.sliced = 1`: dimension 0 of
    every output is then one loop around all ops, whose iterations, or blocks of
    them, are the tasks. A kernel with several ops and without the attribute, which
    may depend on each other, is one task.
  }];
  let statistics = [
    Statistic<"numEpilogues", "epilogues", "elementwise ops evaluated in registers">,
    Statistic<"numNests", "nests", "Loop nests emitted">,
    Statistic<"numFoldedFills", "folded-fills",
              "Fills folded into the start value of an accumulator">
  ];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::linalg::LinalgDialect",
    "mlir::LLVM::LLVMDialect", "mlir::math::MathDialect", "mlir::memref::MemRefDialect",
    "mlir::scf::SCFDialect", "mlir::vector::VectorDialect"
  ];
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

def ApproximateMath : Pass<"dl-approximate-math", "::mlir::func::FuncOp"> {
  let summary = "exp, log, tanh and erf as polynomials";
  let description = [{
    For f32, scalar and vector alike, so that the result does not depend on which a
    loop uses. Within 5 ULP.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::vector::VectorDialect"];
}

def GuardState : Pass<"dl-guard-state", "::mlir::ModuleOp"> {
  let summary = "a step with a fault ends before it changes the state";
  let description = [{
    What follows the kernel that checks the step's indices is done only if it found no
    fault.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::scf::SCFDialect"];
}

def InsertMarks : Pass<"dl-insert-marks", "::mlir::ModuleOp"> {
  let summary = "steps measure where their time goes";
  let description = [{
    Behind each call of a kernel and behind each barrier stands a mark, at which the
    worker adds the time since its last mark to what the kernel, or the wait in front
    of it, has taken so far. A step begins with a mark and ends with a barrier and one,
    so that the times of a worker are all of the step. The `dl.manifest` gets a
    list `sites` of what marks count: for each step and derivation itself, then for
    each of its calls of kernels, with what dl-note-costs left.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect"];
}

def FlattenEmptyBuffers : Pass<"dl-flatten-empty-buffers", "::mlir::ModuleOp"> {
  let summary = "buffers without elements have one dimension";
  let description = [{
    There is none of their elements to address, and a stride of 0 has no form in LLVM.
  }];
}

def ConvertBodyToLLVM : Pass<"dl-convert-body-to-llvm", "::mlir::func::FuncOp"> {
  let summary = "what a function does in the LLVM dialect";
  let description = [{
    One conversion of arith, cf, memref, ub and vector, whose patterns are made once
    for all functions. The function itself, its calls, its return and what reads
    globals stay: the module around it has a part in them.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def PrefixSteps : Pass<"dl-prefix-steps", "::mlir::ModuleOp"> {
  let summary = "names of steps apart from those of the functions that code calls";
  let description = [{
    A step may be called `exp` or `memcpy`: the function gets a prefix that no
    function of libm, libc or the runtime has. The manifest keeps the step's own name.
  }];
}

def AnnotateLoops : Pass<"dl-annotate-loops"> {
  let summary = "what loops say of how LLVM is to treat them stands on branches";
  let description = [{
    `scf.for` becomes branches that keep an `llvm.loop_annotation` as a discardable
    attribute, which the translation to LLVM IR passes over; it becomes the branches'
    own.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}
