// After `fuse` boxes have the colours of kernels, equal ones the same; the kernels
// are listed with their costs, and loops are clusters.

// RUN: %dlc %s --emit=fuse --print-graph=%t.dot
// RUN: FileCheck %s < %t.dot
// Nothing said: the graph is that of `fuse`.
// RUN: %dlc %s --print-graph=%t.default.dot
// RUN: cmp %t.dot %t.default.dot

// CHECK: <b>loop @run</b>, after phase fuse
// CHECK-SAME: 2 kernels in 3 calls
// CHECK-DAG: label="scan, 16 times"; {{.*}}style="bold,rounded"
// What the loop carries, from outside and, dashed, from the step before.
// CHECK-DAG: [[CARRIED:n[0-9]+]] [shape=ellipse,{{.*}}label=<<b>carried 0</b><br/>4x4xf32>
// CHECK-DAG: [[BODY:n[0-9]+]] [label={{.*}}[[KERNEL:kernel_[0-9]+]]</i>{{.*}}<b>matmul</b>  4x4xf32{{.*}}fillcolor="[[COLOUR:#[0-9a-f]+]]"
// CHECK-DAG: [[LAST:n[0-9]+]] [label={{.*}}<b>transpose</b>
// The same kernel outside of the loop.
// CHECK-DAG: [[AFTER:n[0-9]+]] [label={{.*}}[[KERNEL]]</i>{{.*}}<b>matmul</b>{{.*}}fillcolor="[[COLOUR]]"
// CHECK-DAG: [[H:n[0-9]+]] [shape=invhouse,{{.*}}<b>h</b>
// CHECK-DAG: {{^}}  [[H]] -> [[CARRIED]];
// CHECK-DAG: {{^}}  [[CARRIED]] -> [[BODY]];
// CHECK-DAG: {{^}}  [[LAST]] -> [[CARRIED]] [constraint=false, style=dashed];
// 17 products of 2 * 4^3 operations, each with 16 of tanh.
// CHECK-DAG: bgcolor="[[COLOUR]]">{{ *}}</td><td align="left">[[KERNEL]], 2 calls</td><td align="left">2.45 kFLOP

dl.model @loop {
  dl.param @w : tensor<4x4xf32> = ones
  dl.step @run(%h: tensor<4x4xf32>) -> (y: tensor<4x4xf32>) {
    %w = dl.read @w : tensor<4x4xf32>
    %last = dl.scan 16 carry(%s = %h) with(%u = %w) : (tensor<4x4xf32>, tensor<4x4xf32>) -> (tensor<4x4xf32>) {
      %0 = dl.matmul %s, %u : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
      %1 = dl.tanh %0 : tensor<4x4xf32>
      %2 = dl.transpose %1 perm [1, 0] : tensor<4x4xf32> -> tensor<4x4xf32>
      dl.yield %2 : tensor<4x4xf32>
    }
    %y = dl.matmul %last, %w : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    %z = dl.tanh %y : tensor<4x4xf32>
    dl.return %z : tensor<4x4xf32>
  }
}
