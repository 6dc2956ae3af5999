// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-split-reductions))" | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-split-reductions{min-rows=9}))" | FileCheck %s --check-prefix=NINE

// CHECK-LABEL: func @split
// CHECK-SAME:    %[[X:.*]]: tensor<8x4x4x3xf32>
// CHECK-NEXT:    %[[ROWS:.*]] = dl.reduce_sum %[[X]] {axes = [1, 2]} : tensor<8x4x4x3xf32> -> tensor<8x3xf32>
// CHECK-NEXT:    %[[SUM:.*]] = dl.reduce_sum %[[ROWS]] {axes = [0]} : tensor<8x3xf32> -> tensor<3xf32>
// CHECK-NEXT:    %[[MAXIMA:.*]] = dl.reduce_max %[[X]] {axes = [1, 2]} : tensor<8x4x4x3xf32> -> tensor<8x3xf32>
// CHECK-NEXT:    %[[MAX:.*]] = dl.reduce_max %[[MAXIMA]] {axes = [0]} : tensor<8x3xf32> -> tensor<3xf32>
// CHECK-NEXT:    return %[[SUM]], %[[MAX]]
// Eight rows are too few when nine are asked for.
// NINE-LABEL:  func @split
// NINE-NEXT:     dl.reduce_sum %{{.*}} {axes = [0, 1, 2]}
// NINE-NEXT:     dl.reduce_max %{{.*}} {axes = [0, 1, 2]}
// NINE-NEXT:     return
func.func @split(%x: tensor<8x4x4x3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0 = dl.reduce_sum %x {axes = [0, 1, 2]} : tensor<8x4x4x3xf32> -> tensor<3xf32>
  %1 = dl.reduce_max %x {axes = [0, 1, 2]} : tensor<8x4x4x3xf32> -> tensor<3xf32>
  return %0, %1 : tensor<3xf32>, tensor<3xf32>
}

// Over rows alone, within rows alone, over too few rows, or of rows of one element.
// CHECK-LABEL: func @stay
// CHECK-NEXT:    dl.reduce_sum %{{.*}} {axes = [0]} : tensor<8x4xf32>
// CHECK-NEXT:    dl.reduce_sum %{{.*}} {axes = [1]} : tensor<8x4xf32>
// CHECK-NEXT:    dl.reduce_sum %{{.*}} {axes = [0, 1]} : tensor<2x4xf32>
// CHECK-NEXT:    dl.reduce_sum %{{.*}} {axes = [0, 1]} : tensor<8x1xf32>
// CHECK-NEXT:    return
func.func @stay(%x: tensor<8x4xf32>, %few: tensor<2x4xf32>, %one: tensor<8x1xf32>) -> (tensor<4xf32>, tensor<8xf32>, tensor<f32>, tensor<f32>) {
  %0 = dl.reduce_sum %x {axes = [0]} : tensor<8x4xf32> -> tensor<4xf32>
  %1 = dl.reduce_sum %x {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %2 = dl.reduce_sum %few {axes = [0, 1]} : tensor<2x4xf32> -> tensor<f32>
  %3 = dl.reduce_sum %one {axes = [0, 1]} : tensor<8x1xf32> -> tensor<f32>
  return %0, %1, %2, %3 : tensor<4xf32>, tensor<8xf32>, tensor<f32>, tensor<f32>
}
