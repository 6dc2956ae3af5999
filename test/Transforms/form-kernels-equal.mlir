// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-form-kernels{max-ops=1}))" | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-form-kernels{max-ops=1}))" | FileCheck %s --check-prefix=COUNT
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-form-kernels{max-ops=2}))" | FileCheck %s --check-prefix=WIRED

// Kernels are equal by what they compute: the places in the source and the
// values outside do not count; attributes, types and which operand is which do.
// CHECK-LABEL: func.func @s
// CHECK-SAME:    (%[[X:[^ ]*]]: tensor<8x8xf32>{{.*}}, %[[Y:[^ ]*]]: tensor<8x8xf32>
// CHECK:         %[[A:.*]] = call @kernel_0(%[[X]], %[[Y]])
// CHECK:         %[[B:.*]] = call @kernel_0(%[[Y]], %[[A]])
// CHECK:         %[[C:.*]] = call @kernel_1(%[[B]])
// CHECK:         %[[D:.*]] = call @kernel_2(%[[C]])
// CHECK:         %[[E:.*]] = call @kernel_3(%[[D]])
// CHECK:         %[[F:.*]] = call @kernel_2(%[[E]])
// CHECK:         %[[G:.*]] = call @kernel_4(%[[F]])
// CHECK:         %[[H:.*]] = call @kernel_5(%[[G]])
// CHECK:         return %[[F]], %[[H]]
// COUNT-COUNT-6: func.func private @kernel_
// COUNT-NOT:     func.func private @kernel_
dl.model @m {
  func.func @s(%x: tensor<8x8xf32> {dl.name = "x", dl.type = tensor<8x8xf32>}, %y: tensor<8x8xf32> {dl.name = "y", dl.type = tensor<8x8xf32>}) -> (tensor<8x8xf32> {dl.name = "a", dl.type = tensor<8x8xf32>}, tensor<4x8xf32> {dl.name = "b", dl.type = tensor<4x8xf32>}) attributes {dl.step} {
    %0 = dl.sub %x, %y : tensor<8x8xf32>
    %1 = dl.sub %y, %0 : tensor<8x8xf32>
    %2 = dl.sub %1, %1 : tensor<8x8xf32>
    %3 = dl.leaky_relu %2 {slope = 0.2 : f64} : tensor<8x8xf32>
    %4 = dl.leaky_relu %3 {slope = 0.1 : f64} : tensor<8x8xf32>
    %5 = dl.leaky_relu %4 {slope = 0.2 : f64} : tensor<8x8xf32>
    %6 = dl.slice %5 at [0, 0] size [4, 8] : tensor<8x8xf32> -> tensor<4x8xf32>
    %7 = dl.leaky_relu %6 {slope = 0.2 : f64} : tensor<4x8xf32>
    return %5, %7 : tensor<8x8xf32>, tensor<4x8xf32>
  }
  // The same ops, of other values.
  // WIRED-LABEL: func.func @t
  // WIRED:         call @[[$T:kernel_[0-9]+]](
  // WIRED-LABEL: func.func @u
  // WIRED-NOT:     call @[[$T]](
  // WIRED:         call @kernel_
  // WIRED-LABEL: func.func @v
  // WIRED:         call @[[$T]](
  func.func @t(%x: tensor<8x8xf32> {dl.name = "x", dl.type = tensor<8x8xf32>}, %y: tensor<8x8xf32> {dl.name = "y", dl.type = tensor<8x8xf32>}) -> (tensor<8x8xf32> {dl.name = "a", dl.type = tensor<8x8xf32>}) attributes {dl.step} {
    %0 = dl.sub %x, %y : tensor<8x8xf32>
    %1 = dl.sub %0, %y : tensor<8x8xf32>
    return %1 : tensor<8x8xf32>
  }
  func.func @u(%x: tensor<8x8xf32> {dl.name = "x", dl.type = tensor<8x8xf32>}, %y: tensor<8x8xf32> {dl.name = "y", dl.type = tensor<8x8xf32>}) -> (tensor<8x8xf32> {dl.name = "a", dl.type = tensor<8x8xf32>}) attributes {dl.step} {
    %0 = dl.sub %x, %y : tensor<8x8xf32>
    %1 = dl.sub %0, %x : tensor<8x8xf32>
    return %1 : tensor<8x8xf32>
  }
  func.func @v(%x: tensor<8x8xf32> {dl.name = "x", dl.type = tensor<8x8xf32>}, %y: tensor<8x8xf32> {dl.name = "y", dl.type = tensor<8x8xf32>}) -> (tensor<8x8xf32> {dl.name = "a", dl.type = tensor<8x8xf32>}) attributes {dl.step} {
    %0 = dl.sub %y, %x : tensor<8x8xf32>
    %1 = dl.sub %0, %x : tensor<8x8xf32>
    return %1 : tensor<8x8xf32>
  }
}
