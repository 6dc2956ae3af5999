// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg))" | FileCheck %s

dl.model @m {
  // One structured op an elementwise op; bytes become numbers without a sign, and truth values
  // are bytes between two ops.
  // CHECK-LABEL: func.func private @elementwise
  // CHECK-SAME:    (%[[A:.*]]: tensor<8xf32>, %[[B:.*]]: tensor<8xf32>, %[[U:.*]]: tensor<8xi8>)
  // CHECK:         %[[PRODUCT:.*]] = linalg.generic {{.*}} ins(%[[A]], %[[B]] :
  // CHECK:           arith.mulf
  // CHECK:         %[[FLOAT:.*]] = linalg.generic {{.*}} ins(%[[U]] :
  // CHECK:           arith.uitofp %{{.*}} : i8 to f32
  // CHECK:         %[[MASK:.*]] = linalg.generic {{.*}} ins(%[[A]], %[[B]] : {{.*}} outs(%{{.*}} : tensor<8xi8>)
  // CHECK:           %[[GREATER:.*]] = arith.cmpf ogt
  // CHECK-NEXT:      arith.extui %[[GREATER]] : i1 to i8
  // CHECK:         %[[CHOICE:.*]] = linalg.generic {{.*}} ins(%[[MASK]], %[[A]], %[[B]] :
  // CHECK:           %[[BIT:.*]] = arith.trunci %{{.*}} : i8 to i1
  // CHECK-NEXT:      arith.select %[[BIT]]
  // CHECK:         return %[[PRODUCT]], %[[FLOAT]], %[[CHOICE]]
  func.func private @elementwise(%a: tensor<8xf32>, %b: tensor<8xf32>, %u: tensor<8xui8>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) attributes {dl.kernel} {
    %0 = dl.mul %a, %b : tensor<8xf32>
    %1 = dl.cast %u : tensor<8xui8> to tensor<8xf32>
    %m = dl.compare gt %a, %b : tensor<8xf32> -> tensor<8xi1>
    %2 = dl.select %m, %a, %b : tensor<8xi1>, tensor<8xf32>
    return %0, %1, %2 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
  }
}
