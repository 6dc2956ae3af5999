// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-note-zero-borders))" | FileCheck %s

// Both kinds, with what stands above, below, left and right.
// CHECK-LABEL: func.func @both
// CHECK:         dl.conv2d %{{.*}}, %{{.*}} {dl.zero_border = array<i64: 1, 2, 0, 3>
// CHECK:         dl.conv2d_filter_grad %{{.*}}, %{{.*}} {dl.zero_border = array<i64: 1, 2, 0, 3>
func.func @both(%x: tensor<2x4x4x8xf32>, %w: tensor<3x3x8x16xf32>, %dy: tensor<2x5x5x16xf32>) -> (tensor<2x5x5x16xf32>, tensor<3x3x8x16xf32>) {
  %p = dl.pad %x low [0, 1, 0, 0] high [0, 2, 3, 0] : tensor<2x4x4x8xf32> -> tensor<2x7x7x8xf32>
  %y = dl.conv2d %p, %w {layout = #dl<layout channels_last>} : tensor<2x7x7x8xf32>, tensor<3x3x8x16xf32> -> tensor<2x5x5x16xf32>
  %dw = dl.conv2d_filter_grad %p, %dy {layout = #dl<layout channels_last>} : tensor<2x7x7x8xf32>, tensor<2x5x5x16xf32> -> tensor<3x3x8x16xf32>
  return %y, %dw : tensor<2x5x5x16xf32>, tensor<3x3x8x16xf32>
}

// A box of a padded image has what it covers of the padding.
// CHECK-LABEL: func.func @box
// CHECK:         dl.conv2d %{{.*}}, %{{.*}} {dl.zero_border = array<i64: 2, 0, 0, 2>
func.func @box(%x: tensor<2x4x4x8xf32>, %w: tensor<2x2x8x16xf32>) -> tensor<2x5x4x16xf32> {
  %p = dl.pad %x low [0, 3, 1, 0] high [0, 2, 2, 0] : tensor<2x4x4x8xf32> -> tensor<2x9x7x8xf32>
  %s = dl.slice %p at [0, 1, 2, 0] size [2, 6, 5, 8] : tensor<2x9x7x8xf32> -> tensor<2x6x5x8xf32>
  %y = dl.conv2d %s, %w {layout = #dl<layout channels_last>} : tensor<2x6x5x8xf32>, tensor<2x2x8x16xf32> -> tensor<2x5x4x16xf32>
  return %y : tensor<2x5x4x16xf32>
}

// Other numbers than zero, zeros between elements, channels alone, no padding.
// CHECK-LABEL: func.func @others
// CHECK-NOT:     dl.zero_border
// CHECK:         return
func.func @others(%x: tensor<2x4x4x8xf32>, %w: tensor<3x3x8x16xf32>) -> (tensor<2x4x4x16xf32>, tensor<2x5x5x16xf32>, tensor<2x2x2x16xf32>, tensor<2x2x2x16xf32>) {
  %0 = dl.pad %x low [0, 1, 1, 0] high [0, 1, 1, 0] {value = 1.0} : tensor<2x4x4x8xf32> -> tensor<2x6x6x8xf32>
  %1 = dl.conv2d %0, %w {layout = #dl<layout channels_last>} : tensor<2x6x6x8xf32>, tensor<3x3x8x16xf32> -> tensor<2x4x4x16xf32>
  %2 = dl.pad %x low [0, 0, 0, 0] high [0, 0, 0, 0] interior [0, 1, 1, 0] : tensor<2x4x4x8xf32> -> tensor<2x7x7x8xf32>
  %3 = dl.conv2d %2, %w {layout = #dl<layout channels_last>} : tensor<2x7x7x8xf32>, tensor<3x3x8x16xf32> -> tensor<2x5x5x16xf32>
  %4 = dl.slice %x at [0, 0, 0, 0] size [2, 4, 4, 4] : tensor<2x4x4x8xf32> -> tensor<2x4x4x4xf32>
  %5 = dl.pad %4 low [0, 0, 0, 4] high [0, 0, 0, 0] : tensor<2x4x4x4xf32> -> tensor<2x4x4x8xf32>
  %6 = dl.conv2d %5, %w {layout = #dl<layout channels_last>} : tensor<2x4x4x8xf32>, tensor<3x3x8x16xf32> -> tensor<2x2x2x16xf32>
  %7 = dl.conv2d %x, %w {layout = #dl<layout channels_last>} : tensor<2x4x4x8xf32>, tensor<3x3x8x16xf32> -> tensor<2x2x2x16xf32>
  return %1, %3, %6, %7 : tensor<2x4x4x16xf32>, tensor<2x5x5x16xf32>, tensor<2x2x2x16xf32>, tensor<2x2x2x16xf32>
}
