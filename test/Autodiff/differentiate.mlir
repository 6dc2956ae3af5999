// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-differentiate{clean=false}))" | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-drop-stop-gradient))" | FileCheck %s --check-prefix=DROP

// The cotangent is the sum of what the users contribute.
// CHECK-LABEL: func @square
// CHECK-SAME:    %[[X:.*]]: tensor<f32>
// CHECK-NEXT:    dl.mul %[[X]], %[[X]]
// CHECK-NEXT:    %[[ONE:.*]] = dl.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT:    %[[A:.*]] = dl.mul %[[ONE]], %[[X]]
// CHECK-NEXT:    %[[B:.*]] = dl.mul %[[ONE]], %[[X]]
// CHECK-NEXT:    %[[G:.*]] = dl.add %[[A]], %[[B]]
// CHECK-NEXT:    return %[[G]]
func.func @square(%x: tensor<f32>) -> tensor<f32> {
  %y = dl.mul %x, %x : tensor<f32>
  %g = dl.gradient %y wrt %x : tensor<f32> -> tensor<f32>
  return %g : tensor<f32>
}

// What the scalar does not depend on has the gradient zero.
// CHECK-LABEL: func @unused_target
// CHECK-SAME:    %[[X:.*]]: tensor<f32>, %[[W:.*]]: tensor<4xf32>
// CHECK:         %[[ZERO:.*]] = dl.constant dense<0.000000e+00> : tensor<4xf32>
// CHECK-NEXT:    return %[[ZERO]]
func.func @unused_target(%x: tensor<f32>, %w: tensor<4xf32>) -> tensor<4xf32> {
  %y = dl.exp %x : tensor<f32>
  %g = dl.gradient %y wrt %w : tensor<f32> -> tensor<4xf32>
  return %g : tensor<4xf32>
}

// The scalar itself.
// CHECK-LABEL: func @itself
// CHECK-NEXT:    %[[ONE:.*]] = dl.constant dense<1.000000e+00> : tensor<f32>
// CHECK-NEXT:    return %[[ONE]]
func.func @itself(%x: tensor<f32>) -> tensor<f32> {
  %g = dl.gradient %x wrt %x : tensor<f32> -> tensor<f32>
  return %g : tensor<f32>
}

// A target in the middle: what stands before it plays no part.
// CHECK-LABEL: func @middle
// CHECK:         %[[M:.*]] = dl.exp
// CHECK-NEXT:    dl.neg %[[M]]
// CHECK-NEXT:    %[[ONE:.*]] = dl.constant dense<1.000000e+00>
// CHECK-NEXT:    %[[G:.*]] = dl.neg %[[ONE]]
// CHECK-NEXT:    return %[[G]]
func.func @middle(%x: tensor<f32>) -> tensor<f32> {
  %m = dl.exp %x : tensor<f32>
  %y = dl.neg %m : tensor<f32>
  %g = dl.gradient %y wrt %m : tensor<f32> -> tensor<f32>
  return %g : tensor<f32>
}

// A gradient of a gradient: the first has become ordinary ops by then.
// CHECK-LABEL: func @second_order
// CHECK-SAME:    %[[X:.*]]: tensor<f32>
// CHECK-NEXT:    %[[Y:.*]] = dl.exp %[[X]]
// CHECK-NEXT:    %[[ONE:.*]] = dl.constant dense<1.000000e+00>
// CHECK-NEXT:    dl.mul %[[ONE]], %[[Y]]
// CHECK-NEXT:    %[[DG:.*]] = dl.constant dense<1.000000e+00>
// CHECK:         %[[DY:.*]] = dl.mul %[[DG]], %[[ONE]]
// CHECK-NEXT:    %[[H:.*]] = dl.mul %[[DY]], %[[Y]]
// CHECK-NEXT:    return %[[H]]
func.func @second_order(%x: tensor<f32>) -> tensor<f32> {
  %y = dl.exp %x : tensor<f32>
  %g = dl.gradient %y wrt %x : tensor<f32> -> tensor<f32>
  %h = dl.gradient %g wrt %x : tensor<f32> -> tensor<f32>
  return %h : tensor<f32>
}

// Only the path that is not stopped contributes: d(x stop(x)) = stop(x).
// CHECK-LABEL: func @stopped
// CHECK-SAME:    %[[X:.*]]: tensor<f32>
// CHECK-NEXT:    %[[T:.*]] = dl.stop_gradient %[[X]]
// CHECK:         %[[ONE:.*]] = dl.constant dense<1.000000e+00>
// CHECK-NEXT:    %[[G:.*]] = dl.mul %[[ONE]], %[[T]]
// CHECK-NOT:     dl.add
// CHECK:         return %[[G]]
// DROP-LABEL:  func @stopped
// DROP-SAME:     %[[X:.*]]: tensor<f32>
// DROP-NEXT:     dl.mul %[[X]], %[[X]]
func.func @stopped(%x: tensor<f32>) -> tensor<f32> {
  %t = dl.stop_gradient %x : tensor<f32>
  %y = dl.mul %x, %t : tensor<f32>
  %g = dl.gradient %y wrt %x : tensor<f32> -> tensor<f32>
  return %g : tensor<f32>
}

