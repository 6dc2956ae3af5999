// RUN: dlc-opt %s -pass-pipeline="builtin.module(dl.model(dl-to-linalg))" | FileCheck %s

dl.model @m {
  // Sums start at 0, maxima at minus infinity; a number that is none wins the maximum once.
  // CHECK-LABEL: func.func private @reduction
  // CHECK-SAME:    (%[[X:.*]]: tensor<8x4xf32>)
  // CHECK:         %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
  // CHECK:         %[[START:.*]] = linalg.fill ins(%[[ZERO]] : f32)
  // CHECK:         %[[SUM:.*]] = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[X]] : {{.*}} outs(%[[START]] :
  // CHECK:           arith.addf
  // CHECK:         %[[LEAST:.*]] = arith.constant 0xFF800000 : f32
  // CHECK:         %[[FIRST:.*]] = linalg.fill ins(%[[LEAST]] : f32)
  // CHECK:         %[[MAX:.*]] = linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]} ins(%[[X]] : {{.*}} outs(%[[FIRST]] :
  // CHECK:           arith.maximumf
  // CHECK:         %[[ARG:.*]]:2 = linalg.generic {{.*}} iterator_types = ["parallel", "reduction"]} ins(%[[X]] :
  // CHECK:           arith.cmpf ogt
  // CHECK:           arith.cmpf uno
  // CHECK:         return %[[SUM]], %[[MAX]], %[[ARG]]#1
  func.func private @reduction(%x: tensor<8x4xf32>) -> (tensor<8xf32>, tensor<4xf32>, tensor<8xi32>) attributes {dl.kernel} {
    %0 = dl.reduce_sum %x {axes = [1]} : tensor<8x4xf32> -> tensor<8xf32>
    %1 = dl.reduce_max %x {axes = [0]} : tensor<8x4xf32> -> tensor<4xf32>
    %2 = dl.argmax %x {axis = 1} : tensor<8x4xf32> -> tensor<8xi32>
    return %0, %1, %2 : tensor<8xf32>, tensor<4xf32>, tensor<8xi32>
  }
}
