// RUN: dlc-opt %s -pass-pipeline='builtin.module(func.func(dl-differentiate,canonicalize,cse))' | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline='builtin.module(func.func(dl-differentiate,canonicalize,cse))' >%t.16
// RUN: sed s/16x/784x/g %s | sed 's/scan 16/scan 784/' \
// RUN:   | dlc-opt -pass-pipeline='builtin.module(func.func(dl-differentiate,canonicalize,cse))' \
// RUN:   | sed "s/784/16/g; s/6272/128/g" | diff %t.16 -

// The forward loop yields what the backward one needs: the state before each step and the
// value of tanh, which is the output already. The backward loop runs the other way and
// yields what the product with the weight is made of, which is taken once, behind it.
// CHECK-LABEL: func.func @recurrence
// CHECK:         %{{.*}}:3 = dl.scan 16 carry(%[[H:.*]] = %{{.*}}) over
// CHECK:           %[[Y:.*]] = dl.tanh
// CHECK:           dl.yield %[[Y]], %[[Y]], %[[H]] : tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
// CHECK:         dl.scan 16 reverse carry(
// CHECK-NOT:       dl.tanh
// CHECK:           dl.matmul %{{.*}} {transpose_b}
// CHECK-NOT:       dl.matmul
// CHECK:           dl.yield
// CHECK:         dl.matmul %{{.*}}, %{{.*}} {transpose_a} : tensor<128x4xf32>, tensor<128x4xf32> -> tensor<4x4xf32>
// CHECK-NOT:     dl.scan
// CHECK:         return
func.func @recurrence(%h0: tensor<8x4xf32>, %xs: tensor<16x8x4xf32>, %w: tensor<4x4xf32>) -> (tensor<8x4xf32>, tensor<16x8x4xf32>, tensor<4x4xf32>) {
  %s, %ys = dl.scan 16 carry(%h = %h0) over(%x = %xs) with(%u = %w)
      : (tensor<8x4xf32>, tensor<16x8x4xf32>, tensor<4x4xf32>) -> (tensor<8x4xf32>, tensor<16x8x4xf32>) {
    %0 = dl.matmul %h, %u : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
    %1 = dl.add %0, %x : tensor<8x4xf32>
    %2 = dl.tanh %1 : tensor<8x4xf32>
    dl.yield %2, %2 : tensor<8x4xf32>, tensor<8x4xf32>
  }
  %l = dl.reduce_sum %ys {axes = [0, 1, 2]} : tensor<16x8x4xf32> -> tensor<f32>
  %gh, %gx, %gw = dl.gradient %l wrt %h0, %xs, %w : tensor<f32> -> tensor<8x4xf32>, tensor<16x8x4xf32>, tensor<4x4xf32>
  return %gh, %gx, %gw : tensor<8x4xf32>, tensor<16x8x4xf32>, tensor<4x4xf32>
}
