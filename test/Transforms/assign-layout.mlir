// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl.model(dl-assign-storage,dl-assign-layout))" | FileCheck %s
// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl.model(dl-assign-storage,dl-assign-layout,func.func(dl-move-views)),canonicalize)" | FileCheck %s --check-prefix=MOVED

// The image is padded and moved to channels last, the filter stored as it is loaded; what
// belongs to the parameter is stored alike.
// CHECK-LABEL: dl.model @conv
// CHECK:         dl.param @w : tensor<16x3x3x3xf32> = zeros stored <[16, 3, 3, 3], [2, 3, 1, 0]>
// CHECK:         dl.slot @adam.m.w : tensor<16x3x3x3xf32> = zeros of @w stored <[16, 3, 3, 3], [2, 3, 1, 0]>
// CHECK:         func.func @f(%[[X:[^:]*]]: tensor<8x3x9x9xf32> {{.*}}, %[[W:[^:]*]]: tensor<3x3x3x16xf32> {dl.state = @w}, %[[M:[^:]*]]: tensor<3x3x3x16xf32> {dl.state = @adam.m.w})
// CHECK-SAME:      -> (tensor<8x16x9x9xf32> {dl.name = "y"}, tensor<3x3x3x16xf32> {dl.state = @adam.m.w})
// CHECK:           %[[BACK:.*]] = dl.transpose %[[W]] perm [3, 2, 0, 1]
// CHECK-NEXT:      %[[LOGICAL:.*]] = dl.reshape %[[BACK]]
// CHECK:           %[[LAST:.*]] = dl.transpose %[[X]] perm [0, 2, 3, 1]
// CHECK-NEXT:      %[[PADDED:.*]] = dl.pad %[[LAST]] low [0, 1, 1, 0] high [0, 1, 1, 0] : tensor<8x9x9x3xf32> -> tensor<8x11x11x3xf32>
// CHECK-NEXT:      %[[FILTER:.*]] = dl.transpose %[[LOGICAL]] perm [2, 3, 1, 0]
// CHECK-NEXT:      %[[Y:.*]] = dl.conv2d %[[PADDED]], %[[FILTER]] {layout = #dl<layout channels_last>}
// CHECK-NEXT:      %[[FIRST:.*]] = dl.transpose %[[Y]] perm [0, 3, 1, 2]
// CHECK:           %[[NEW:.*]] = dl.transpose %{{.*}} perm [2, 3, 1, 0] : tensor<16x3x3x3xf32> -> tensor<3x3x3x16xf32>
// CHECK-NEXT:      return %[[FIRST]], %[[NEW]]

// Then the transposes cancel, but for those of inputs and outputs.
// MOVED-LABEL: dl.model @conv
// MOVED:         func.func @f(%[[X:[^:]*]]: {{.*}}, %[[W:[^:]*]]: tensor<3x3x3x16xf32> {dl.state = @w}, %[[M:[^:]*]]: tensor<3x3x3x16xf32> {dl.state = @adam.m.w})
// MOVED-NEXT:      %[[LAST:.*]] = dl.transpose %[[X]] perm [0, 2, 3, 1]
// MOVED-NEXT:      %[[PADDED:.*]] = dl.pad %[[LAST]]
// MOVED-NEXT:      %[[Y:.*]] = dl.conv2d %[[PADDED]], %[[W]]
// MOVED-NEXT:      %[[FIRST:.*]] = dl.transpose %[[Y]] perm [0, 3, 1, 2]
// MOVED-NEXT:      %[[NEW:.*]] = dl.add %[[M]], %[[W]]
// MOVED-NEXT:      return %[[FIRST]], %[[NEW]]
dl.model @conv {
  dl.param @w : tensor<16x3x3x3xf32> = zeros
  dl.slot @adam.m.w : tensor<16x3x3x3xf32> = zeros of @w
  func.func @f(%x: tensor<8x3x9x9xf32> {dl.name = "x"}, %w: tensor<16x3x3x3xf32> {dl.state = @w}, %m: tensor<16x3x3x3xf32> {dl.state = @adam.m.w}) -> (tensor<8x16x9x9xf32> {dl.name = "y"}, tensor<16x3x3x3xf32> {dl.state = @adam.m.w}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w {padding = [1, 1]} : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x9x9xf32>
    %1 = dl.add %m, %w : tensor<16x3x3x3xf32>
    return %0, %1 : tensor<8x16x9x9xf32>, tensor<16x3x3x3xf32>
  }
}

