// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg))" | FileCheck %s

// CHECK-DAG: #[[$LEFT:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-DAG: #[[$RIGHT:.*]] = affine_map<(d0, d1, d2) -> (d2, d1)>
// CHECK-DAG: #[[$TRANSPOSED:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$Y:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$MANY:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d4)>
// CHECK-DAG: #[[$OTHERS:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d4, d3)>
// CHECK-DAG: #[[$ONE:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d4, d2)>
// CHECK-DAG: #[[$ALL:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3)>

dl.model @m {
  // CHECK-LABEL: func.func private @linear
  // CHECK-SAME:    (%[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<4x3xf32>, %[[C:.*]]: tensor<3x4xf32>)
  // CHECK:         %[[P:.*]] = linalg.generic {indexing_maps = [#[[$LEFT]], #[[$RIGHT]], #[[$Y]]], iterator_types = ["parallel", "parallel", "reduction"]} ins(%[[A]], %[[B]] :
  // CHECK:           %[[TERM:.*]] = arith.mulf
  // CHECK-NEXT:      arith.addf %{{.*}}, %[[TERM]]
  // CHECK:         %[[Q:.*]] = linalg.generic {indexing_maps = [#[[$LEFT]], #[[$TRANSPOSED]], #[[$Y]]], {{.*}}} ins(%[[A]], %[[C]] :
  // CHECK:         return %[[P]], %[[Q]]
  func.func private @linear(%a: tensor<8x4xf32>, %b: tensor<4x3xf32>, %c: tensor<3x4xf32>) -> (tensor<8x3xf32>, tensor<8x3xf32>) attributes {dl.kernel} {
    %0 = dl.matmul %a, %b : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
    %1 = dl.matmul %a, %c {transpose_b} : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
    return %0, %1 : tensor<8x3xf32>, tensor<8x3xf32>
  }

  // CHECK-LABEL: func.func private @many
  // CHECK-SAME:    (%[[A:.*]]: tensor<2x5x8x4xf32>, %[[B:.*]]: tensor<2x5x4x3xf32>, %[[C:.*]]: tensor<4x8xf32>)
  // CHECK:         %[[P:.*]] = linalg.generic {indexing_maps = [#[[$MANY]], #[[$OTHERS]], #[[$ALL]]], iterator_types = ["parallel", "parallel", "parallel", "parallel", "reduction"]} ins(%[[A]], %[[B]] :
  // CHECK:         %[[Q:.*]] = linalg.generic {indexing_maps = [#[[$ONE]], #[[$OTHERS]], #[[$ALL]]], {{.*}}} ins(%[[C]], %[[B]] :
  // CHECK:         return %[[P]], %[[Q]]
  func.func private @many(%a: tensor<2x5x8x4xf32>, %b: tensor<2x5x4x3xf32>, %c: tensor<4x8xf32>) -> (tensor<2x5x8x3xf32>, tensor<2x5x8x3xf32>) attributes {dl.kernel} {
    %0 = dl.matmul %a, %b : tensor<2x5x8x4xf32>, tensor<2x5x4x3xf32> -> tensor<2x5x8x3xf32>
    %1 = dl.matmul %c, %b {transpose_a} : tensor<4x8xf32>, tensor<2x5x4x3xf32> -> tensor<2x5x8x3xf32>
    return %0, %1 : tensor<2x5x8x3xf32>, tensor<2x5x8x3xf32>
  }
}
