// RUN: %dlc %s --emit=simplify | FileCheck %s

// Behind all of `simplify` a pad and the padding of the convolution behind it are one pad, in the
// order of the convolution. Numbers other than 0 are a pad of their own.
dl.model @pads {
  dl.param @w : tensor<4x3x3x3xf32> = kaiming_uniform
  // CHECK-LABEL: func.func @zeros
  // CHECK:         %[[T:.*]] = dl.transpose
  // CHECK-NEXT:    %[[P:.*]] = dl.pad %[[T]] low [0, 2, 2, 0] high [0, 4, 2, 0]
  // CHECK-NEXT:    dl.conv2d %[[P]]
  // CHECK-NOT:     dl.pad
  // CHECK:         return
  dl.step @zeros(%x: tensor<2x3x8x8xf32>) -> (y: tensor<2x4x12x10xf32>) {
    %w = dl.read @w : tensor<4x3x3x3xf32>
    %0 = dl.pad %x low [0, 0, 1, 1] high [0, 0, 3, 1] : tensor<2x3x8x8xf32> -> tensor<2x3x12x10xf32>
    %y = dl.conv2d %0, %w {padding = [1, 1]} : tensor<2x3x12x10xf32>, tensor<4x3x3x3xf32> -> tensor<2x4x12x10xf32>
    dl.return %y : tensor<2x4x12x10xf32>
  }
  // CHECK-LABEL: func.func @ones
  // CHECK:         dl.pad {{.*}} low [0, 1, 1, 0] high [0, 1, 1, 0] {value = 1.0
  // CHECK-NEXT:    dl.pad {{.*}} low [0, 1, 1, 0] high [0, 1, 1, 0] :
  // CHECK-NEXT:    dl.conv2d
  dl.step @ones(%x: tensor<2x3x8x8xf32>) -> (y: tensor<2x4x10x10xf32>) {
    %w = dl.read @w : tensor<4x3x3x3xf32>
    %0 = dl.pad %x low [0, 0, 1, 1] high [0, 0, 1, 1] {value = 1.0} : tensor<2x3x8x8xf32> -> tensor<2x3x10x10xf32>
    %y = dl.conv2d %0, %w {padding = [1, 1]} : tensor<2x3x10x10xf32>, tensor<4x3x3x3xf32> -> tensor<2x4x10x10xf32>
    dl.return %y : tensor<2x4x10x10xf32>
  }
}
