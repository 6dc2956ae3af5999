// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @cross_entropy
// CHECK-SAME:    %[[Z:.*]]: tensor<8x10xf32>, %[[L:.*]]: tensor<8xui8>, %[[W:.*]]: tensor<8x10xf64>, %[[M:.*]]: tensor<8xi64>
func.func @cross_entropy(%z: tensor<8x10xf32>, %l: tensor<8xui8>, %w: tensor<8x10xf64>, %m: tensor<8xi64>) {
  // CHECK-NEXT: dl.cross_entropy %[[Z]], %[[L]] : tensor<8x10xf32>, tensor<8xui8> -> tensor<f32>
  // CHECK-NEXT: dl.cross_entropy %[[W]], %[[M]] : tensor<8x10xf64>, tensor<8xi64> -> tensor<f64>
  // CHECK-NEXT: return
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<8xui8> -> tensor<f32>
  %1 = dl.cross_entropy %w, %m : tensor<8x10xf64>, tensor<8xi64> -> tensor<f64>
  return
}

// CHECK-LABEL: func @of_classes
func.func @of_classes(%z: tensor<8x10x3xf32>, %l: tensor<8x3xi64>, %w: tensor<10xf32>) {
  // CHECK-NEXT: dl.cross_entropy %{{.*}}, %{{.*}} weight %{{.*}} {label_smoothing = 1.000000e-01 : f64} : tensor<8x10x3xf32>, tensor<8x3xi64>, tensor<10xf32> -> tensor<f32>
  %0 = dl.cross_entropy %z, %l weight %w {label_smoothing = 0.1} : tensor<8x10x3xf32>, tensor<8x3xi64>, tensor<10xf32> -> tensor<f32>
  // CHECK-NEXT: dl.cross_entropy %{{.*}}, %{{.*}} reduction(none) {ignore_index = 0 : i64} : tensor<8x10x3xf32>, tensor<8x3xi64> -> tensor<8x3xf32>
  %1 = dl.cross_entropy %z, %l reduction(none) {ignore_index = 0} : tensor<8x10x3xf32>, tensor<8x3xi64> -> tensor<8x3xf32>
  // CHECK-NEXT: dl.nll %{{.*}}, %{{.*}} weight %{{.*}} reduction(sum) : tensor<8x10x3xf32>, tensor<8x3xi64>, tensor<10xf32> -> tensor<f32>
  %2 = dl.nll %z, %l weight %w reduction(sum) : tensor<8x10x3xf32>, tensor<8x3xi64>, tensor<10xf32> -> tensor<f32>
  return
}

// CHECK-LABEL: func @of_numbers
func.func @of_numbers(%x: tensor<8x4xf32>, %p: tensor<4xf32>) {
  // CHECK-NEXT: dl.mse %{{.*}}, %{{.*}} : tensor<8x4xf32> -> tensor<f32>
  %0 = dl.mse %x, %x reduction(mean) : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.l1 %{{.*}}, %{{.*}} reduction(none) : tensor<8x4xf32> -> tensor<8x4xf32>
  %1 = dl.l1 %x, %x reduction(none) : tensor<8x4xf32> -> tensor<8x4xf32>
  // CHECK-NEXT: dl.smooth_l1 %{{.*}}, %{{.*}} reduction(sum) {beta = 5.000000e-01 : f64} : tensor<8x4xf32> -> tensor<f32>
  %2 = dl.smooth_l1 %x, %x reduction(sum) {beta = 0.5} : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.huber %{{.*}}, %{{.*}} {delta = 5.000000e-01 : f64} : tensor<8x4xf32> -> tensor<f32>
  %3 = dl.huber %x, %x {delta = 0.5} : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.hinge %{{.*}}, %{{.*}} : tensor<8x4xf32> -> tensor<f32>
  %4 = dl.hinge %x, %x : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.bce %{{.*}}, %{{.*}} : tensor<8x4xf32> -> tensor<f32>
  %5 = dl.bce %x, %x : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.kl_div %{{.*}}, %{{.*}} reduction(batchmean) {log_target} : tensor<8x4xf32> -> tensor<f32>
  %6 = dl.kl_div %x, %x reduction(batchmean) {log_target} : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.bce_with_logits %{{.*}}, %{{.*}} reduction(sum) : tensor<8x4xf32> -> tensor<f32>
  %7 = dl.bce_with_logits %x, %x reduction(sum) : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.bce_with_logits %{{.*}}, %{{.*}} pos_weight %{{.*}} reduction(none) : tensor<8x4xf32>, tensor<4xf32> -> tensor<8x4xf32>
  %8 = dl.bce_with_logits %x, %x pos_weight %p reduction(none) : tensor<8x4xf32>, tensor<4xf32> -> tensor<8x4xf32>
  return
}
