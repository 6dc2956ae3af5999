// Each call of a function is a cluster of its own, within that of the function that
// calls it; an op is found at its place in the function.

// RUN: %dlc %s --emit=resolve --print-graph=%t.dot
// RUN: FileCheck %s < %t.dot

// CHECK: label="@outer"; {{.*}}style="dashed"
// CHECK: label="@inner"; {{.*}}style="dashed"
// CHECK: <b>exp</b>{{.*}}tooltip="exp: 4xf32 (functions.mlir:[[#@LINE+11]])"
// CHECK: }
// CHECK: <b>tanh</b>{{.*}}tooltip="tanh: 4xf32 (functions.mlir:[[#@LINE+14]])"
// CHECK: }
// CHECK: label="@inner (call 2)"; {{.*}}style="dashed"
// CHECK: <b>exp</b>
// CHECK: }
// CHECK: <b>sqrt</b>{{.*}}tooltip="sqrt: 4xf32 (functions.mlir:[[#@LINE+15]])"

dl.model @calls {
  dl.func @inner(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = dl.exp %x : tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
  dl.func @outer(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = dl.call @inner(%x) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = dl.tanh %0 : tensor<4xf32>
    dl.return %1 : tensor<4xf32>
  }
  dl.step @run(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.call @outer(%x) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = dl.call @inner(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = dl.sqrt %1 : tensor<4xf32>
    dl.return %2 : tensor<4xf32>
  }
}
