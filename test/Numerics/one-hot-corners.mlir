// Indices that are no place of the new dimension have 0 everywhere, whatever is left of
// them in fewer bits; a truth value is 0 or 1.
// RUN: dlc-run %s --step f -O0 | FileCheck %s
// RUN: dlc-run %s --step f | FileCheck %s
// RUN: dlc-run %s --step f --interpret | FileCheck %s
// CHECK:      wide = 3
// CHECK-NEXT: narrow = 127
// CHECK-NEXT: truth = 2
dl.model @m {
  dl.step @f() -> (wide: tensor<f32>, narrow: tensor<f32>, truth: tensor<f32>) {
    // The place of each hit: 3 of the first, none of the others.
    %place = dl.constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0]]> : tensor<1x5xf32>
    %i = dl.constant dense<[3, 4294967297, -1, -4294967294]> : tensor<4xi64>
    %w = dl.one_hot %i : tensor<4xi64> to tensor<4x5xf32>
    %0 = dl.mul %w, %place : tensor<4x5xf32>, tensor<1x5xf32> -> tensor<4x5xf32>
    %wide = dl.reduce_sum %0 : tensor<4x5xf32> -> tensor<f32>
    // -56 has the bits of 200.
    %places = dl.iota {axis = 0} : tensor<300xf32>
    %s = dl.constant dense<[127, -56]> : tensor<2xi8>
    %n = dl.one_hot %s : tensor<2xi8> to tensor<2x300xf32>
    %1 = dl.mul %n, %places : tensor<2x300xf32>, tensor<300xf32> -> tensor<2x300xf32>
    %narrow = dl.reduce_sum %1 : tensor<2x300xf32> -> tensor<f32>
    %b = dl.constant dense<[true, false, true]> : tensor<3xi1>
    %t = dl.one_hot %b : tensor<3xi1> to tensor<3x2xf32>
    %two = dl.iota {axis = 0} : tensor<2xf32>
    %2 = dl.mul %t, %two : tensor<3x2xf32>, tensor<2xf32> -> tensor<3x2xf32>
    %truth = dl.reduce_sum %2 : tensor<3x2xf32> -> tensor<f32>
    dl.return %wide, %narrow, %truth : tensor<f32>, tensor<f32>, tensor<f32>
  }
}
