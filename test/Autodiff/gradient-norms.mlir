// RUN: dlc-opt %s -pass-pipeline='builtin.module(dl.model(dl-instantiate-functions,dl-gradient-norms))' | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline='builtin.module(dl.model(dl-instantiate-functions,dl-gradient-norms))' 2>&1 >/dev/null | FileCheck %s --check-prefix=WARNING

// WARNING: gradient-norms.mlir:[[#]]:{{[0-9]+}}: warning: this dl.minimize stands in a function: the norms of its gradients are not outputs

// The gradient with respect to all places where the parameter is read, before the update.
// CHECK:       dl.step @fit(%{{.*}}: tensor<2x4xf32>) -> (gradient_w_x: tensor<f32>, gradient_w_x_2: tensor<f32>, gradient_fc_weight: tensor<f32>, gradient_w_x_3: tensor<f32>) {
// CHECK:         %[[A:.*]] = dl.reduce_sum
// CHECK-DAG:     %[[W:.*]] = dl.read @w.x {{.*}}shared
// CHECK-DAG:     %[[V:.*]] = dl.read @fc.weight {{.*}}shared
// CHECK:         %[[G:.*]]:2 = dl.gradient %[[A]] wrt %[[W]], %[[V]] : tensor<f32> -> tensor<1x4xf32>, tensor<3x4xf32>
// CHECK:         %[[Q:.*]] = dl.square %[[G]]#0
// CHECK:         %[[S:.*]] = dl.reduce_sum %[[Q]] {axes = [0, 1]}
// CHECK:         %[[N:.*]] = dl.sqrt %[[S]]
// CHECK:         dl.minimize %[[A]]
// CHECK:         dl.gradient
// CHECK:         dl.minimize
// CHECK:         dl.return %{{.*}}, %[[N]], %{{.*}}, %{{.*}} :

// What does not train stays.
// CHECK:       dl.step @other() -> () {
// CHECK-NEXT:    dl.return
dl.model @norms {
  dl.hparam @lr = 1.0e-01
  dl.param @w.x : tensor<1x4xf32> = ones
  dl.optimizer @sgd = #dl.sgd
  dl.func @layer<n>(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
    dl.param @weight : tensor<?x4xf32> sizes(n) = zeros
    %w = dl.read @weight : tensor<?x4xf32>
    %y = dl.linear %x, %w : tensor<?x?xf32>, tensor<?x4xf32> -> tensor<?x?xf32>
    dl.return %y : tensor<?x?xf32>
  }
  dl.step @fit(%x: tensor<2x4xf32>) -> (gradient_w_x: tensor<f32>) {
    %w = dl.read @w.x : tensor<1x4xf32>
    %0 = dl.mul %x, %w : tensor<2x4xf32>, tensor<1x4xf32> -> tensor<2x4xf32>
    %1 = dl.call @layer<3>(%0) as @fc : (tensor<2x4xf32>) -> tensor<2x3xf32>
    %loss = dl.reduce_sum %1 {axes = [0, 1]} : tensor<2x3xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    %again = dl.read @w.x : tensor<1x4xf32>
    %decay = dl.reduce_sum %again {axes = [0, 1]} : tensor<1x4xf32> -> tensor<f32>
    dl.minimize %decay with @sgd over ["w.*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @other() -> () {
    dl.return
  }
  dl.func @descend(%loss: tensor<f32>) -> tensor<f32> {
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["w.*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
