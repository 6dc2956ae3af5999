// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-split-concats{max-operands=2}))" | FileCheck %s

// CHECK-LABEL: func.func @five
// CHECK:         %[[A:.*]] = dl.concat %arg0, %arg1 {axis = 0
// CHECK-NEXT:    %[[B:.*]] = dl.concat %arg2, %arg3 {axis = 0
// CHECK-NEXT:    %[[C:.*]] = dl.concat %[[A]], %[[B]] {axis = 0
// CHECK-NEXT:    %[[Y:.*]] = dl.concat %[[C]], %arg4 {axis = 0
// CHECK-NEXT:    return %[[Y]]
func.func @five(%0: tensor<2xf32>, %1: tensor<1xf32>, %2: tensor<3xf32>, %3: tensor<2xf32>, %4: tensor<1xf32>) -> tensor<9xf32> {
  %y = dl.concat %0, %1, %2, %3, %4 {axis = 0} : tensor<2xf32>, tensor<1xf32>, tensor<3xf32>, tensor<2xf32>, tensor<1xf32> -> tensor<9xf32>
  return %y : tensor<9xf32>
}

// CHECK-LABEL: func.func @few
// CHECK-COUNT-1: dl.concat
// CHECK-NOT:     dl.concat
// CHECK:         return
func.func @few(%0: tensor<2x3xf32>, %1: tensor<2x1xf32>) -> tensor<2x4xf32> {
  %y = dl.concat %0, %1 {axis = 1} : tensor<2x3xf32>, tensor<2x1xf32> -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}
