// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-form-kernels))" | FileCheck %s

// Matrix product, bias and ReLU share a loop over rows; the sum over rows does not. The
// second layer is like the first, so both call one kernel.
// CHECK-LABEL: dl.model @two_layers
// CHECK:         func.func @f(%[[X:[^:]*]]: {{.*}}, %[[W:[^:]*]]: {{.*}}, %[[B:[^:]*]]: tensor<3xf32> {dl.name = "b"})
// CHECK-NEXT:      %[[Y:.*]] = call @[[LAYER:.*]](%[[X]], %[[W]], %[[B]])
// CHECK-NEXT:      %[[S:.*]] = call @[[SUM:.*]](%[[Y]])
// CHECK-NEXT:      %[[Z:.*]] = call @[[LAYER]](%[[X]], %[[W]], %[[S]])
// CHECK-NEXT:      return %[[Y]], %[[Z]], %[[S]]
// CHECK:         func.func private @[[LAYER]](%[[A:.*]]: tensor<8x4xf32>, %[[M:.*]]: tensor<4x3xf32>, %[[C:.*]]: tensor<3xf32>) -> tensor<8x3xf32> attributes {dl.kernel, dl.sliced = 8 : i64}
// CHECK-NEXT:      %[[P:.*]] = dl.matmul %[[A]], %[[M]]
// CHECK-NEXT:      %[[WIDE:.*]] = dl.broadcast %[[C]] dims [1]
// CHECK-NEXT:      %[[T:.*]] = dl.add %[[P]], %[[WIDE]]
// CHECK-NEXT:      %[[R:.*]] = dl.relu %[[T]]
// CHECK-NEXT:      return %[[R]]
// CHECK:         func.func private @[[SUM]](%[[A:.*]]: tensor<8x3xf32>) -> tensor<3xf32> attributes {dl.kernel}
// CHECK-NEXT:      %[[P:.*]] = dl.reduce_sum %[[A]] {axes = [0]}
// CHECK-NEXT:      return %[[P]]
// CHECK-NOT:     func.func
dl.model @two_layers {
  func.func @f(%x: tensor<8x4xf32> {dl.name = "x"}, %w: tensor<4x3xf32> {dl.name = "w"}, %b: tensor<3xf32> {dl.name = "b"}) -> (tensor<8x3xf32> {dl.name = "y"}, tensor<8x3xf32> {dl.name = "z"}, tensor<3xf32> {dl.name = "s"}) attributes {dl.step} {
    %0 = dl.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    %1 = dl.broadcast %b dims [1] : tensor<3xf32> to tensor<8x3xf32>
    %2 = dl.add %0, %1 : tensor<8x3xf32>
    %3 = dl.relu %2 : tensor<8x3xf32>
    %s = dl.reduce_sum %3 {axes = [0]} : tensor<8x3xf32> -> tensor<3xf32>
    %4 = dl.matmul %x, %w : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    %5 = dl.broadcast %s dims [1] : tensor<3xf32> to tensor<8x3xf32>
    %6 = dl.add %4, %5 : tensor<8x3xf32>
    %7 = dl.relu %6 : tensor<8x3xf32>
    return %3, %7, %s : tensor<8x3xf32>, tensor<8x3xf32>, tensor<3xf32>
  }
}

// An update is one kernel, which reads the gradient once and overwrites moment and
// parameter, also where dimension 0 is too short to be divided; the next parameter's
// update is another call of it.
// CHECK-LABEL: dl.model @updates
// CHECK:         func.func @f(
// CHECK-NEXT:      %[[G:.*]] = call @{{.*}}(%arg0)
// CHECK-NEXT:      %[[H:.*]] = call @{{.*}}(%arg0)
// CHECK-NEXT:      %[[A:.*]]:2 = call @[[UPDATE:.*]](%arg1, %[[G]], %arg2)
// CHECK-NEXT:      %[[B:.*]]:2 = call @[[UPDATE]](%arg3, %[[H]], %arg4)
// CHECK-NEXT:      return %[[A]]#0, %[[A]]#1, %[[B]]#0, %[[B]]#1
// CHECK:         func.func private @[[UPDATE]]({{.*}}) attributes {dl.in_place = [array<i64: 0, 0>, array<i64: 1, 2>], dl.kernel}
// CHECK-NEXT:      dl.scale
// CHECK-NEXT:      dl.mul
// CHECK-NEXT:      dl.add
// CHECK-NEXT:      dl.mul
// CHECK-NEXT:      dl.sub
// CHECK-NEXT:      return
dl.model @updates {
  func.func @f(%x: tensor<64x3x64x64xf32> {dl.name = "x"}, %m: tensor<3x64x64xf32> {dl.state = @m}, %w: tensor<3x64x64xf32> {dl.state = @w}, %n: tensor<3x64x64xf32> {dl.state = @n}, %v: tensor<3x64x64xf32> {dl.state = @v}) -> (tensor<3x64x64xf32> {dl.state = @m}, tensor<3x64x64xf32> {dl.state = @w}, tensor<3x64x64xf32> {dl.state = @n}, tensor<3x64x64xf32> {dl.state = @v}) attributes {dl.step} {
    %g = dl.reduce_sum %x {axes = [0]} : tensor<64x3x64x64xf32> -> tensor<3x64x64xf32>
    %h = dl.reduce_max %x {axes = [0]} : tensor<64x3x64x64xf32> -> tensor<3x64x64xf32>
    %0 = dl.scale %m by 0.9 : tensor<3x64x64xf32>
    %1 = dl.mul %g, %g : tensor<3x64x64xf32>
    %2 = dl.add %0, %1 : tensor<3x64x64xf32>
    %3 = dl.mul %2, %g : tensor<3x64x64xf32>
    %4 = dl.sub %w, %3 : tensor<3x64x64xf32>
    %5 = dl.scale %n by 0.9 : tensor<3x64x64xf32>
    %6 = dl.mul %h, %h : tensor<3x64x64xf32>
    %7 = dl.add %5, %6 : tensor<3x64x64xf32>
    %8 = dl.mul %7, %h : tensor<3x64x64xf32>
    %9 = dl.sub %v, %8 : tensor<3x64x64xf32>
    return %2, %4, %7, %9 : tensor<3x64x64xf32>, tensor<3x64x64xf32>, tensor<3x64x64xf32>, tensor<3x64x64xf32>
  }
}
