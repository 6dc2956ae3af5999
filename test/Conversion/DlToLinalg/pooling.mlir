// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg))" | FileCheck %s

// CHECK-DAG: #[[$IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1 * 2 + d4, d2 * 2 + d5, d3)>
// CHECK-DAG: #[[$TAP:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d4, d5)>
// CHECK-DAG: #[[$POOLED:.*]] = affine_map<(d0, d1, d2, d3, d4, d5) -> (d0, d1, d2, d3)>

dl.model @m {
  // The place is k * 2 + l in a window of 2 x 2; a tensor that nobody reads gives the window its
  // extents.
  // CHECK-LABEL: func.func private @pooling
  // CHECK-SAME:    (%[[X:.*]]: tensor<8x9x9x3xf32>)
  // CHECK:         %[[WINDOW:.*]] = tensor.empty() : tensor<2x2xf32>
  // CHECK:         %[[Y:.*]]:2 = linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$TAP]], #[[$POOLED]], #[[$POOLED]]], {{.*}}} ins(%[[X]], %[[WINDOW]] :
  // CHECK:           %[[BETTER:.*]] = arith.ori
  // CHECK:           %[[PLACE:.*]] = arith.index_cast
  // CHECK:           arith.select %[[BETTER]], %[[PLACE]]
  // CHECK:         %[[DX:.*]] = linalg.generic {indexing_maps = [#[[$POOLED]], #[[$POOLED]], #[[$TAP]], #[[$IMAGE]]], {{.*}}} ins(%[[Y]]#0, %[[Y]]#1,
  // CHECK:           %[[THIS:.*]] = arith.cmpi eq
  // CHECK:           %[[MORE:.*]] = arith.addf
  // CHECK-NEXT:      arith.select %[[THIS]], %[[MORE]]
  // CHECK:         return %[[Y]]#0, %[[DX]]
  func.func private @pooling(%x: tensor<8x9x9x3xf32>) -> (tensor<8x4x4x3xf32>, tensor<8x9x9x3xf32>) attributes {dl.kernel} {
    %y, %i = dl.max_pool2d_with_index %x {kernel = [2, 2], stride = [2, 2], layout = #dl<layout channels_last>} : tensor<8x9x9x3xf32> -> tensor<8x4x4x3xf32>, tensor<8x4x4x3xi32>
    %dx = dl.max_pool2d_scatter %y, %i {kernel = [2, 2], stride = [2, 2], layout = #dl<layout channels_last>} : tensor<8x4x4x3xf32>, tensor<8x4x4x3xi32> -> tensor<8x9x9x3xf32>
    return %y, %dx : tensor<8x4x4x3xf32>, tensor<8x9x9x3xf32>
  }
}
