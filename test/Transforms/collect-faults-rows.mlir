// RUN: dlc-opt %s -split-input-file -pass-pipeline='builtin.module(dl.model(func.func(dl-collect-faults)))' | FileCheck %s

// Row pointers begin with 0 and do not descend; once for all ops that take them.
dl.model @rows {
  // CHECK-LABEL: func.func @step
  // CHECK-SAME:      %[[P:.*]]: tensor<4xui8>, %[[I:.*]]: tensor<9xi32>, %
  // CHECK-SAME:      "dl.spmm: operand indptr has an entry outside [0, 10) (collect-faults-rows.mlir:[[#]])"
  // CHECK-SAME:      "dl.spmm: operand indices has an entry outside [0, 5) (collect-faults-rows.mlir:[[#]])"
  // CHECK-SAME:      "dl.spmm: operand indptr[0] has an entry outside [0, 1) (collect-faults-rows.mlir:[[#]])"
  // CHECK-SAME:      "dl.spmm: operand indptr, each less the one before, has an entry outside [0, 10) (collect-faults-rows.mlir:[[#]])"]
  // CHECK:         %[[FIRST:.*]] = dl.slice %[[P]] at [0] size [1]
  // CHECK:         %[[WIDE:.*]] = dl.cast %[[P]] : tensor<4xui8> to tensor<4xi64>
  // CHECK-NEXT:    %[[AFTER:.*]] = dl.slice %[[WIDE]] at [1] size [3]
  // CHECK-NEXT:    %[[BEFORE:.*]] = dl.slice %[[WIDE]] at [0] size [3]
  // CHECK-NEXT:    %[[GROWTH:.*]] = dl.sub %[[AFTER]], %[[BEFORE]]
  // CHECK-NEXT:    dl.first_fault %[[P]], %[[I]], %[[FIRST]], %[[GROWTH]] below [10, 5, 1, 10]
  // CHECK:         dl.spmm
  // CHECK-NOT:     dl.sub
  // CHECK:         dl.sddmm
  func.func @step(%p: tensor<4xui8>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<5x2xf32>) -> tensor<9xf32> attributes {dl.step} {
    %y = dl.spmm %p, %i, %v, %x : tensor<4xui8>, tensor<9xi32>, tensor<9xf32>, tensor<5x2xf32> -> tensor<3x2xf32>
    %z = dl.sddmm %p, %i, %y, %x : tensor<4xui8>, tensor<9xi32>, tensor<3x2xf32>, tensor<5x2xf32> -> tensor<9xf32>
    return %z : tensor<9xf32>
  }
}

// -----

// In front of a loop that only hands them on, which so has nothing to carry.
dl.model @loop {
  // CHECK-LABEL: func.func @step
  // CHECK:         %[[GROWTH:.*]] = dl.sub
  // CHECK:         dl.first_fault
  // CHECK:         dl.scan 2 carry(%{{.*}} = %{{.*}}) with
  func.func @step(%p: tensor<4xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<3x2xf32>) -> tensor<3x2xf32> attributes {dl.step} {
    %y = dl.scan 2 carry(%y = %x) with(%q = %p, %j = %i, %w = %v) : (tensor<3x2xf32>, tensor<4xi32>, tensor<9xi32>, tensor<9xf32>) -> tensor<3x2xf32> {
      %z = dl.spmm %q, %j, %w, %y : tensor<4xi32>, tensor<9xi32>, tensor<9xf32>, tensor<3x2xf32> -> tensor<3x2xf32>
      dl.yield %z : tensor<3x2xf32>
    }
    return %y : tensor<3x2xf32>
  }
}

// -----

// Nothing to check.
dl.model @known {
  // CHECK-LABEL: func.func @step
  // CHECK-NOT:     dl.fault
  // CHECK:         dl.spmm
  func.func @step(%v: tensor<3xf32>, %x: tensor<5x2xf32>) -> tensor<2x2xf32> attributes {dl.step} {
    %p = dl.constant dense<[0, 2, 3]> : tensor<3xi32>
    %i = dl.constant dense<[0, 4, 1]> : tensor<3xi32>
    %y = dl.spmm %p, %i, %v, %x : tensor<3xi32>, tensor<3xi32>, tensor<3xf32>, tensor<5x2xf32> -> tensor<2x2xf32>
    return %y : tensor<2x2xf32>
  }
}
