// RUN: dlc-opt %s -pass-pipeline='builtin.module(func.func(dl-differentiate,canonicalize,cse))' | FileCheck %s
// RUN: sed 's/truncate 4 //' %s | dlc-opt -pass-pipeline='builtin.module(func.func(dl-differentiate,canonicalize,cse))' | FileCheck %s --check-prefix=WHOLE

// At every fourth step but the first the carried value is cut off, forward and, with the
// same mask, backward.
// CHECK-LABEL: func.func @truncated
// CHECK:         %[[CUTS:.*]] = dl.and %{{.*}}, %{{.*}} : tensor<16xi1>
// CHECK:         dl.scan 16 carry(%[[H:.*]] = %{{.*}}) over(%{{.*}} = %{{.*}}, %[[CUT:.*]] = %[[CUTS]])
// CHECK:           dl.broadcast %[[CUT]] dims []
// CHECK:           dl.stop_gradient %[[H]]
// CHECK:           dl.select
// CHECK:         dl.scan 16 reverse carry
// CHECK:           dl.select
// CHECK:           dl.yield
// WHOLE-NOT:     dl.select
func.func @truncated(%h0: tensor<4xf32>, %xs: tensor<16x4xf32>) -> tensor<16x4xf32> {
  %s = dl.scan 16 truncate 4 carry(%h = %h0) over(%x = %xs)
      : (tensor<4xf32>, tensor<16x4xf32>) -> tensor<4xf32> {
    %0 = dl.add %h, %x : tensor<4xf32>
    %1 = dl.tanh %0 : tensor<4xf32>
    dl.yield %1 : tensor<4xf32>
  }
  %l = dl.reduce_sum %s {axes = [0]} : tensor<4xf32> -> tensor<f32>
  %g = dl.gradient %l wrt %xs : tensor<f32> -> tensor<16x4xf32>
  return %g : tensor<16x4xf32>
}
