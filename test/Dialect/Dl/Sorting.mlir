// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @sorted
// CHECK-SAME:    %[[X:.*]]: tensor<8x10xf32>, %[[I:.*]]: tensor<4xui8>
func.func @sorted(%x: tensor<8x10xf32>, %i: tensor<4xui8>) {
  // CHECK-NEXT: dl.sort %[[X]] {axis = 1 : i64} : tensor<8x10xf32> -> tensor<8x10xf32>, tensor<8x10xi32>
  // CHECK-NEXT: dl.sort %[[I]] {axis = 0 : i64, descending} : tensor<4xui8> -> tensor<4xui8>, tensor<4xi32>
  // CHECK-NEXT: dl.argsort %[[X]] {axis = 0 : i64, descending} : tensor<8x10xf32> -> tensor<8x10xi32>
  // CHECK-NEXT: dl.top_k %[[X]] {axis = 1 : i64, k = 3 : i64} : tensor<8x10xf32> -> tensor<8x3xf32>, tensor<8x3xi32>
  // CHECK-NEXT: dl.top_k %[[X]] {axis = 0 : i64, k = 8 : i64, largest = false} : tensor<8x10xf32> -> tensor<8x10xf32>, tensor<8x10xi32>
  // CHECK-NEXT: return
  %0:2 = dl.sort %x {axis = 1} : tensor<8x10xf32> -> tensor<8x10xf32>, tensor<8x10xi32>
  %1:2 = dl.sort %i {axis = 0, descending} : tensor<4xui8> -> tensor<4xui8>, tensor<4xi32>
  %2 = dl.argsort %x {axis = 0, descending} : tensor<8x10xf32> -> tensor<8x10xi32>
  %3:2 = dl.top_k %x {k = 3, axis = 1} : tensor<8x10xf32> -> tensor<8x3xf32>, tensor<8x3xi32>
  %4:2 = dl.top_k %x {k = 8, axis = 0, largest = false} : tensor<8x10xf32> -> tensor<8x10xf32>, tensor<8x10xi32>
  return
}

// CHECK-LABEL: func @running
// CHECK-SAME:    %[[X:.*]]: tensor<8x10xf64>, %[[I:.*]]: tensor<4xi32>
func.func @running(%x: tensor<8x10xf64>, %i: tensor<4xi32>) {
  // CHECK-NEXT: dl.cumsum %[[X]] {axis = 1 : i64} : tensor<8x10xf64> -> tensor<8x10xf64>
  // CHECK-NEXT: dl.cumsum %[[I]] {axis = 0 : i64, exclusive, reverse} : tensor<4xi32> -> tensor<4xi32>
  // CHECK-NEXT: return
  %0 = dl.cumsum %x {axis = 1} : tensor<8x10xf64> -> tensor<8x10xf64>
  %1 = dl.cumsum %i {axis = 0, exclusive, reverse} : tensor<4xi32> -> tensor<4xi32>
  return
}
