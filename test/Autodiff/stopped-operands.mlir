// What an op declares to have no gradient has none, whether the op has a rule
// (cross_entropy) or its decomposition is differentiated (nll), and in a loop.
// RUN: dlc-opt %s -pass-pipeline='builtin.module(func.func(dl-differentiate))' | FileCheck %s

// CHECK-LABEL: func @class_weights
// CHECK-SAME:    %[[X:.*]]: tensor<1x3xf32>, %[[L:.*]]: tensor<1xi32>, %[[W:.*]]: tensor<3xf32>
// CHECK:         %[[ZERO:.*]] = dl.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK:         return %[[ZERO]], %[[ZERO]] : tensor<3xf32>, tensor<3xf32>
func.func @class_weights(%x: tensor<1x3xf32>, %l: tensor<1xi32>, %w: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %a = dl.nll %x, %l weight %w reduction(sum) : tensor<1x3xf32>, tensor<1xi32>, tensor<3xf32> -> tensor<f32>
  %b = dl.cross_entropy %x, %l weight %w reduction(sum) : tensor<1x3xf32>, tensor<1xi32>, tensor<3xf32> -> tensor<f32>
  %0 = dl.gradient %a wrt %w : tensor<f32> -> tensor<3xf32>
  %1 = dl.gradient %b wrt %w : tensor<f32> -> tensor<3xf32>
  return %0, %1 : tensor<3xf32>, tensor<3xf32>
}

// The gradient for x holds the weights, and still none passes to them.
// CHECK-LABEL: func @second_order
// CHECK:         %[[ZERO:.*]] = dl.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK:         return %[[ZERO]] : tensor<3xf32>
func.func @second_order(%x: tensor<1x3xf32>, %l: tensor<1xi32>, %w: tensor<3xf32>, %c: tensor<1x3xf32>) -> tensor<3xf32> {
  %a = dl.nll %x, %l weight %w reduction(sum) : tensor<1x3xf32>, tensor<1xi32>, tensor<3xf32> -> tensor<f32>
  %g = dl.gradient %a wrt %x : tensor<f32> -> tensor<1x3xf32>
  %h = dl.gradient %g wrt %w cotangent(%c) : tensor<1x3xf32> -> tensor<3xf32>
  return %h : tensor<3xf32>
}

// CHECK-LABEL: func @positive_weights
// CHECK-NOT:     dl.reduce_sum
// CHECK:         %[[ZERO:.*]] = dl.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK:         return %[[ZERO]] : tensor<3xf32>
func.func @positive_weights(%x: tensor<8x3xf32>, %t: tensor<8x3xf32>, %p: tensor<3xf32>, %c: tensor<8x3xf32>) -> tensor<3xf32> {
  %a = dl.bce_with_logits %x, %t pos_weight %p reduction(none) : tensor<8x3xf32>, tensor<3xf32> -> tensor<8x3xf32>
  %0 = dl.gradient %a wrt %p cotangent(%c) : tensor<8x3xf32> -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: func @statistics
// CHECK-NOT:     dl.reduce_sum
// CHECK:         %[[ZERO:.*]] = dl.constant dense<0.000000e+00> : tensor<3xf32>
// CHECK:         return %[[ZERO]], %[[ZERO]] : tensor<3xf32>, tensor<3xf32>
func.func @statistics(%x: tensor<8x3xf32>, %w: tensor<3xf32>, %m: tensor<3xf32>, %v: tensor<3xf32>, %c: tensor<8x3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %y = dl.batch_norm_eval %x, %w, %w, %m, %v : tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3xf32>
  %0:2 = dl.gradient %y wrt %m, %v cotangent(%c) : tensor<8x3xf32> -> tensor<3xf32>, tensor<3xf32>
  return %0#0, %0#1 : tensor<3xf32>, tensor<3xf32>
}

// One value in two operands: the gradient is that of the other.
// CHECK-LABEL: func @one_value
// CHECK-SAME:    %[[W:.*]]: tensor<3xf32>, %[[L:.*]]: tensor<1xi32>
// CHECK:         %[[STOPPED:.*]] = dl.stop_gradient %[[W]]
// CHECK:         dl.broadcast %[[STOPPED]] dims [1]
// CHECK:         %[[DW:.*]] = dl.reshape %{{.*}} : tensor<1x3xf32> to tensor<3xf32>
// CHECK-NEXT:    return %[[DW]]
func.func @one_value(%w: tensor<3xf32>, %l: tensor<1xi32>) -> tensor<3xf32> {
  %x = dl.reshape %w : tensor<3xf32> to tensor<1x3xf32>
  %a = dl.nll %x, %l weight %w reduction(sum) : tensor<1x3xf32>, tensor<1xi32>, tensor<3xf32> -> tensor<f32>
  %0 = dl.gradient %a wrt %w : tensor<f32> -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// An op without a derivative behind a stopped operand is on no path.
// CHECK-LABEL: func @behind_a_stop
func.func @behind_a_stop(%lr: tensor<f32>, %t: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
  %n = dl.floor %t : tensor<f32>
  %y = dl.exponential_lr %lr at %n {gamma = 0.5} : tensor<f32>, tensor<f32>
  %0:2 = dl.gradient %y wrt %lr, %t : tensor<f32> -> tensor<f32>, tensor<f32>
  // CHECK: %[[ZERO:.*]] = dl.constant dense<0.000000e+00> : tensor<f32>
  // CHECK: dl.pow
  // CHECK: return %{{.*}}, %[[ZERO]] : tensor<f32>, tensor<f32>
  return %0#0, %0#1 : tensor<f32>, tensor<f32>
}
