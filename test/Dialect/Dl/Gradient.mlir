// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @gradients
// CHECK-SAME:    %[[Y:.*]]: tensor<f32>, %[[X:.*]]: tensor<8x4xf32>, %[[W:.*]]: tensor<4xf32>
func.func @gradients(%y: tensor<f32>, %x: tensor<8x4xf32>, %w: tensor<4xf32>) {
  // CHECK-NEXT: %[[G:.*]]:2 = dl.gradient %[[Y]] wrt %[[X]], %[[W]] : tensor<f32> -> tensor<8x4xf32>, tensor<4xf32>
  // CHECK-NEXT: dl.gradient %[[Y]] wrt %[[G]]#1 : tensor<f32> -> tensor<4xf32>
  // CHECK-NEXT: dl.gradient %[[X]] wrt %[[W]] cotangent(%[[G]]#0) : tensor<8x4xf32> -> tensor<4xf32>
  // CHECK-NEXT: dl.stop_gradient %[[X]] : tensor<8x4xf32>
  // CHECK-NEXT: return
  %dx, %dw = dl.gradient %y wrt %x, %w : tensor<f32> -> tensor<8x4xf32>, tensor<4xf32>
  %ddw = dl.gradient %y wrt %dw : tensor<f32> -> tensor<4xf32>
  %along = dl.gradient %x wrt %w cotangent(%dx) : tensor<8x4xf32> -> tensor<4xf32>
  %t = dl.stop_gradient %x : tensor<8x4xf32>
  return
}

// CHECK-LABEL: func @identities
// CHECK-SAME:    %[[Y:.*]]: tensor<f32>, %[[X:.*]]: tensor<8x4xf32>
func.func @identities(%y: tensor<f32>, %x: tensor<8x4xf32>) -> (tensor<i1>, tensor<i1>) {
  // CHECK-NEXT: %[[V:.*]] = dl.variable %[[X]] : tensor<8x4xf32>
  // CHECK-NEXT: %[[D:.*]]:2 = dl.depends %[[Y]] on %[[X]], %[[V]] of ["a", "b"] : tensor<f32> on tensor<8x4xf32>, tensor<8x4xf32> -> tensor<i1>, tensor<i1>
  // CHECK-NEXT: return
  %v = dl.variable %x : tensor<8x4xf32>
  %d:2 = dl.depends %y on %x, %v of ["a", "b"] : tensor<f32> on tensor<8x4xf32>, tensor<8x4xf32> -> tensor<i1>, tensor<i1>
  return %d#0, %d#1 : tensor<i1>, tensor<i1>
}

// CHECK-LABEL: dl.model @descent
dl.model @descent {
  dl.optimizer @sgd = #dl.sgd
  dl.param @w : tensor<4xf32> = zeros
  // CHECK:        dl.step @train(%[[LOSS:.*]]: tensor<f64>, %[[LR:.*]]: tensor<f32>)
  dl.step @train(%loss: tensor<f64>, %lr: tensor<f32>) -> () {
    // CHECK-NEXT:   dl.minimize %[[LOSS]] with @sgd over ["*"] lr(%[[LR]]) : tensor<f64>, tensor<f32>
    // CHECK-NEXT:   dl.minimize %[[LOSS]] with @sgd over ["w", "bias.*"] lr(%[[LR]]) : tensor<f64>, tensor<f32>
    // CHECK-NEXT:   dl.return
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f64>, tensor<f32>
    dl.minimize %loss with @sgd over ["w", "bias.*"] lr(%lr) : tensor<f64>, tensor<f32>
    dl.return
  }
}
