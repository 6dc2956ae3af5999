// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @products
// CHECK-SAME:    %[[P:.*]]: tensor<5xi32>, %[[I:.*]]: tensor<9xi64>, %[[V:.*]]: tensor<9xf32>, %[[A:.*]]: tensor<4x8xf32>, %[[B:.*]]: tensor<6x8xf32>
func.func @products(%p: tensor<5xi32>, %i: tensor<9xi64>, %v: tensor<9xf32>, %a: tensor<4x8xf32>, %b: tensor<6x8xf32>) {
  // CHECK-NEXT: dl.spmm %[[P]], %[[I]], %[[V]], %[[B]] : tensor<5xi32>, tensor<9xi64>, tensor<9xf32>, tensor<6x8xf32> -> tensor<4x8xf32>
  // CHECK-NEXT: dl.spmm %[[P]], %[[I]], %[[V]], %[[A]] {transpose} : tensor<5xi32>, tensor<9xi64>, tensor<9xf32>, tensor<4x8xf32> -> tensor<6x8xf32>
  // CHECK-NEXT: dl.sddmm %[[P]], %[[I]], %[[A]], %[[B]] : tensor<5xi32>, tensor<9xi64>, tensor<4x8xf32>, tensor<6x8xf32> -> tensor<9xf32>
  // CHECK-NEXT: return
  %0 = dl.spmm %p, %i, %v, %b : tensor<5xi32>, tensor<9xi64>, tensor<9xf32>, tensor<6x8xf32> -> tensor<4x8xf32>
  %1 = dl.spmm %p, %i, %v, %a {transpose} : tensor<5xi32>, tensor<9xi64>, tensor<9xf32>, tensor<4x8xf32> -> tensor<6x8xf32>
  %2 = dl.sddmm %p, %i, %a, %b : tensor<5xi32>, tensor<9xi64>, tensor<4x8xf32>, tensor<6x8xf32> -> tensor<9xf32>
  return
}

// CHECK-LABEL: func @convolutions
// CHECK-SAME:    %[[X:.*]]: tensor<4x8xf32>, %[[W:.*]]: tensor<3x8xf32>, %[[B:.*]]: tensor<3xf32>, %[[P:.*]]: tensor<5xi32>, %[[I:.*]]: tensor<9xi32>
func.func @convolutions(%x: tensor<4x8xf32>, %w: tensor<3x8xf32>, %b: tensor<3xf32>, %p: tensor<5xi32>, %i: tensor<9xi32>) {
  // CHECK-NEXT: dl.gcn_conv %[[X]], %[[W]], %[[B]] over %[[P]], %[[I]] : tensor<4x8xf32>, tensor<3x8xf32>, tensor<5xi32>, tensor<9xi32>, tensor<3xf32> -> tensor<4x3xf32>
  // CHECK-NEXT: dl.gcn_conv %[[X]], %[[W]] over %[[P]], %[[I]] {add_self_loops = false} : tensor<4x8xf32>, tensor<3x8xf32>, tensor<5xi32>, tensor<9xi32> -> tensor<4x3xf32>
  // CHECK-NEXT: return
  %0 = dl.gcn_conv %x, %w, %b over %p, %i : tensor<4x8xf32>, tensor<3x8xf32>, tensor<5xi32>, tensor<9xi32>, tensor<3xf32> -> tensor<4x3xf32>
  %1 = dl.gcn_conv %x, %w over %p, %i {add_self_loops = false} : tensor<4x8xf32>, tensor<3x8xf32>, tensor<5xi32>, tensor<9xi32> -> tensor<4x3xf32>
  return
}