// -----

// The input gradient is four dense convolutions of the padded cotangent, one for each place modulo the
// strides, with every other tap of the reversed filter whose channels have changed places; their elements
// take turns.
// CHECK-LABEL: dl.model @grads
// CHECK:         func.func @f(%[[DY:[^:]*]]: tensor<8x16x4x4xf32>, %[[X:[^:]*]]: tensor<8x3x9x9xf32>, %[[W:[^:]*]]: tensor<16x3x3x3xf32>)
// CHECK-NEXT:      %[[LAST:.*]] = dl.transpose %[[DY]] perm [0, 2, 3, 1]
// CHECK-NEXT:      %[[FILTER:.*]] = dl.transpose %[[W]] perm [2, 3, 1, 0]
// CHECK-NEXT:      %[[SWAPPED:.*]] = dl.transpose %[[FILTER]] perm [0, 1, 3, 2]
// CHECK-NEXT:      %[[PADDED:.*]] = dl.pad %[[LAST]] low [0, 1, 1, 0] high [0, 1, 1, 0] : tensor<8x4x4x16xf32> -> tensor<8x6x6x16xf32>
// CHECK:           %[[TAPS00:.*]] = dl.slice %[[SWAPPED]] at [0, 0, 0, 0] size [2, 2, 16, 3] stride [2, 2, 1, 1]
// CHECK-NEXT:      %[[REVERSED:.*]] = dl.reverse %[[TAPS00]] dims [0, 1]
// CHECK-NEXT:      %[[DX00:.*]] = dl.conv2d %{{.*}}, %[[REVERSED]] {layout = #dl<layout channels_last>}
// CHECK:           dl.slice %[[SWAPPED]] at [0, 1, 0, 0] size [2, 1, 16, 3] stride [2, 2, 1, 1]
// CHECK:           %[[DX01:.*]] = dl.conv2d
// CHECK-NEXT:      %[[DX0:.*]] = dl.concat %[[DX00]], %[[DX01]] {axis = 2 : i64, interleaved} : tensor<8x5x5x3xf32>, tensor<8x5x5x3xf32> -> tensor<8x5x10x3xf32>
// CHECK:           dl.slice %[[SWAPPED]] at [1, 0, 0, 0] size [1, 2, 16, 3] stride [2, 2, 1, 1]
// CHECK:           dl.slice %[[SWAPPED]] at [1, 1, 0, 0] size [1, 1, 16, 3] stride [2, 2, 1, 1]
// CHECK:           %[[DX1:.*]] = dl.concat {{.*}} {axis = 2 : i64, interleaved}
// CHECK-NEXT:      %[[DX:.*]] = dl.concat %[[DX0]], %[[DX1]] {axis = 1 : i64, interleaved}
// CHECK-NEXT:      %[[CUT:.*]] = dl.slice %[[DX]] at [0, 0, 0, 0] size [8, 9, 9, 3]
// CHECK-NEXT:      %[[DX_FIRST:.*]] = dl.transpose %[[CUT]] perm [0, 3, 1, 2]
// CHECK:           %[[DW:.*]] = dl.conv2d_filter_grad %{{.*}}, %{{.*}} {layout = #dl<layout channels_last>, stride = [2, 2]}
// CHECK-NEXT:      %[[DW_FIRST:.*]] = dl.transpose %[[DW]] perm [3, 2, 0, 1]
// CHECK-NEXT:      return %[[DX_FIRST]], %[[DW_FIRST]]
// MOVED-LABEL: dl.model @grads
dl.model @grads {
  func.func @f(%dy: tensor<8x16x4x4xf32>, %x: tensor<8x3x9x9xf32>, %w: tensor<16x3x3x3xf32>) -> (tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32>) attributes {dl.step} {
    %0 = dl.conv2d_input_grad %dy, %w {stride = [2, 2]} : tensor<8x16x4x4xf32>, tensor<16x3x3x3xf32> -> tensor<8x3x9x9xf32>
    %1 = dl.conv2d_filter_grad %x, %dy {stride = [2, 2]} : tensor<8x3x9x9xf32>, tensor<8x16x4x4xf32> -> tensor<16x3x3x3xf32>
    return %0, %1 : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32>
  }
}

