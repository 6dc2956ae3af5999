// RUN: %dlc %s --emit=fuse | FileCheck %s
// RUN: %dlc %s --emit=fuse --leave-out=cse | FileCheck %s

// What several steps of a model compute is compiled once: their equal kernels are one function.

// CHECK-LABEL: func.func @predict
// CHECK:         call @[[$LAYER:kernel_[0-9]+]]
// CHECK-LABEL: func.func @evaluate
// CHECK:         call @[[$LAYER]]
// Another slope is another kernel.
// CHECK-LABEL: func.func @other
// CHECK:         call @[[$OTHER:kernel_[0-9]+]]
// CHECK:       func.func private @[[$LAYER]](
// CHECK:       dl.scale {{.*}} by 2.5
// CHECK:       func.func private @[[$OTHER]](
// CHECK-NOT:   dl.scale {{.*}} by 2.5
dl.model @m {
  dl.param @w : tensor<16x16xf32> = kaiming_uniform
  dl.step @predict(%x: tensor<8x16xf32>) -> (y: tensor<8x16xf32>) {
    %w = dl.read @w : tensor<16x16xf32>
    %0 = dl.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32>
    %y = dl.leaky_relu %0 {slope = 0.25} : tensor<8x16xf32>
    dl.return %y : tensor<8x16xf32>
  }
  dl.step @evaluate(%x: tensor<8x16xf32>) -> (y: tensor<8x16xf32>) {
    %w = dl.read @w : tensor<16x16xf32>
    %0 = dl.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32>
    %y = dl.leaky_relu %0 {slope = 0.25} : tensor<8x16xf32>
    dl.return %y : tensor<8x16xf32>
  }
  dl.step @other(%x: tensor<8x16xf32>) -> (y: tensor<8x16xf32>) {
    %w = dl.read @w : tensor<16x16xf32>
    %0 = dl.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32>
    %y = dl.leaky_relu %0 {slope = 0.5} : tensor<8x16xf32>
    dl.return %y : tensor<8x16xf32>
  }
}
