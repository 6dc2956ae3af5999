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

// A view of a broadcast becomes a broadcast, and does not first move to the other one.
// CHECK-LABEL: func @two_broadcasts
// CHECK-SAME:    %[[X:.*]]: tensor<3x7xf32>, %[[M:.*]]: tensor<3x7xf32>
// CHECK-NOT:     dl.transpose
// CHECK:         %[[B:.*]] = dl.broadcast %[[X]] dims [0, 1] : tensor<3x7xf32> to tensor<3x7x5xf32>
// CHECK:         %[[C:.*]] = dl.broadcast %[[M]] dims [0, 1] : tensor<3x7xf32> to tensor<3x7x5xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.sub %[[B]], %[[C]]
// CHECK-NEXT:    return %[[Y]]
func.func @two_broadcasts(%x: tensor<3x7xf32>, %m: tensor<3x7xf32>) -> tensor<3x7x5xf32> {
  %b = dl.broadcast %x dims [0, 2] : tensor<3x7xf32> to tensor<3x5x7xf32>
  %t = dl.transpose %b perm [0, 2, 1] : tensor<3x5x7xf32> -> tensor<3x7x5xf32>
  %c = dl.broadcast %m dims [0, 1] : tensor<3x7xf32> to tensor<3x7x5xf32>
  %y = dl.sub %t, %c : tensor<3x7x5xf32>
  return %y : tensor<3x7x5xf32>
}

// So does a view of a constant, with its elements in their new places.
// CHECK-LABEL: func @two_constants
// CHECK-DAG:     %[[A:.*]] = dl.constant dense<{{\[\[}}1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]>
// CHECK-DAG:     %[[B:.*]] = dl.constant dense<{{\[\[}}7.000000e+00, 8.000000e+00], [9.000000e+00, 1.000000e+01], [1.100000e+01, 1.200000e+01]]>
// CHECK:         %[[Y:.*]] = dl.sub %[[A]], %[[B]]
// CHECK-NEXT:    return %[[Y]]
func.func @two_constants() -> tensor<3x2xf32> {
  %a = dl.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %t = dl.transpose %a perm [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %b = dl.constant dense<[[7.0, 8.0], [9.0, 10.0], [11.0, 12.0]]> : tensor<3x2xf32>
  %y = dl.sub %t, %b : tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}

// A constant takes the inverse of a view as well.
// CHECK-LABEL: func @view_and_constant
// CHECK-SAME:    %[[X:.*]]: tensor<2x3xf32>
// CHECK:         %[[C:.*]] = dl.constant dense<{{\[\[}}1.000000e+00, 3.000000e+00, 5.000000e+00], [2.000000e+00, 4.000000e+00, 6.000000e+00]]>
// CHECK-NEXT:    %[[Y:.*]] = dl.add %[[X]], %[[C]]
// CHECK-NEXT:    %[[T:.*]] = dl.transpose %[[Y]] perm [1, 0]
// CHECK-NEXT:    return %[[T]]
func.func @view_and_constant(%x: tensor<2x3xf32>) -> tensor<3x2xf32> {
  %t = dl.transpose %x perm [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %c = dl.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %y = dl.add %t, %c : tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
