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

// CHECK-LABEL: func @composites
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[I:.*]]: tensor<8x4xi64>, %[[M:.*]]: tensor<8x4xi1>
func.func @composites(%x: tensor<8x4xf32>, %i: tensor<8x4xi64>, %m: tensor<8x4xi1>) {
  // CHECK-NEXT: dl.reduce_min %[[X]] {axes = [1], keep_dims} : tensor<8x4xf32> -> tensor<8x1xf32>
  // CHECK-NEXT: dl.reduce_prod %[[I]] {axes = [0]} : tensor<8x4xi64> -> tensor<4xi64>
  // CHECK-NEXT: dl.mean %[[X]] {axes = [0, 1], keep_dims} : tensor<8x4xf32> -> tensor<1x1xf32>
  // CHECK-NEXT: dl.var %[[X]] : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.var %[[X]] {axes = [1], correction = 0 : i64} : tensor<8x4xf32> -> tensor<8xf32>
  // CHECK-NEXT: dl.logsumexp %[[X]] {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  // CHECK-NEXT: dl.norm %[[X]] : tensor<8x4xf32> -> tensor<f32>
  // CHECK-NEXT: dl.norm %[[X]] p inf {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  // CHECK-NEXT: dl.norm %[[X]] p -inf {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  // CHECK-NEXT: dl.norm %[[X]] p 1.000000e+00 {axes = [1], keep_dims} : tensor<8x4xf32> -> tensor<8x1xf32>
  // CHECK-NEXT: dl.norm %[[X]] p -5.000000e-01 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  // CHECK-NEXT: dl.any %[[M]] {axes = [1]} : tensor<8x4xi1> -> tensor<8xi1>
  // CHECK-NEXT: dl.all %[[M]] : tensor<8x4xi1> -> tensor<i1>
  // CHECK-NEXT: dl.argmin %[[X]] {axis = 1 : i64, keep_dims} : tensor<8x4xf32> -> tensor<8x1xi32>
  // CHECK-NEXT: return
  %0 = dl.reduce_min %x {axes = [1], keep_dims} : tensor<8x4xf32> -> tensor<8x1xf32>
  %1 = dl.reduce_prod %i {axes = [0]} : tensor<8x4xi64> -> tensor<4xi64>
  %2 = dl.mean %x {axes = [0, 1], keep_dims} : tensor<8x4xf32> -> tensor<1x1xf32>
  %3 = dl.var %x : tensor<8x4xf32> -> tensor<f32>
  %4 = dl.var %x {axes = [1], correction = 0} : tensor<8x4xf32> -> tensor<8xf32>
  %5 = dl.logsumexp %x {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %6 = dl.norm %x p 2 : tensor<8x4xf32> -> tensor<f32>
  %7 = dl.norm %x p inf {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %8 = dl.norm %x p -inf {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %9 = dl.norm %x p 1 {axes = [1], keep_dims} : tensor<8x4xf32> -> tensor<8x1xf32>
  %10 = dl.norm %x p -0.5 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %11 = dl.any %m {axes = [1]} : tensor<8x4xi1> -> tensor<8xi1>
  %12 = dl.all %m : tensor<8x4xi1> -> tensor<i1>
  %13 = dl.argmin %x {axis = 1, keep_dims} : tensor<8x4xf32> -> tensor<8x1xi32>
  return
}

// No axes are all axes; a sum of one element is that element.
// FOLD-LABEL: func @sum_over_all
// FOLD-SAME:    %[[X:.*]]: tensor<8x1xf32>, %[[S:.*]]: tensor<f32>
// FOLD-NEXT:    %[[ALL:.*]] = dl.reduce_sum %[[X]] {axes = [0, 1]} : tensor<8x1xf32> -> tensor<f32>
// FOLD-NEXT:    %[[ONE:.*]] = dl.reshape %[[X]] : tensor<8x1xf32> to tensor<8xf32>
// FOLD-NEXT:    return %[[ALL]], %[[ALL]], %[[ONE]], %[[X]], %[[S]]
func.func @sum_over_all(%x: tensor<8x1xf32>, %s: tensor<f32>) -> (tensor<f32>, tensor<f32>, tensor<8xf32>, tensor<8x1xf32>, tensor<f32>) {
  %0 = dl.reduce_sum %x {axes = []} : tensor<8x1xf32> -> tensor<f32>
  %2 = dl.reduce_sum %x {axes = [1]} : tensor<8x1xf32> -> tensor<8xf32>
  %3 = dl.reduce_sum %x {axes = [1], keep_dims} : tensor<8x1xf32> -> tensor<8x1xf32>
  %4 = dl.reduce_sum %s : tensor<f32> -> tensor<f32>
  return %0, %0, %2, %3, %4 : tensor<f32>, tensor<f32>, tensor<8xf32>, tensor<8x1xf32>, tensor<f32>
}

// Passes see reductions whose axes are named and that keep no dimension.
// FOLD-LABEL: func @one_form
// FOLD-SAME:    %[[X:.*]]: tensor<8x4xf32>
// FOLD-NEXT:    %[[MAX:.*]] = dl.reduce_max %[[X]] {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
// FOLD-NEXT:    %[[Y:.*]] = dl.reshape %[[MAX]] : tensor<8xf32> to tensor<8x1xf32>
// FOLD-NEXT:    %[[PLACE:.*]] = dl.argmax %[[X]] {axis = 0 : i64} : tensor<8x4xf32> -> tensor<4xi32>
// FOLD-NEXT:    %[[Z:.*]] = dl.reshape %[[PLACE]] : tensor<4xi32> to tensor<1x4xi32>
// FOLD-NEXT:    return %[[Y]], %[[Z]]
func.func @one_form(%x: tensor<8x4xf32>) -> (tensor<8x1xf32>, tensor<1x4xi32>) {
  %0 = dl.reduce_max %x {axes = [1], keep_dims} : tensor<8x4xf32> -> tensor<8x1xf32>
  %1 = dl.argmax %x {axis = 0, keep_dims} : tensor<8x4xf32> -> tensor<1x4xi32>
  return %0, %1 : tensor<8x1xf32>, tensor<1x4xi32>
}

// FOLD-LABEL: func @sum_of_nothing
// FOLD-NEXT:    %[[ZEROS:.*]] = dl.constant dense<0> : tensor<3xi32>
// FOLD-NEXT:    return %[[ZEROS]]
func.func @sum_of_nothing(%x: tensor<3x0xi32>) -> tensor<3xi32> {
  %0 = dl.reduce_sum %x {axes = [1]} : tensor<3x0xi32> -> tensor<3xi32>
  return %0 : tensor<3xi32>
}
