// Nothing is clipped where all operands are 0: there the gradient is that of the operands, and that of the norm is 0.
// RUN: dlc-run %s --step f -O0 | FileCheck %s
// RUN: dlc-run %s --step f | FileCheck %s
// RUN: dlc-run %s --step f --interpret | FileCheck %s
// CHECK:      along_norm = 0
// CHECK-NEXT: along_clipped = 15
dl.model @m {
  dl.step @f() -> (along_norm: tensor<f32>, along_clipped: tensor<f32>) {
    %a = dl.constant dense<0.0> : tensor<5xf32>
    %b = dl.constant dense<0.0> : tensor<2x3xf32>
    %bound = dl.constant dense<0.5> : tensor<f32>
    %norm, %c:2 = dl.clip_by_global_norm %a, %b to %bound : tensor<5xf32>, tensor<2x3xf32> to tensor<f32> -> tensor<f32>
    %ga = dl.gradient %norm wrt %a : tensor<f32> -> tensor<5xf32>
    %0 = dl.reduce_sum %ga : tensor<5xf32> -> tensor<f32>
    %three = dl.constant dense<3.0> : tensor<5xf32>
    %1 = dl.mul %c#0, %three : tensor<5xf32>, tensor<5xf32> -> tensor<5xf32>
    %2 = dl.reduce_sum %1 : tensor<5xf32> -> tensor<f32>
    %gc = dl.gradient %2 wrt %a : tensor<f32> -> tensor<5xf32>
    %3 = dl.reduce_sum %gc : tensor<5xf32> -> tensor<f32>
    dl.return %0, %3 : tensor<f32>, tensor<f32>
  }
}
