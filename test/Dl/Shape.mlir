// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -canonicalize | FileCheck %s --check-prefix=FOLD

//===----------------------------------------------------------------------===//
// Every op, printed as it was read
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @constants
func.func @constants() -> (tensor<2x2xf32>, tensor<i64>) {
  // CHECK-NEXT: %[[SPLAT:.*]] = dl.constant dense<5.000000e-01> : tensor<2x2xf32>
  // CHECK-NEXT: %[[LIST:.*]] = dl.constant dense<{{\[\[}}0.000000e+00, 1.000000e+00], [2.000000e+00, 3.000000e+00]]> : tensor<2x2xf32>
  // CHECK-NEXT: %[[BYTES:.*]] = dl.constant dense<[1, 255]> : tensor<2xui8>
  // CHECK-NEXT: %[[SCALAR:.*]] = dl.constant dense<7> : tensor<i64>
  // CHECK-NEXT: return %[[LIST]], %[[SCALAR]]
  %0 = dl.constant dense<0.5> : tensor<2x2xf32>
  %1 = dl.constant dense<[[0.0, 1.0], [2.0, 3.0]]> : tensor<2x2xf32>
  %2 = dl.constant dense<[1, 255]> : tensor<2xui8>
  %3 = dl.constant dense<7> : tensor<i64>
  return %1, %3 : tensor<2x2xf32>, tensor<i64>
}

// CHECK-LABEL: func @views
// CHECK-SAME:    %[[X:.*]]: tensor<8x6x5xf32>
func.func @views(%x: tensor<8x6x5xf32>) {
  // CHECK-NEXT: dl.reshape %[[X]] : tensor<8x6x5xf32> to tensor<4x2x30xf32>
  // CHECK-NEXT: dl.flatten %[[X]] : tensor<8x6x5xf32> to tensor<8x30xf32>
  // CHECK-NEXT: dl.transpose %[[X]] perm [2, 0, 1] : tensor<8x6x5xf32> -> tensor<5x8x6xf32>
  // CHECK-NEXT: dl.reverse %[[X]] dims [0, 2] : tensor<8x6x5xf32>
  // CHECK-NEXT: return
  %0 = dl.reshape %x : tensor<8x6x5xf32> to tensor<4x2x30xf32>
  %1 = dl.flatten %x : tensor<8x6x5xf32> to tensor<8x30xf32>
  %2 = dl.transpose %x perm [2, 0, 1] : tensor<8x6x5xf32> -> tensor<5x8x6xf32>
  %3 = dl.reverse %x dims [0, 2] : tensor<8x6x5xf32>
  return
}

// CHECK-LABEL: func @scalar_and_vector
// CHECK-SAME:    %[[S:.*]]: tensor<f32>, %[[V:.*]]: tensor<4xf32>
func.func @scalar_and_vector(%s: tensor<f32>, %v: tensor<4xf32>) {
  // CHECK-NEXT: dl.reshape %[[S]] : tensor<f32> to tensor<1x1xf32>
  // CHECK-NEXT: dl.transpose %[[S]] perm [] : tensor<f32> -> tensor<f32>
  // CHECK-NEXT: dl.broadcast %[[S]] dims [] : tensor<f32> to tensor<8x4xf32>
  // CHECK-NEXT: dl.broadcast %[[V]] dims [1] : tensor<4xf32> to tensor<8x4xf32>
  // CHECK-NEXT: dl.flatten %[[V]] : tensor<4xf32> to tensor<4x1xf32>
  // CHECK-NEXT: return
  %0 = dl.reshape %s : tensor<f32> to tensor<1x1xf32>
  %1 = dl.transpose %s perm [] : tensor<f32> -> tensor<f32>
  %2 = dl.broadcast %s dims [] : tensor<f32> to tensor<8x4xf32>
  %3 = dl.broadcast %v dims [1] : tensor<4xf32> to tensor<8x4xf32>
  %4 = dl.flatten %v : tensor<4xf32> to tensor<4x1xf32>
  return
}

// CHECK-LABEL: func @boxes
// CHECK-SAME:    %[[X:.*]]: tensor<8x6xf32>
func.func @boxes(%x: tensor<8x6xf32>) {
  // CHECK-NEXT: dl.pad %[[X]] low [0, 1] high [2, 3] : tensor<8x6xf32> -> tensor<10x10xf32>
  // CHECK-NEXT: dl.pad %[[X]] low [0, 0] high [0, 1] interior [0, 2] : tensor<8x6xf32> -> tensor<8x17xf32>
  // CHECK-NEXT: dl.slice %[[X]] at [1, 0] size [7, 6] : tensor<8x6xf32> -> tensor<7x6xf32>
  // CHECK-NEXT: dl.slice %[[X]] at [0, 1] size [8, 2] stride [1, 4] : tensor<8x6xf32> -> tensor<8x2xf32>
  // CHECK-NEXT: return
  %0 = dl.pad %x low [0, 1] high [2, 3] : tensor<8x6xf32> -> tensor<10x10xf32>
  %1 = dl.pad %x low [0, 0] high [0, 1] interior [0, 2] : tensor<8x6xf32> -> tensor<8x17xf32>
  %2 = dl.slice %x at [1, 0] size [7, 6] : tensor<8x6xf32> -> tensor<7x6xf32>
  // The last of the two is column 5, the last there is.
  %3 = dl.slice %x at [0, 1] size [8, 2] stride [1, 4] : tensor<8x6xf32> -> tensor<8x2xf32>
  return
}

