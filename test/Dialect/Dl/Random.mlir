// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -canonicalize | FileCheck %s --check-prefix=CANONICAL

// CHECK-LABEL: func @bits(
// CHECK-SAME:    %[[SEED:.*]]: tensor<i64>, %[[STEP:.*]]: tensor<i64>)
func.func @bits(%seed: tensor<i64>, %step: tensor<i64>) -> (tensor<8x4xi32>, tensor<4x8xi32>, tensor<i32>) {
  // CHECK-NEXT: %[[A:.*]] = dl.random_bits %[[SEED]], %[[STEP]] number 3 word 0 : tensor<8x4xi32>
  // CHECK-NEXT: %[[B:.*]] = dl.random_bits %[[SEED]], %[[STEP]] number 16777215 word 3 strides [1, 4] : tensor<4x8xi32>
  // CHECK-NEXT: %[[C:.*]] = dl.random_bits %[[SEED]], %[[STEP]] number 0 word 1 : tensor<i32>
  // CHECK-NEXT: return %[[A]], %[[B]], %[[C]]
  %a = dl.random_bits %seed, %step number 3 word 0 : tensor<8x4xi32>
  %b = dl.random_bits %seed, %step number 16777215 word 3 strides [1, 4] : tensor<4x8xi32>
  %c = dl.random_bits %seed, %step number 0 word 1 : tensor<i32>
  return %a, %b, %c : tensor<8x4xi32>, tensor<4x8xi32>, tensor<i32>
}

// Views of random bits are random bits.
// CANONICAL-LABEL: func @views(
// CANONICAL-SAME:    %[[SEED:.*]]: tensor<i64>, %[[STEP:.*]]: tensor<i64>)
func.func @views(%seed: tensor<i64>, %step: tensor<i64>) -> (tensor<4x2x3xi32>, tensor<6x4xi32>, tensor<24xi32>) {
  // CANONICAL-DAG: %[[A:.*]] = dl.random_bits %[[SEED]], %[[STEP]] number 3 word 0 strides [1, 12, 4] : tensor<4x2x3xi32>
  // CANONICAL-DAG: %[[B:.*]] = dl.random_bits %[[SEED]], %[[STEP]] number 3 word 0 : tensor<6x4xi32>
  // CANONICAL-DAG: %[[C:.*]] = dl.reshape %[[A]]
  // CANONICAL:     return %[[A]], %[[B]], %[[C]]
  %0 = dl.random_bits %seed, %step number 3 word 0 : tensor<2x3x4xi32>
  %a = dl.transpose %0 perm [2, 0, 1] : tensor<2x3x4xi32> -> tensor<4x2x3xi32>
  %b = dl.reshape %0 : tensor<2x3x4xi32> to tensor<6x4xi32>
  %c = dl.reshape %a : tensor<4x2x3xi32> to tensor<24xi32>
  return %a, %b, %c : tensor<4x2x3xi32>, tensor<6x4xi32>, tensor<24xi32>
}

// What draws is not merged, however alike.
// CHECK-LABEL: func @distributions(
// CHECK-SAME:    %[[P:.*]]: tensor<8x4xf64>, %[[L:.*]]: tensor<8x10xf32>)
func.func @distributions(%p: tensor<8x4xf64>, %l: tensor<8x10xf32>) {
  // CHECK-NEXT: dl.uniform : tensor<8x4xf32>
  // CHECK-NEXT: dl.uniform : tensor<8x4xf32>
  // CHECK-NEXT: dl.uniform {high = 2.000000e+00 : f64, low = -1.000000e+00 : f64} : tensor<f64>
  // CHECK-NEXT: dl.normal : tensor<8x4xf32>
  // CHECK-NEXT: dl.normal {deviation = 5.000000e-01 : f64, mean = 1.000000e+00 : f64} : tensor<8x4xf64>
  // CHECK-NEXT: dl.gumbel : tensor<8x4xf32>
  // CHECK-NEXT: dl.bernoulli {p = 3.000000e-01 : f64} : tensor<8x4xi1>
  // CHECK-NEXT: dl.bernoulli of %[[P]] : tensor<8x4xf64> -> tensor<8x4xf32>
  // CHECK-NEXT: dl.categorical %[[L]] : tensor<8x10xf32> -> tensor<8xi32>
  // CHECK-NEXT: dl.permutation : tensor<8xi32>
  // CHECK-NEXT: return
  %0 = dl.uniform : tensor<8x4xf32>
  %1 = dl.uniform : tensor<8x4xf32>
  %2 = dl.uniform {low = -1.0, high = 2.0} : tensor<f64>
  %3 = dl.normal : tensor<8x4xf32>
  %4 = dl.normal {mean = 1.0, deviation = 0.5} : tensor<8x4xf64>
  %5 = dl.gumbel : tensor<8x4xf32>
  %6 = dl.bernoulli {p = 0.3} : tensor<8x4xi1>
  %7 = dl.bernoulli of %p : tensor<8x4xf64> -> tensor<8x4xf32>
  %8 = dl.categorical %l : tensor<8x10xf32> -> tensor<8xi32>
  %9 = dl.permutation : tensor<8xi32>
  return
}
