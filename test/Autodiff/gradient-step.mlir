// RUN: dlc-opt %s -pass-pipeline='builtin.module(dl.model(dl-gradient-step{step=fit order=2}))' | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline='builtin.module(dl-widen-floats)' | FileCheck %s --check-prefix=WIDE

// CHECK-NOT:   dl.step @other
// CHECK:       dl.step @gradients(%{{.*}}: tensor<4xf32>, %[[V:.*]]: tensor<4xf32>) -> (loss: tensor<f32>, g1: tensor<4xf32>, h1: tensor<4xf32>) {
// CHECK:         %[[LOSS:.*]] = dl.reduce_sum
// CHECK:         %[[W:.*]] = dl.read @w
// CHECK:         %[[G:.*]] = dl.gradient %[[LOSS]] wrt %[[W]] : tensor<f32> -> tensor<4xf32>
// CHECK:         %[[P:.*]] = dl.mul %[[G]], %[[V]]
// CHECK:         %[[S:.*]] = dl.reduce_sum %[[P]]
// CHECK:         %[[H:.*]] = dl.gradient %[[S]] wrt %[[W]] : tensor<f32> -> tensor<4xf32>
// CHECK-NOT:     dl.minimize
// CHECK:         dl.return %[[LOSS]], %[[G]], %[[H]]

// WIDE:        dl.hparam @lr = 1.000000e-01
// WIDE:        dl.param @w : tensor<4xf64>
// WIDE:        dl.step @fit(%{{.*}}: tensor<4xf64>) -> (sum: tensor<f64>)
// WIDE:          dl.constant dense<5.000000e-01> : tensor<4xf64>
// WIDE:          %[[LR:.*]] = dl.read_hparam @lr : tensor<f32>
// WIDE:          dl.cast %[[LR]] : tensor<f32> to tensor<f64>
dl.model @small {
  dl.hparam @lr = 1.0e-01
  dl.param @before : tensor<2xf32> = zeros
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @fit(%x: tensor<4xf32>) -> (sum: tensor<f32>) {
    %w = dl.read @w : tensor<4xf32>
    %half = dl.constant dense<0.5> : tensor<4xf32>
    %0 = dl.mul %w, %x : tensor<4xf32>
    %1 = dl.mul %0, %half : tensor<4xf32>
    %loss = dl.reduce_sum %1 {axes = [0]} : tensor<4xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["w"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.write %0, @w : tensor<4xf32>
    dl.return %loss : tensor<f32>
  }
  dl.step @other() -> () {
    dl.return
  }
}
