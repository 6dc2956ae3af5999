// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -canonicalize | FileCheck %s --check-prefix=FOLD

// CHECK-LABEL: func @pooling
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x9x9xf32>
func.func @pooling(%x: tensor<8x3x9x9xf32>) {
  // CHECK-NEXT: dl.max_pool2d %[[X]] {kernel = [2, 2], stride = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  // CHECK-NEXT: dl.max_pool2d %[[X]] {kernel = [3, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x3x4xf32>
  // CHECK-NEXT: %[[Y:.*]], %[[I:.*]] = dl.max_pool2d_with_index %[[X]] {kernel = [3, 3], padding = [1, 1], stride = [3, 3]} : tensor<8x3x9x9xf32> -> tensor<8x3x3x3xf32>, tensor<8x3x3x3xi32>
  // CHECK-NEXT: %[[DX:.*]] = dl.max_pool2d_scatter %[[Y]], %[[I]] {kernel = [3, 3], padding = [1, 1], stride = [3, 3]} : tensor<8x3x3x3xf32>, tensor<8x3x3x3xi32> -> tensor<8x3x9x9xf32>
  // CHECK-NEXT: dl.max_pool2d_gather %[[DX]], %[[I]] {kernel = [3, 3], padding = [1, 1], stride = [3, 3]} : tensor<8x3x9x9xf32>, tensor<8x3x3x3xi32> -> tensor<8x3x3x3xf32>
  // CHECK-NEXT: return
  %0 = dl.max_pool2d %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  %1 = dl.max_pool2d %x {kernel = [3, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x3x4xf32>
  %y, %i = dl.max_pool2d_with_index %x {kernel = [3, 3], stride = [3, 3], padding = [1, 1]} : tensor<8x3x9x9xf32> -> tensor<8x3x3x3xf32>, tensor<8x3x3x3xi32>
  %dx = dl.max_pool2d_scatter %y, %i {kernel = [3, 3], stride = [3, 3], padding = [1, 1]} : tensor<8x3x3x3xf32>, tensor<8x3x3x3xi32> -> tensor<8x3x9x9xf32>
  %dy = dl.max_pool2d_gather %dx, %i {kernel = [3, 3], stride = [3, 3], padding = [1, 1]} : tensor<8x3x9x9xf32>, tensor<8x3x3x3xi32> -> tensor<8x3x3x3xf32>
  return
}

// CHECK-LABEL: func @channels_last
// CHECK-SAME:    %[[X:.*]]: tensor<8x9x9x3xf32>
func.func @channels_last(%x: tensor<8x9x9x3xf32>) {
  // CHECK-NEXT: dl.max_pool2d %[[X]] {kernel = [2, 2], layout = #dl<layout channels_last>, stride = [2, 2]} : tensor<8x9x9x3xf32> -> tensor<8x4x4x3xf32>
  // CHECK-NEXT: return
  %0 = dl.max_pool2d %x {kernel = [2, 2], stride = [2, 2], layout = #dl<layout channels_last>} : tensor<8x9x9x3xf32> -> tensor<8x4x4x3xf32>
  return
}

// CHECK-LABEL: func @dilation_and_ceil_mode
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x9x8xf32>
func.func @dilation_and_ceil_mode(%x: tensor<8x3x9x8xf32>) {
  // CHECK-NEXT: dl.max_pool2d %[[X]] {dilation = [2, 3], kernel = [3, 2], padding = [1, 1], stride = [1, 1]} : tensor<8x3x9x8xf32> -> tensor<8x3x7x7xf32>
  // CHECK-NEXT: dl.max_pool2d %[[X]] {ceil_mode, kernel = [2, 3]} : tensor<8x3x9x8xf32> -> tensor<8x3x5x3xf32>
  // CHECK-NEXT: return
  %0 = dl.max_pool2d %x {kernel = [3, 2], stride = [1, 1], padding = [1, 1], dilation = [2, 3]} : tensor<8x3x9x8xf32> -> tensor<8x3x7x7xf32>
  %1 = dl.max_pool2d %x {ceil_mode, kernel = [2, 3]} : tensor<8x3x9x8xf32> -> tensor<8x3x5x3xf32>
  return
}

// CHECK-LABEL: func @sequences
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x9xf32>
func.func @sequences(%x: tensor<8x3x9xf32>) {
  // CHECK-NEXT: dl.max_pool1d %[[X]] {kernel = [3]} : tensor<8x3x9xf32> -> tensor<8x3x3xf32>
  // CHECK-NEXT: dl.max_pool1d %[[X]] {ceil_mode, dilation = [2], kernel = [2], padding = [1], stride = [3]} : tensor<8x3x9xf32> -> tensor<8x3x4xf32>
  // CHECK-NEXT: dl.avg_pool1d %[[X]] {kernel = [3]} : tensor<8x3x9xf32> -> tensor<8x3x3xf32>
  // CHECK-NEXT: dl.avg_pool1d %[[X]] {ceil_mode, count_include_pad = false, kernel = [2], padding = [1], stride = [1]} : tensor<8x3x9xf32> -> tensor<8x3x10xf32>
  // CHECK-NEXT: return
  %0 = dl.max_pool1d %x {kernel = [3]} : tensor<8x3x9xf32> -> tensor<8x3x3xf32>
  %1 = dl.max_pool1d %x {ceil_mode, kernel = [2], stride = [3], padding = [1], dilation = [2]} : tensor<8x3x9xf32> -> tensor<8x3x4xf32>
  %2 = dl.avg_pool1d %x {kernel = [3]} : tensor<8x3x9xf32> -> tensor<8x3x3xf32>
  %3 = dl.avg_pool1d %x {ceil_mode, kernel = [2], stride = [1], padding = [1], count_include_pad = false} : tensor<8x3x9xf32> -> tensor<8x3x10xf32>
  return
}

// CHECK-LABEL: func @means
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x9x8xf64>
func.func @means(%x: tensor<8x3x9x8xf64>) {
  // CHECK-NEXT: dl.avg_pool2d %[[X]] {kernel = [3, 2]} : tensor<8x3x9x8xf64> -> tensor<8x3x3x4xf64>
  // CHECK-NEXT: dl.avg_pool2d %[[X]] {ceil_mode, divisor_override = 3 : i64, kernel = [2, 3], padding = [1, 0], stride = [2, 2]} : tensor<8x3x9x8xf64> -> tensor<8x3x5x4xf64>
  // CHECK-NEXT: dl.adaptive_avg_pool2d %[[X]] {output_size = [7, 11]} : tensor<8x3x9x8xf64> -> tensor<8x3x7x11xf64>
  // CHECK-NEXT: dl.global_avg_pool2d %[[X]] : tensor<8x3x9x8xf64> -> tensor<8x3x1x1xf64>
  // CHECK-NEXT: dl.global_max_pool2d %[[X]] : tensor<8x3x9x8xf64> -> tensor<8x3x1x1xf64>
  // CHECK-NEXT: return
  %0 = dl.avg_pool2d %x {kernel = [3, 2]} : tensor<8x3x9x8xf64> -> tensor<8x3x3x4xf64>
  %1 = dl.avg_pool2d %x {ceil_mode, kernel = [2, 3], stride = [2, 2], padding = [1, 0], divisor_override = 3} : tensor<8x3x9x8xf64> -> tensor<8x3x5x4xf64>
  %2 = dl.adaptive_avg_pool2d %x {output_size = [7, 11]} : tensor<8x3x9x8xf64> -> tensor<8x3x7x11xf64>
  %3 = dl.global_avg_pool2d %x : tensor<8x3x9x8xf64> -> tensor<8x3x1x1xf64>
  %4 = dl.global_max_pool2d %x : tensor<8x3x9x8xf64> -> tensor<8x3x1x1xf64>
  return
}

// CHECK-LABEL: func @k_max_pool
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x9xf32>
func.func @k_max_pool(%x: tensor<8x3x9xf32>) {
  // CHECK-NEXT: dl.k_max_pool %[[X]] {axis = 2 : i64, k = 4 : i64} : tensor<8x3x9xf32> -> tensor<8x3x4xf32>
  // CHECK-NEXT: return
  %0 = dl.k_max_pool %x {k = 4, axis = 2} : tensor<8x3x9xf32> -> tensor<8x3x4xf32>
  return
}

// The windows are searched once, before the first that needs them.
// FOLD-LABEL: func @merge_with_index
// FOLD-SAME:    %[[X:.*]]: tensor<8x3x8x8xf32>
// FOLD-NEXT:    %[[Y:.*]], %[[I:.*]] = dl.max_pool2d_with_index %[[X]] {kernel = [2, 2], stride = [2, 2]}
// FOLD-NEXT:    %[[SUM:.*]] = dl.add %[[Y]], %[[Y]]
// FOLD-NEXT:    return %[[SUM]], %[[I]]
func.func @merge_with_index(%x: tensor<8x3x8x8xf32>) -> (tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32>) {
  %0 = dl.max_pool2d %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x3x8x8xf32> -> tensor<8x3x4x4xf32>
  %1, %i = dl.max_pool2d_with_index %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x3x8x8xf32> -> tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32>
  %2 = dl.add %0, %1 : tensor<8x3x4x4xf32>
  return %2, %i : tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32>
}

// The op with the index may stand first too.
// FOLD-LABEL: func @merge_with_earlier_index
// FOLD-SAME:    %[[X:.*]]: tensor<8x3x8x8xf32>
// FOLD-NEXT:    %[[Y:.*]], %[[I:.*]] = dl.max_pool2d_with_index %[[X]] {kernel = [2, 2], stride = [2, 2]}
// FOLD-NEXT:    %[[NEG:.*]] = dl.neg %[[Y]]
// FOLD-NEXT:    return %[[NEG]], %[[Y]], %[[I]]
func.func @merge_with_earlier_index(%x: tensor<8x3x8x8xf32>) -> (tensor<8x3x4x4xf32>, tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32>) {
  %1, %i = dl.max_pool2d_with_index %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x3x8x8xf32> -> tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32>
  %n = dl.neg %1 : tensor<8x3x4x4xf32>
  %0 = dl.max_pool2d %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x3x8x8xf32> -> tensor<8x3x4x4xf32>
  return %n, %0, %i : tensor<8x3x4x4xf32>, tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32>
}

// FOLD-LABEL: func @other_windows
// FOLD:         dl.max_pool2d %{{.*}} {kernel = [2, 2], stride = [1, 1]}
// FOLD:         dl.max_pool2d_with_index %{{.*}} {kernel = [2, 2], stride = [2, 2]}
func.func @other_windows(%x: tensor<8x3x8x8xf32>) -> (tensor<8x3x7x7xf32>, tensor<8x3x4x4xi32>) {
  %0 = dl.max_pool2d %x {kernel = [2, 2], stride = [1, 1]} : tensor<8x3x8x8xf32> -> tensor<8x3x7x7xf32>
  %1, %i = dl.max_pool2d_with_index %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x3x8x8xf32> -> tensor<8x3x4x4xf32>, tensor<8x3x4x4xi32>
  return %0, %i : tensor<8x3x7x7xf32>, tensor<8x3x4x4xi32>
}
