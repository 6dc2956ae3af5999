// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-pool-first),dl.model(func.func(dl-pool-first)))" --split-input-file --remarks-filter=dl-pool-first -verify-diagnostics -o - | FileCheck %s

// A function that never descends, in front of a maximum, is computed of the maximum instead; a
// remark says so, or why it stays. test/Numerics/algebra.py compares the bits.

// CHECK-LABEL: func @windows
// CHECK-SAME:    %[[X:.*]]: tensor<8x16x32x32xf32>
// CHECK-NEXT:    %[[P:.*]] = dl.max_pool2d %[[X]] {kernel = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.leaky_relu %[[P]] {slope = 2.000000e-01 : f64} : tensor<8x16x16x16xf32>
// CHECK-NEXT:    return %[[Y]]
func.func @windows(%x: tensor<8x16x32x32xf32>) -> tensor<8x16x16x16xf32> {
  // expected-remark@below {{'dl.leaky_relu' is computed of the maxima of 'dl.max_pool2d'}}
  %0 = dl.leaky_relu %x {slope = 0.2} : tensor<8x16x32x32xf32>
  %1 = dl.max_pool2d %0 {kernel = [2, 2]} : tensor<8x16x32x32xf32> -> tensor<8x16x16x16xf32>
  return %1 : tensor<8x16x16x16xf32>
}

// -----

// Each op that takes a maximum, each function, and several of them.
// CHECK-LABEL: func @each
// CHECK-NEXT:    dl.max_pool1d
// CHECK-NEXT:    dl.relu {{.*}} : tensor<2x3x16xf32>
// CHECK-NEXT:    dl.scale {{.*}} : tensor<2x3x16xf32>
// CHECK-NEXT:    dl.global_max_pool2d
// CHECK-NEXT:    dl.relu6 {{.*}} : tensor<2x3x1x1xf32>
// CHECK-NEXT:    dl.offset {{.*}} : tensor<2x3x1x1xf32>
// CHECK-NEXT:    dl.reduce_max
// CHECK-NEXT:    dl.hardtanh {{.*}} : tensor<8xf32>
// CHECK-NEXT:    dl.hard_sigmoid {{.*}} : tensor<8xf32>
// CHECK-NEXT:    dl.clamp {{.*}} : tensor<8xf32>
// CHECK-NEXT:    return
func.func @each(%x: tensor<2x3x32xf32>, %i: tensor<2x3x4x4xf32>, %m: tensor<8x4xf32>) -> (tensor<2x3x16xf32>, tensor<2x3x1x1xf32>, tensor<8xf32>) {
  // expected-remark@below {{'dl.relu' is computed of the maxima of 'dl.max_pool1d'}}
  %0 = dl.relu %x : tensor<2x3x32xf32>
  // expected-remark@below {{'dl.scale' is computed of the maxima of 'dl.max_pool1d'}}
  %1 = dl.scale %0 by 3.0 : tensor<2x3x32xf32>
  %2 = dl.max_pool1d %1 {kernel = [2]} : tensor<2x3x32xf32> -> tensor<2x3x16xf32>
  // expected-remark@below {{'dl.relu6' is computed of the maxima of 'dl.global_max_pool2d'}}
  %3 = dl.relu6 %i : tensor<2x3x4x4xf32>
  // expected-remark@below {{'dl.offset' is computed of the maxima of 'dl.global_max_pool2d'}}
  %4 = dl.offset %3 by -1.0 : tensor<2x3x4x4xf32>
  %5 = dl.global_max_pool2d %4 : tensor<2x3x4x4xf32> -> tensor<2x3x1x1xf32>
  // expected-remark@below {{'dl.hardtanh' is computed of the maxima of 'dl.reduce_max'}}
  %6 = dl.hardtanh %m {min = -2.0, max = 2.0} : tensor<8x4xf32>
  // expected-remark@below {{'dl.hard_sigmoid' is computed of the maxima of 'dl.reduce_max'}}
  %7 = dl.hard_sigmoid %6 : tensor<8x4xf32>
  // expected-remark@below {{'dl.clamp' is computed of the maxima of 'dl.reduce_max'}}
  %8 = dl.clamp %7 {min = 0.25} : tensor<8x4xf32>
  %9 = dl.reduce_max %8 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  return %2, %5, %9 : tensor<2x3x16xf32>, tensor<2x3x1x1xf32>, tensor<8xf32>
}

