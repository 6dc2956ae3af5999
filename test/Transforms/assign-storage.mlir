// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl.model(dl-assign-storage))" | FileCheck %s

// What a parameter is and what belongs to it is stored in one order; steps see it as before. A
// parameter that no kernel loads as a vector stays as it is. (assign-layout.mlir has more orders.)
// CHECK-LABEL: dl.model @conv
// CHECK:         dl.param @w : tensor<16x3x3x3xf32> = zeros stored <[16, 3, 3, 3], [2, 3, 1, 0]>
// CHECK:         dl.param @b : tensor<16xf32> = zeros{{$}}
// CHECK:         dl.slot @adam.m.w : tensor<16x3x3x3xf32> = zeros of @w stored <[16, 3, 3, 3], [2, 3, 1, 0]>
// CHECK:         func.func @f(%[[X:[^:]*]]: tensor<8x3x9x9xf32> {{.*}}, %[[W:[^:]*]]: tensor<3x3x3x16xf32> {dl.state = @w}, %[[M:[^:]*]]: tensor<3x3x3x16xf32> {dl.state = @adam.m.w}, %[[B:[^:]*]]: tensor<16xf32> {dl.state = @b})
// CHECK-SAME:      -> (tensor<8x16x7x7xf32> {dl.name = "y"}, tensor<3x3x3x16xf32> {dl.state = @adam.m.w})
// CHECK-NEXT:      %[[BACK:.*]] = dl.transpose %[[W]] perm [3, 2, 0, 1]
// CHECK-NEXT:      %[[FILTER:.*]] = dl.reshape %[[BACK]]
// CHECK:           %[[Y:.*]] = dl.conv2d %[[X]], %[[FILTER]] bias %[[B]]
// CHECK:           %[[NEW:.*]] = dl.transpose %{{.*}} perm [2, 3, 1, 0] : tensor<16x3x3x3xf32> -> tensor<3x3x3x16xf32>
// CHECK-NEXT:      return %[[Y]], %[[NEW]]
dl.model @conv {
  dl.param @w : tensor<16x3x3x3xf32> = zeros
  dl.param @b : tensor<16xf32> = zeros
  dl.slot @adam.m.w : tensor<16x3x3x3xf32> = zeros of @w
  func.func @f(%x: tensor<8x3x9x9xf32> {dl.name = "x"}, %w: tensor<16x3x3x3xf32> {dl.state = @w}, %m: tensor<16x3x3x3xf32> {dl.state = @adam.m.w}, %b: tensor<16xf32> {dl.state = @b}) -> (tensor<8x16x7x7xf32> {dl.name = "y"}, tensor<16x3x3x3xf32> {dl.state = @adam.m.w}) attributes {dl.step} {
    %0 = dl.conv2d %x, %w bias %b : tensor<8x3x9x9xf32>, tensor<16x3x3x3xf32>, tensor<16xf32> -> tensor<8x16x7x7xf32>
    %1 = dl.add %m, %w : tensor<16x3x3x3xf32>
    return %0, %1 : tensor<8x16x7x7xf32>, tensor<16x3x3x3xf32>
  }
}

// -----

// A buffer that holds the gradient of a filter has the order that it comes in.
// CHECK-LABEL: dl.model @gradient
// CHECK:         dl.buffer @dw : tensor<16x3x3x3xf32> = zeros stored <[16, 3, 3, 3], [2, 3, 1, 0]>
// CHECK:         dl.buffer @other : tensor<16x3x3x3xf32> = zeros{{$}}
dl.model @gradient {
  dl.buffer @dw : tensor<16x3x3x3xf32> = zeros
  dl.buffer @other : tensor<16x3x3x3xf32> = zeros
  func.func @f(%x: tensor<8x3x9x9xf32> {dl.name = "x"}, %dy: tensor<8x16x7x7xf32> {dl.name = "dy"}, %o: tensor<16x3x3x3xf32> {dl.name = "o"}) -> (tensor<16x3x3x3xf32> {dl.state = @dw}, tensor<16x3x3x3xf32> {dl.state = @other}) attributes {dl.step} {
    %0 = dl.conv2d_filter_grad %x, %dy : tensor<8x3x9x9xf32>, tensor<8x16x7x7xf32> -> tensor<16x3x3x3xf32>
    return %0, %o : tensor<16x3x3x3xf32>, tensor<16x3x3x3xf32>
  }
}
