// RUN: dlc-opt %s -split-input-file -pass-pipeline='builtin.module(dl.model(func.func(dl-collect-faults)))' | FileCheck %s

// A loop that computes its indices carries the number of the first check that failed. The
// first check of the body has the greatest number; what comes from outside is checked there.
dl.model @loop {
  // CHECK-LABEL: func.func @step
  // CHECK-SAME:      %[[X:.*]]: tensor<4xf32>, %[[I:.*]]: tensor<2xi32>)
  // CHECK-SAME:      dl.faults = ["dl.gather: operand index has an entry outside [0, 4) (collect-faults-loops.mlir:[[#]])", "dl.gather: {{[^"]*}}", "dl.index_select: {{[^"]*}}"]
  // CHECK-NEXT:    %[[ZERO:.*]] = dl.constant dense<0> : tensor<i64>
  // CHECK-NEXT:    %[[S:.*]]:3 = dl.scan 3 carry(%[[K:.*]] = %[[I]], %[[C:.*]] = %[[ZERO]]) with(%[[U:.*]] = %[[X]], %[[M:.*]] = %[[I]])
  // CHECK-NEXT:      %[[A:.*]] = dl.check_index %[[K]] below 4 {op = "dl.gather"}
  // CHECK:           dl.check_index %[[M]] below 4
  // CHECK:           %[[B:.*]] = dl.check_index %[[J:.*]] below 4 {op = "dl.index_select"}
  // CHECK-NEXT:      dl.index_select %[[U]] at %[[B]]
  // CHECK-NEXT:      %[[OUT0:.*]] = dl.compare ne %[[A]], %[[K]] : tensor<2xi32> -> tensor<2xi1>
  // CHECK-NEXT:      %[[TWO:.*]] = dl.constant dense<2> : tensor<2xi64>
  // CHECK:           %[[N0:.*]] = dl.select %[[OUT0]], %[[TWO]], %{{.*}} : tensor<2xi1>, tensor<2xi64>
  // CHECK-NEXT:      %[[F0:.*]] = dl.reduce_max %[[N0]] {axes = [0]}
  // CHECK-NEXT:      %[[OUT1:.*]] = dl.compare ne %[[B]], %[[J]]
  // CHECK-NEXT:      %[[ONE:.*]] = dl.constant dense<1> : tensor<2xi64>
  // CHECK:           %[[N1:.*]] = dl.select %[[OUT1]], %[[ONE]], %{{.*}} : tensor<2xi1>, tensor<2xi64>
  // CHECK-NEXT:      %[[F1:.*]] = dl.reduce_max %[[N1]] {axes = [0]}
  // CHECK-NEXT:      %[[F:.*]] = dl.max %[[F0]], %[[F1]]
  // CHECK:           %[[NONE:.*]] = dl.compare eq %[[C]], %{{.*}} : tensor<i64>
  // CHECK-NEXT:      %[[NEXT:.*]] = dl.select %[[NONE]], %[[F]], %[[C]] : tensor<i1>, tensor<i64>
  // CHECK-NEXT:      dl.yield %[[J]], %[[NEXT]], %{{.*}} : tensor<2xi32>, tensor<i64>, tensor<2xf32>
  // CHECK:         %[[FAULT:.*]] = dl.first_fault %[[S]]#1, %[[I]], %[[S]]#1 below [2, 4, 1]
  // CHECK-NEXT:    return %[[S]]#2, %[[FAULT]]
  func.func @step(%x: tensor<4xf32>, %i: tensor<2xi32>) -> tensor<3x2xf32> attributes {dl.step} {
    %k, %y = dl.scan 3 carry(%k = %i) with(%u = %x, %m = %i) : (tensor<2xi32>, tensor<4xf32>, tensor<2xi32>) -> (tensor<2xi32>, tensor<3x2xf32>) {
      %g = dl.gather %u at %k {axis = 0} : tensor<4xf32>, tensor<2xi32> -> tensor<2xf32>
      %h = dl.gather %u at %m {axis = 0} : tensor<4xf32>, tensor<2xi32> -> tensor<2xf32>
      %j = dl.add %k, %m : tensor<2xi32>
      %s = dl.index_select %u at %j {axis = 0} : tensor<4xf32>, tensor<2xi32> -> tensor<2xf32>
      dl.yield %j, %s : tensor<2xi32>, tensor<2xf32>
    }
    return %y : tensor<3x2xf32>
  }
}

