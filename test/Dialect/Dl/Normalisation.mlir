// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: dl.model @with_statistics
dl.model @with_statistics {
  dl.buffer @mean : tensor<3xf32> = zeros
  dl.buffer @var : tensor<3xf32> = ones
  // CHECK:      dl.func @net(%[[X:.*]]: tensor<8x3x4x4xf32>, %[[G:.*]]: tensor<3xf32>, %[[B:.*]]: tensor<3xf32>)
  dl.func @net(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<8x3x4x4xf32> {
    // CHECK-NEXT: %[[INHERITS:.*]] = dl.batch_norm %[[X]], %[[G]], %[[B]] stats(@mean, @var) : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
    // CHECK-NEXT: %[[TRAIN:.*]] = dl.batch_norm %[[INHERITS]], %[[G]], %[[B]] stats(@mean, @var) mode(train) {eps = 1.000000e-03 : f64, momentum = 2.000000e-01 : f64} :
    // CHECK-NEXT: %[[EVAL:.*]] = dl.batch_norm %[[TRAIN]], %[[G]], %[[B]] stats(@mean, @var) mode(eval) :
    // CHECK-NEXT: dl.return %[[EVAL]]
    %0 = dl.batch_norm %x, %g, %b stats(@mean, @var) : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
    %1 = dl.batch_norm %0, %g, %b stats(@mean, @var) mode(train) {eps = 1.0e-3, momentum = 0.2} : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
    %2 = dl.batch_norm %1, %g, %b stats(@mean, @var) mode(eval) : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
    dl.return %2 : tensor<8x3x4x4xf32>
  }
}

// CHECK-LABEL: func @by_the_batch
// CHECK-SAME:    %[[X:.*]]: tensor<8x3x4x5xf32>, %[[G:.*]]: tensor<3xf32>, %[[L:.*]]: tensor<5xf32>
func.func @by_the_batch(%x: tensor<8x3x4x5xf32>, %g: tensor<3xf32>, %l: tensor<5xf32>) {
  // CHECK-NEXT: %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} = dl.batch_norm_train %[[X]], %[[G]], %[[G]] {eps = 1.000000e-03 : f64} : tensor<8x3x4x5xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
  // CHECK-NEXT: %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} = dl.batch_norm_train %[[X]], %[[L]], %[[L]] {axis = 3 : i64} :
  // CHECK-NEXT: return
  %y, %mean, %var, %rstd = dl.batch_norm_train %x, %g, %g {eps = 1.0e-3} : tensor<8x3x4x5xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x5xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
  %z, %mean1, %var1, %rstd1 = dl.batch_norm_train %x, %l, %l {axis = 3} : tensor<8x3x4x5xf32>, tensor<5xf32>, tensor<5xf32> -> tensor<8x3x4x5xf32>, tensor<5xf32>, tensor<5xf32>, tensor<5xf32>
  return
}

// CHECK-LABEL: func @by_given_statistics
// CHECK-SAME:    %[[X:.*]]: tensor<8x3xf64>, %[[G:.*]]: tensor<3xf64>
func.func @by_given_statistics(%x: tensor<8x3xf64>, %g: tensor<3xf64>) -> tensor<8x3xf64> {
  // CHECK-NEXT: %[[Y:.*]] = dl.batch_norm_eval %[[X]], %[[G]], %[[G]], %[[G]], %[[G]] : tensor<8x3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64> -> tensor<8x3xf64>
  // CHECK-NEXT: return %[[Y]]
  %y = dl.batch_norm_eval %x, %g, %g, %g, %g : tensor<8x3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64> -> tensor<8x3xf64>
  return %y : tensor<8x3xf64>
}

// CHECK-LABEL: dl.model @without
dl.model @without {
  dl.buffer @mean : tensor<3xf32> = zeros
  dl.buffer @var : tensor<3xf32> = ones
  // CHECK:      dl.func @net(%[[X:.*]]: tensor<8x3xf32>)
  dl.func @net(%x: tensor<8x3xf32>) -> tensor<8x3xf32> {
    // CHECK-NEXT: %[[A:.*]] = dl.batch_norm %[[X]] stats(@mean, @var) : tensor<8x3xf32> -> tensor<8x3xf32>
    // CHECK-NEXT: %[[B:.*]] = dl.batch_norm %[[A]] mode(train) : tensor<8x3xf32> -> tensor<8x3xf32>
    // CHECK-NEXT: dl.return %[[B]]
    %a = dl.batch_norm %x stats(@mean, @var) : tensor<8x3xf32> -> tensor<8x3xf32>
    %b = dl.batch_norm %a mode(train) : tensor<8x3xf32> -> tensor<8x3xf32>
    dl.return %b : tensor<8x3xf32>
  }
}

// CHECK-LABEL: func @over_axes
// CHECK-SAME:    %[[X:.*]]: tensor<8x6x4xf32>, %[[C:.*]]: tensor<6xf32>, %[[L:.*]]: tensor<4xf32>)
func.func @over_axes(%x: tensor<8x6x4xf32>, %c: tensor<6xf32>, %l: tensor<4xf32>) {
  // CHECK-NEXT: %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} = dl.normalize %[[X]] {axes = [0, 2], eps = 1.000000e-03 : f64} : tensor<8x6x4xf32> -> tensor<8x6x4xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>
  // CHECK-NEXT: dl.layer_norm %[[X]], %[[L]], %[[L]] : tensor<8x6x4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<8x6x4xf32>
  // CHECK-NEXT: dl.layer_norm %[[X]], %[[L]] {eps = 1.000000e-03 : f64} : tensor<8x6x4xf32>, tensor<4xf32> -> tensor<8x6x4xf32>
  // CHECK-NEXT: dl.layer_norm %[[X]] {axis = 1 : i64} : tensor<8x6x4xf32> -> tensor<8x6x4xf32>
  // CHECK-NEXT: dl.rms_norm %[[X]], %[[L]] : tensor<8x6x4xf32>, tensor<4xf32> -> tensor<8x6x4xf32>
  // CHECK-NEXT: dl.rms_norm %[[X]] {axis = 0 : i64, eps = 1.000000e-03 : f64} : tensor<8x6x4xf32> -> tensor<8x6x4xf32>
  // CHECK-NEXT: dl.group_norm %[[X]], %[[C]], %[[C]] {groups = 3 : i64} : tensor<8x6x4xf32>, tensor<6xf32>, tensor<6xf32> -> tensor<8x6x4xf32>
  // CHECK-NEXT: dl.instance_norm %[[X]], %[[C]] : tensor<8x6x4xf32>, tensor<6xf32> -> tensor<8x6x4xf32>
  // CHECK-NEXT: return
  %0, %mean, %var, %rstd = dl.normalize %x {axes = [0, 2], eps = 1.0e-3} : tensor<8x6x4xf32> -> tensor<8x6x4xf32>, tensor<6xf32>, tensor<6xf32>, tensor<6xf32>
  %1 = dl.layer_norm %x, %l, %l : tensor<8x6x4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<8x6x4xf32>
  %2 = dl.layer_norm %x, %l {eps = 1.0e-3} : tensor<8x6x4xf32>, tensor<4xf32> -> tensor<8x6x4xf32>
  %3 = dl.layer_norm %x {axis = 1} : tensor<8x6x4xf32> -> tensor<8x6x4xf32>
  %4 = dl.rms_norm %x, %l : tensor<8x6x4xf32>, tensor<4xf32> -> tensor<8x6x4xf32>
  %5 = dl.rms_norm %x {axis = 0, eps = 1.0e-3} : tensor<8x6x4xf32> -> tensor<8x6x4xf32>
  %6 = dl.group_norm %x, %c, %c {groups = 3} : tensor<8x6x4xf32>, tensor<6xf32>, tensor<6xf32> -> tensor<8x6x4xf32>
  %7 = dl.instance_norm %x, %c : tensor<8x6x4xf32>, tensor<6xf32> -> tensor<8x6x4xf32>
  return
}

// CHECK-LABEL: func @others
// CHECK-SAME:    %[[X:.*]]: tensor<8x6x4xf32>, %[[V:.*]]: tensor<6x3xf64>, %[[G:.*]]: tensor<6x1xf64>, %[[H:.*]]: tensor<1x3xf64>)
func.func @others(%x: tensor<8x6x4xf32>, %v: tensor<6x3xf64>, %g: tensor<6x1xf64>, %h: tensor<1x3xf64>) {
  // CHECK-NEXT: dl.local_response_norm %[[X]] {alpha = 1.000000e-03 : f64, beta = 5.000000e-01 : f64, k = 2.000000e+00 : f64, size = 5 : i64} : tensor<8x6x4xf32>
  // CHECK-NEXT: dl.weight_norm %[[V]], %[[G]] : tensor<6x3xf64>, tensor<6x1xf64> -> tensor<6x3xf64>
  // CHECK-NEXT: dl.weight_norm %[[V]], %[[H]] {axis = 1 : i64} : tensor<6x3xf64>, tensor<1x3xf64> -> tensor<6x3xf64>
  // CHECK-NEXT: return
  %0 = dl.local_response_norm %x {size = 5, alpha = 1.0e-3, beta = 0.5, k = 2.0} : tensor<8x6x4xf32>
  %1 = dl.weight_norm %v, %g : tensor<6x3xf64>, tensor<6x1xf64> -> tensor<6x3xf64>
  %2 = dl.weight_norm %v, %h {axis = 1} : tensor<6x3xf64>, tensor<1x3xf64> -> tensor<6x3xf64>
  return
}
