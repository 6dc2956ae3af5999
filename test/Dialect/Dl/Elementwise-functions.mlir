// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func.func @functions
func.func @functions(%x: tensor<8xf32>, %y: tensor<8xf32>, %i: tensor<8xi32>) {
  // CHECK: dl.abs %{{.*}} : tensor<8xf32>
  %0 = dl.abs %x : tensor<8xf32>
  // CHECK: dl.sign %{{.*}} : tensor<8xf32>
  %1 = dl.sign %x : tensor<8xf32>
  // CHECK: dl.log1p %{{.*}} : tensor<8xf32>
  %2 = dl.log1p %x : tensor<8xf32>
  // CHECK: dl.expm1 %{{.*}} : tensor<8xf32>
  %3 = dl.expm1 %x : tensor<8xf32>
  // CHECK: dl.reciprocal %{{.*}} : tensor<8xf32>
  %4 = dl.reciprocal %x : tensor<8xf32>
  // CHECK: dl.square %{{.*}} : tensor<8xf32>
  %5 = dl.square %x : tensor<8xf32>
  // CHECK: dl.sin %{{.*}} : tensor<8xf32>
  %6 = dl.sin %x : tensor<8xf32>
  // CHECK: dl.cos %{{.*}} : tensor<8xf32>
  %7 = dl.cos %x : tensor<8xf32>
  // CHECK: dl.tanh %{{.*}} : tensor<8xf32>
  %8 = dl.tanh %x : tensor<8xf32>
  // CHECK: dl.erf %{{.*}} : tensor<8xf32>
  %9 = dl.erf %x : tensor<8xf32>
  // CHECK: dl.floor %{{.*}} : tensor<8xf32>
  %10 = dl.floor %x : tensor<8xf32>
  // CHECK: dl.ceil %{{.*}} : tensor<8xf32>
  %11 = dl.ceil %x : tensor<8xf32>
  // CHECK: dl.round %{{.*}} : tensor<8xf32>
  %12 = dl.round %x : tensor<8xf32>
  // CHECK: dl.pow %{{.*}}, %{{.*}} : tensor<8xf32>
  %13 = dl.pow %x, %y : tensor<8xf32>
  // CHECK: dl.min %{{.*}}, %{{.*}} : tensor<8xi32>
  %14 = dl.min %i, %i : tensor<8xi32>
  return
}

// CHECK-LABEL: func.func @of_integers
func.func @of_integers(%i: tensor<8xi32>, %u: tensor<8xui8>) {
  // CHECK: dl.neg %{{.*}} : tensor<8xi32>
  %0 = dl.neg %i : tensor<8xi32>
  // CHECK: dl.abs %{{.*}} : tensor<8xi32>
  %1 = dl.abs %i : tensor<8xi32>
  // CHECK: dl.sign %{{.*}} : tensor<8xui8>
  %2 = dl.sign %u : tensor<8xui8>
  // CHECK: dl.square %{{.*}} : tensor<8xui8>
  %3 = dl.square %u : tensor<8xui8>
  // CHECK: dl.clamp %{{.*}} {max = 7.000000e+00 : f64, min = -2.000000e+00 : f64} : tensor<8xi32>
  %4 = dl.clamp %i {min = -2.0, max = 7.0} : tensor<8xi32>
  return
}

// CHECK-LABEL: func.func @clamp
func.func @clamp(%x: tensor<8xf32>) {
  // CHECK: dl.clamp %{{.*}} {min = -5.000000e-01 : f64} : tensor<8xf32>
  %0 = dl.clamp %x {min = -0.5} : tensor<8xf32>
  // CHECK: dl.clamp %{{.*}} {max = 2.000000e+00 : f64} : tensor<8xf32>
  %1 = dl.clamp %x {max = 2.0} : tensor<8xf32>
  return
}

// CHECK-LABEL: func.func @logic
func.func @logic(%a: tensor<8xi1>, %b: tensor<8xi1>) {
  // CHECK: dl.and %{{.*}}, %{{.*}} : tensor<8xi1>
  %0 = dl.and %a, %b : tensor<8xi1>
  // CHECK: dl.or %{{.*}}, %{{.*}} : tensor<8xi1>
  %1 = dl.or %a, %b : tensor<8xi1>
  // CHECK: dl.xor %{{.*}}, %{{.*}} : tensor<8xi1>
  %2 = dl.xor %a, %b : tensor<8xi1>
  // CHECK: dl.not %{{.*}} : tensor<8xi1>
  %3 = dl.not %a : tensor<8xi1>
  return
}

// CHECK-LABEL: func.func @broadcast
func.func @broadcast(%a: tensor<8x4xf32>, %b: tensor<4xf32>, %c: tensor<8x1xf32>, %s: tensor<f32>, %m: tensor<4xi1>) {
  // CHECK: dl.add %{{.*}}, %{{.*}} : tensor<8x4xf32>, tensor<4xf32> -> tensor<8x4xf32>
  %0 = dl.add %a, %b : tensor<8x4xf32>, tensor<4xf32> -> tensor<8x4xf32>
  // CHECK: dl.pow %{{.*}}, %{{.*}} : tensor<8x1xf32>, tensor<4xf32> -> tensor<8x4xf32>
  %1 = dl.pow %c, %b : tensor<8x1xf32>, tensor<4xf32> -> tensor<8x4xf32>
  // CHECK: dl.compare lt %{{.*}}, %{{.*}} : tensor<8x4xf32>, tensor<f32> -> tensor<8x4xi1>
  %2 = dl.compare lt %a, %s : tensor<8x4xf32>, tensor<f32> -> tensor<8x4xi1>
  // CHECK: dl.and %{{.*}}, %{{.*}} : tensor<8x4xi1>, tensor<4xi1> -> tensor<8x4xi1>
  %3 = dl.and %2, %m : tensor<8x4xi1>, tensor<4xi1> -> tensor<8x4xi1>
  // CHECK: dl.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<4xi1>, tensor<8x4xf32>
  %4 = dl.select %m, %a, %a : tensor<4xi1>, tensor<8x4xf32>
  // CHECK: dl.select %{{.*}}, %{{.*}}, %{{.*}} : tensor<8x4xi1>, tensor<f32>, tensor<4xf32> -> tensor<8x4xf32>
  %5 = dl.select %3, %s, %b : tensor<8x4xi1>, tensor<f32>, tensor<4xf32> -> tensor<8x4xf32>
  return
}
