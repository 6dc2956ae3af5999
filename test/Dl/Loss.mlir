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