// -----

// Functions that descend somewhere, and minima, are not looked at.
// CHECK-LABEL: func @descending
// CHECK:         dl.abs {{.*}} : tensor<8x4xf32>
// CHECK:         dl.scale {{.*}} : tensor<8x4xf32>
// CHECK:         dl.leaky_relu {{.*}} : tensor<8x4xf32>
// CHECK:         dl.gelu {{.*}} : tensor<8x4xf32>
// CHECK:         dl.relu {{.*}} : tensor<8x4xf32>
func.func @descending(%x: tensor<8x4xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  %0 = dl.abs %x : tensor<8x4xf32>
  %1 = dl.reduce_max %0 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %2 = dl.scale %x by -1.0 : tensor<8x4xf32>
  %3 = dl.reduce_max %2 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %4 = dl.leaky_relu %x {slope = -0.5} : tensor<8x4xf32>
  %5 = dl.reduce_max %4 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %6 = dl.gelu %x : tensor<8x4xf32>
  %7 = dl.reduce_max %6 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  %8 = dl.relu %x : tensor<8x4xf32>
  %9 = dl.reduce_min %8 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  return %1, %3, %5, %7, %9 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// -----

// The gradient of a pool reads what was pooled.
// CHECK-LABEL: func @shared
// CHECK-NEXT:    dl.relu
// CHECK-NEXT:    dl.max_pool2d
func.func @shared(%x: tensor<1x1x4x4xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x4x4xf32>) {
  // expected-remark@below {{'dl.relu' stays in front of the maximum: its result is also read elsewhere}}
  %0 = dl.relu %x : tensor<1x1x4x4xf32>
  %1 = dl.max_pool2d %0 {kernel = [2, 2]} : tensor<1x1x4x4xf32> -> tensor<1x1x2x2xf32>
  return %1, %0 : tensor<1x1x2x2xf32>, tensor<1x1x4x4xf32>
}

// -----

// Of -1 and -2, both 0 after relu, the first is the maximum in either order; of -2 and -1 it is not.
// CHECK-LABEL: func @places
// CHECK-NEXT:    dl.relu
// CHECK-NEXT:    dl.max_pool2d_with_index
func.func @places(%x: tensor<1x1x4x4xf32>) -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xi32>) {
  // expected-remark@below {{'dl.relu' stays in front of the maximum: 'dl.max_pool2d_with_index' also says where the maximum stood}}
  %0 = dl.relu %x : tensor<1x1x4x4xf32>
  %1, %2 = dl.max_pool2d_with_index %0 {kernel = [2, 2]} : tensor<1x1x4x4xf32> -> tensor<1x1x2x2xf32>, tensor<1x1x2x2xi32>
  return %1, %2 : tensor<1x1x2x2xf32>, tensor<1x1x2x2xi32>
}

// -----

// CHECK-LABEL: func @as_many
// CHECK-NEXT:    dl.relu
// CHECK-NEXT:    dl.max_pool2d
func.func @as_many(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  // expected-remark@below {{'dl.max_pool2d' has as many maxima as elements}}
  %0 = dl.relu %x : tensor<1x1x4x4xf32>
  %1 = dl.max_pool2d %0 {kernel = [3, 3], stride = [1, 1], padding = [1, 1]} : tensor<1x1x4x4xf32> -> tensor<1x1x4x4xf32>
  return %1 : tensor<1x1x4x4xf32>
}

// -----

// A window may have all of its taps in the padding, as here the taps -1, 4 of 2 pixels: its maximum
// is minus infinity, of which relu makes 0.
// CHECK-LABEL: func @only_padding
// CHECK-NEXT:    dl.relu
// CHECK-NEXT:    dl.max_pool1d
func.func @only_padding(%x: tensor<1x64x3xf32>) -> tensor<1x64x1xf32> {
  // expected-remark@below {{a window of 'dl.max_pool1d' has only padding}}
  %0 = dl.relu %x : tensor<1x64x3xf32>
  %1 = dl.max_pool1d %0 {kernel = [2], stride = [1], padding = [1], dilation = [4]} : tensor<1x64x3xf32> -> tensor<1x64x1xf32>
  return %1 : tensor<1x64x1xf32>
}

// -----

