// RUN: dlc-opt %s -canonicalize | FileCheck %s

// Chains of boxes, reversals and broadcasts become one op, or none; next to each the chain that does not.

//===----------------------------------------------------------------------===//
// Reversals, broadcasts, reductions of one element
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @reverse_of_reverse
// CHECK-SAME:    %[[X:.*]]: tensor<2x3x4xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.reverse %[[X]] dims [0, 2]
// CHECK-NEXT:    return %[[Y]], %[[X]]
func.func @reverse_of_reverse(%x: tensor<2x3x4xf32>) -> (tensor<2x3x4xf32>, tensor<2x3x4xf32>) {
  %0 = dl.reverse %x dims [0, 1] : tensor<2x3x4xf32>
  %1 = dl.reverse %0 dims [1, 2] : tensor<2x3x4xf32>
  %2 = dl.reverse %0 dims [1, 0] : tensor<2x3x4xf32>
  return %1, %2 : tensor<2x3x4xf32>, tensor<2x3x4xf32>
}

// CHECK-LABEL: func @broadcast_of_broadcast
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.broadcast %[[X]] dims [2] : tensor<4xf32> to tensor<2x3x4xf32>
// CHECK-NEXT:    return %[[Y]]
func.func @broadcast_of_broadcast(%x: tensor<4xf32>) -> tensor<2x3x4xf32> {
  %0 = dl.broadcast %x dims [1] : tensor<4xf32> to tensor<3x4xf32>
  %1 = dl.broadcast %0 dims [1, 2] : tensor<3x4xf32> to tensor<2x3x4xf32>
  return %1 : tensor<2x3x4xf32>
}

// CHECK-LABEL: func @reductions_of_one
// CHECK-SAME:    %[[X:.*]]: tensor<8x1xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.reshape %[[X]] : tensor<8x1xf32> to tensor<8xf32>
// CHECK-NEXT:    %[[Z:.*]] = dl.reshape %[[X]] : tensor<8x1xf32> to tensor<8xf32>
// CHECK-NEXT:    return %[[Y]], %[[X]], %[[Z]]
func.func @reductions_of_one(%x: tensor<8x1xf32>) -> (tensor<8xf32>, tensor<8x1xf32>, tensor<8xf32>) {
  %0 = dl.reduce_sum %x {axes = [1]} : tensor<8x1xf32> -> tensor<8xf32>
  %1 = dl.reduce_max %x {axes = [1], keep_dims} : tensor<8x1xf32> -> tensor<8x1xf32>
  %2 = dl.reshape %1 : tensor<8x1xf32> to tensor<8xf32>
  return %0, %1, %2 : tensor<8xf32>, tensor<8x1xf32>, tensor<8xf32>
}

// CHECK-LABEL: func @reductions_of_several
// CHECK:         dl.reduce_sum
// CHECK:         dl.reduce_min
func.func @reductions_of_several(%x: tensor<8x1xf32>) -> (tensor<1xf32>, tensor<f32>) {
  %0 = dl.reduce_sum %x {axes = [0]} : tensor<8x1xf32> -> tensor<1xf32>
  %1 = dl.reduce_min %x : tensor<8x1xf32> -> tensor<f32>
  return %0, %1 : tensor<1xf32>, tensor<f32>
}

//===----------------------------------------------------------------------===//
// Pads
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @pad_of_pad
// CHECK-SAME:    %[[X:.*]]: tensor<4x4xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.pad %[[X]] low [1, 3] high [2, 0] interior [0, 1] : tensor<4x4xf32> -> tensor<7x10xf32>
// CHECK-NEXT:    return %[[Y]]
func.func @pad_of_pad(%x: tensor<4x4xf32>) -> tensor<7x10xf32> {
  %0 = dl.pad %x low [1, 1] high [0, 0] interior [0, 1] : tensor<4x4xf32> -> tensor<5x8xf32>
  %1 = dl.pad %0 low [0, 2] high [2, 0] : tensor<5x8xf32> -> tensor<7x10xf32>
  return %1 : tensor<7x10xf32>
}

