// RUN: dlc-run %s --step f --interpret | FileCheck %s
// RUN: dlc-run %s --step f -O0 | FileCheck %s
// RUN: dlc-run %s --step f -O2 | FileCheck %s

// A window that has no element of the image: rows -1 and 1 of an image of one row.
// The maximum is minus infinity, its index 0.
// CHECK: index = 0
// CHECK: finite = 0
// In a window with elements the first of the image counts, if all are minus infinity:
// row 1 of two and column 1 of two.
// CHECK: least = 3
dl.model @corners {
  dl.step @f() -> (index: tensor<i32>, finite: tensor<i32>, least: tensor<i32>) {
    %x = dl.constant dense<3.0> : tensor<1x5x1x8xf32>
    %y, %i = dl.max_pool2d_with_index %x {dilation = [2, 2], kernel = [2, 2], padding = [1, 1], stride = [2, 2]} : tensor<1x5x1x8xf32> -> tensor<1x5x1x4xf32>, tensor<1x5x1x4xi32>
    %index = dl.reduce_max %i : tensor<1x5x1x4xi32> -> tensor<i32>
    %zero = dl.constant dense<-1.0e38> : tensor<1x5x1x4xf32>
    %above = dl.compare gt %y, %zero : tensor<1x5x1x4xf32> -> tensor<1x5x1x4xi1>
    %count = dl.cast %above : tensor<1x5x1x4xi1> to tensor<1x5x1x4xi32>
    %finite = dl.reduce_sum %count : tensor<1x5x1x4xi32> -> tensor<i32>
    %m = dl.constant dense<0xFF800000> : tensor<1x1x1x1xf32>
    %v, %j = dl.max_pool2d_with_index %m {kernel = [2, 2], padding = [1, 1], stride = [2, 2]} : tensor<1x1x1x1xf32> -> tensor<1x1x1x1xf32>, tensor<1x1x1x1xi32>
    %least = dl.reshape %j : tensor<1x1x1x1xi32> to tensor<i32>
    dl.return %index, %finite, %least : tensor<i32>, tensor<i32>, tensor<i32>
  }
}
