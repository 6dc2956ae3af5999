// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @conv2d
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x9x9xf32>, %[[W:.*]]: tensor<16x3x3x3xf32>, %[[B:.*]]: tensor<16xf32>
func.func @conv2d(%x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>, %b: tensor<16xf32>) {
  // CHECK-NEXT: dl.conv2d %[[X]], %[[W]] bias %[[B]] {padding = [1, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32>, tensor<16xf32> -> tensor<8x16x9x9xf32>
  // CHECK-NEXT: dl.conv2d %[[X]], %[[W]] {stride = [2, 3]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x4x3xf32>
  // CHECK-NEXT: dl.conv2d %[[X]], %[[W]] {dilation = [4, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x1x7xf32>
  // CHECK-NEXT: return
  %0 = dl.conv2d %x, %w bias %b {padding = [1, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32>, tensor<16xf32> -> tensor<8x16x9x9xf32>
  %1 = dl.conv2d %x, %w {stride = [2, 3]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x4x3xf32>
  %2 = dl.conv2d %x, %w {dilation = [4, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x1x7xf32>
  return
}

// CHECK-LABEL: func @channels_last
// CHECK-SAME:    %[[X:.*]]: tensor<8x9x9x3xf32>, %[[W:.*]]: tensor<3x3x3x16xf32>
func.func @channels_last(%x: tensor<8x9x9x3xf32>, %w: tensor<3x3x3x16xf32>) {
  // CHECK-NEXT: dl.conv2d %[[X]], %[[W]] {layout = #dl<layout channels_last>} : tensor<8x9x9x3xf32>, tensor<3x3x3x16xf32> -> tensor<8x7x7x16xf32>
  // CHECK-NEXT: return
  %0 = dl.conv2d %x, %w {layout = #dl<layout channels_last>} : tensor<8x9x9x3xf32>, tensor<3x3x3x16xf32> -> tensor<8x7x7x16xf32>
  return
}

// With stride 2 rows 7 of 8 images belong to no window: the gradients name the shape.
// CHECK-LABEL: func @gradients
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x8x8xf32>, %[[W:.*]]: tensor<16x3x3x3xf32>, %[[DY:.*]]: tensor<8x16x3x3xf32>
func.func @gradients(%x: tensor<8x3x8x8xf32>, %w: tensor<16x3x3x3xf32>, %dy: tensor<8x16x3x3xf32>) {
  // CHECK-NEXT: dl.conv2d_input_grad %[[DY]], %[[W]] {stride = [2, 2]} : tensor<8x16x3x3xf32>, tensor<16x3x3x3xf32> -> tensor<8x3x8x8xf32>
  // CHECK-NEXT: dl.conv2d_filter_grad %[[X]], %[[DY]] {stride = [2, 2]} : tensor<8x3x8x8xf32>, tensor<8x16x3x3xf32> -> tensor<16x3x3x3xf32>
  // CHECK-NEXT: return
  %0 = dl.conv2d_input_grad %dy, %w {stride = [2, 2]} : tensor<8x16x3x3xf32>, tensor<16x3x3x3xf32> -> tensor<8x3x8x8xf32>
  %1 = dl.conv2d_filter_grad %x, %dy {stride = [2, 2]} : tensor<8x3x8x8xf32>, tensor<8x16x3x3xf32> -> tensor<16x3x3x3xf32>
  return
}
