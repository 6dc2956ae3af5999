// Gradients and updates are apart from the forward pass, in the scope of what they
// belong to: after `grad`, and after the phases that rewrite what it leaves.

// RUN: %dlc %s --emit=grad --print-graph=%t.grad.dot
// RUN: FileCheck %s < %t.grad.dot
// RUN: %dlc %s --emit=simplify --print-graph=%t.simplify.dot
// RUN: FileCheck %s < %t.simplify.dot
// RUN: %dlc %s --emit=fuse --print-graph=%t.fuse.dot
// RUN: FileCheck %s < %t.fuse.dot

// Each scope has all three parts.
// CHECK-DAG: label="enc"
// CHECK-DAG: label="dec"
// CHECK-DAG: label="gradient"; {{.*}}bgcolor="#fdf1f0"
// CHECK-DAG: label="update"; {{.*}}bgcolor="#f0f8ef"
// CHECK-DAG: [[FA:n[0-9]+]] [label={{.*}}<i>a{{.*}}<b>matmul</b>{{.*}}<b>tanh</b>{{.*}}color="#2b5c8a"
// CHECK-DAG: [[FB:n[0-9]+]] [label={{.*}}<i>b{{.*}}<b>matmul</b>  5x3xf32{{.*}}color="#2b5c8a"
// CHECK-DAG: [[GA:n[0-9]+]] [label={{.*}}<i>a{{.*}}<b>matmul</b> transpose_a  6x4xf32{{.*}}color="#b03a2e"
// CHECK-DAG: [[GB:n[0-9]+]] [label={{.*}}<i>b{{.*}}<b>matmul</b>{{.*}}  5x4xf32{{.*}}color="#b03a2e"
// CHECK-DAG: [[UA:n[0-9]+]] [label={{.*}}<i>a.weight{{.*}}writes enc.a.weight{{.*}}color="#2e7d32"
// CHECK-DAG: [[UB:n[0-9]+]] [label={{.*}}<i>b.weight{{.*}}writes dec.b.weight{{.*}}color="#2e7d32"
// Counters belong to no parameter.
// CHECK-DAG: writes step_count{{.*}}color="#2e7d32"
// The backward pass goes up beside the forward pass.
// CHECK-DAG: {{^}}  [[FA]] -> [[FB]];
// CHECK-DAG: {{^}}  [[GA]] -> {{.*}}[dir=back, color="#b03a2e"
// CHECK-DAG: {{^}}  [[GA]] -> [[UA]] [color="#999999"

dl.model @small {
  dl.param @enc.a.weight : tensor<6x4xf32> = ones
  dl.param @dec.b.weight : tensor<4x3xf32> = ones
  dl.hparam @lr = 0.1
  dl.optimizer @sgd = #dl.sgd<momentum = 0.9>
  dl.step @train(%x: tensor<5x6xf32>) -> (loss: tensor<f32>) {
    %w = dl.read @enc.a.weight : tensor<6x4xf32>
    %0 = dl.matmul %x, %w : tensor<5x6xf32>, tensor<6x4xf32> -> tensor<5x4xf32>
    %1 = dl.tanh %0 : tensor<5x4xf32>
    %v = dl.read @dec.b.weight : tensor<4x3xf32>
    %2 = dl.matmul %1, %v : tensor<5x4xf32>, tensor<4x3xf32> -> tensor<5x3xf32>
    %loss = dl.mean %2 : tensor<5x3xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
