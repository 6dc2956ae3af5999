// RUN: dlc-opt %s | dlc-opt | FileCheck %s

// A whole number is a number.
// CHECK-LABEL: func @whole
func.func @whole(%x: tensor<8x4xf32>) {
  // CHECK:      dl.leaky_relu %{{.*}} {slope = 1.000000e+00 : f64}
  // CHECK-NEXT: dl.dropout %{{.*}} {p = 0.000000e+00 : f64}
  // CHECK-NEXT: dl.clamp %{{.*}} {max = 6.000000e+00 : f64, min = -1.000000e+00 : f64}
  // CHECK-NEXT: dl.layer_norm %{{.*}} {eps = 1.000000e+00 : f64}
  // CHECK-NEXT: dl.scale %{{.*}} by 2.000000e+00
  %0 = dl.leaky_relu %x {slope = 1} : tensor<8x4xf32>
  %1 = dl.dropout %x {p = 0} : tensor<8x4xf32>
  %2 = dl.clamp %x {max = 6, min = -1} : tensor<8x4xf32>
  %3 = dl.layer_norm %x {eps = 1} : tensor<8x4xf32> -> tensor<8x4xf32>
  %4 = dl.scale %x by 2 : tensor<8x4xf32>
  return
}

// Negative dimensions count from the end, of the operand or, where it has one more
// dimension or is the only one, of the result.
// CHECK-LABEL: func @from_the_end
func.func @from_the_end(%x: tensor<8x4x2xf32>, %v: tensor<4xf32>) {
  // CHECK:      dl.softmax %{{.*}} {axis = 2 : i64}
  // CHECK-NEXT: dl.reduce_sum %{{.*}} {axes = [1, 2]}
  // CHECK-NEXT: dl.transpose %{{.*}} perm [0, 2, 1]
  // CHECK-NEXT: dl.reverse %{{.*}} dims [1]
  // CHECK-NEXT: dl.broadcast %{{.*}} dims [1]
  // CHECK-NEXT: dl.stack %{{.*}} {axis = 3 : i64}
  // CHECK-NEXT: dl.concat %{{.*}} {axis = 0 : i64}
  // CHECK-NEXT: dl.iota {axis = 1 : i64}
  // CHECK-NEXT: dl.flatten %{{.*}} {end_axis = 1 : i64, start_axis = 0 : i64}
  %0 = dl.softmax %x {axis = -1} : tensor<8x4x2xf32>
  %1 = dl.reduce_sum %x {axes = [-2, -1]} : tensor<8x4x2xf32> -> tensor<8xf32>
  %2 = dl.transpose %x perm [0, -1, -2] : tensor<8x4x2xf32> -> tensor<8x2x4xf32>
  %3 = dl.reverse %x dims [-2] : tensor<8x4x2xf32>
  %4 = dl.broadcast %v dims [-1] : tensor<4xf32> to tensor<8x4xf32>
  %5 = dl.stack %x, %x {axis = -1} : tensor<8x4x2xf32>, tensor<8x4x2xf32> -> tensor<8x4x2x2xf32>
  %6 = dl.concat %x, %x {axis = -3} : tensor<8x4x2xf32>, tensor<8x4x2xf32> -> tensor<16x4x2xf32>
  %7 = dl.iota {axis = -1} : tensor<8x4xi32>
  %8 = dl.flatten %x {end_axis = -2, start_axis = -3} : tensor<8x4x2xf32> to tensor<32x2xf32>
  return
}

// Axes stand in any order; of a function with open extents too.
// CHECK-LABEL: func @any_order
func.func @any_order(%x: tensor<8x4x2xf32>, %m: tensor<8x4xi1>) {
  // CHECK:      dl.reduce_sum %{{.*}} {axes = [0, 1]}
  // CHECK-NEXT: dl.reduce_max %{{.*}} {axes = [0, 2], keep_dims}
  // CHECK-NEXT: dl.reduce_prod %{{.*}} {axes = [0, 1, 2]}
  // CHECK-NEXT: dl.mean %{{.*}} {axes = [1, 2]}
  // CHECK-NEXT: dl.var %{{.*}} {axes = [0, 2], correction = 0 : i64}
  // CHECK-NEXT: dl.logsumexp %{{.*}} {axes = [0, 1]}
  // CHECK-NEXT: dl.norm %{{.*}} p 1.000000e+00 {axes = [0, 1]}
  // CHECK-NEXT: dl.any %{{.*}} {axes = [0, 1]}
  // CHECK-NEXT: dl.normalize %{{.*}} {axes = [0, 2]}
  %0 = dl.reduce_sum %x {axes = [1, 0]} : tensor<8x4x2xf32> -> tensor<2xf32>
  %1 = dl.reduce_max %x {axes = [2, 0], keep_dims} : tensor<8x4x2xf32> -> tensor<1x4x1xf32>
  %2 = dl.reduce_prod %x {axes = [1, 2, 0]} : tensor<8x4x2xf32> -> tensor<f32>
  %3 = dl.mean %x {axes = [-1, -2]} : tensor<8x4x2xf32> -> tensor<8xf32>
  %4 = dl.var %x {axes = [2, 0], correction = 0} : tensor<8x4x2xf32> -> tensor<4xf32>
  %5 = dl.logsumexp %x {axes = [1, 0]} : tensor<8x4x2xf32> -> tensor<2xf32>
  %6 = dl.norm %x p 1 {axes = [1, 0]} : tensor<8x4x2xf32> -> tensor<2xf32>
  %7 = dl.any %m {axes = [1, 0]} : tensor<8x4xi1> -> tensor<i1>
  %8:4 = dl.normalize %x {axes = [2, 0]} : tensor<8x4x2xf32> -> tensor<8x4x2xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  return
}

// CHECK-LABEL: dl.func @open
// CHECK:         dl.mean %{{.*}} {axes = [0, 2]}
dl.model @m {
  dl.func @open(%x: tensor<?x4x?xf32>) -> tensor<4xf32> {
    %y = dl.mean %x {axes = [-1, 0]} : tensor<?x4x?xf32> -> tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
}
