// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -canonicalize | FileCheck %s --check-prefix=FOLD

// CHECK-LABEL: func @sums_and_maxima
// CHECK-SAME:    %[[X:.*]]: tensor<8x4x3xf32>, %[[I:.*]]: tensor<8x4xi32>
func.func @sums_and_maxima(%x: tensor<8x4x3xf32>, %i: tensor<8x4xi32>) {
  // CHECK-NEXT: dl.reduce_sum %[[X]] {axes = [0, 2]} : tensor<8x4x3xf32> -> tensor<4xf32>
  // CHECK-NEXT: dl.reduce_sum %[[X]] {axes = [0, 1, 2]} : tensor<8x4x3xf32> -> tensor<f32>
  // CHECK-NEXT: dl.reduce_max %[[X]] {axes = [1]} : tensor<8x4x3xf32> -> tensor<8x3xf32>
  // CHECK-NEXT: dl.reduce_sum %[[I]] {axes = [1]} : tensor<8x4xi32> -> tensor<8xi32>
  // CHECK-NEXT: dl.reduce_max %[[I]] {axes = [0]} : tensor<8x4xi32> -> tensor<4xi32>
  // CHECK-NEXT: return
  %0 = dl.reduce_sum %x {axes = [0, 2]} : tensor<8x4x3xf32> -> tensor<4xf32>
  %1 = dl.reduce_sum %x {axes = [0, 1, 2]} : tensor<8x4x3xf32> -> tensor<f32>
  %2 = dl.reduce_max %x {axes = [1]} : tensor<8x4x3xf32> -> tensor<8x3xf32>
  %3 = dl.reduce_sum %i {axes = [1]} : tensor<8x4xi32> -> tensor<8xi32>
  %4 = dl.reduce_max %i {axes = [0]} : tensor<8x4xi32> -> tensor<4xi32>
  return
}

// CHECK-LABEL: func @places
// CHECK-SAME:    %[[X:.*]]: tensor<8x10xf32>, %[[L:.*]]: tensor<8xi32>
func.func @places(%x: tensor<8x10xf32>, %l: tensor<8xi32>) -> tensor<i32> {
  // CHECK-NEXT: %[[FIRST:.*]] = dl.argmax %[[X]] {axis = 0 : i64} : tensor<8x10xf32> -> tensor<10xi32>
  // CHECK-NEXT: %[[P:.*]] = dl.argmax %[[X]] {axis = 1 : i64} : tensor<8x10xf32> -> tensor<8xi32>
  // CHECK-NEXT: %[[N:.*]] = dl.count_equal %[[P]], %[[L]] : tensor<8xi32> -> tensor<i32>
  // CHECK-NEXT: return %[[N]]
  %0 = dl.argmax %x {axis = 0} : tensor<8x10xf32> -> tensor<10xi32>
  %1 = dl.argmax %x {axis = 1} : tensor<8x10xf32> -> tensor<8xi32>
  %2 = dl.count_equal %1, %l : tensor<8xi32> -> tensor<i32>
  return %2 : tensor<i32>
}

// FOLD-LABEL: func @sum_over_nothing
// FOLD-SAME:    %[[X:.*]]: tensor<8x1xf32>
// FOLD-NEXT:    %[[Y:.*]] = dl.reduce_sum %[[X]] {axes = [1]}
// FOLD-NEXT:    return %[[X]], %[[Y]]
func.func @sum_over_nothing(%x: tensor<8x1xf32>) -> (tensor<8x1xf32>, tensor<8xf32>) {
  %0 = dl.reduce_sum %x {axes = []} : tensor<8x1xf32> -> tensor<8x1xf32>
  %1 = dl.reduce_sum %x {axes = [1]} : tensor<8x1xf32> -> tensor<8xf32>
  return %0, %1 : tensor<8x1xf32>, tensor<8xf32>
}
