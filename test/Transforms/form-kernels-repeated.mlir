// RUN: dlc-opt %s -dl-form-kernels | FileCheck %s -enable-var-scope

// What several kernels need of a value in memory by a cheap op, each makes for itself; no kernel
// writes it.
// CHECK-LABEL: dl.model @norm
// CHECK:         func.func @f(
// CHECK-NEXT:      %[[PARTS:.*]] = call @{{.*}}(%arg0)
// CHECK-NEXT:      %[[MEAN:.*]] = call @[[ALL:.*]](%[[PARTS]])
// CHECK-NEXT:      %[[SQUARES:.*]] = call @[[SQUARE:.*]](%arg0, %[[MEAN]])
// CHECK-NEXT:      %[[VAR:.*]] = call @[[ALL]](%[[SQUARES]])
// CHECK-NEXT:      %[[Y:.*]] = call @[[APPLY:.*]](%arg0, %[[MEAN]], %[[VAR]])
// CHECK-NEXT:      return %[[Y]]
// CHECK:         func.func private @[[SQUARE]](
// CHECK:           dl.sub
// CHECK-NEXT:      dl.square
// CHECK-NEXT:      dl.reduce_sum
// CHECK-NEXT:      return
// CHECK:         func.func private @[[APPLY]](
// CHECK:           dl.sub
// CHECK:           dl.mul
dl.model @norm {
  func.func @f(%x: tensor<8x256x64xf32> {dl.name = "x"}) -> (tensor<8x256x64xf32> {dl.name = "y"}) attributes {dl.step} {
    %p = dl.reduce_sum %x {axes = [1]} : tensor<8x256x64xf32> -> tensor<8x64xf32>
    %0 = dl.reduce_sum %p {axes = [0]} : tensor<8x64xf32> -> tensor<64xf32>
    %1 = dl.broadcast %0 dims [2] : tensor<64xf32> to tensor<8x256x64xf32>
    %2 = dl.sub %x, %1 : tensor<8x256x64xf32>
    %3 = dl.square %2 : tensor<8x256x64xf32>
    %q = dl.reduce_sum %3 {axes = [1]} : tensor<8x256x64xf32> -> tensor<8x64xf32>
    %4 = dl.reduce_sum %q {axes = [0]} : tensor<8x64xf32> -> tensor<64xf32>
    %5 = dl.broadcast %4 dims [2] : tensor<64xf32> to tensor<8x256x64xf32>
    %6 = dl.mul %2, %5 : tensor<8x256x64xf32>
    return %6 : tensor<8x256x64xf32>
  }
}

