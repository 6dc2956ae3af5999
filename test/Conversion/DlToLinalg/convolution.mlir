// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg))" | FileCheck %s

// CHECK-DAG: #[[$IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1 * 2 + d4, d2 * 2 + d5, d6)>
// CHECK-DAG: #[[$FILTER:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d4, d5, d6, d3)>
// CHECK-DAG: #[[$RESULT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6) -> (d0, d1, d2, d3)>
// CHECK-DAG: #[[$GROUPED:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1 + d5, d2 + d6, d3, d7)>
// CHECK-DAG: #[[$GROUPED_FILTER:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d5, d6, d7, d3, d4)>
// CHECK-DAG: #[[$GROUPED_RESULT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4)>

dl.model @m {
  // Both are one contraction over (n, oh, ow, o, kh, kw, i): the image is read at stride times
  // window plus tap.
  // CHECK-LABEL: func.func private @convolution
  // CHECK-SAME:    (%[[X:.*]]: tensor<8x9x9x3xf32>, %[[W:.*]]: tensor<3x3x3x16xf32>)
  // CHECK:         %[[Y:.*]] = linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$FILTER]], #[[$RESULT]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%[[X]], %[[W]] :
  // CHECK:           %[[TERM:.*]] = arith.mulf
  // CHECK-NEXT:      arith.addf %{{.*}}, %[[TERM]]
  // CHECK:         %[[DW:.*]] = linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$RESULT]], #[[$FILTER]]], iterator_types = ["reduction", "reduction", "reduction", "parallel", "parallel", "parallel", "parallel"]} ins(%[[X]], %[[Y]] :
  // CHECK:         return %[[Y]], %[[DW]]
  func.func private @convolution(%x: tensor<8x9x9x3xf32>, %w: tensor<3x3x3x16xf32>) -> (tensor<8x4x4x16xf32>, tensor<3x3x3x16xf32>) attributes {dl.kernel} {
    %0 = dl.conv2d %x, %w {stride = [2, 2], layout = #dl<layout channels_last>} : tensor<8x9x9x3xf32>, tensor<3x3x3x16xf32> -> tensor<8x4x4x16xf32>
    %1 = dl.conv2d_filter_grad %x, %0 {stride = [2, 2], layout = #dl<layout channels_last>} : tensor<8x9x9x3xf32>, tensor<8x4x4x16xf32> -> tensor<3x3x3x16xf32>
    return %0, %1 : tensor<8x4x4x16xf32>, tensor<3x3x3x16xf32>
  }
  // With groups the channels are two dimensions.
  // CHECK-LABEL: func.func private @groups
  // CHECK-SAME:    (%[[X:.*]]: tensor<8x9x9x6xf32>, %[[W:.*]]: tensor<3x3x3x16xf32>)
  // CHECK-DAG:     %[[XG:.*]] = tensor.expand_shape %[[X]] {{\[}}[0], [1], [2], [3, 4]] output_shape [8, 9, 9, 2, 3]
  // CHECK-DAG:     %[[WG:.*]] = tensor.expand_shape %[[W]] {{\[}}[0], [1], [2], [3, 4]] output_shape [3, 3, 3, 2, 8]
  // CHECK:         %[[YG:.*]] = linalg.generic {indexing_maps = [#[[$GROUPED]], #[[$GROUPED_FILTER]], #[[$GROUPED_RESULT]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%[[XG]], %[[WG]] :
  // CHECK:         %[[Y:.*]] = tensor.collapse_shape %[[YG]] {{\[}}[0], [1], [2], [3, 4]] : tensor<8x7x7x2x8xf32> into tensor<8x7x7x16xf32>
  // CHECK:         return %[[Y]]
  func.func private @groups(%x: tensor<8x9x9x6xf32>, %w: tensor<3x3x3x16xf32>) -> tensor<8x7x7x16xf32> attributes {dl.kernel} {
    %0 = dl.conv2d %x, %w {groups = 2, layout = #dl<layout channels_last>} : tensor<8x9x9x6xf32>, tensor<3x3x3x16xf32> -> tensor<8x7x7x16xf32>
    return %0 : tensor<8x7x7x16xf32>
  }
}
