// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-differentiate{report}))" -verify-diagnostics -o /dev/null

// The second order of a small convolutional critic: what folds, is there twice or leads
// nowhere goes after each reversal, so that the next one starts from less.
func.func @penalty(%x: tensor<2x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %v: tensor<1x144xf32>) -> (tensor<4x3x3x3xf32>, tensor<1x144xf32>) {
  %0 = dl.conv2d %x, %w : tensor<2x3x8x8xf32>, tensor<4x3x3x3xf32> -> tensor<2x4x6x6xf32>
  %1 = dl.leaky_relu %0 : tensor<2x4x6x6xf32>
  %2 = dl.reshape %1 : tensor<2x4x6x6xf32> to tensor<2x144xf32>
  %3 = dl.linear %2, %v : tensor<2x144xf32>, tensor<1x144xf32> -> tensor<2x1xf32>
  %4 = dl.reduce_sum %3 {axes = [0, 1]} : tensor<2x1xf32> -> tensor<f32>
  // expected-remark@+1 {{the reversal adds 17 ops; cleaned, the program has 5 more than before}}
  %gx = dl.gradient %4 wrt %x : tensor<f32> -> tensor<2x3x8x8xf32>
  %5 = dl.mul %gx, %gx : tensor<2x3x8x8xf32>
  %6 = dl.reduce_sum %5 {axes = [0, 1, 2, 3]} : tensor<2x3x8x8xf32> -> tensor<f32>
  // expected-remark@+1 {{the reversal adds 20 ops; cleaned, the program has 6 more than before}}
  %g:2 = dl.gradient %6 wrt %w, %v : tensor<f32> -> tensor<4x3x3x3xf32>, tensor<1x144xf32>
  return %g#0, %g#1 : tensor<4x3x3x3xf32>, tensor<1x144xf32>
}
