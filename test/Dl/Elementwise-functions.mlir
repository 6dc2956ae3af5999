// RUN: dlc-opt %s | dlc-opt | FileCheck %s

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
