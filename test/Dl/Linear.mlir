// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @matmul
// CHECK-SAME:    %[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<4x3xf32>, %[[C:.*]]: tensor<3x8xf32>
func.func @matmul(%a: tensor<8x4xf32>, %b: tensor<4x3xf32>, %c: tensor<3x8xf32>) {
  // CHECK-NEXT: dl.matmul %[[A]], %[[B]] : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
  // CHECK-NEXT: dl.matmul %[[A]], %[[C]] {transpose_a, transpose_b} : tensor<8x4xf32>, tensor<3x8xf32> -> tensor<4x3xf32>
  // CHECK-NEXT: dl.matmul %[[A]], %[[A]] {transpose_b} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<8x8xf32>
  // CHECK-NEXT: dl.matmul %[[A]], %[[A]] {transpose_a} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4xf32>
  // CHECK-NEXT: return
  %0 = dl.matmul %a, %b : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
  %1 = dl.matmul %a, %c {transpose_a, transpose_b} : tensor<8x4xf32>, tensor<3x8xf32> -> tensor<4x3xf32>
  %2 = dl.matmul %a, %a {transpose_b} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<8x8xf32>
  %3 = dl.matmul %a, %a {transpose_a} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4xf32>
  return
}

// CHECK-LABEL: func @linear
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf64>, %[[W:.*]]: tensor<3x4xf64>, %[[B:.*]]: tensor<3xf64>
func.func @linear(%x: tensor<8x4xf64>, %w: tensor<3x4xf64>, %b: tensor<3xf64>) {
  // CHECK-NEXT: dl.linear %[[X]], %[[W]] bias %[[B]] : tensor<8x4xf64>, tensor<3x4xf64>, tensor<3xf64> -> tensor<8x3xf64>
  // CHECK-NEXT: dl.linear %[[X]], %[[W]] : tensor<8x4xf64>, tensor<3x4xf64> -> tensor<8x3xf64>
  // CHECK-NEXT: return
  %0 = dl.linear %x, %w bias %b : tensor<8x4xf64>, tensor<3x4xf64>, tensor<3xf64> -> tensor<8x3xf64>
  %1 = dl.linear %x, %w : tensor<8x4xf64>, tensor<3x4xf64> -> tensor<8x3xf64>
  return
}
