// What a step computes is drawn with shapes and costs: inputs, state and results in
// shapes of their own, scopes of parameters and functions as clusters, and
// neither views nor broadcasts nor constants.

// RUN: %dlc %s --emit=resolve --print-graph=%t.dot
// RUN: FileCheck %s < %t.dot
// RUN: FileCheck %s --check-prefix=NONE < %t.dot

// There is no gradient, no kernel and no view.
// NONE-NOT: label="gradient"
// NONE-NOT: kernel
// NONE-NOT: <b>reshape
// NONE-NOT: <b>broadcast
// NONE-NOT: <b>constant

// CHECK: label=<<b>small @predict</b>, after phase resolve
// Two products, an addition, tanh and a scale, of 5 x 4 and 5 x 3 elements.
// CHECK-SAME: 415 FLOP; {{.*}} B moved; 40 parameters of 160 B
// CHECK: [[X:n[0-9]+]] [shape=invhouse,{{.*}}label=<<b>x</b><br/>5x2x3xf32>]
// CHECK: label="@net"; {{.*}}style="dashed"
// CHECK: label="block"
// The parameters by their names in the scope, in a cylinder beside.
// CHECK: [[FIRST:n[0-9]+]]s [shape=cylinder,{{.*}}label=<0.weight  4x6xf32<br align="left"/>0.bias  4xf32<br
// CHECK: {rank=same; [[FIRST]]s -> [[FIRST]]
// The product, and what follows it, each with its operations; then all of it.
// CHECK: [[FIRST]] [label={{.*}}<i>0</i>{{.*}}<b>linear</b> bias  5x4xf32{{.*}} 260 FLOP{{.*}}<b>tanh</b>  5x4xf32{{.*}} 20 FLOP{{.*}}280 FLOP, 312 B
// CHECK-SAME: tooltip="linear bias: 5x4xf32 (resolve.mlir:[[#@LINE+19]])\ntanh: 5x4xf32 (resolve.mlir:[[#@LINE+20]])"
// CHECK: [[SECOND:n[0-9]+]]s [shape=cylinder,{{.*}}label=<1.weight  3x4xf32<br
// CHECK: [[SECOND]] [label={{.*}}<i>1</i>{{.*}}<b>matmul</b> transpose_b  5x3xf32{{.*}}120 FLOP, 188 B
// What the step does itself is in no cluster of the function.
// CHECK: [[LAST:n[0-9]+]] [label=<<b>scale</b> by 5.000000e-01  5x3xf32
// CHECK: [[Y:n[0-9]+]] [shape=house,{{.*}}label=<<b>y</b><br/>15xf32>]
// A label where the reader sees another type.
// CHECK-DAG: {{^}}  [[X]] -> [[FIRST]] [label="5x6xf32"];
// CHECK-DAG: {{^}}  [[FIRST]] -> [[SECOND]];
// CHECK-DAG: {{^}}  [[SECOND]] -> [[LAST]];
// CHECK-DAG: {{^}}  [[LAST]] -> [[Y]] [label="15xf32"];

dl.model @small {
  dl.param @block.0.weight : tensor<4x6xf32> = ones
  dl.param @block.0.bias : tensor<4xf32> = zeros
  dl.param @block.1.weight : tensor<3x4xf32> = ones
  dl.func @net(%x: tensor<5x6xf32>) -> tensor<5x3xf32> {
    %w = dl.read @block.0.weight : tensor<4x6xf32>
    %b = dl.read @block.0.bias : tensor<4xf32>
    %0 = dl.linear %x, %w bias %b : tensor<5x6xf32>, tensor<4x6xf32>, tensor<4xf32> -> tensor<5x4xf32>
    %1 = dl.tanh %0 : tensor<5x4xf32>
    %v = dl.read @block.1.weight : tensor<3x4xf32>
    %2 = dl.matmul %1, %v {transpose_b} : tensor<5x4xf32>, tensor<3x4xf32> -> tensor<5x3xf32>
    dl.return %2 : tensor<5x3xf32>
  }
  dl.step @predict(%x: tensor<5x2x3xf32>) -> (y: tensor<15xf32>) {
    %0 = dl.reshape %x : tensor<5x2x3xf32> to tensor<5x6xf32>
    %1 = dl.call @net(%0) : (tensor<5x6xf32>) -> tensor<5x3xf32>
    %2 = dl.scale %1 by 0.5 : tensor<5x3xf32>
    %3 = dl.reshape %2 : tensor<5x3xf32> to tensor<15xf32>
    dl.return %3 : tensor<15xf32>
  }
}
