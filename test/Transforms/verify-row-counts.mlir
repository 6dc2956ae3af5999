// RUN: dlc-opt %s -dl-resolve -dl-grad | dlc-opt -pass-pipeline="builtin.module(dl.model(dl-verify-row-counts))" | FileCheck %s
// RUN: sed 's/dl.reduce_sum %0/dl.mean %0/' %s | dlc-opt -dl-resolve -dl-grad | not dlc-opt -pass-pipeline="builtin.module(dl.model(dl-verify-row-counts))" 2>&1 | FileCheck %s --check-prefix=MEAN

// The gradient of a sum over rows takes each row by itself, that of a mean does not.
// MEAN: error: 'dl.constant' op cannot be computed row by row: it gives 7.812500e-03 : f32, and 1.562500e-02 : f32 in a batch of 16 rows
// CHECK-LABEL: dl.model @sums
// CHECK: func.func @s(
dl.model @sums {
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(1 to 32) {
    %0 = dl.square %x : tensor<8x4xf32>
    %1 = dl.reduce_sum %0 : tensor<8x4xf32> -> tensor<f32>
    %2 = dl.gradient %1 wrt %x : tensor<f32> -> tensor<8x4xf32>
    dl.return %2 : tensor<8x4xf32>
  }
}
