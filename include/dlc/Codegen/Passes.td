//===- Passes.td - kernels -> loops and vectors ------------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

include "mlir/Pass/PassBase.td"

def AddWorkers : Pass<"dl-add-workers", "::mlir::ModuleOp"> {
  let summary = "let all threads of a team run a step";
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
    left. Tasks depend on shapes only, and a reduction is never divided among workers, so
    results do not depend on the assignment of tasks.

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
    while that is in registers; results that no other op reads are not stored.

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
  let summary = "make workers wait for each other where data passes between them";
  let description = [{
    A barrier precedes a kernel that reads memory that an earlier kernel wrote, or writes
    memory that an earlier kernel read or wrote, since the last barrier. In a loop, kernels
    of the previous iteration are earlier ones too.
  }];
  let statistics = [
    Statistic<"numBarriers", "barriers", "barriers inserted">];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def ApproximateMath : Pass<"dl-approximate-math", "::mlir::func::FuncOp"> {
  let summary = "compute exp, log, tanh and erf by polynomials";
  let description = [{
    Scalar and vector code of f32 use the same polynomials, so that the result does not
    depend on which a loop uses. The error is within 5 ULP.
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::vector::VectorDialect"];
}

def GuardState : Pass<"dl-guard-state", "::mlir::ModuleOp"> {
  let summary = "end a step with a fault before it changes the state";
  let description = [{
    The code behind the kernel that checks the step's indices runs only if the kernel
    found no fault.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::scf::SCFDialect"];
}

def InsertMarks : Pass<"dl-insert-marks", "::mlir::ModuleOp"> {
  let summary = "make steps measure the time of their kernels";
  let description = [{
    A mark follows each call of a kernel and each barrier; at a mark the worker adds the
    time since its last mark to the total of the kernel, or of the wait in front of it.
    A step begins with a mark and ends with a barrier and a mark, so that the times of a
    worker add up to the whole step. The `dl.manifest` gets a list `sites` that describes
    the counts of marks: for each step and derivation itself, then for each of its calls of
    kernels, with the costs that dl-note-costs left.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect"];
}

def FlattenEmptyBuffers : Pass<"dl-flatten-empty-buffers", "::mlir::ModuleOp"> {
  let summary = "give buffers without elements one dimension";
  let description = [{
    No code addresses their elements, and LLVM cannot represent a stride of 0.
  }];
}

def ConvertBodyToLLVM : Pass<"dl-convert-body-to-llvm", "::mlir::func::FuncOp"> {
  let summary = "convert the bodies of functions to the LLVM dialect";
  let description = [{
    One conversion of arith, cf, memref, ub and vector, whose patterns are made once
    for all functions. The function itself, its calls, its return and the ops that read
    globals stay: converting them changes the module.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def PrefixSteps : Pass<"dl-prefix-steps", "::mlir::ModuleOp"> {
  let summary = "keep names of steps distinct from those of called functions";
  let description = [{
    A step may be called `exp` or `memcpy`: the function gets a prefix that no
    function of libm, libc or the runtime has. The manifest keeps the step's own name.
  }];
}

def AnnotateLoops : Pass<"dl-annotate-loops"> {
  let summary = "move the loop annotations for LLVM to branches";
  let description = [{
    `scf.for` becomes branches that keep an `llvm.loop_annotation` as a discardable
    attribute, which the translation to LLVM IR ignores; the pass makes it the branches'
    own attribute.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}
