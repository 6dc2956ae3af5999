// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @attention
// CHECK-SAME:    %[[Q:.*]]: tensor<2x4x5x8xf32>, %[[K:.*]]: tensor<2x4x6x8xf32>, %[[V:.*]]: tensor<2x4x6x7xf32>, %[[M:.*]]: tensor<5x6xi1>, %[[A:.*]]: tensor<2x1x1x6xf32>
func.func @attention(%q: tensor<2x4x5x8xf32>, %k: tensor<2x4x6x8xf32>, %v: tensor<2x4x6x7xf32>, %m: tensor<5x6xi1>, %a: tensor<2x1x1x6xf32>) {
  // CHECK-NEXT: dl.scaled_dot_product_attention %[[Q]], %[[K]], %[[V]] : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32> -> tensor<2x4x5x7xf32>
  // CHECK-NEXT: dl.scaled_dot_product_attention %[[Q]], %[[K]], %[[V]] mask %[[M]] {scale = 5.000000e-01 : f64} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32>, tensor<5x6xi1> -> tensor<2x4x5x7xf32>
  // CHECK-NEXT: dl.scaled_dot_product_attention %[[Q]], %[[K]], %[[V]] mask %[[A]] : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32>, tensor<2x1x1x6xf32> -> tensor<2x4x5x7xf32>
  // CHECK-NEXT: dl.scaled_dot_product_attention %[[Q]], %[[K]], %[[V]] {is_causal} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32> -> tensor<2x4x5x7xf32>
  // CHECK-NEXT: dl.flash_attention %[[Q]], %[[K]], %[[V]] mask %[[M]] {scale = 5.000000e-01 : f64} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32>, tensor<5x6xi1> -> tensor<2x4x5x7xf32>, tensor<2x4x5xf32>
  // CHECK-NEXT: return
  %0 = dl.scaled_dot_product_attention %q, %k, %v : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32> -> tensor<2x4x5x7xf32>
  %1 = dl.scaled_dot_product_attention %q, %k, %v mask %m {scale = 0.5} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32>, tensor<5x6xi1> -> tensor<2x4x5x7xf32>
  %2 = dl.scaled_dot_product_attention %q, %k, %v mask %a : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32>, tensor<2x1x1x6xf32> -> tensor<2x4x5x7xf32>
  %3 = dl.scaled_dot_product_attention %q, %k, %v {is_causal} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32> -> tensor<2x4x5x7xf32>
  %4, %5 = dl.flash_attention %q, %k, %v mask %m {scale = 0.5} : tensor<2x4x5x8xf32>, tensor<2x4x6x8xf32>, tensor<2x4x6x7xf32>, tensor<5x6xi1> -> tensor<2x4x5x7xf32>, tensor<2x4x5xf32>
  return
}
