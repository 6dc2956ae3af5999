// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-move-views))" | FileCheck %s

// A view moves behind an elementwise op.
// CHECK-LABEL: func @elementwise
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.relu %[[X]] : tensor<8x4xf32>
// CHECK-NEXT:    %[[T:.*]] = dl.transpose %[[Y]] perm [1, 0]
// CHECK-NEXT:    return %[[T]]
func.func @elementwise(%x: tensor<8x4xf32>) -> tensor<4x8xf32> {
  %0 = dl.transpose %x perm [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
  %1 = dl.relu %0 : tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// CHECK-LABEL: func @meets_inverse
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.relu %[[X]] : tensor<8x4xf32>
// CHECK-NEXT:    return %[[Y]]
func.func @meets_inverse(%x: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %0 = dl.transpose %x perm [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
  %1 = dl.relu %0 : tensor<4x8xf32>
  %2 = dl.transpose %1 perm [1, 0] : tensor<4x8xf32> -> tensor<8x4xf32>
  return %2 : tensor<8x4xf32>
}

// The inverse goes into what is broadcast: it lies along the other dimension.
// CHECK-LABEL: func @with_broadcast
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<8xf32>
// CHECK-NEXT:    %[[C:.*]] = dl.broadcast %[[B]] dims [0] : tensor<8xf32> to tensor<8x4xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.add %[[X]], %[[C]]
// CHECK-NEXT:    return %[[Y]]
func.func @with_broadcast(%x: tensor<8x4xf32>, %b: tensor<8xf32>) -> tensor<8x4xf32> {
  %0 = dl.transpose %x perm [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
  %c = dl.broadcast %b dims [1] : tensor<8xf32> to tensor<4x8xf32>
  %1 = dl.add %0, %c : tensor<4x8xf32>
  %2 = dl.transpose %1 perm [1, 0] : tensor<4x8xf32> -> tensor<8x4xf32>
  return %2 : tensor<8x4xf32>
}

// A reduction takes the dimensions from where they come.
// CHECK-LABEL: func @reduction
// CHECK-SAME:    %[[X:.*]]: tensor<8x4x3xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.reduce_sum %[[X]] {axes = [0, 1]} : tensor<8x4x3xf32> -> tensor<3xf32>
// CHECK-NEXT:    return %[[Y]]
func.func @reduction(%x: tensor<8x4x3xf32>) -> tensor<3xf32> {
  %0 = dl.transpose %x perm [0, 2, 1] : tensor<8x4x3xf32> -> tensor<8x3x4xf32>
  %1 = dl.reduce_sum %0 {axes = [0, 2]} : tensor<8x3x4xf32> -> tensor<3xf32>
  return %1 : tensor<3xf32>
}

// CHECK-LABEL: func @matmul
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[W:.*]]: tensor<4x3xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.matmul %[[X]], %[[W]] : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
// CHECK-NEXT:    return %[[Y]]
func.func @matmul(%x: tensor<8x4xf32>, %w: tensor<4x3xf32>) -> tensor<8x3xf32> {
  %0 = dl.transpose %w perm [1, 0] : tensor<4x3xf32> -> tensor<3x4xf32>
  %1 = dl.matmul %x, %0 {transpose_b} : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
  return %1 : tensor<8x3xf32>
}

// Where the other operand would need the inverse, the view stays.
// CHECK-LABEL: func @unlike
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[Y:.*]]: tensor<4x8xf32>
// CHECK-NEXT:    %[[T:.*]] = dl.transpose %[[X]] perm [1, 0]
// CHECK-NEXT:    %[[Z:.*]] = dl.add %[[T]], %[[Y]]
// CHECK-NEXT:    return %[[Z]]
func.func @unlike(%x: tensor<8x4xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %0 = dl.transpose %x perm [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
  %1 = dl.add %0, %y : tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// Nor would a broadcast take the inverse whose own values the reshape splits;
// it would be the next view to move, and so on without end.
// CHECK-LABEL: func @broadcasts_unlike
// CHECK-SAME:    %[[A:.*]]: tensor<16xf32>, %[[B:.*]]: tensor<8xf32>
// CHECK-NEXT:    %[[X:.*]] = dl.broadcast %[[A]] dims [1]
// CHECK-NEXT:    %[[R:.*]] = dl.reshape %[[X]]
// CHECK-NEXT:    %[[Y:.*]] = dl.broadcast %[[B]] dims [2]
// CHECK-NEXT:    %[[Z:.*]] = dl.add %[[R]], %[[Y]]
// CHECK-NEXT:    return %[[Z]]
func.func @broadcasts_unlike(%a: tensor<16xf32>, %b: tensor<8xf32>) -> tensor<3x2x8xf32> {
  %0 = dl.broadcast %a dims [1] : tensor<16xf32> to tensor<3x16xf32>
  %1 = dl.reshape %0 : tensor<3x16xf32> to tensor<3x2x8xf32>
  %2 = dl.broadcast %b dims [2] : tensor<8xf32> to tensor<3x2x8xf32>
  %3 = dl.add %1, %2 : tensor<3x2x8xf32>
  return %3 : tensor<3x2x8xf32>
}
