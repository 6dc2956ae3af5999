// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @dropout(
// CHECK-SAME:    %[[X:.*]]: tensor<8x16x4xf32>, %[[P:.*]]: tensor<f64>, %[[Q:.*]]: tensor<f32>)
func.func @dropout(%x: tensor<8x16x4xf32>, %p: tensor<f64>, %q: tensor<f32>) -> tensor<8x16x4xf32> {
  // CHECK-NEXT: %[[A:.*]] = dl.dropout %[[X]] : tensor<8x16x4xf32>
  // CHECK-NEXT: %[[B:.*]] = dl.dropout %[[A]] mode(train) {channels, p = 2.500000e-01 : f64} : tensor<8x16x4xf32>
  // CHECK-NEXT: %[[C:.*]] = dl.alpha_dropout %[[B]] mode(eval) {p = 1.000000e-01 : f64} : tensor<8x16x4xf32>
  // CHECK-NEXT: %[[D:.*]] = dl.dropout %[[C]] p(%[[P]]) mode(train) {channels} : tensor<8x16x4xf32>, tensor<f64>
  // CHECK-NEXT: %[[E:.*]] = dl.alpha_dropout %[[D]] p(%[[Q]]) : tensor<8x16x4xf32>, tensor<f32>
  // CHECK-NEXT: return %[[E]]
  %a = dl.dropout %x : tensor<8x16x4xf32>
  %b = dl.dropout %a mode(train) {channels, p = 0.25} : tensor<8x16x4xf32>
  %c = dl.alpha_dropout %b mode(eval) {p = 0.1} : tensor<8x16x4xf32>
  %d = dl.dropout %c p(%p) mode(train) {channels} : tensor<8x16x4xf32>, tensor<f64>
  %e = dl.alpha_dropout %d p(%q) : tensor<8x16x4xf32>, tensor<f32>
  return %e : tensor<8x16x4xf32>
}
