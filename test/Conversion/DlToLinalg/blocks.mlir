// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg),canonicalize)" | FileCheck %s

// CHECK-DAG: #[[$ROWS:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d3)>
// CHECK-DAG: #[[$COLUMNS:.*]] = affine_map<(d0, d1, d2, d3) -> (d1, d3, d2)>
// CHECK-DAG: #[[$BOTH:.*]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// CHECK-DAG: #[[$TURNED:.*]] = affine_map<(d0, d1, d2, d3) -> (d3, d0)>
// CHECK-DAG: #[[$IMAGE:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1 + d5, d2 + d6, d7)>
// CHECK-DAG: #[[$FILTER:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d3, d5, d6, d7, d4)>
// CHECK-DAG: #[[$RESULT:.*]] = affine_map<(d0, d1, d2, d3, d4, d5, d6, d7) -> (d0, d1, d2, d3, d4)>
// CHECK-DAG: #[[$BESIDE:.*]] = affine_map<(d0, d1, d2) -> (d1, d0, d2)>

dl.model @m {
  // A product reads blocks as they are; the columns of its result are two dimensions of its loops.
  // CHECK-LABEL: func.func private @product
  // CHECK-SAME:    (%[[A:.*]]: tensor<6x5xf32>, %[[T:.*]]: tensor<5x6xf32>, %[[B:.*]]: tensor<4x5x8xf32>)
  // CHECK:         %[[Y:.*]] = linalg.generic {indexing_maps = [#[[$ROWS]], #[[$COLUMNS]], #[[$BOTH]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]} ins(%[[A]], %[[B]] :
  // CHECK:         tensor.collapse_shape %[[Y]] {{\[}}[0], [1, 2]] : tensor<6x4x8xf32> into tensor<6x32xf32>
  // CHECK:         linalg.generic {indexing_maps = [#[[$TURNED]], #[[$COLUMNS]], #[[$BOTH]]], {{.*}} ins(%[[T]], %[[B]] :
  // CHECK-NOT:     linalg.generic
  // CHECK:         return
  func.func private @product(%a: tensor<6x5xf32>, %t: tensor<5x6xf32>, %b: tensor<4x5x8xf32>) -> (tensor<6x32xf32>, tensor<6x32xf32>) attributes {dl.kernel} {
    %w = dl.unblock %b : tensor<4x5x8xf32> -> tensor<5x32xf32>
    %0 = dl.matmul %a, %w : tensor<6x5xf32>, tensor<5x32xf32> -> tensor<6x32xf32>
    %1 = dl.matmul %t, %w {transpose_a} : tensor<5x6xf32>, tensor<5x32xf32> -> tensor<6x32xf32>
    return %0, %1 : tensor<6x32xf32>, tensor<6x32xf32>
  }

  // So does a convolution.
  // CHECK-LABEL: func.func private @convolution
  // CHECK-SAME:    (%[[X:.*]]: tensor<2x5x5x3xf32>, %[[F:.*]]: tensor<4x3x3x3x8xf32>)
  // CHECK:         %[[Y:.*]] = linalg.generic {indexing_maps = [#[[$IMAGE]], #[[$FILTER]], #[[$RESULT]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%[[X]], %[[F]] :
  // CHECK:         tensor.collapse_shape %[[Y]] {{\[}}[0], [1], [2], [3, 4]] : tensor<2x3x3x4x8xf32> into tensor<2x3x3x32xf32>
  func.func private @convolution(%x: tensor<2x5x5x3xf32>, %f: tensor<4x3x3x3x8xf32>) -> tensor<2x3x3x32xf32> attributes {dl.kernel} {
    %w = dl.unblock %f : tensor<4x3x3x3x8xf32> -> tensor<3x3x3x32xf32>
    %0 = dl.conv2d %x, %w {layout = #dl<layout channels_last>} : tensor<2x5x5x3xf32>, tensor<3x3x3x32xf32> -> tensor<2x3x3x32xf32>
    return %0 : tensor<2x3x3x32xf32>
  }

  // Others read a copy; a single block of a filter, a filter in groups, a transposed operand and one of
  // many products are others.
  // CHECK-LABEL: func.func private @others
  // CHECK:         linalg.generic {indexing_maps = [#[[$BESIDE]], {{.*}}ins(%{{.*}} : tensor<4x5x8xf32>) outs(%{{.*}} : tensor<5x4x8xf32>)
  // CHECK:         %[[W:.*]] = tensor.collapse_shape %{{.*}} {{\[}}[0], [1, 2]] : tensor<5x4x8xf32> into tensor<5x32xf32>
  // CHECK-DAG:     linalg.generic {{.*}} ins(%{{.*}}, %[[W]] : tensor<6x32xf32>, tensor<5x32xf32>)
  // CHECK-DAG:     linalg.generic {{.*}} ins(%{{.*}}, %[[W]] : tensor<2x6x5xf32>, tensor<5x32xf32>)
  // CHECK-DAG:     linalg.generic {{.*}} ins(%{{.*}} : tensor<2x5x5x3xf32>, tensor<3x3x3x8xf32>)
  func.func private @others(%a: tensor<6x32xf32>, %c: tensor<2x6x5xf32>, %b: tensor<4x5x8xf32>, %x: tensor<2x5x5x3xf32>, %f: tensor<1x3x3x3x8xf32>, %g: tensor<2x3x3x1x3xf32>) -> (tensor<6x5xf32>, tensor<2x6x32xf32>, tensor<2x3x3x8xf32>, tensor<2x3x3x6xf32>) attributes {dl.kernel} {
    %w = dl.unblock %b : tensor<4x5x8xf32> -> tensor<5x32xf32>
    %0 = dl.matmul %a, %w {transpose_b} : tensor<6x32xf32>, tensor<5x32xf32> -> tensor<6x5xf32>
    %1 = dl.matmul %c, %w : tensor<2x6x5xf32>, tensor<5x32xf32> -> tensor<2x6x32xf32>
    %v = dl.unblock %f : tensor<1x3x3x3x8xf32> -> tensor<3x3x3x8xf32>
    %2 = dl.conv2d %x, %v {layout = #dl<layout channels_last>} : tensor<2x5x5x3xf32>, tensor<3x3x3x8xf32> -> tensor<2x3x3x8xf32>
    %u = dl.unblock %g : tensor<2x3x3x1x3xf32> -> tensor<3x3x1x6xf32>
    %3 = dl.conv2d %x, %u {groups = 3, layout = #dl<layout channels_last>} : tensor<2x5x5x3xf32>, tensor<3x3x1x6xf32> -> tensor<2x3x3x6xf32>
    return %0, %1, %2, %3 : tensor<6x5xf32>, tensor<2x6x32xf32>, tensor<2x3x3x8xf32>, tensor<2x3x3x6xf32>
  }

  // Blocks of a vector stand beside each other as they are.
  // CHECK-LABEL: func.func private @vector
  // CHECK-NEXT:    tensor.collapse_shape %{{.*}} {{\[}}[0, 1]] : tensor<4x8xf32> into tensor<32xf32>
  // CHECK-NEXT:    return
  func.func private @vector(%x: tensor<4x8xf32>) -> tensor<32xf32> attributes {dl.kernel} {
    %0 = dl.unblock %x : tensor<4x8xf32> -> tensor<32xf32>
    return %0 : tensor<32xf32>
  }
}
