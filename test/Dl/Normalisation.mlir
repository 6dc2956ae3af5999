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
