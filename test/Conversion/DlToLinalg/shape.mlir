// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg))" | FileCheck %s

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$SWAP:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-DAG: #[[$COLUMN:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[$REVERSED:.*]] = affine_map<(d0, d1) -> (d0, -d1 + 3)>

dl.model @m {
  // CHECK-LABEL: func.func private @shape
  // CHECK-SAME:    (%[[X:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<4xf32>, %[[L:.*]]: tensor<8xi8>)
  // CHECK:         %[[T:.*]] = linalg.generic {indexing_maps = [#[[$SWAP]], #[[$ID]]], {{.*}}} ins(%[[X]] :
  // CHECK:         %[[WIDE:.*]] = linalg.generic {indexing_maps = [#[[$COLUMN]], #[[$ID]]], {{.*}}} ins(%[[B]] :
  // The tensor first, for its kernel writes it there, then zeros around it.
  // CHECK:         %[[EMPTY:.*]] = tensor.empty() : tensor<8x6xf32>
  // CHECK-NEXT:    %[[MIDST:.*]] = tensor.insert_slice %[[X]] into %[[EMPTY]][0, 1] [8, 4] [1, 1]
  // CHECK:         %[[LEFT:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<8x1xf32>)
  // CHECK-NEXT:    %[[HALF:.*]] = tensor.insert_slice %[[LEFT]] into %[[MIDST]][0, 0] [8, 1] [1, 1]
  // CHECK:         %[[RIGHT:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<8x1xf32>)
  // CHECK-NEXT:    %[[PADDED:.*]] = tensor.insert_slice %[[RIGHT]] into %[[HALF]][0, 5] [8, 1] [1, 1]
  // CHECK-NEXT:    %[[BOX:.*]] = tensor.extract_slice %[[X]][0, 1] [8, 2] [1, 1]
  // CHECK:         %[[CUT:.*]] = linalg.generic {indexing_maps = [#[[$ID]], #[[$ID]]], {{.*}}} ins(%[[BOX]] :
  // CHECK:         %[[BACKWARDS:.*]] = linalg.generic {indexing_maps = [#[[$REVERSED]], #[[$ID]]], {{.*}}} ins(%[[X]] :
  // CHECK:         %[[HOT:.*]] = linalg.generic {indexing_maps = [#[[$ROW]], #[[$ID]]], {{.*}}} ins(%[[L]] :
  // CHECK:           %[[COLUMN_NUMBER:.*]] = linalg.index 1
  // CHECK:           arith.extui %{{.*}} : i8 to i32
  // CHECK:           %[[HERE:.*]] = arith.cmpi eq
  // CHECK:           arith.select %[[HERE]]
  // CHECK:         %[[FLAT:.*]] = tensor.collapse_shape %[[X]]
  // CHECK-NEXT:    %[[SPLIT:.*]] = tensor.expand_shape %[[FLAT]]
  // CHECK-NEXT:    return %[[T]], %[[WIDE]], %[[PADDED]], %[[CUT]], %[[BACKWARDS]], %[[HOT]], %[[SPLIT]]
  func.func private @shape(%x: tensor<8x4xf32>, %b: tensor<4xf32>, %l: tensor<8xui8>) -> (tensor<4x8xf32>, tensor<8x4xf32>, tensor<8x6xf32>, tensor<8x2xf32>, tensor<8x4xf32>, tensor<8x3xf32>, tensor<2x16xf32>) attributes {dl.kernel} {
    %0 = dl.transpose %x perm [1, 0] : tensor<8x4xf32> -> tensor<4x8xf32>
    %1 = dl.broadcast %b dims [1] : tensor<4xf32> to tensor<8x4xf32>
    %2 = dl.pad %x low [0, 1] high [0, 1] : tensor<8x4xf32> -> tensor<8x6xf32>
    %3 = dl.slice %x at [0, 1] size [8, 2] : tensor<8x4xf32> -> tensor<8x2xf32>
    %4 = dl.reverse %x dims [1] : tensor<8x4xf32>
    %5 = dl.one_hot %l : tensor<8xui8> to tensor<8x3xf32>
    %6 = dl.reshape %x : tensor<8x4xf32> to tensor<2x16xf32>
    return %0, %1, %2, %3, %4, %5, %6 : tensor<4x8xf32>, tensor<8x4xf32>, tensor<8x6xf32>, tensor<8x2xf32>, tensor<8x4xf32>, tensor<8x3xf32>, tensor<2x16xf32>
  }
}
