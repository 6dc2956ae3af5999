// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @functions
func.func @functions(%x: tensor<8x4xf32>) {
  // CHECK-NEXT: dl.relu %{{.*}} : tensor<8x4xf32>
  %0 = dl.relu %x : tensor<8x4xf32>
  // CHECK-NEXT: dl.relu6 %{{.*}} : tensor<8x4xf32>
  %1 = dl.relu6 %x : tensor<8x4xf32>
  // CHECK-NEXT: dl.selu %{{.*}} : tensor<8x4xf32>
  %2 = dl.selu %x : tensor<8x4xf32>
  // CHECK-NEXT: dl.hard_sigmoid %{{.*}} : tensor<8x4xf32>
  %3 = dl.hard_sigmoid %x : tensor<8x4xf32>
  // CHECK-NEXT: dl.hard_swish %{{.*}} : tensor<8x4xf32>
  %4 = dl.hard_swish %x : tensor<8x4xf32>
  // CHECK-NEXT: dl.sigmoid %{{.*}} : tensor<8x4xf32>
  %5 = dl.sigmoid %x : tensor<8x4xf32>
  // CHECK-NEXT: dl.silu %{{.*}} : tensor<8x4xf32>
  %6 = dl.silu %x : tensor<8x4xf32>
  // CHECK-NEXT: dl.mish %{{.*}} : tensor<8x4xf32>
  %7 = dl.mish %x : tensor<8x4xf32>
  // CHECK-NEXT: dl.softsign %{{.*}} : tensor<8x4xf32>
  %8 = dl.softsign %x : tensor<8x4xf32>
  return
}

// A constant is printed where it is not the default.
// CHECK-LABEL: func @with_constants
func.func @with_constants(%x: tensor<8x4xf64>) {
  // CHECK-NEXT: dl.leaky_relu %{{.*}} : tensor<8x4xf64>
  %0 = dl.leaky_relu %x : tensor<8x4xf64>
  // CHECK-NEXT: dl.leaky_relu %{{.*}} {slope = 2.000000e-01 : f64} : tensor<8x4xf64>
  %1 = dl.leaky_relu %x {slope = 0.2} : tensor<8x4xf64>
  // CHECK-NEXT: dl.elu %{{.*}} {alpha = 5.000000e-01 : f64} : tensor<8x4xf64>
  %2 = dl.elu %x {alpha = 0.5} : tensor<8x4xf64>
  // CHECK-NEXT: dl.hardtanh %{{.*}} {max = 2.000000e+00 : f64} : tensor<8x4xf64>
  %3 = dl.hardtanh %x {min = -1.0, max = 2.0} : tensor<8x4xf64>
  // CHECK-NEXT: dl.softplus %{{.*}} {beta = 2.000000e+00 : f64} : tensor<8x4xf64>
  %4 = dl.softplus %x {beta = 2.0} : tensor<8x4xf64>
  // CHECK-NEXT: dl.gelu %{{.*}} : tensor<8x4xf64>
  %5 = dl.gelu %x approximate(none) : tensor<8x4xf64>
  // CHECK-NEXT: dl.gelu %{{.*}} approximate(tanh) : tensor<8x4xf64>
  %6 = dl.gelu %x approximate(tanh) : tensor<8x4xf64>
  return
}

// CHECK-LABEL: func @along_an_axis
func.func @along_an_axis(%x: tensor<8x4xf32>, %image: tensor<2x6x5x5xf32>, %w: tensor<6xf32>) {
  // CHECK-NEXT: dl.softmax %{{.*}} {axis = 1 : i64} : tensor<8x4xf32>
  %0 = dl.softmax %x {axis = 1} : tensor<8x4xf32>
  // CHECK-NEXT: dl.log_softmax %{{.*}} {axis = 0 : i64} : tensor<8x4xf32>
  %1 = dl.log_softmax %x {axis = 0} : tensor<8x4xf32>
  // CHECK-NEXT: dl.gumbel_softmax %{{.*}}, %{{.*}} {axis = 1 : i64, hard, tau = 5.000000e-01 : f64} : tensor<8x4xf32>
  %2 = dl.gumbel_softmax %x, %x {axis = 1, hard, tau = 0.5} : tensor<8x4xf32>
  // CHECK-NEXT: dl.prelu %{{.*}}, %{{.*}} : tensor<2x6x5x5xf32>, tensor<6xf32>
  %3 = dl.prelu %image, %w : tensor<2x6x5x5xf32>, tensor<6xf32>
  // CHECK-NEXT: dl.maxout %{{.*}} {pieces = 3 : i64} : tensor<2x6x5x5xf32> -> tensor<2x2x5x5xf32>
  %4 = dl.maxout %image {pieces = 3} : tensor<2x6x5x5xf32> -> tensor<2x2x5x5xf32>
  return
}