// -----

// A matrix is stored in x out; behind a flattened image `in` follows the image's order.
// CHECK-LABEL: dl.model @classifier
// CHECK:         dl.param @w : tensor<10x48xf32> = zeros stored <[10, 3, 4, 4], [2, 3, 1, 0]>
// CHECK:         dl.param @v : tensor<5x10xf32> = zeros stored <[5, 10], [1, 0]>
// CHECK:         %[[LAST:.*]] = dl.transpose %{{.*}} perm [0, 2, 3, 1]
// CHECK-NEXT:    dl.max_pool2d %[[LAST]] {kernel = [2, 2], layout = #dl<layout channels_last>, stride = [2, 2]}
// MOVED-LABEL: dl.model @classifier
// MOVED:         func.func @f(%[[X:[^:]*]]: {{.*}}, %[[W:[^:]*]]: tensor<4x4x3x10xf32> {dl.state = @w}, %[[V:[^:]*]]: tensor<10x5xf32> {dl.state = @v})
// MOVED-NEXT:      %[[LAST:.*]] = dl.transpose %[[X]] perm [0, 2, 3, 1]
// MOVED-NEXT:      %[[POOLED:.*]] = dl.max_pool2d %[[LAST]]
// MOVED-NEXT:      %[[FLAT:.*]] = dl.reshape %[[POOLED]] : tensor<8x4x4x3xf32> to tensor<8x48xf32>
// MOVED-NEXT:      %[[MATRIX:.*]] = dl.reshape %[[W]] : tensor<4x4x3x10xf32> to tensor<48x10xf32>
// MOVED-NEXT:      %[[HIDDEN:.*]] = dl.matmul %[[FLAT]], %[[MATRIX]] : tensor<8x48xf32>, tensor<48x10xf32> -> tensor<8x10xf32>
// MOVED-NEXT:      %[[Y:.*]] = dl.matmul %[[HIDDEN]], %[[V]] : tensor<8x10xf32>, tensor<10x5xf32> -> tensor<8x5xf32>
// MOVED-NEXT:      return %[[Y]]
dl.model @classifier {
  dl.param @w : tensor<10x48xf32> = zeros
  dl.param @v : tensor<5x10xf32> = zeros
  func.func @f(%x: tensor<8x3x8x8xf32> {dl.name = "x"}, %w: tensor<10x48xf32> {dl.state = @w}, %v: tensor<5x10xf32> {dl.state = @v}) -> (tensor<8x5xf32> {dl.name = "y"}) attributes {dl.step} {
    %0 = dl.max_pool2d %x {kernel = [2, 2], stride = [2, 2]} : tensor<8x3x8x8xf32> -> tensor<8x3x4x4xf32>
    %1 = dl.reshape %0 : tensor<8x3x4x4xf32> to tensor<8x48xf32>
    %2 = dl.matmul %1, %w {transpose_b} : tensor<8x48xf32>, tensor<10x48xf32> -> tensor<8x10xf32>
    %3 = dl.matmul %2, %v {transpose_b} : tensor<8x10xf32>, tensor<5x10xf32> -> tensor<8x5xf32>
    return %3 : tensor<8x5xf32>
  }
}

// -----

