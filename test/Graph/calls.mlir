// Behind `fuse` boxes are calls of kernels, and lines what one reads of another.

// RUN: %dlc %s --emit=linalg --print-graph=%t.linalg.dot
// RUN: FileCheck %s < %t.linalg.dot
// RUN: %dlc %s --emit=vector --print-graph=%t.vector.dot
// RUN: FileCheck %s < %t.vector.dot

// CHECK: <b>two @train</b>, after phase {{linalg|vector}}
// CHECK-SAME: 16 parameters of 64 B; 3 kernels in 3 calls
// CHECK-DAG: [[X:n[0-9]+]] [shape=invhouse,{{.*}}<b>x</b>
// CHECK-DAG: [[FIRST:n[0-9]+]]s [shape=cylinder,{{.*}}label=<w  4x4xf32
// CHECK-DAG: [[FIRST]] [label=<<b>kernel_{{[0-9]}}</b>  {{.*}}color="#2b5c8a"
// CHECK-DAG: [[SECOND:n[0-9]+]] [label=<<b>kernel_{{[0-9]}}</b>  {{.*}}color="#2b5c8a"
// CHECK-DAG: [label=<<b>kernel_{{[0-9]}}</b>  4x4xf32{{.*}}writes w<
// CHECK-DAG: [[Y:n[0-9]+]] [shape=house,{{.*}}<b>y</b>
// CHECK-DAG: {{^}}  [[X]] -> [[FIRST]]
// CHECK-DAG: {{^}}  [[FIRST]] -> [[SECOND]]
// CHECK-DAG: {{^}}  [[SECOND]] -> [[Y]]

dl.model @two {
  dl.param @w : tensor<4x4xf32> = ones
  dl.step @train(%x: tensor<4x4xf32>) -> (y: tensor<4x4xf32>) {
    %w = dl.read @w : tensor<4x4xf32>
    %0 = dl.matmul %x, %w : tensor<4x4xf32>, tensor<4x4xf32> -> tensor<4x4xf32>
    %1 = dl.reverse %0 dims [0] : tensor<4x4xf32>
    %2 = dl.scale %w by 0.5 : tensor<4x4xf32>
    dl.write %2, @w : tensor<4x4xf32>
    dl.return %1 : tensor<4x4xf32>
  }
}
