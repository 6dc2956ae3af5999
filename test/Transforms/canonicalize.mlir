// RUN: dlc-opt %s -dl-canonicalize | FileCheck %s

// CHECK-LABEL: func @folds
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.exp %[[X]]
// CHECK-NEXT:    return %[[Y]]
func.func @folds(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = dl.neg %x : tensor<4xf32>
  %1 = dl.neg %0 : tensor<4xf32>
  %2 = dl.exp %1 : tensor<4xf32>
  %dead = dl.tanh %2 : tensor<4xf32>
  return %2 : tensor<4xf32>
}

// What a gradient may be taken of is kept apart, unless nothing uses it.
// CHECK-LABEL: func @variables
// CHECK-SAME:    %[[X:.*]]: tensor<4xf32>
// CHECK-NEXT:    %[[A:.*]] = dl.variable %[[X]]
// CHECK-NEXT:    %[[B:.*]] = dl.variable %[[X]]
// CHECK-NEXT:    %[[Y:.*]] = dl.mul %[[A]], %[[B]]
// CHECK-NEXT:    return %[[Y]]
func.func @variables(%x: tensor<4xf32>) -> tensor<4xf32> {
  %a = dl.variable %x : tensor<4xf32>
  %b = dl.variable %x : tensor<4xf32>
  %c = dl.variable %x : tensor<4xf32>
  %y = dl.mul %a, %b : tensor<4xf32>
  return %y : tensor<4xf32>
}
