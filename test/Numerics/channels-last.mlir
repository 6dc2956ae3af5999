// RUN: dlc-run %s --step train --compare | FileCheck %s

// Convolutions that a program writes with channels last, with padding, bias, groups and
// strides, and their gradients: compiled as evaluated.
// CHECK:      after simplify {{ *}}agrees
// CHECK-NEXT: after fuse {{ *}}agrees
// CHECK-NEXT: compiled with -O0 {{ *}}agrees
// CHECK-NEXT: compiled with -O2 {{ *}}agrees
dl.model @m {
  dl.param @x : tensor<2x7x8x6xf32> = normal<0.0, 1.0>
  dl.param @w : tensor<3x3x3x4xf32> = kaiming_uniform
  dl.param @c : tensor<4xf32> = normal<0.0, 1.0>
  dl.param @u : tensor<3x3x4x5xf32> = kaiming_uniform
  dl.optimizer @sgd = #dl.sgd<>
  dl.hparam @lr = 0.1
  dl.step @train() -> (loss: tensor<f32>, y: tensor<2x4x4x5xf32>) {
    %x = dl.read @x : tensor<2x7x8x6xf32>
    %w = dl.read @w : tensor<3x3x3x4xf32>
    %c = dl.read @c : tensor<4xf32>
    %u = dl.read @u : tensor<3x3x4x5xf32>
    %a = dl.conv2d %x, %w bias %c {layout = #dl<layout channels_last>, groups = 2, padding = [1, 1]} : tensor<2x7x8x6xf32>, tensor<3x3x3x4xf32>, tensor<4xf32> -> tensor<2x7x8x4xf32>
    %r = dl.tanh %a : tensor<2x7x8x4xf32>
    %y = dl.conv2d %r, %u {layout = #dl<layout channels_last>, stride = [2, 2], padding = [1, 1]} : tensor<2x7x8x4xf32>, tensor<3x3x4x5xf32> -> tensor<2x4x4x5xf32>
    %s = dl.softplus %y : tensor<2x4x4x5xf32>
    %loss = dl.reduce_sum %s : tensor<2x4x4x5xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss, %y : tensor<f32>, tensor<2x4x4x5xf32>
  }
}
