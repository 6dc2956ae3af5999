// RUN: %dlc %s --emit=resolve 2>&1 | FileCheck %s

// The warning has file, line and column, comes once for all steps, and does not stop the compiler.
// CHECK:     find-unused-state-place.mlir:[[#@LINE+5]]:3: warning: parameter @forgotten is used by no step: an operand may be missing, or it can go
// CHECK-NOT: warning:
// CHECK:     func.func @predict
dl.model @m {
  dl.param @w : tensor<4xf32> = ones
  dl.param @forgotten : tensor<4xf32> = ones
  dl.step @predict(%x: tensor<4xf32>) -> (y: tensor<4xf32>) batch(1, 4) {
    %w = dl.read @w : tensor<4xf32>
    %y = dl.relu %x : tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
  dl.step @evaluate(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %w = dl.read @w : tensor<4xf32>
    %y = dl.mul %x, %w : tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
}