// A composite without a rule of its own is taken apart.
// CHECK-LABEL: func @composite
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>, %[[W:.*]]: tensor<3x4xf32>
// CHECK-NOT:     dl.linear
// CHECK:         dl.matmul %[[X]], %[[W]] {transpose_b}
// CHECK:         %[[DY:.*]] = dl.broadcast %{{.*}} dims []
// CHECK:         %[[DW:.*]] = dl.matmul %[[X]], %[[DY]] {transpose_a}
// CHECK:         %[[G:.*]] = dl.transpose %[[DW]] perm [1, 0]
// CHECK:         return %[[G]]
func.func @composite(%x: tensor<8x4xf32>, %w: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %y = dl.linear %x, %w : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
  %s = dl.reduce_sum %y {axes = [0, 1]} : tensor<8x3xf32> -> tensor<f32>
  %g = dl.gradient %s wrt %w : tensor<f32> -> tensor<3x4xf32>
  return %g : tensor<3x4xf32>
}

// Integers carry no derivative, so the comparison is not on the path.
// CHECK-LABEL: func @through_select
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
// CHECK:         %[[M:.*]] = dl.compare gt %[[X]]
// CHECK:         %[[DY:.*]] = dl.broadcast
// CHECK:         dl.select %[[M]], %[[DY]]
func.func @through_select(%x: tensor<4xf32>) -> tensor<4xf32> {
  %zero = dl.constant dense<0.0> : tensor<4xf32>
  %m = dl.compare gt %x, %zero : tensor<4xf32> -> tensor<4xi1>
  %y = dl.select %m, %x, %zero : tensor<4xi1>, tensor<4xf32>
  %s = dl.reduce_sum %y {axes = [0]} : tensor<4xf32> -> tensor<f32>
  %g = dl.gradient %s wrt %x : tensor<f32> -> tensor<4xf32>
  return %g : tensor<4xf32>
}

// Along a cotangent, of a value that is not a scalar.
// CHECK-LABEL: func @along
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>, %[[C:.*]]: tensor<4xf32>
// CHECK:         %[[Y:.*]] = dl.exp %[[X]]
// CHECK-NEXT:    %[[G:.*]] = dl.mul %[[C]], %[[Y]]
// CHECK-NEXT:    return %[[G]]
func.func @along(%x: tensor<4xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %y = dl.exp %x : tensor<4xf32>
  %g = dl.gradient %y wrt %x cotangent(%c) : tensor<4xf32> -> tensor<4xf32>
  return %g : tensor<4xf32>
}

// Inside of a loop's body, of the values there, and of the loop.
// CHECK-LABEL: func @in_a_body
// CHECK:         dl.scan
// CHECK:           dl.mul
// CHECK:         dl.scan 3 reverse
// CHECK-NOT:     dl.gradient
// CHECK:         return
func.func @in_a_body(%x: tensor<4xf32>, %c: tensor<4xf32>) -> tensor<4xf32> {
  %y = dl.scan 3 carry(%h = %x) : (tensor<4xf32>) -> tensor<4xf32> {
    %e = dl.exp %h : tensor<4xf32>
    %d = dl.gradient %e wrt %h cotangent(%h) : tensor<4xf32> -> tensor<4xf32>
    dl.yield %d : tensor<4xf32>
  }
  %g = dl.gradient %y wrt %x cotangent(%c) : tensor<4xf32> -> tensor<4xf32>
  return %g : tensor<4xf32>
}

// A variable passes its cotangent on, and is gone when no gradient is left.
// CHECK-LABEL: func @variables
// CHECK-SAME:    %[[X:.*]]: tensor<f32>
// CHECK-NEXT:    dl.mul %[[X]], %[[X]]
// CHECK-NEXT:    %[[ONE:.*]] = dl.constant dense<1.000000e+00>
// CHECK-NEXT:    %[[A:.*]] = dl.mul %[[ONE]], %[[X]]
// CHECK:         return %[[A]]
func.func @variables(%x: tensor<f32>) -> tensor<f32> {
  %a = dl.variable %x : tensor<f32>
  %b = dl.variable %x : tensor<f32>
  %y = dl.mul %a, %b : tensor<f32>
  %g = dl.gradient %y wrt %a : tensor<f32> -> tensor<f32>
  return %g : tensor<f32>
}

// The gradient of an affine function does not depend on its offset.
// CHECK-LABEL: func @depends
// CHECK-DAG:     %[[YES:.*]] = dl.constant dense<true>
// CHECK-DAG:     %[[NO:.*]] = dl.constant dense<false>
// CHECK:         return %[[YES]], %[[NO]] : tensor<i1>, tensor<i1>
func.func @depends(%x: tensor<f32>, %w: tensor<f32>, %b: tensor<f32>) -> (tensor<i1>, tensor<i1>) {
  %p = dl.mul %w, %x : tensor<f32>
  %y = dl.add %p, %b : tensor<f32>
  %g = dl.gradient %y wrt %x : tensor<f32> -> tensor<f32>
  %d:2 = dl.depends %g on %w, %b of ["w", "b"] : tensor<f32> on tensor<f32>, tensor<f32> -> tensor<i1>, tensor<i1>
  return %d#0, %d#1 : tensor<i1>, tensor<i1>
}
