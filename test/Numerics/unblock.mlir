// RUN: dlc-run %s --step predict --compare | FileCheck %s

// Products that read blocks of columns as they are, beside ops that read what `dl.unblock` makes of them, in
// kernels with a loop over rows and without.
// CHECK:      after simplify {{ *}}agrees
// CHECK-NEXT: after fuse {{ *}}agrees
// CHECK-NEXT: compiled with -O0 {{ *}}agrees
// CHECK-NEXT: compiled with -O2 {{ *}}agrees
dl.model @m {
  dl.param @x : tensor<64x32xf32> = normal<0.0, 1.0>
  dl.param @b : tensor<4x5x8xf32> = normal<0.0, 1.0>
  dl.param @c : tensor<2x6x5xf32> = normal<0.0, 1.0>
  dl.param @a : tensor<7x5xf32> = normal<0.0, 1.0>
  dl.param @i : tensor<4x6x6x3xf32> = normal<0.0, 1.0>
  dl.param @f : tensor<2x3x3x3x8xf32> = normal<0.0, 1.0>
  dl.param @g : tensor<1x3x3x3x8xf32> = normal<0.0, 1.0>
  dl.step @predict() -> (o: tensor<64x5xf32>, p: tensor<2x6x32xf32>, q: tensor<5xf32>, r: tensor<32x32xf32>, s: tensor<7x32xf32>, t: tensor<4x4x4x16xf32>, u: tensor<4x4x4x8xf32>, v: tensor<40xf32>) {
    %x = dl.read @x : tensor<64x32xf32>
    %b = dl.read @b : tensor<4x5x8xf32>
    %c = dl.read @c : tensor<2x6x5xf32>
    %a = dl.read @a : tensor<7x5xf32>
    %i = dl.read @i : tensor<4x6x6x3xf32>
    %f = dl.read @f : tensor<2x3x3x3x8xf32>
    %g = dl.read @g : tensor<1x3x3x3x8xf32>
    %w = dl.unblock %b : tensor<4x5x8xf32> -> tensor<5x32xf32>
    %o = dl.matmul %x, %w {transpose_b} : tensor<64x32xf32>, tensor<5x32xf32> -> tensor<64x5xf32>
    %p = dl.matmul %c, %w : tensor<2x6x5xf32>, tensor<5x32xf32> -> tensor<2x6x32xf32>
    %q = dl.reduce_sum %w {axes = [1]} : tensor<5x32xf32> -> tensor<5xf32>
    %r = dl.matmul %w, %w {transpose_a} : tensor<5x32xf32>, tensor<5x32xf32> -> tensor<32x32xf32>
    %s = dl.matmul %a, %w : tensor<7x5xf32>, tensor<5x32xf32> -> tensor<7x32xf32>
    %h = dl.unblock %f : tensor<2x3x3x3x8xf32> -> tensor<3x3x3x16xf32>
    %t = dl.conv2d %i, %h {layout = #dl<layout channels_last>} : tensor<4x6x6x3xf32>, tensor<3x3x3x16xf32> -> tensor<4x4x4x16xf32>
    %k = dl.unblock %g : tensor<1x3x3x3x8xf32> -> tensor<3x3x3x8xf32>
    %u = dl.conv2d %i, %k {layout = #dl<layout channels_last>} : tensor<4x6x6x3xf32>, tensor<3x3x3x8xf32> -> tensor<4x4x4x8xf32>
    %l = dl.reshape %b : tensor<4x5x8xf32> to tensor<5x8x4xf32>
    %m = dl.reduce_sum %l {axes = [2]} : tensor<5x8x4xf32> -> tensor<5x8xf32>
    %v = dl.unblock %m : tensor<5x8xf32> -> tensor<40xf32>
    dl.return %o, %p, %q, %r, %s, %t, %u, %v : tensor<64x5xf32>, tensor<2x6x32xf32>, tensor<5xf32>, tensor<32x32xf32>, tensor<7x32xf32>, tensor<4x4x4x16xf32>, tensor<4x4x4x8xf32>, tensor<40xf32>
  }
}
