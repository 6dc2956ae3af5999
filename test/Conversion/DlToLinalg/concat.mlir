// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg))" | FileCheck %s
// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg,func.func(dl-fuse-elementwise)),dl-destination-style,canonicalize)" | FileCheck %s --check-prefix=PLACE

dl.model @m {
  // CHECK-LABEL: func.func private @kernel
  // CHECK-SAME:    (%[[A:.*]]: tensor<8x4xf32>, %[[B:.*]]: tensor<8x3xf32>)
  // CHECK:         %[[E:.*]] = linalg.generic {{.*}} ins(%[[A]] :
  // CHECK:         %[[Y0:.*]] = tensor.empty() : tensor<8x7xf32>
  // CHECK-NEXT:    %[[P1:.*]] = tensor.extract_slice %[[Y0]][0, 0] [8, 4] [1, 1]
  // CHECK-NEXT:    %[[C1:.*]] = linalg.generic {{.*}} ins(%[[E]] : tensor<8x4xf32>) outs(%[[P1]] : tensor<8x4xf32>)
  // CHECK:         %[[Y1:.*]] = tensor.insert_slice %[[C1]] into %[[Y0]][0, 0] [8, 4] [1, 1]
  // CHECK-NEXT:    %[[P2:.*]] = tensor.extract_slice %[[Y1]][0, 4] [8, 3] [1, 1]
  // CHECK-NEXT:    %[[C2:.*]] = linalg.generic {{.*}} ins(%[[B]] : tensor<8x3xf32>) outs(%[[P2]] : tensor<8x3xf32>)
  // CHECK:         %[[Y2:.*]] = tensor.insert_slice %[[C2]] into %[[Y1]][0, 4] [8, 3] [1, 1]
  // CHECK-NEXT:    return %[[Y2]]

  // The first part is computed where it belongs, in the kernel's result.
  // PLACE-LABEL: func.func private @kernel
  // PLACE-SAME:    (%[[A:.*]]: tensor<8x4xf32> {{.*}}, %[[B:.*]]: tensor<8x3xf32> {{.*}}, %[[OUT:.*]]: tensor<8x7xf32>
  // PLACE-NEXT:    %[[P1:.*]] = tensor.extract_slice %[[OUT]][0, 0]
  // PLACE-NEXT:    %[[C1:.*]] = linalg.generic {{.*}} ins(%[[A]] : tensor<8x4xf32>) outs(%[[P1]] :
  // PLACE:           math.exp
  // PLACE:         %[[Y1:.*]] = tensor.insert_slice %[[C1]] into %[[OUT]]
  // PLACE-NEXT:    %[[P2:.*]] = tensor.extract_slice %[[Y1]][0, 4]
  // PLACE-NEXT:    %[[C2:.*]] = linalg.generic {{.*}} ins(%[[B]] : tensor<8x3xf32>) outs(%[[P2]] :
  // PLACE:         %[[Y2:.*]] = tensor.insert_slice %[[C2]] into %[[Y1]]
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