// Other numbers (-0 is another one), and numbers between padding.
// CHECK-LABEL: func @pads_that_differ
// CHECK-COUNT-4: dl.pad
func.func @pads_that_differ(%x: tensor<4xf32>) -> tensor<13xf32> {
  %0 = dl.pad %x low [1] high [0] : tensor<4xf32> -> tensor<5xf32>
  %1 = dl.pad %0 low [1] high [0] {value = 1.0} : tensor<5xf32> -> tensor<6xf32>
  %2 = dl.pad %1 low [1] high [0] {value = -0.0} : tensor<6xf32> -> tensor<7xf32>
  %3 = dl.pad %2 low [0] high [0] interior [1] {value = -0.0} : tensor<7xf32> -> tensor<13xf32>
  return %3 : tensor<13xf32>
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

// Within what is padded; only padding; some of both.
// CHECK-LABEL: func @slice_of_pad
// CHECK-SAME:    %[[X:.*]]: tensor<4x4xf32>
// CHECK-DAG:     %[[PADDING:.*]] = dl.constant dense<5.000000e-01> : tensor<2x8xf32>
// CHECK-DAG:     %[[PAD:.*]] = dl.pad %[[X]]
// CHECK-DAG:     %[[WITHIN:.*]] = dl.slice %[[X]] at [0, 1] size [2, 2] stride [2, 1] : tensor<4x4xf32> -> tensor<2x2xf32>
// CHECK-DAG:     %[[BOTH:.*]] = dl.slice %[[PAD]] at [1, 2] size [4, 4]
// CHECK:         return %[[WITHIN]], %[[PADDING]], %[[BOTH]]
func.func @slice_of_pad(%x: tensor<4x4xf32>) -> (tensor<2x2xf32>, tensor<2x8xf32>, tensor<4x4xf32>) {
  %0 = dl.pad %x low [2, 2] high [2, 2] {value = 0.5} : tensor<4x4xf32> -> tensor<8x8xf32>
  %1 = dl.slice %0 at [2, 3] size [2, 2] stride [2, 1] : tensor<8x8xf32> -> tensor<2x2xf32>
  %2 = dl.slice %0 at [6, 0] size [2, 8] : tensor<8x8xf32> -> tensor<2x8xf32>
  %3 = dl.slice %0 at [1, 2] size [4, 4] : tensor<8x8xf32> -> tensor<4x4xf32>
  return %1, %2, %3 : tensor<2x2xf32>, tensor<2x8xf32>, tensor<4x4xf32>
}

// Numbers between the elements of x are padding too.
// CHECK-LABEL: func @slice_of_interior
// CHECK-NEXT:    dl.pad
// CHECK-NEXT:    dl.slice
func.func @slice_of_interior(%x: tensor<4xf32>) -> tensor<3xf32> {
  %0 = dl.pad %x low [0] high [0] interior [1] : tensor<4xf32> -> tensor<7xf32>
  %1 = dl.slice %0 at [1] size [3] : tensor<7xf32> -> tensor<3xf32>
  return %1 : tensor<3xf32>
}

// Of four operands a slice needs two.
// CHECK-LABEL: func @slice_of_part_of_concat
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<3xf32>
// CHECK-NEXT:    %[[C:.*]] = dl.concat %[[B]], %[[A]] {axis = 0 : i64} : tensor<3xf32>, tensor<4xf32> -> tensor<7xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.slice %[[C]] at [1] size [4] : tensor<7xf32> -> tensor<4xf32>
// CHECK-NEXT:    return %[[Y]]
func.func @slice_of_part_of_concat(%a: tensor<4xf32>, %b: tensor<3xf32>) -> tensor<4xf32> {
  %0 = dl.concat %a, %b, %a, %b {axis = 0} : tensor<4xf32>, tensor<3xf32>, tensor<4xf32>, tensor<3xf32> -> tensor<14xf32>
  %1 = dl.slice %0 at [5] size [4] : tensor<14xf32> -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// The whole concat is computed for another reader.
// CHECK-LABEL: func @slice_of_shared_concat
// CHECK-SAME:    %[[A:.*]]: tensor<4xf32>, %[[B:.*]]: tensor<3xf32>
// CHECK-NEXT:    %[[C:.*]] = dl.concat %[[A]], %[[B]], %[[A]]
// CHECK-NEXT:    %[[Y:.*]] = dl.slice %[[C]] at [5] size [4]
// CHECK-NEXT:    return %[[Y]], %[[C]]
func.func @slice_of_shared_concat(%a: tensor<4xf32>, %b: tensor<3xf32>) -> (tensor<4xf32>, tensor<11xf32>) {
  %0 = dl.concat %a, %b, %a {axis = 0} : tensor<4xf32>, tensor<3xf32>, tensor<4xf32> -> tensor<11xf32>
  %1 = dl.slice %0 at [5] size [4] : tensor<11xf32> -> tensor<4xf32>
  return %1, %0 : tensor<4xf32>, tensor<11xf32>
}

//===----------------------------------------------------------------------===//
// Concats
//===----------------------------------------------------------------------===//

// What was taken apart and put together again.
// CHECK-LABEL: func @join_slices
// CHECK-SAME:    %[[X:.*]]: tensor<8x6xf32>
// CHECK-NEXT:    return %[[X]]
func.func @join_slices(%x: tensor<8x6xf32>) -> tensor<8x6xf32> {
  %0 = dl.slice %x at [0, 0] size [8, 1] : tensor<8x6xf32> -> tensor<8x1xf32>
  %1 = dl.slice %x at [0, 1] size [8, 3] : tensor<8x6xf32> -> tensor<8x3xf32>
  %2 = dl.slice %x at [0, 4] size [8, 2] : tensor<8x6xf32> -> tensor<8x2xf32>
  %3 = dl.concat %0, %1, %2 {axis = 1} : tensor<8x1xf32>, tensor<8x3xf32>, tensor<8x2xf32> -> tensor<8x6xf32>
  return %3 : tensor<8x6xf32>
}

// In another order, along another axis, of another tensor, with a gap.
// CHECK-LABEL: func @slices_apart
// CHECK-COUNT-3: dl.concat
func.func @slices_apart(%x: tensor<4x4xf32>, %z: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<8x2xf32>, tensor<4x5xf32>) {
  %0 = dl.slice %x at [0, 0] size [4, 2] : tensor<4x4xf32> -> tensor<4x2xf32>
  %1 = dl.slice %x at [0, 2] size [4, 2] : tensor<4x4xf32> -> tensor<4x2xf32>
  %2 = dl.slice %z at [0, 2] size [4, 2] : tensor<4x4xf32> -> tensor<4x2xf32>
  %3 = dl.slice %x at [0, 3] size [4, 1] : tensor<4x4xf32> -> tensor<4x1xf32>
  %4 = dl.concat %1, %0 {axis = 1} : tensor<4x2xf32>, tensor<4x2xf32> -> tensor<4x4xf32>
  %5 = dl.concat %0, %1 {axis = 0} : tensor<4x2xf32>, tensor<4x2xf32> -> tensor<8x2xf32>
  %6 = dl.concat %0, %2, %3 {axis = 1} : tensor<4x2xf32>, tensor<4x2xf32>, tensor<4x1xf32> -> tensor<4x5xf32>
  return %4, %5, %6 : tensor<4x4xf32>, tensor<8x2xf32>, tensor<4x5xf32>
}
