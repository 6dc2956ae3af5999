// RUN: split-file %s %t
// RUN: dlc-opt %t/kept.mlir -dl-resolve | FileCheck %s
// RUN: dlc-opt %t/kept.mlir -dl-resolve -dl-grad | FileCheck %s --check-prefix=GRAD
// RUN: not dlc-opt %t/other-read.mlir -dl-resolve 2>&1 | FileCheck %s --check-prefix=OTHER
//--- kept.mlir
// Two ops that are equal are merged, but for what a gradient is taken with respect to.
// CHECK-LABEL: func.func @equal
// CHECK-SAME:    %[[X:[^:]*]]: tensor<3xf32>
// CHECK-NEXT:    %[[T:.*]] = dl.tanh %[[X]]
// CHECK-NEXT:    %[[V:.*]] = dl.variable %[[T]]
// CHECK-NEXT:    %[[Q:.*]] = dl.mul %[[V]], %[[T]]
// CHECK-NEXT:    %[[K:.*]] = dl.reduce_sum %[[Q]]
// CHECK-NEXT:    dl.gradient %[[K]] wrt %[[V]]
// GRAD-LABEL:  func.func @equal
// GRAD-NOT:      dl.variable
// GRAD-LABEL:  func.func @written
// An input of the step is one value as it is.
// CHECK-LABEL: func.func @input
// CHECK-NOT:     dl.variable
// CHECK-LABEL: func.func @written
// What is written is the equal of an activation, what is read then is not it.
// CHECK-SAME:    %[[X:[^:]*]]: tensor<3xf32>
// CHECK:         %[[V:.*]] = dl.variable %[[X]]
// CHECK-NEXT:    dl.mul %[[V]], %[[X]]
// CHECK:         dl.gradient %{{.*}} wrt %[[V]]
dl.model @m {
  dl.param @w : tensor<3xf32> = ones
  dl.optimizer @sgd = #dl.sgd
  dl.step @equal(%x: tensor<3xf32>) -> (g: tensor<3xf32>) {
    %t = dl.tanh %x : tensor<3xf32>
    %u = dl.tanh %x : tensor<3xf32>
    %q = dl.mul %t, %u : tensor<3xf32>
    %k = dl.reduce_sum %q : tensor<3xf32> -> tensor<f32>
    %g = dl.gradient %k wrt %t : tensor<f32> -> tensor<3xf32>
    dl.return %g : tensor<3xf32>
  }
  dl.step @input(%x: tensor<3xf32>) -> (g: tensor<3xf32>) {
    %k = dl.reduce_sum %x : tensor<3xf32> -> tensor<f32>
    %g = dl.gradient %k wrt %x : tensor<f32> -> tensor<3xf32>
    dl.return %g : tensor<3xf32>
  }
  dl.step @written(%x: tensor<3xf32>) -> (loss: tensor<f32>) {
    dl.write %x, @w : tensor<3xf32>
    %w = dl.read @w : tensor<3xf32>
    %q = dl.mul %w, %x : tensor<3xf32>
    %loss = dl.reduce_sum %q : tensor<3xf32> -> tensor<f32>
    %lr = dl.constant dense<0.1> : tensor<f32>
    dl.minimize %loss with @sgd over ["w"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
//--- other-read.mlir
// OTHER: other-read.mlir:13:10: error: 'dl.gradient' op has as target a dl.read of @w that y does not depend on; y depends on another dl.read of it. Use one for both, or 'dl.read @w shared', which stands for all
dl.model @m {
  dl.param @w : tensor<3xf32> = ones
  dl.func @loss() -> tensor<f32> {
    %w = dl.read @w : tensor<3xf32>
    %q = dl.square %w : tensor<3xf32>
    %k = dl.reduce_sum %q : tensor<3xf32> -> tensor<f32>
    dl.return %k : tensor<f32>
  }
  dl.step @s() -> (g: tensor<3xf32>) {
    %w = dl.read @w : tensor<3xf32>
    %k = dl.call @loss() : () -> tensor<f32>
    %g = dl.gradient %k wrt %w : tensor<f32> -> tensor<3xf32>
    dl.return %g : tensor<3xf32>
  }
}
