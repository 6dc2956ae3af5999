// Ops know by their locations which part of a step they are of, and through which
// calls they came; the marks last through the phases.

// RUN: dlc-opt %s --dl-resolve --dl-grad --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s
// RUN: dlc-opt %s --dl-resolve --dl-grad --dl-simplify --dl-fuse --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s --check-prefix=FUSE

// CHECK-LABEL: func.func @train
// CHECK: dl.exp {{.*}} loc(callsite("{{.*}}origin.mlir":[[#@LINE+17]]:10 at "net"("{{.*}}origin.mlir":[[#@LINE+23]]:10)))
// CHECK: dl.mul {{.*}} loc(fused<"gradient">["{{.*}}origin.mlir":[[#@LINE+21]]:10])
// CHECK: dl.sub {{.*}} loc(fused<"update">["{{.*}}origin.mlir":[[#@LINE+24]]:5])

// Equal kernels are one: a call of it knows the locations of its own ops.
// FUSE-LABEL: func.func @train
// FUSE: call @{{kernel_[0-9]+}}{{.*}} loc(fused<"update">["{{.*}}origin.mlir":[[#@LINE+20]]:5])
// FUSE-LABEL: func.func @once
// FUSE: call @[[$KERNEL:kernel_[0-9]+]]{{.*}} loc(callsite("{{.*}}origin.mlir":[[#@LINE+9]]:10 at "net"("{{.*}}origin.mlir":[[#@LINE+22]]:10)))
// FUSE-LABEL: func.func @again
// FUSE: call @[[$KERNEL]]({{.*}} loc(fused<[loc("{{.*}}origin.mlir":[[#@LINE+24]]:10)]>["{{.*}}origin.mlir":[[#@LINE+24]]:10])

dl.model @m {
  dl.param @w : tensor<4xf32> = ones
  dl.hparam @lr = 0.1
  dl.optimizer @sgd = #dl.sgd
  dl.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = dl.exp %x : tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
  dl.step @train(%x: tensor<4xf32>) -> (loss: tensor<f32>) {
    %w = dl.read @w : tensor<4xf32>
    %0 = dl.mul %x, %w : tensor<4xf32>
    %1 = dl.call @net(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %loss = dl.reduce_sum %1 {axes = [0]} : tensor<4xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @once(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.call @net(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
  dl.step @again(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.exp %x : tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
}
