// RUN: dlc-opt %s -dl-simplify -dl-fuse | FileCheck %s

// Forward and backward kernels each compute which elements are kept: no mask goes
// from one to the other. Images are NHWC inside, and the bits are numbered as
// the language has them.
// CHECK-LABEL: func.func @train
// CHECK-NOT:     xi1>
// CHECK-NOT:     xi32>
// CHECK:         return
// CHECK:       func.func private @kernel
// CHECK:         dl.conv2d %
// CHECK-NEXT:    dl.random_bits %{{.*}}, %{{.*}} number 0 word 0 strides [768, 8, 1, 64] : tensor<16x8x8x12xi32>
// CHECK:         dl.compare
// CHECK:         dl.select
// CHECK:       func.func private @kernel
// CHECK:         dl.conv2d %
// CHECK-NEXT:         dl.random_bits %{{.*}}, %{{.*}} number 0 word 0 strides [768, 8, 1, 64] : tensor<16x8x8x12xi32>
dl.model @dropped {
  dl.param @w1 : tensor<12x3x3x3xf32> = kaiming_uniform
  dl.param @w2 : tensor<4x12x3x3xf32> = kaiming_uniform
  dl.counter @seed
  dl.counter @step_count
  func.func @train(%x: tensor<16x3x8x8xf32> {dl.name = "x"}, %w1: tensor<12x3x3x3xf32> {dl.state = @w1}, %w2: tensor<4x12x3x3xf32> {dl.state = @w2},
                   %seed: tensor<i64> {dl.state = @seed}, %step: tensor<i64> {dl.state = @step_count}, %dy: tensor<16x4x8x8xf32> {dl.name = "dy"})
      -> (tensor<16x4x8x8xf32> {dl.name = "y"}, tensor<12x3x3x3xf32> {dl.name = "dw"}) attributes {dl.step} {
    %zero = dl.constant dense<0.0> : tensor<16x12x8x8xf32>
    %half = dl.constant dense<0> : tensor<16x12x8x8xi32>
    %bits = dl.random_bits %seed, %step number 0 word 0 : tensor<16x12x8x8xi32>
    %kept = dl.compare lt %bits, %half : tensor<16x12x8x8xi32> -> tensor<16x12x8x8xi1>
    %0 = dl.conv2d %x, %w1 {padding = [1, 1]} : tensor<16x3x8x8xf32>, tensor<12x3x3x3xf32> -> tensor<16x12x8x8xf32>
    %1 = dl.select %kept, %0, %zero : tensor<16x12x8x8xi1>, tensor<16x12x8x8xf32>
    %y = dl.conv2d %1, %w2 {padding = [1, 1]} : tensor<16x12x8x8xf32>, tensor<4x12x3x3xf32> -> tensor<16x4x8x8xf32>
    %2 = dl.conv2d_input_grad %dy, %w2 {padding = [1, 1]} : tensor<16x4x8x8xf32>, tensor<4x12x3x3xf32> -> tensor<16x12x8x8xf32>
    %3 = dl.select %kept, %2, %zero : tensor<16x12x8x8xi1>, tensor<16x12x8x8xf32>
    %dw = dl.conv2d_filter_grad %x, %3 {padding = [1, 1]} : tensor<16x3x8x8xf32>, tensor<16x12x8x8xf32> -> tensor<12x3x3x3xf32>
    return %y, %dw : tensor<16x4x8x8xf32>, tensor<12x3x3x3xf32>
  }
}
