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

// Two groups; as many groups as channels.
// CHECK-LABEL: func @groups
// CHECK-SAME:    %[[X:.*]]: tensor<8x4x9x9xf32>, %[[W:.*]]: tensor<6x2x3x3xf32>, %[[V:.*]]: tensor<8x1x3x3xf32>
func.func @groups(%x: tensor<8x4x9x9xf32>, %w: tensor<6x2x3x3xf32>, %v: tensor<8x1x3x3xf32>) {
  // CHECK-NEXT: %[[Y:.*]] = dl.conv2d %[[X]], %[[W]] {groups = 2 : i64} : tensor<8x4x9x9xf32>, tensor<6x2x3x3xf32> -> tensor<8x6x7x7xf32>
  // CHECK-NEXT: dl.conv2d_input_grad %[[Y]], %[[W]] {groups = 2 : i64} : tensor<8x6x7x7xf32>, tensor<6x2x3x3xf32> -> tensor<8x4x9x9xf32>
  // CHECK-NEXT: dl.conv2d_filter_grad %[[X]], %[[Y]] {groups = 2 : i64} : tensor<8x4x9x9xf32>, tensor<8x6x7x7xf32> -> tensor<6x2x3x3xf32>
  // CHECK-NEXT: dl.conv2d %[[X]], %[[V]] {groups = 4 : i64} : tensor<8x4x9x9xf32>, tensor<8x1x3x3xf32> -> tensor<8x8x7x7xf32>
  // CHECK-NEXT: return
  %0 = dl.conv2d %x, %w {groups = 2} : tensor<8x4x9x9xf32>, tensor<6x2x3x3xf32> -> tensor<8x6x7x7xf32>
  %1 = dl.conv2d_input_grad %0, %w {groups = 2} : tensor<8x6x7x7xf32>, tensor<6x2x3x3xf32> -> tensor<8x4x9x9xf32>
  %2 = dl.conv2d_filter_grad %x, %0 {groups = 2} : tensor<8x4x9x9xf32>, tensor<8x6x7x7xf32> -> tensor<6x2x3x3xf32>
  %3 = dl.conv2d %x, %v {groups = 4} : tensor<8x4x9x9xf32>, tensor<8x1x3x3xf32> -> tensor<8x8x7x7xf32>
  return
}

// CHECK-LABEL: func @conv1d
// CHECK-SAME:    %[[X:.*]]: tensor<8x4x9xf32>, %[[W:.*]]: tensor<6x4x3xf32>, %[[V:.*]]: tensor<6x2x3xf32>, %[[B:.*]]: tensor<6xf32>
func.func @conv1d(%x: tensor<8x4x9xf32>, %w: tensor<6x4x3xf32>, %v: tensor<6x2x3xf32>, %b: tensor<6xf32>) {
  // CHECK-NEXT: dl.conv1d %[[X]], %[[W]] : tensor<8x4x9xf32>, tensor<6x4x3xf32> -> tensor<8x6x7xf32>
  // CHECK-NEXT: dl.conv1d %[[X]], %[[V]] bias %[[B]] {dilation = [2], groups = 2 : i64, padding = [1], stride = [3]} : tensor<8x4x9xf32>, tensor<6x2x3xf32>, tensor<6xf32> -> tensor<8x6x3xf32>
  // CHECK-NEXT: return
  %0 = dl.conv1d %x, %w : tensor<8x4x9xf32>, tensor<6x4x3xf32> -> tensor<8x6x7xf32>
  %1 = dl.conv1d %x, %v bias %b {dilation = [2], groups = 2, padding = [1], stride = [3]} : tensor<8x4x9xf32>, tensor<6x2x3xf32>, tensor<6xf32> -> tensor<8x6x3xf32>
  return
}

// CHECK-LABEL: func @conv3d
// CHECK-SAME:    %[[X:.*]]: tensor<2x4x9x8x7xf64>, %[[W:.*]]: tensor<6x4x3x3x3xf64>, %[[V:.*]]: tensor<6x2x1x2x3xf64>, %[[B:.*]]: tensor<6xf64>
func.func @conv3d(%x: tensor<2x4x9x8x7xf64>, %w: tensor<6x4x3x3x3xf64>, %v: tensor<6x2x1x2x3xf64>, %b: tensor<6xf64>) {
  // CHECK-NEXT: dl.conv3d %[[X]], %[[W]] {padding = [1, 0, 1], stride = [2, 1, 1]} : tensor<2x4x9x8x7xf64>, tensor<6x4x3x3x3xf64> -> tensor<2x6x5x6x7xf64>
  // CHECK-NEXT: dl.conv3d %[[X]], %[[V]] bias %[[B]] {dilation = [1, 2, 3], groups = 2 : i64} : tensor<2x4x9x8x7xf64>, tensor<6x2x1x2x3xf64>, tensor<6xf64> -> tensor<2x6x9x6x1xf64>
  // CHECK-NEXT: return
  %0 = dl.conv3d %x, %w {padding = [1, 0, 1], stride = [2, 1, 1]} : tensor<2x4x9x8x7xf64>, tensor<6x4x3x3x3xf64> -> tensor<2x6x5x6x7xf64>
  %1 = dl.conv3d %x, %v bias %b {dilation = [1, 2, 3], groups = 2} : tensor<2x4x9x8x7xf64>, tensor<6x2x1x2x3xf64>, tensor<6xf64> -> tensor<2x6x9x6x1xf64>
  return
}

// CHECK-LABEL: func @conv_transpose2d
// CHECK-SAME:    %[[X:.*]]: tensor<8x4x5x6xf32>, %[[W:.*]]: tensor<4x3x3x2xf32>, %[[B:.*]]: tensor<6xf32>
func.func @conv_transpose2d(%x: tensor<8x4x5x6xf32>, %w: tensor<4x3x3x2xf32>, %b: tensor<6xf32>) {
  // CHECK-NEXT: dl.conv_transpose2d %[[X]], %[[W]] : tensor<8x4x5x6xf32>, tensor<4x3x3x2xf32> -> tensor<8x3x7x7xf32>
  // CHECK-NEXT: dl.conv_transpose2d %[[X]], %[[W]] bias %[[B]] {dilation = [1, 2], groups = 2 : i64, output_padding = [1, 1], padding = [1, 0], stride = [2, 1]} : tensor<8x4x5x6xf32>, tensor<4x3x3x2xf32>, tensor<6xf32> -> tensor<8x6x10x9xf32>
  // CHECK-NEXT: return
  %0 = dl.conv_transpose2d %x, %w : tensor<8x4x5x6xf32>, tensor<4x3x3x2xf32> -> tensor<8x3x7x7xf32>
  %1 = dl.conv_transpose2d %x, %w bias %b {dilation = [1, 2], groups = 2, output_padding = [1, 1], padding = [1, 0], stride = [2, 1]} : tensor<8x4x5x6xf32>, tensor<4x3x3x2xf32>, tensor<6xf32> -> tensor<8x6x10x9xf32>
  return
}
