// RUN: dlc-opt %s -split-input-file -pass-pipeline='builtin.module(dl.model(func.func(dl-collect-faults)))' | FileCheck %s

// One check for each index and limit, those that are known to be inside left out, all made
// before anything else is computed.
dl.model @inputs {
  // CHECK-LABEL: func.func @step
  // CHECK-SAME:      %[[T:.*]]: tensor<30x4xf32>, %[[I:.*]]: tensor<8xi32>, %[[J:.*]]: tensor<2x4xui8>
  // CHECK-SAME:      -> (tensor<8x4xf32>, tensor<i64> {dl.fault})
  // CHECK-SAME:      dl.faults = ["dl.index_select: operand index has an entry outside [0, 30) (collect-faults.mlir:[[#]])", "dl.gather: operand index has an entry outside [0, 8) (collect-faults.mlir:[[#]])"]
  // CHECK-NEXT:    %[[F:.*]] = dl.first_fault %[[I]], %[[J]] below [30, 8]
  // CHECK-NEXT:    %[[A:.*]] = dl.check_index %[[I]] below 30 {op = "dl.index_select"}
  // CHECK-NEXT:    %[[Y:.*]] = dl.index_select %[[T]] at %[[A]]
  // CHECK-NEXT:    %[[B:.*]] = dl.check_index %[[J]] below 8 {op = "dl.gather"}
  // CHECK-NEXT:    %[[G:.*]] = dl.gather %[[Y]] at %[[B]]
  // CHECK-NEXT:    %[[C:.*]] = dl.check_index %[[I]] below 30 {op = "dl.index_add"}
  // CHECK-NEXT:    dl.index_add %[[Y]] at %[[C]]
  // CHECK-NEXT:    %{{.*}}, %[[S:.*]] = dl.sort %[[Y]]
  // CHECK-NEXT:    dl.gather %[[Y]] at %[[S]]
  // CHECK-NEXT:    return %[[Y]], %[[F]]
  func.func @step(%t: tensor<30x4xf32>, %i: tensor<8xi32>, %j: tensor<2x4xui8>) -> tensor<8x4xf32> attributes {dl.step} {
    %y = dl.index_select %t at %i {axis = 0} : tensor<30x4xf32>, tensor<8xi32> -> tensor<8x4xf32>
    %g = dl.gather %y at %j {axis = 0} : tensor<8x4xf32>, tensor<2x4xui8> -> tensor<2x4xf32>
    %z = dl.index_add %y at %i {axis = 0} : tensor<8x4xf32>, tensor<8xi32> -> tensor<30x4xf32>
    %v, %s = dl.sort %y {axis = 0} : tensor<8x4xf32> -> tensor<8x4xf32>, tensor<8x4xi32>
    %h = dl.gather %y at %s {axis = 0} : tensor<8x4xf32>, tensor<8x4xi32> -> tensor<8x4xf32>
    return %y : tensor<8x4xf32>
  }
}

// -----

// Behind the last index that is computed.
dl.model @computed {
  // CHECK-LABEL: func.func @step
  // CHECK-NEXT:    %[[K:.*]] = dl.cast
  // CHECK-NEXT:    %[[F:.*]] = dl.first_fault %[[K]] below [30]
  // CHECK-NEXT:    %[[R:.*]] = dl.reshape %[[K]]
  // CHECK-NEXT:    %[[A:.*]] = dl.check_index %[[R]] below 30 {op = "dl.embedding"}
  // CHECK-NEXT:    dl.index_select %{{.*}} at %[[A]]
  func.func @step(%t: tensor<30x4xf32>, %x: tensor<8xf32>) -> tensor<2x4x4xf32> attributes {dl.step} {
    %k = dl.cast %x : tensor<8xf32> to tensor<8xi32>
    %r = dl.reshape %k : tensor<8xi32> to tensor<2x4xi32>
    %a = dl.check_index %r below 30 {op = "dl.embedding"} : tensor<2x4xi32>
    %y = dl.index_select %t at %a {axis = 0} : tensor<30x4xf32>, tensor<2x4xi32> -> tensor<2x4x4xf32>
    return %y : tensor<2x4x4xf32>
  }
}

// -----

// Nothing to check.
dl.model @known {
  // CHECK-LABEL: func.func @step
  // CHECK-NOT:     dl.fault
  // CHECK:         dl.index_select
  func.func @step(%t: tensor<30x4xf32>) -> tensor<2x4xf32> attributes {dl.step} {
    %i = dl.constant dense<[0, 29]> : tensor<2xi32>
    %y = dl.index_select %t at %i {axis = 0} : tensor<30x4xf32>, tensor<2xi32> -> tensor<2x4xf32>
    return %y : tensor<2x4xf32>
  }
}
