// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg))" | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg,func.func(dl-fuse-elementwise)),dl-destination-style,canonicalize)" | FileCheck %s --check-prefix=PLACE

dl.model @m {
  // CHECK-LABEL: func.func private @kernel
  // CHECK-SAME:    (%[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<8x3xf32>)
  // CHECK:         %[[E:.*]] = linalg.generic {{.*}} ins(%[[A]] :
  // CHECK:         %[[Y0:.*]] = tensor.empty() : tensor<8x7xf32>
  // CHECK-NEXT:    %[[Y1:.*]] = tensor.insert_slice %[[E]] into %[[Y0]][0, 0] [8, 4] [1, 1]
  // CHECK-NEXT:    %[[Y2:.*]] = tensor.insert_slice %[[B]] into %[[Y1]][0, 4] [8, 3] [1, 1]
  // CHECK-NEXT:    return %[[Y2]]

  // The first part is computed where it belongs, in the kernel's result.
  // PLACE-LABEL: func.func private @kernel
  // PLACE-SAME:    (%[[A:.*]]: tensor<8x4xf32> {{.*}}, %[[B:.*]]: tensor<8x3xf32> {{.*}}, %[[OUT:.*]]: tensor<8x7xf32>
  // PLACE-NEXT:    %[[P1:.*]] = tensor.extract_slice %[[OUT]][0, 0]
  // PLACE-NEXT:    %[[C1:.*]] = linalg.generic {{.*}} ins(%[[A]] : tensor<8x4xf32>) outs(%[[P1]] :
  // PLACE:           math.exp
  // PLACE:         %[[Y1:.*]] = tensor.insert_slice %[[C1]] into %[[OUT]]
  // PLACE-NEXT:    %[[Y2:.*]] = tensor.insert_slice %[[B]] into %[[Y1]]
  // PLACE-NEXT:    bufferization.materialize_in_destination %[[Y2]] in %[[OUT]]
  func.func private @kernel(%a: tensor<8x4xf32>, %b: tensor<8x3xf32>) -> tensor<8x7xf32> attributes {dl.kernel} {
    %0 = dl.exp %a : tensor<8x4xf32>
    %1 = dl.concat %0, %b {axis = 1} : tensor<8x4xf32>, tensor<8x3xf32> -> tensor<8x7xf32>
    return %1 : tensor<8x7xf32>
  }

  // CHECK-LABEL: func.func private @iota
  // CHECK:         linalg.index 1
  // CHECK-NEXT:    arith.index_cast %{{.*}} : index to i32
  // CHECK-NEXT:    arith.sitofp %{{.*}} : i32 to f32
  func.func private @iota() -> tensor<8x4xf32> attributes {dl.kernel} {
    %0 = dl.iota {axis = 1} : tensor<8x4xf32>
    return %0 : tensor<8x4xf32>
  }
}