// With groups the channels of the filter change places group by group; a depthwise filter stays as
// it is. The filter of a transposed convolution is stored as any other, that of a sequence as that
// of an image with one row.
// CHECK-LABEL: dl.model @groups
// CHECK:         dl.param @w : tensor<16x2x3x3xf32> = zeros stored <[16, 2, 3, 3], [2, 3, 1, 0]>
// CHECK:         dl.param @v : tensor<4x1x3x3xf32> = zeros stored <[4, 1, 3, 3], [2, 3, 1, 0]>
// CHECK:         dl.param @u : tensor<5x4x3xf32> = zeros stored <[5, 4, 1, 3], [2, 3, 1, 0]>
// CHECK:         dl.reshape %{{.*}} : tensor<3x3x2x16xf32> to tensor<3x3x2x2x8xf32>
// CHECK-NEXT:    dl.transpose %{{.*}} perm [0, 1, 4, 3, 2]
// CHECK-NEXT:    %[[SWAPPED:.*]] = dl.reshape %{{.*}} : tensor<3x3x8x2x2xf32> to tensor<3x3x8x4xf32>
// CHECK-NEXT:    %[[REVERSED:.*]] = dl.reverse %[[SWAPPED]] dims [0, 1]
// CHECK-NEXT:    dl.conv2d %{{.*}}, %[[REVERSED]] {groups = 2 : i64, layout = #dl<layout channels_last>}
// CHECK:         %[[DEPTHWISE:.*]] = dl.transpose %{{.*}} : tensor<4x1x3x3xf32> -> tensor<3x3x1x4xf32>
// CHECK-NEXT:    %[[REVERSED:.*]] = dl.reverse %[[DEPTHWISE]] dims [0, 1]
// CHECK-NEXT:    dl.conv2d %{{.*}}, %[[REVERSED]] {groups = 4 : i64, layout = #dl<layout channels_last>}
// MOVED-LABEL: dl.model @groups
// MOVED:         func.func @f(%[[DY:[^:]*]]: {{.*}}, %[[W:[^:]*]]: tensor<3x3x2x16xf32> {dl.state = @w}, %[[V:[^:]*]]: tensor<3x3x1x4xf32> {dl.state = @v}, %[[U:[^:]*]]: tensor<1x3x4x5xf32> {dl.state = @u})
// MOVED:         dl.reverse %[[V]] dims [0, 1]
// MOVED:         dl.conv2d %{{.*}}, %[[U]] {{.*}} : tensor<8x1x9x4xf32>, tensor<1x3x4x5xf32>
dl.model @groups {
  dl.param @w : tensor<16x2x3x3xf32> = zeros
  dl.param @v : tensor<4x1x3x3xf32> = zeros
  dl.param @u : tensor<5x4x3xf32> = zeros
  func.func @f(%dy: tensor<8x16x4x4xf32> {dl.name = "dy"}, %d: tensor<8x4x4x4xf32> {dl.name = "d"}, %x: tensor<8x4x9xf32> {dl.name = "x"}, %w: tensor<16x2x3x3xf32> {dl.state = @w}, %v: tensor<4x1x3x3xf32> {dl.state = @v}, %u: tensor<5x4x3xf32> {dl.state = @u}) -> (tensor<8x4x6x6xf32> {dl.name = "y"}, tensor<8x4x6x6xf32> {dl.name = "z"}, tensor<8x5x1x7xf32> {dl.name = "s"}) attributes {dl.step} {
    %0 = dl.conv2d_input_grad %dy, %w {groups = 2} : tensor<8x16x4x4xf32>, tensor<16x2x3x3xf32> -> tensor<8x4x6x6xf32>
    %1 = dl.conv2d_input_grad %d, %v {groups = 4} : tensor<8x4x4x4xf32>, tensor<4x1x3x3xf32> -> tensor<8x4x6x6xf32>
    %2 = dl.reshape %x : tensor<8x4x9xf32> to tensor<8x4x1x9xf32>
    %3 = dl.reshape %u : tensor<5x4x3xf32> to tensor<5x4x1x3xf32>
    %4 = dl.conv2d %2, %3 : tensor<8x4x1x9xf32>, tensor<5x4x1x3xf32> -> tensor<8x5x1x7xf32>
    return %0, %1, %4 : tensor<8x4x6x6xf32>, tensor<8x4x6x6xf32>, tensor<8x5x1x7xf32>
  }
}