// The epilogue of a convolution or product computes relu before anything is stored.
// CHECK-LABEL: func @epilogue
// CHECK:         dl.relu {{.*}} : tensor<2x4x4x4xf32>
// CHECK-NEXT:    dl.max_pool2d
// CHECK:         dl.relu {{.*}} : tensor<2x4x4x4xf32>
// CHECK-NEXT:    dl.max_pool2d
// CHECK:         dl.relu {{.*}} : tensor<8x8xf32>
// CHECK-NEXT:    dl.reduce_max
func.func @epilogue(%x: tensor<2x4x6x6xf32>, %w: tensor<4x4x3x3xf32>, %skip: tensor<2x4x4x4xf32>, %m: tensor<8x8xf32>) -> (tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>, tensor<8xf32>) {
  %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
  // expected-remark@below {{the kernel of a convolution or matrix product applies it before it stores}}
  %1 = dl.relu %0 : tensor<2x4x4x4xf32>
  %2 = dl.max_pool2d %1 {kernel = [2, 2]} : tensor<2x4x4x4xf32> -> tensor<2x4x2x2xf32>
  // With a residual, too.
  %3 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
  %4 = dl.add %skip, %3 : tensor<2x4x4x4xf32>
  // expected-remark@below {{the kernel of a convolution or matrix product applies it before it stores}}
  %5 = dl.relu %4 : tensor<2x4x4x4xf32>
  %6 = dl.max_pool2d %5 {kernel = [2, 2]} : tensor<2x4x4x4xf32> -> tensor<2x4x2x2xf32>
  %7 = dl.matmul %m, %m : tensor<8x8xf32>, tensor<8x8xf32> -> tensor<8x8xf32>
  // expected-remark@below {{the kernel of a convolution or matrix product applies it before it stores}}
  %8 = dl.relu %7 : tensor<8x8xf32>
  %9 = dl.reduce_max %8 {axes = [1]} : tensor<8x8xf32> -> tensor<8xf32>
  return %2, %6, %9 : tensor<2x4x2x2xf32>, tensor<2x4x2x2xf32>, tensor<8xf32>
}

// -----

// tanh as it is computed may descend by its last bit.
// CHECK-LABEL: func @rounded
// CHECK-NEXT:    dl.tanh
// CHECK-NEXT:    dl.reduce_max
func.func @rounded(%x: tensor<8x4xf32>) -> tensor<8xf32> {
  // expected-remark@below {{'dl.tanh' stays in front of the maximum: it is approximated and may descend by a unit in the last place, which only 'fastmath' allows}}
  %0 = dl.tanh %x : tensor<8x4xf32>
  %1 = dl.reduce_max %0 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  return %1 : tensor<8xf32>
}

// -----

// With fastmath a costly function moves, behind a convolution too: a quarter of them is left.
dl.model @m attributes {fastmath} {
  // CHECK-LABEL: func.func @fast
  // CHECK:         dl.conv2d
  // CHECK-NEXT:    dl.max_pool2d
  // CHECK-NEXT:    dl.sigmoid {{.*}} : tensor<2x4x2x2xf32>
  func.func @fast(%x: tensor<2x4x6x6xf32> {dl.name = "x"}, %w: tensor<4x4x3x3xf32> {dl.name = "w"}) -> (tensor<2x4x2x2xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w : tensor<2x4x6x6xf32>, tensor<4x4x3x3xf32> -> tensor<2x4x4x4xf32>
    // expected-remark@below {{'dl.sigmoid' is computed of the maxima of 'dl.max_pool2d'}}
    %1 = dl.sigmoid %0 : tensor<2x4x4x4xf32>
    %2 = dl.max_pool2d %1 {kernel = [2, 2]} : tensor<2x4x4x4xf32> -> tensor<2x4x2x2xf32>
    return %2 : tensor<2x4x2x2xf32>
  }
}

// -----

// A term that is infinite in f32: -inf and it make no number.
// CHECK-LABEL: func @infinite
// CHECK:         dl.offset {{.*}} : tensor<8x4xf32>
// CHECK-NEXT:    dl.reduce_max
func.func @infinite(%x: tensor<8x4xf32>) -> tensor<8xf32> {
  %0 = dl.offset %x by 1.0e39 : tensor<8x4xf32>
  %1 = dl.reduce_max %0 {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
  return %1 : tensor<8xf32>
}
