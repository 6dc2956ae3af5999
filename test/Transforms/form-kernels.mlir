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
