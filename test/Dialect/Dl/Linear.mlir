// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -canonicalize | FileCheck %s --check-prefix=FOLD

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

// CHECK-LABEL: func @many
// CHECK-SAME:    %[[A:.*]]: tensor<2x5x8x4xf32>, %[[B:.*]]: tensor<2x5x4x3xf32>, %[[M:.*]]: tensor<8x4xf32>
func.func @many(%a: tensor<2x5x8x4xf32>, %b: tensor<2x5x4x3xf32>, %m: tensor<8x4xf32>) {
  // CHECK-NEXT: dl.matmul %[[A]], %[[B]] : tensor<2x5x8x4xf32>, tensor<2x5x4x3xf32> -> tensor<2x5x8x3xf32>
  // CHECK-NEXT: dl.matmul %[[M]], %[[B]] : tensor<8x4xf32>, tensor<2x5x4x3xf32> -> tensor<2x5x8x3xf32>
  // CHECK-NEXT: dl.matmul %[[A]], %[[M]] {transpose_a} : tensor<2x5x8x4xf32>, tensor<8x4xf32> -> tensor<2x5x4x4xf32>
  // CHECK-NEXT: return
  %0 = dl.matmul %a, %b : tensor<2x5x8x4xf32>, tensor<2x5x4x3xf32> -> tensor<2x5x8x3xf32>
  %1 = dl.matmul %m, %b : tensor<8x4xf32>, tensor<2x5x4x3xf32> -> tensor<2x5x8x3xf32>
  %2 = dl.matmul %a, %m {transpose_a} : tensor<2x5x8x4xf32>, tensor<8x4xf32> -> tensor<2x5x4x4xf32>
  return
}

// The rows of many matrices are those of one.
// FOLD-LABEL: func @many_times_one
// FOLD-SAME:    %[[A:.*]]: tensor<2x8x4xf32>, %[[B:.*]]: tensor<3x4xf32>
// FOLD-NEXT:    %[[ROWS:.*]] = dl.reshape %[[A]] : tensor<2x8x4xf32> to tensor<16x4xf32>
// FOLD-NEXT:    %[[Y:.*]] = dl.matmul %[[ROWS]], %[[B]] {transpose_b} : tensor<16x4xf32>, tensor<3x4xf32> -> tensor<16x3xf32>
// FOLD-NEXT:    %[[MANY:.*]] = dl.reshape %[[Y]] : tensor<16x3xf32> to tensor<2x8x3xf32>
// FOLD-NEXT:    return %[[MANY]]
func.func @many_times_one(%a: tensor<2x8x4xf32>, %b: tensor<3x4xf32>) -> tensor<2x8x3xf32> {
  %0 = dl.matmul %a, %b {transpose_b} : tensor<2x8x4xf32>, tensor<3x4xf32> -> tensor<2x8x3xf32>
  return %0 : tensor<2x8x3xf32>
}

// FOLD-LABEL: func @sums_of_nothing
// FOLD-NEXT:    %[[ZEROS:.*]] = dl.constant dense<0.000000e+00> : tensor<8x3xf32>
// FOLD-NEXT:    return %[[ZEROS]]
func.func @sums_of_nothing(%a: tensor<8x0xf32>, %b: tensor<0x3xf32>) -> tensor<8x3xf32> {
  %0 = dl.matmul %a, %b : tensor<8x0xf32>, tensor<0x3xf32> -> tensor<8x3xf32>
  return %0 : tensor<8x3xf32>
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

// CHECK-LABEL: func @linear_of_many
// CHECK-SAME:    %[[X:.*]]: tensor<2x5x4xf32>, %[[V:.*]]: tensor<4xf32>, %[[W:.*]]: tensor<3x4xf32>
func.func @linear_of_many(%x: tensor<2x5x4xf32>, %v: tensor<4xf32>, %w: tensor<3x4xf32>) {
  // CHECK-NEXT: dl.linear %[[X]], %[[W]] : tensor<2x5x4xf32>, tensor<3x4xf32> -> tensor<2x5x3xf32>
  // CHECK-NEXT: dl.linear %[[V]], %[[W]] : tensor<4xf32>, tensor<3x4xf32> -> tensor<3xf32>
  // CHECK-NEXT: return
  %0 = dl.linear %x, %w : tensor<2x5x4xf32>, tensor<3x4xf32> -> tensor<2x5x3xf32>
  %1 = dl.linear %v, %w : tensor<4xf32>, tensor<3x4xf32> -> tensor<3xf32>
  return
}
