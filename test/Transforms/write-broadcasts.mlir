// RUN: dlc-opt %s -pass-pipeline="builtin.module(func.func(dl-write-broadcasts))" | FileCheck %s

// A missing dimension is new; an extent of 1 is dropped before it comes back.
// CHECK-LABEL: func @add
// CHECK-SAME:    %[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<4xf32>, %[[C:.*]]: tensor<8x1xf32>
// CHECK-NEXT:    %[[WIDE:.*]] = dl.broadcast %[[B]] dims [1] : tensor<4xf32> to tensor<8x4xf32>
// CHECK-NEXT:    %[[SUM:.*]] = dl.add %[[A]], %[[WIDE]] : tensor<8x4xf32>
// CHECK-NEXT:    %[[COLUMN:.*]] = dl.reshape %[[C]] : tensor<8x1xf32> to tensor<8xf32>
// CHECK-NEXT:    %[[COLUMNS:.*]] = dl.broadcast %[[COLUMN]] dims [0] : tensor<8xf32> to tensor<8x4xf32>
// CHECK-NEXT:    %[[PRODUCT:.*]] = dl.mul %[[COLUMNS]], %[[SUM]] : tensor<8x4xf32>
// CHECK-NEXT:    return %[[PRODUCT]]
func.func @add(%a: tensor<8x4xf32>, %b: tensor<4xf32>, %c: tensor<8x1xf32>) -> tensor<8x4xf32> {
  %0 = dl.add %a, %b : tensor<8x4xf32>, tensor<4xf32> -> tensor<8x4xf32>
  %1 = dl.mul %c, %0 : tensor<8x1xf32>, tensor<8x4xf32> -> tensor<8x4xf32>
  return %1 : tensor<8x4xf32>
}

// Neither operand has the shape of the result.
// CHECK-LABEL: func @outer
// CHECK-SAME:    %[[A:.*]]: tensor<3x1xf32>, %[[B:.*]]: tensor<1x5xf32>
// CHECK-DAG:     %[[A1:.*]] = dl.broadcast %{{.*}} dims [0] : tensor<3xf32> to tensor<3x5xf32>
// CHECK-DAG:     %[[B1:.*]] = dl.broadcast %{{.*}} dims [1] : tensor<5xf32> to tensor<3x5xf32>
// CHECK:         dl.compare lt %[[A1]], %[[B1]] : tensor<3x5xf32> -> tensor<3x5xi1>
func.func @outer(%a: tensor<3x1xf32>, %b: tensor<1x5xf32>) -> tensor<3x5xi1> {
  %0 = dl.compare lt %a, %b : tensor<3x1xf32>, tensor<1x5xf32> -> tensor<3x5xi1>
  return %0 : tensor<3x5xi1>
}

// CHECK-LABEL: func @select
// CHECK-SAME:    %[[M:.*]]: tensor<4xi1>, %[[A:.*]]: tensor<8x4xf32>, %[[S:.*]]: tensor<f32>
// CHECK-NEXT:    %[[M1:.*]] = dl.broadcast %[[M]] dims [1] : tensor<4xi1> to tensor<8x4xi1>
// CHECK-NEXT:    %[[S1:.*]] = dl.broadcast %[[S]] dims [] : tensor<f32> to tensor<8x4xf32>
// CHECK-NEXT:    dl.select %[[M1]], %[[A]], %[[S1]] : tensor<8x4xi1>, tensor<8x4xf32>
func.func @select(%m: tensor<4xi1>, %a: tensor<8x4xf32>, %s: tensor<f32>) -> tensor<8x4xf32> {
  %0 = dl.select %m, %a, %s : tensor<4xi1>, tensor<8x4xf32>, tensor<f32> -> tensor<8x4xf32>
  return %0 : tensor<8x4xf32>
}

// CHECK-LABEL: func @equal
// CHECK-NEXT:    dl.add
// CHECK-NEXT:    return
func.func @equal(%a: tensor<1x4xf32>, %b: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = dl.add %a, %b : tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}