// -----

// Out of two loops.
dl.model @nested {
  // CHECK-LABEL: func.func @step
  // CHECK:         %[[S:.*]]:2 = dl.scan 2 reverse carry(%{{.*}}, %[[C:.*]] = %{{.*}}) with
  // CHECK:           %[[IN:.*]]:2 = dl.scan 5 carry(%{{.*}}, %[[D:.*]] = %{{.*}}) with
  // CHECK:             %[[OLD:.*]] = dl.compare eq %[[D]]
  // CHECK:             dl.select %[[OLD]], %{{.*}}, %[[D]]
  // CHECK:           }
  // CHECK:           %[[OLD:.*]] = dl.compare eq %[[C]]
  // CHECK-NEXT:      dl.select %[[OLD]], %[[IN]]#1, %[[C]]
  // CHECK:         dl.first_fault %[[S]]#1 below [1]
  func.func @step(%x: tensor<4xf32>, %i: tensor<2xi32>) -> tensor<2xi32> attributes {dl.step} {
    %k = dl.scan 2 reverse carry(%k = %i) with(%u = %x) : (tensor<2xi32>, tensor<4xf32>) -> tensor<2xi32> {
      %l = dl.scan 5 carry(%l = %k) with(%v = %u) : (tensor<2xi32>, tensor<4xf32>) -> tensor<2xi32> {
        %g = dl.gather %v at %l {axis = 0} : tensor<4xf32>, tensor<2xi32> -> tensor<2xf32>
        %j = dl.cast %g : tensor<2xf32> to tensor<2xi32>
        dl.yield %j : tensor<2xi32>
      }
      dl.yield %l : tensor<2xi32>
    }
    return %k : tensor<2xi32>
  }
}

// -----

// What a loop behind it reads at was checked when it was computed; it is clamped again.
dl.model @backward {
  // CHECK-LABEL: func.func @step
  // CHECK:         %[[S:.*]]:3 = dl.scan 3 carry
  // CHECK:         dl.first_fault %[[S]]#1 below [1]
  // CHECK-NEXT:    dl.constant
  // CHECK-NEXT:    dl.scan 3 reverse
  // CHECK-SAME:        over(%[[I:.*]] = %[[S]]#2)
  // CHECK-NEXT:      %[[A:.*]] = dl.check_index %[[I]] below 4 {op = "dl.index_add"}
  // CHECK-NEXT:      dl.index_add %{{.*}} at %[[A]]
  func.func @step(%x: tensor<4xf32>, %i: tensor<2xi32>, %d: tensor<2xf32>) -> tensor<4xf32> attributes {dl.step} {
    %last, %all = dl.scan 3 carry(%k = %i) with(%u = %x) : (tensor<2xi32>, tensor<4xf32>) -> (tensor<2xi32>, tensor<3x2xi32>) {
      %g = dl.index_select %u at %k {axis = 0} : tensor<4xf32>, tensor<2xi32> -> tensor<2xf32>
      %j = dl.cast %g : tensor<2xf32> to tensor<2xi32>
      dl.yield %j, %k : tensor<2xi32>, tensor<2xi32>
    }
    %zero = dl.constant dense<0.0> : tensor<4xf32>
    %dx = dl.scan 3 reverse carry(%s = %zero) over(%b = %all) with(%e = %d) : (tensor<4xf32>, tensor<3x2xi32>, tensor<2xf32>) -> tensor<4xf32> {
      %t = dl.index_add %e at %b {axis = 0} : tensor<2xf32>, tensor<2xi32> -> tensor<4xf32>
      %n = dl.add %s, %t : tensor<4xf32>
      dl.yield %n : tensor<4xf32>
    }
    return %dx : tensor<4xf32>
  }
}