// CHECK-LABEL: func @one_hot
// CHECK-SAME:    %[[LABEL:.*]]: tensor<8xui8>, %[[WORDS:.*]]: tensor<8x5xi64>
func.func @one_hot(%label: tensor<8xui8>, %words: tensor<8x5xi64>) {
  // CHECK-NEXT: dl.one_hot %[[LABEL]] : tensor<8xui8> to tensor<8x10xf32>
  // CHECK-NEXT: dl.one_hot %[[WORDS]] : tensor<8x5xi64> to tensor<8x5x3xf64>
  // CHECK-NEXT: return
  %0 = dl.one_hot %label : tensor<8xui8> to tensor<8x10xf32>
  %1 = dl.one_hot %words : tensor<8x5xi64> to tensor<8x5x3xf64>
  return
}

//===----------------------------------------------------------------------===//
// Folds
//===----------------------------------------------------------------------===//

// FOLD-LABEL: func @reshape_of_reshape
// FOLD-SAME:    %[[X:.*]]: tensor<4x6xf32>
// FOLD-NEXT:    %[[Y:.*]] = dl.reshape %[[X]] : tensor<4x6xf32> to tensor<3x8xf32>
// FOLD-NEXT:    return %[[Y]], %[[X]]
func.func @reshape_of_reshape(%x: tensor<4x6xf32>) -> (tensor<3x8xf32>, tensor<4x6xf32>) {
  %0 = dl.reshape %x : tensor<4x6xf32> to tensor<24xf32>
  %1 = dl.reshape %0 : tensor<24xf32> to tensor<3x8xf32>
  %2 = dl.reshape %0 : tensor<24xf32> to tensor<4x6xf32>
  return %1, %2 : tensor<3x8xf32>, tensor<4x6xf32>
}

// FOLD-LABEL: func @transpose_of_transpose
// FOLD-SAME:    %[[X:.*]]: tensor<2x3x4xf32>
// FOLD-NEXT:    %[[Y:.*]] = dl.transpose %[[X]] perm [2, 0, 1] : tensor<2x3x4xf32> -> tensor<4x2x3xf32>
// FOLD-NEXT:    return %[[Y]], %[[X]]
func.func @transpose_of_transpose(%x: tensor<2x3x4xf32>) -> (tensor<4x2x3xf32>, tensor<2x3x4xf32>) {
  %0 = dl.transpose %x perm [1, 2, 0] : tensor<2x3x4xf32> -> tensor<3x4x2xf32>
  %1 = dl.transpose %0 perm [1, 2, 0] : tensor<3x4x2xf32> -> tensor<4x2x3xf32>
  %2 = dl.transpose %0 perm [2, 0, 1] : tensor<3x4x2xf32> -> tensor<2x3x4xf32>
  return %1, %2 : tensor<4x2x3xf32>, tensor<2x3x4xf32>
}

// Only the dimension of extent 1 moves, so no element does.
// FOLD-LABEL: func @transpose_of_unit_dims
// FOLD-SAME:    %[[X:.*]]: tensor<8x1x4x1xf32>
// FOLD-NEXT:    %[[Y:.*]] = dl.reshape %[[X]] : tensor<8x1x4x1xf32> to tensor<1x8x4x1xf32>
// FOLD-NEXT:    %[[Z:.*]] = dl.transpose %[[X]] perm [2, 1, 0, 3]
// FOLD-NEXT:    return %[[Y]], %[[Z]]
func.func @transpose_of_unit_dims(%x: tensor<8x1x4x1xf32>) -> (tensor<1x8x4x1xf32>, tensor<4x1x8x1xf32>) {
  %0 = dl.transpose %x perm [1, 0, 2, 3] : tensor<8x1x4x1xf32> -> tensor<1x8x4x1xf32>
  %1 = dl.transpose %x perm [2, 1, 0, 3] : tensor<8x1x4x1xf32> -> tensor<4x1x8x1xf32>
  return %0, %1 : tensor<1x8x4x1xf32>, tensor<4x1x8x1xf32>
}

// FOLD-LABEL: func @views_of_a_splat
// FOLD-DAG:     %[[B:.*]] = dl.constant dense<5.000000e-01> : tensor<2x4xf32>
// FOLD-DAG:     %[[T:.*]] = dl.constant dense<5.000000e-01> : tensor<4x2xf32>
// FOLD-DAG:     %[[R:.*]] = dl.constant dense<5.000000e-01> : tensor<8xf32>
// FOLD:         return %[[B]], %[[T]], %[[R]]
func.func @views_of_a_splat() -> (tensor<2x4xf32>, tensor<4x2xf32>, tensor<8xf32>) {
  %0 = dl.constant dense<0.5> : tensor<4xf32>
  %1 = dl.broadcast %0 dims [1] : tensor<4xf32> to tensor<2x4xf32>
  %2 = dl.transpose %1 perm [1, 0] : tensor<2x4xf32> -> tensor<4x2xf32>
  %3 = dl.reshape %2 : tensor<4x2xf32> to tensor<8xf32>
  return %1, %2, %3 : tensor<2x4xf32>, tensor<4x2xf32>, tensor<8xf32>
}

// FOLD-LABEL: func @views_that_change_nothing
// FOLD-SAME:    %[[X:.*]]: tensor<8x4xf32>
// FOLD-NEXT:    return %[[X]], %[[X]], %[[X]]
func.func @views_that_change_nothing(%x: tensor<8x4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) {
  %0 = dl.broadcast %x dims [0, 1] : tensor<8x4xf32> to tensor<8x4xf32>
  %1 = dl.transpose %x perm [0, 1] : tensor<8x4xf32> -> tensor<8x4xf32>
  %2 = dl.reshape %x : tensor<8x4xf32> to tensor<8x4xf32>
  return %0, %1, %2 : tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
}
