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
  // CHECK-NEXT: dl.unblock %[[X]] : tensor<8x6x5xf32> -> tensor<6x40xf32>
  // CHECK-NEXT: return
  %0 = dl.reshape %x : tensor<8x6x5xf32> to tensor<4x2x30xf32>
  %1 = dl.flatten %x : tensor<8x6x5xf32> to tensor<8x30xf32>
  %2 = dl.transpose %x perm [2, 0, 1] : tensor<8x6x5xf32> -> tensor<5x8x6xf32>
  %3 = dl.reverse %x dims [0, 2] : tensor<8x6x5xf32>
  %4 = dl.unblock %x : tensor<8x6x5xf32> -> tensor<6x40xf32>
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

// CHECK-LABEL: func @flattened
// CHECK-SAME:    %[[X:.*]]: tensor<2x3x4x5xf32>
func.func @flattened(%x: tensor<2x3x4x5xf32>) {
  // CHECK-NEXT: dl.flatten %[[X]] {end_axis = 2 : i64} : tensor<2x3x4x5xf32> to tensor<2x12x5xf32>
  // CHECK-NEXT: dl.flatten %[[X]] {start_axis = 0 : i64} : tensor<2x3x4x5xf32> to tensor<120xf32>
  // CHECK-NEXT: return
  %0 = dl.flatten %x {end_axis = 2} : tensor<2x3x4x5xf32> to tensor<2x12x5xf32>
  %1 = dl.flatten %x {start_axis = 0} : tensor<2x3x4x5xf32> to tensor<120xf32>
  return
}

// CHECK-LABEL: func @parts
// CHECK-SAME:    %[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<8x2xf32>
func.func @parts(%a: tensor<8x4xf32>, %b: tensor<8x2xf32>) {
  // CHECK-NEXT: %[[C:.*]] = dl.concat %[[A]], %[[B]], %[[A]] {axis = 1 : i64} : tensor<8x4xf32>, tensor<8x2xf32>, tensor<8x4xf32> -> tensor<8x10xf32>
  // CHECK-NEXT: dl.split %[[C]] sizes [3, 7] {axis = 1 : i64} : tensor<8x10xf32> -> tensor<8x3xf32>, tensor<8x7xf32>
  // CHECK-NEXT: dl.stack %[[A]], %[[A]] {axis = 2 : i64} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<8x4x2xf32>
  // CHECK-NEXT: return
  %0 = dl.concat %a, %b, %a {axis = 1} : tensor<8x4xf32>, tensor<8x2xf32>, tensor<8x4xf32> -> tensor<8x10xf32>
  %1, %2 = dl.split %0 sizes [3, 7] {axis = 1} : tensor<8x10xf32> -> tensor<8x3xf32>, tensor<8x7xf32>
  %3 = dl.stack %a, %a {axis = 2} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<8x4x2xf32>
  return
}

// CHECK-LABEL: func @paddings
// CHECK-SAME:    %[[X:.*]]: tensor<8x6xf32>, %[[I:.*]]: tensor<4xui8>
func.func @paddings(%x: tensor<8x6xf32>, %i: tensor<4xui8>) {
  // CHECK-NEXT: dl.pad %[[I]] low [1] high [0] {value = 2.550000e+02 : f64} : tensor<4xui8> -> tensor<5xui8>
  // CHECK-NEXT: dl.reflection_pad %[[X]] low [0, 5] high [7, 0] : tensor<8x6xf32> -> tensor<15x11xf32>
  // CHECK-NEXT: dl.replication_pad %[[X]] low [0, 9] high [0, 0] : tensor<8x6xf32> -> tensor<8x15xf32>
  // CHECK-NEXT: dl.circular_pad %[[X]] low [8, 0] high [0, 6] : tensor<8x6xf32> -> tensor<16x12xf32>
  // CHECK-NEXT: return
  %0 = dl.pad %i low [1] high [0] {value = 255.0} : tensor<4xui8> -> tensor<5xui8>
  %1 = dl.reflection_pad %x low [0, 5] high [7, 0] : tensor<8x6xf32> -> tensor<15x11xf32>
  %2 = dl.replication_pad %x low [0, 9] high [0, 0] : tensor<8x6xf32> -> tensor<8x15xf32>
  %3 = dl.circular_pad %x low [8, 0] high [0, 6] : tensor<8x6xf32> -> tensor<16x12xf32>
  return
}