// -----

// With many places modulo the strides it is one convolution of the cotangent with zeros in between.
// CHECK-LABEL: dl.model @patches
// CHECK-COUNT-1: dl.pad {{.*}} interior [0, 7, 7, 0]
// CHECK-COUNT-1: dl.conv2d
// CHECK-NOT:     dl.conv2d
dl.model @patches {
  func.func @f(%dy: tensor<2x16x4x4xf32>, %w: tensor<16x3x8x8xf32>) -> tensor<2x3x32x32xf32> attributes {dl.step} {
    %0 = dl.conv2d_input_grad %dy, %w {stride = [8, 8]} : tensor<2x16x4x4xf32>, tensor<16x3x8x8xf32> -> tensor<2x3x32x32xf32>
    return %0 : tensor<2x3x32x32xf32>
  }
}

// -----

// What a program writes with channels last goes the same way; the transposes cancel.
// CHECK-LABEL: dl.model @written_last
// MOVED-LABEL: dl.model @written_last
// MOVED:         func.func @f(%[[X:[^:]*]]: tensor<8x9x9x3xf32>, %[[W:[^:]*]]: tensor<3x3x3x16xf32>, %[[B:[^:]*]]: tensor<16xf32>)
// MOVED-NEXT:      %[[PADDED:.*]] = dl.pad %[[X]] low [0, 1, 1, 0] high [0, 1, 1, 0]
// MOVED-NEXT:      %[[Y:.*]] = dl.conv2d %[[PADDED]], %[[W]] {layout = #dl<layout channels_last>}
// MOVED-NEXT:      %[[WIDE:.*]] = dl.broadcast %[[B]] dims [3]
// MOVED-NEXT:      %[[BIASED:.*]] = dl.add %[[Y]], %[[WIDE]]
// MOVED:           %[[DW:.*]] = dl.conv2d_filter_grad %{{.*}}, %[[BIASED]] {layout = #dl<layout channels_last>}
// MOVED-NEXT:      %[[BORDER:.*]] = dl.pad %[[BIASED]]
// MOVED-NEXT:      %[[SWAPPED:.*]] = dl.transpose %[[W]] perm [0, 1, 3, 2]
// MOVED-NEXT:      %[[REVERSED:.*]] = dl.reverse %[[SWAPPED]] dims [0, 1]
// MOVED-NEXT:      %[[DX:.*]] = dl.conv2d %[[BORDER]], %[[REVERSED]] {layout = #dl<layout channels_last>}
// MOVED-NEXT:      return %[[BIASED]], %[[DW]], %[[DX]]
dl.model @written_last {
  func.func @f(%x: tensor<8x9x9x3xf32>, %w: tensor<3x3x3x16xf32>, %b: tensor<16xf32>) -> (tensor<8x9x9x16xf32>, tensor<3x3x3x16xf32>, tensor<8x9x9x3xf32>) attributes {dl.step} {
    %0 = dl.conv2d %x, %w bias %b {padding = [1, 1], layout = #dl<layout channels_last>} : tensor<8x9x9x3xf32>, tensor<3x3x3x16xf32>, tensor<16xf32> -> tensor<8x9x9x16xf32>
    %1 = dl.conv2d_filter_grad %x, %0 {padding = [1, 1], layout = #dl<layout channels_last>} : tensor<8x9x9x3xf32>, tensor<8x9x9x16xf32> -> tensor<3x3x3x16xf32>
    %2 = dl.conv2d_input_grad %0, %w {padding = [1, 1], layout = #dl<layout channels_last>} : tensor<8x9x9x16xf32>, tensor<3x3x3x16xf32> -> tensor<8x9x9x3xf32>
    return %0, %1, %2 : tensor<8x9x9x16xf32>, tensor<3x3x3x16xf32>, tensor<8x9x9x3xf32>
  }
}
