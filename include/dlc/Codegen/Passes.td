//===- Passes.td - Passes of the code generator ------------*- tablegen -*-===//

#ifndef DLC_CODEGEN_PASSES
#define DLC_CODEGEN_PASSES

include "mlir/Pass/PassBase.td"

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

#endif // DLC_CODEGEN_PASSES
