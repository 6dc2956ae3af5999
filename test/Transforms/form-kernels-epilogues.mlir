// RUN: dlc-opt %s -dl-form-kernels | FileCheck %s

// A convolution and a product of one example share kernels with what is done to their
// results, element by element.
// CHECK-LABEL: func.func @predict
// CHECK:         %[[C:.*]] = call @kernel_0(%arg0, %arg1, %arg2, %arg3)
// CHECK:         %[[R:.*]] = call @kernel_1(%[[C]])
// CHECK:         %[[P:.*]] = call @kernel_2(%[[R]], %arg4)
// CHECK:         return %[[P]]
// CHECK:       func.func private @kernel_0
// CHECK-SAME:    attributes {dl.kernel}
// CHECK-NEXT:    dl.conv2d
// CHECK-NEXT:    dl.broadcast
// CHECK-NEXT:    dl.add
// CHECK-NEXT:    dl.add
// CHECK-NEXT:    dl.relu
// CHECK-NEXT:    return
// CHECK:       func.func private @kernel_1
// CHECK-NEXT:    dl.reduce_sum
// CHECK:       func.func private @kernel_2
// CHECK-NEXT:    dl.matmul
// CHECK-NEXT:    dl.relu
// CHECK-NEXT:    return
dl.model @epilogues {
  dl.param @w : tensor<3x3x2x4xf32> = kaiming_uniform
  dl.param @b : tensor<4xf32> = zeros
  dl.param @u : tensor<4x3xf32> = kaiming_uniform
  func.func @predict(%x: tensor<1x6x6x2xf32> {dl.name = "x"}, %w: tensor<3x3x2x4xf32> {dl.state = @w}, %b: tensor<4xf32> {dl.state = @b}, %z: tensor<1x4x4x4xf32> {dl.name = "z"}, %u: tensor<4x3xf32> {dl.state = @u}) -> (tensor<1x3xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w {layout = #dl<layout channels_last>} : tensor<1x6x6x2xf32>, tensor<3x3x2x4xf32> -> tensor<1x4x4x4xf32>
    %1 = dl.broadcast %b dims [3] : tensor<4xf32> to tensor<1x4x4x4xf32>
    %2 = dl.add %0, %1 : tensor<1x4x4x4xf32>
    %3 = dl.add %2, %z : tensor<1x4x4x4xf32>
    %4 = dl.relu %3 : tensor<1x4x4x4xf32>
    %5 = dl.reduce_sum %4 {axes = [1, 2]} : tensor<1x4x4x4xf32> -> tensor<1x4xf32>
    %6 = dl.matmul %5, %u : tensor<1x4xf32>, tensor<4x3xf32> -> tensor<1x3xf32>
    %7 = dl.relu %6 : tensor<1x3xf32>
    return %7 : tensor<1x3xf32>
  }
}
