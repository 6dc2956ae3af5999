// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: dl.model @all {
dl.model @all {
  // CHECK-NEXT: dl.hparam @lr = 1.000000e-03
  // CHECK-NEXT: dl.hparam @whole = -2.000000e+00
  // CHECK-NEXT: dl.hparam @narrow = 1.000000e+00 range(up_to_one)
  // CHECK-NEXT: dl.hparam @wide : tensor<f64> = 1.000000e+300 range(not_negative)
  dl.hparam @lr = 1.0e-3
  dl.hparam @whole = -2
  dl.hparam @narrow : tensor<f32> = 1 range(up_to_one)
  dl.hparam @wide : tensor<f64> = 1.0e300 range(not_negative)

  // CHECK-NEXT: dl.param @fc.weight : tensor<3x4xf32> = kaiming_uniform
  // CHECK-NEXT: dl.param @torch : tensor<3x4xf32> = kaiming_uniform<a = 2.23{{.*}}>
  // CHECK-NEXT: dl.param @zero : tensor<3xf32> = zeros
  // CHECK-NEXT: dl.param @one : tensor<3xf64> = ones
  // CHECK-NEXT: dl.param @half : tensor<f32> = constant<5.000000e-01>
  // CHECK-NEXT: dl.param @flat : tensor<3xf32> = uniform<-1.000000e-01, 1.000000e-01>
  // CHECK-NEXT: dl.param @bell : tensor<3xf32> = normal<0.000000e+00, 2.000000e-02>
  // CHECK-NEXT: dl.buffer @count : tensor<i64> = zeros
  dl.param @fc.weight : tensor<3x4xf32> = kaiming_uniform
  dl.param @torch : tensor<3x4xf32> = kaiming_uniform<a = 2.23606797749979>
  dl.param @zero : tensor<3xf32> = zeros
  dl.param @one : tensor<3xf64> = ones
  dl.param @half : tensor<f32> = constant<0.5>
  dl.param @flat : tensor<3xf32> = uniform<-0.1, 0.1>
  dl.param @bell : tensor<3xf32> = normal<0, 0.02>
  dl.buffer @count : tensor<i64> = zeros

  // CHECK-NEXT: dl.slot @adam.exp_avg.fc.weight : tensor<3x4xf32> = zeros of @fc.weight stored <[3, 4], [1, 0]>
  // CHECK-NEXT: dl.counter @adam.step
  // CHECK-NEXT: dl.derived @derived.0 : tensor<4x3xf32>
  dl.slot @adam.exp_avg.fc.weight : tensor<3x4xf32> = zeros of @fc.weight stored <[3, 4], [1, 0]>
  dl.counter @adam.step
  dl.derived @derived.0 : tensor<4x3xf32>

  // CHECK-NEXT: dl.optimizer @adam = #dl.adam
  // CHECK-NEXT: dl.optimizer @slow = #dl.adam<beta1 = 5.000000e-01, eps = 1.000000e-03>
  // CHECK-NEXT: dl.optimizer @sgd = #dl.sgd
  // CHECK-NEXT: dl.optimizer @heavy = #dl.sgd<momentum = 9.000000e-01, weight_decay = 1.000000e-04>
  dl.optimizer @adam = #dl.adam
  dl.optimizer @slow = #dl.adam<beta1 = 0.5, eps = 1.0e-3>
  dl.optimizer @sgd = #dl.sgd
  dl.optimizer @heavy = #dl.sgd<momentum = 0.9, weight_decay = 1.0e-4>

  // The names of inputs and outputs belong to the step.
  // CHECK-NEXT: dl.step @state(%[[IMAGE:image]]: tensor<8x4xf32>) -> (first: tensor<8x4xf32>, weight: tensor<3x4xf32>) {
  dl.step @state(%image: tensor<8x4xf32>) -> (first: tensor<8x4xf32>, weight: tensor<3x4xf32>) {
    // CHECK-NEXT: %[[W:.*]] = dl.read @fc.weight : tensor<3x4xf32>
    // CHECK-NEXT: dl.read @fc.weight shared : tensor<3x4xf32>
    // CHECK-NEXT: dl.write %[[W]], @torch : tensor<3x4xf32>
    // CHECK-NEXT: dl.step_count : tensor<i64>
    // CHECK-NEXT: dl.read_hparam @lr : tensor<f32>
    // CHECK-NEXT: dl.return %[[IMAGE]], %[[W]] : tensor<8x4xf32>, tensor<3x4xf32>
    %w = dl.read @fc.weight : tensor<3x4xf32>
    %all = dl.read @fc.weight shared : tensor<3x4xf32>
    dl.write %w, @torch : tensor<3x4xf32>
    %n = dl.step_count : tensor<i64>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.return %image, %w : tensor<8x4xf32>, tensor<3x4xf32>
  }
}