// CHECK-LABEL: func @iota
func.func @iota() {
  // CHECK-NEXT: dl.iota {axis = 1 : i64} : tensor<8x4xi32>
  // CHECK-NEXT: dl.iota {axis = 0 : i64} : tensor<256xui8>
  // CHECK-NEXT: dl.iota {axis = 0 : i64} : tensor<0xf64>
  // CHECK-NEXT: return
  %0 = dl.iota {axis = 1} : tensor<8x4xi32>
  %1 = dl.iota {axis = 0} : tensor<256xui8>
  %2 = dl.iota {axis = 0} : tensor<0xf64>
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

// FOLD-LABEL: func @boxes_that_change_nothing
// FOLD-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[N:.*]]: tensor<8x0xf32>
// FOLD-NEXT:    return %[[X]], %[[X]], %[[X]], %[[X]], %[[X]]
func.func @boxes_that_change_nothing(%x: tensor<8x4xf32>, %n: tensor<8x0xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) {
  %0 = dl.slice %x at [0, 0] size [8, 4] : tensor<8x4xf32> -> tensor<8x4xf32>
  %1 = dl.pad %x low [0, 0] high [0, 0] {value = 1.0} : tensor<8x4xf32> -> tensor<8x4xf32>
  %2 = dl.concat %x {axis = 0} : tensor<8x4xf32> -> tensor<8x4xf32>
  %3 = dl.concat %n, %x, %n {axis = 1} : tensor<8x0xf32>, tensor<8x4xf32>, tensor<8x0xf32> -> tensor<8x4xf32>
  %4 = dl.reverse %x dims [1] : tensor<8x4xf32>
  %5 = dl.reverse %4 dims [1] : tensor<8x4xf32>
  return %0, %1, %2, %3, %5 : tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>
}

// FOLD-LABEL: func @slice_of_slice
// FOLD-SAME:    %[[X:.*]]: tensor<20x6xf32>
// FOLD-NEXT:    %[[Y:.*]] = dl.slice %[[X]] at [7, 2] size [3, 2] stride [6, 1] : tensor<20x6xf32> -> tensor<3x2xf32>
// FOLD-NEXT:    return %[[Y]]
func.func @slice_of_slice(%x: tensor<20x6xf32>) -> tensor<3x2xf32> {
  %0 = dl.slice %x at [1, 1] size [7, 4] stride [3, 1] : tensor<20x6xf32> -> tensor<7x4xf32>
  %1 = dl.slice %0 at [2, 1] size [3, 2] stride [2, 1] : tensor<7x4xf32> -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// What lies within one part is a slice of it; what lies in two is not.
// FOLD-LABEL: func @slice_of_concat
// FOLD-SAME:    %[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<8x3xf32>
// FOLD-NEXT:    %[[C:.*]] = dl.concat %[[A]], %[[B]]
// FOLD-NEXT:    %[[Y:.*]] = dl.slice %[[B]] at [1, 1] size [2, 2] : tensor<8x3xf32> -> tensor<2x2xf32>
// FOLD-NEXT:    %[[Z:.*]] = dl.slice %[[C]] at [0, 3] size [8, 2]
// FOLD-NEXT:    return %[[A]], %[[Y]], %[[Z]]
func.func @slice_of_concat(%a: tensor<8x4xf32>, %b: tensor<8x3xf32>) -> (tensor<8x4xf32>, tensor<2x2xf32>, tensor<8x2xf32>) {
  %0 = dl.concat %a, %b {axis = 1} : tensor<8x4xf32>, tensor<8x3xf32> -> tensor<8x7xf32>
  %1 = dl.slice %0 at [0, 0] size [8, 4] : tensor<8x7xf32> -> tensor<8x4xf32>
  %2 = dl.slice %0 at [1, 5] size [2, 2] : tensor<8x7xf32> -> tensor<2x2xf32>
  %3 = dl.slice %0 at [0, 3] size [8, 2] : tensor<8x7xf32> -> tensor<8x2xf32>
  return %1, %2, %3 : tensor<8x4xf32>, tensor<2x2xf32>, tensor<8x2xf32>
}

// What has no elements is known; padding around nothing too.
// FOLD-LABEL: func @nothing
// FOLD-DAG:     %[[NOTHING:.*]] = dl.constant dense<> : tensor<0x4xf32>
// FOLD-DAG:     %[[PADDING:.*]] = dl.constant dense<2.000000e+00> : tensor<1x4xf32>
// FOLD:         return %[[NOTHING]], %[[PADDING]]
func.func @nothing(%x: tensor<0x4xf32>) -> (tensor<0x4xf32>, tensor<1x4xf32>) {
  %0 = dl.exp %x : tensor<0x4xf32>
  %1 = dl.pad %x low [1, 0] high [0, 0] {value = 2.0} : tensor<0x4xf32> -> tensor<1x4xf32>
  return %0, %1 : tensor<0x4xf32>, tensor<1x4xf32>
}