// It is written and read: if it is made of two values, by an op that is not cheap, or of a value
// that no other kernel reads, or for an op that is not elementwise.
// CHECK-LABEL: dl.model @kept
// CHECK:         func.func @two(
// CHECK-NEXT:      %[[V:.*]]:2 = call
// CHECK-NEXT:      %[[S:.*]] = call @{{.*}}(%[[V]]#1)
// CHECK-NEXT:      call @[[MUL:.*]](%[[V]]#0, %[[S]])
// CHECK:         func.func @costly(
// CHECK-NEXT:      %[[V:.*]]:2 = call @{{.*}}(%arg0)
// CHECK-NEXT:      %[[S:.*]] = call @{{.*}}(%[[V]]#1)
// CHECK-NEXT:      call @[[MUL]](%[[V]]#0, %[[S]])
// CHECK:         func.func @within(
// CHECK-NEXT:      %[[V:.*]]:2 = call @{{.*}}(%arg0)
// CHECK-NEXT:      %[[S:.*]] = call @{{.*}}(%[[V]]#1)
// CHECK-NEXT:      call @[[MUL]](%[[V]]#0, %[[S]])
// CHECK:         func.func @product(
// CHECK-NEXT:      %[[V:.*]] = call @{{.*}}(%arg0)
// CHECK-NEXT:      call @{{.*}}(%arg0, %[[V]])
dl.model @kept {
  func.func @two(%x: tensor<8x256x64xf32> {dl.name = "x"}, %y: tensor<8x256x64xf32> {dl.name = "y"}) -> (tensor<8x256x64xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.add %x, %y : tensor<8x256x64xf32>
    %p = dl.reduce_sum %0 {axes = [1]} : tensor<8x256x64xf32> -> tensor<8x64xf32>
    %1 = dl.reduce_sum %p {axes = [0]} : tensor<8x64xf32> -> tensor<64xf32>
    %2 = dl.broadcast %1 dims [2] : tensor<64xf32> to tensor<8x256x64xf32>
    %3 = dl.mul %0, %2 : tensor<8x256x64xf32>
    return %3 : tensor<8x256x64xf32>
  }
  func.func @costly(%x: tensor<8x256x64xf32> {dl.name = "x"}) -> (tensor<8x256x64xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.exp %x : tensor<8x256x64xf32>
    %p = dl.reduce_sum %0 {axes = [1]} : tensor<8x256x64xf32> -> tensor<8x64xf32>
    %1 = dl.reduce_sum %p {axes = [0]} : tensor<8x64xf32> -> tensor<64xf32>
    %2 = dl.broadcast %1 dims [2] : tensor<64xf32> to tensor<8x256x64xf32>
    %3 = dl.mul %0, %2 : tensor<8x256x64xf32>
    return %3 : tensor<8x256x64xf32>
  }
  func.func @within(%x: tensor<8x256x64xf32> {dl.name = "x"}) -> (tensor<8x256x64xf32> {dl.name = "z"}) attributes {dl.step} {
    %e = dl.exp %x : tensor<8x256x64xf32>
    %0 = dl.neg %e : tensor<8x256x64xf32>
    %p = dl.reduce_sum %0 {axes = [1]} : tensor<8x256x64xf32> -> tensor<8x64xf32>
    %1 = dl.reduce_sum %p {axes = [0]} : tensor<8x64xf32> -> tensor<64xf32>
    %2 = dl.broadcast %1 dims [2] : tensor<64xf32> to tensor<8x256x64xf32>
    %3 = dl.mul %0, %2 : tensor<8x256x64xf32>
    return %3 : tensor<8x256x64xf32>
  }
  func.func @product(%x: tensor<512x512xf32> {dl.name = "x"}) -> (tensor<512x512xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.neg %x : tensor<512x512xf32>
    %1 = dl.matmul %x, %0 : tensor<512x512xf32>, tensor<512x512xf32> -> tensor<512x512xf32>
    return %1 : tensor<512x512xf32>
  }
}

// Terms of a sum that have no operand in common are made where they are added, also behind a
// kernel that makes something small for them.
// CHECK-LABEL: dl.model @terms
// CHECK:         func.func @f(
// CHECK-NEXT:      %[[C:.*]] = call @{{.*}}(%arg2)
// CHECK-NEXT:      %[[Y:.*]] = call @{{.*}}(%arg1, %[[C]], %arg0)
// CHECK-NEXT:      return %[[Y]]
dl.model @terms {
  func.func @f(%x: tensor<8x256x64xf32> {dl.name = "x"}, %y: tensor<8x256x64xf32> {dl.name = "y"}, %c: tensor<32x64xf32> {dl.name = "c"}) -> (tensor<8x256x64xf32> {dl.name = "z"}) attributes {dl.step} {
    %0 = dl.reduce_sum %c {axes = [0]} : tensor<32x64xf32> -> tensor<64xf32>
    %1 = dl.broadcast %0 dims [2] : tensor<64xf32> to tensor<8x256x64xf32>
    %2 = dl.mul %x, %1 : tensor<8x256x64xf32>
    %3 = dl.sub %y, %1 : tensor<8x256x64xf32>
    %4 = dl.sub %3, %2 : tensor<8x256x64xf32>
    return %4 : tensor<8x256x64xf32>
  }
}
