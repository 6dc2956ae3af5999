// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -canonicalize | FileCheck %s --check-prefix=FOLD

// CHECK-LABEL: func @selected
// CHECK-SAME:    %[[X:.*]]: tensor<30x8xf32>, %[[I:.*]]: tensor<20xi32>, %[[J:.*]]: tensor<4x5xui8>, %[[S:.*]]: tensor<20x8xf32>
func.func @selected(%x: tensor<30x8xf32>, %i: tensor<20xi32>, %j: tensor<4x5xui8>, %s: tensor<20x8xf32>) {
  // CHECK-NEXT: dl.index_select %[[X]] at %[[I]] {axis = 0 : i64} : tensor<30x8xf32>, tensor<20xi32> -> tensor<20x8xf32>
  // CHECK-NEXT: dl.index_select %[[X]] at %[[J]] {axis = 1 : i64} : tensor<30x8xf32>, tensor<4x5xui8> -> tensor<30x4x5xf32>
  // CHECK-NEXT: dl.index_add %[[S]] at %[[I]] {axis = 0 : i64} : tensor<20x8xf32>, tensor<20xi32> -> tensor<30x8xf32>
  // CHECK-NEXT: dl.index_add %[[S]] at %[[I]] into %[[X]] {axis = 0 : i64} : tensor<20x8xf32>, tensor<20xi32>, tensor<30x8xf32> -> tensor<30x8xf32>
  // CHECK-NEXT: return
  %0 = dl.index_select %x at %i {axis = 0} : tensor<30x8xf32>, tensor<20xi32> -> tensor<20x8xf32>
  %1 = dl.index_select %x at %j {axis = 1} : tensor<30x8xf32>, tensor<4x5xui8> -> tensor<30x4x5xf32>
  %2 = dl.index_add %s at %i {axis = 0} : tensor<20x8xf32>, tensor<20xi32> -> tensor<30x8xf32>
  %3 = dl.index_add %s at %i into %x {axis = 0} : tensor<20x8xf32>, tensor<20xi32>, tensor<30x8xf32> -> tensor<30x8xf32>
  return
}

// CHECK-LABEL: func @gathered
// CHECK-SAME:    %[[X:.*]]: tensor<8x10xf32>, %[[I:.*]]: tensor<8x3xi64>, %[[S:.*]]: tensor<8x4xf32>
func.func @gathered(%x: tensor<8x10xf32>, %i: tensor<8x3xi64>, %s: tensor<8x4xf32>) {
  // CHECK-NEXT: dl.gather %[[X]] at %[[I]] {axis = 1 : i64} : tensor<8x10xf32>, tensor<8x3xi64> -> tensor<8x3xf32>
  // CHECK-NEXT: dl.scatter_add %[[S]] at %[[I]] {axis = 1 : i64} : tensor<8x4xf32>, tensor<8x3xi64> -> tensor<8x10xf32>
  // CHECK-NEXT: dl.scatter_add %[[S]] at %[[I]] into %[[X]] {axis = 1 : i64} : tensor<8x4xf32>, tensor<8x3xi64>, tensor<8x10xf32> -> tensor<8x10xf32>
  // CHECK-NEXT: return
  %0 = dl.gather %x at %i {axis = 1} : tensor<8x10xf32>, tensor<8x3xi64> -> tensor<8x3xf32>
  %1 = dl.scatter_add %s at %i {axis = 1} : tensor<8x4xf32>, tensor<8x3xi64> -> tensor<8x10xf32>
  %2 = dl.scatter_add %s at %i into %x {axis = 1} : tensor<8x4xf32>, tensor<8x3xi64>, tensor<8x10xf32> -> tensor<8x10xf32>
  return
}

// CHECK-LABEL: func @embedded
// CHECK-SAME:    %[[T:.*]]: tensor<10x6xf64>, %[[I:.*]]: tensor<2x3xi32>
func.func @embedded(%t: tensor<10x6xf64>, %i: tensor<2x3xi32>) {
  // CHECK-NEXT: dl.embedding %[[T]] at %[[I]] : tensor<10x6xf64>, tensor<2x3xi32> -> tensor<2x3x6xf64>
  // CHECK-NEXT: dl.embedding %[[T]] at %[[I]] {padding_index = 9 : i64} : tensor<10x6xf64>, tensor<2x3xi32> -> tensor<2x3x6xf64>
  // CHECK-NEXT: dl.embedding %[[T]] at %[[I]] {sparse} : tensor<10x6xf64>, tensor<2x3xi32> -> tensor<2x3x6xf64>
  // CHECK-NEXT: return
  %0 = dl.embedding %t at %i : tensor<10x6xf64>, tensor<2x3xi32> -> tensor<2x3x6xf64>
  %1 = dl.embedding %t at %i {padding_index = 9} : tensor<10x6xf64>, tensor<2x3xi32> -> tensor<2x3x6xf64>
  %2 = dl.embedding %t at %i {sparse} : tensor<10x6xf64>, tensor<2x3xi32> -> tensor<2x3x6xf64>
  return
}

// CHECK-LABEL: func @replaced
// CHECK-SAME:    %[[X:.*]]: tensor<30x8xf32>, %[[I:.*]]: tensor<4x5xi64>, %[[S:.*]]: tensor<20x8xf32>, %[[R:.*]]: tensor<2x8xf32>, %[[J:.*]]: tensor<2xui8>
func.func @replaced(%x: tensor<30x8xf32>, %i: tensor<4x5xi64>, %s: tensor<20x8xf32>, %r: tensor<2x8xf32>, %j: tensor<2xui8>) {
  // CHECK-NEXT: %[[PLACES:.*]], %[[INVERSE:.*]], %[[COUNT:.*]] = dl.unique %[[I]] below 30 : tensor<4x5xi64> -> tensor<20xi64>, tensor<4x5xi64>, tensor<i64>
  // CHECK-NEXT: dl.unique %[[I]] below 3 : tensor<4x5xi64> -> tensor<3xi64>, tensor<4x5xi64>, tensor<i64>
  // CHECK-NEXT: dl.index_copy %[[S]] at %[[PLACES]] first %[[COUNT]] into %[[X]] : tensor<20x8xf32>, tensor<20xi64>, tensor<30x8xf32>, tensor<i64> -> tensor<30x8xf32>
  // CHECK-NEXT: dl.index_copy %[[R]] at %[[J]] into %[[X]] : tensor<2x8xf32>, tensor<2xui8>, tensor<30x8xf32> -> tensor<30x8xf32>
  // CHECK-NEXT: return
  %places, %inverse, %count = dl.unique %i below 30 : tensor<4x5xi64> -> tensor<20xi64>, tensor<4x5xi64>, tensor<i64>
  %0, %1, %2 = dl.unique %i below 3 : tensor<4x5xi64> -> tensor<3xi64>, tensor<4x5xi64>, tensor<i64>
  %3 = dl.index_copy %s at %places first %count into %x : tensor<20x8xf32>, tensor<20xi64>, tensor<30x8xf32>, tensor<i64> -> tensor<30x8xf32>
  %4 = dl.index_copy %r at %j into %x : tensor<2x8xf32>, tensor<2xui8>, tensor<30x8xf32> -> tensor<30x8xf32>
  return
}

// FOLD-LABEL: func @nothing_replaced
// FOLD-SAME:    %[[X:.*]]: tensor<3x2xf32>
// FOLD-NEXT:    %[[ZERO:.*]] = dl.constant dense<0> : tensor<i64>
// FOLD-NEXT:    return %[[X]], %[[ZERO]]
func.func @nothing_replaced(%x: tensor<3x2xf32>, %i: tensor<0xi64>, %s: tensor<0x2xf32>) -> (tensor<3x2xf32>, tensor<i64>) {
  %places, %inverse, %count = dl.unique %i below 3 : tensor<0xi64> -> tensor<0xi64>, tensor<0xi64>, tensor<i64>
  %0 = dl.index_copy %s at %places first %count into %x : tensor<0x2xf32>, tensor<0xi64>, tensor<3x2xf32>, tensor<i64> -> tensor<3x2xf32>
  return %0, %count : tensor<3x2xf32>, tensor<i64>
}

// CHECK-LABEL: func @checked
// CHECK-SAME:    %[[I:.*]]: tensor<8xi32>, %[[J:.*]]: tensor<ui8>
func.func @checked(%i: tensor<8xi32>, %j: tensor<ui8>) {
  // CHECK-NEXT: dl.check_index %[[I]] below 5 : tensor<8xi32>
  // CHECK-NEXT: dl.check_index %[[J]] below 10 {op = "dl.cross_entropy", operand = "label"} : tensor<ui8>
  // CHECK-NEXT: dl.first_fault %[[I]], %[[J]] below [5, 10] : tensor<8xi32>, tensor<ui8> -> tensor<i64>
  // CHECK-NEXT: return
  %0 = dl.check_index %i below 5 : tensor<8xi32>
  %1 = dl.check_index %j below 10 {op = "dl.cross_entropy", operand = "label"} : tensor<ui8>
  %2 = dl.first_fault %i, %j below [5, 10] : tensor<8xi32>, tensor<ui8> -> tensor<i64>
  return
}

// FOLD-LABEL: func @checked_twice
// FOLD-SAME:    %[[I:.*]]: tensor<8xi32>
// FOLD-NEXT:    %[[A:.*]] = dl.check_index %[[I]] below 5
// FOLD-NEXT:    %[[B:.*]] = dl.check_index %[[A]] below 4
// FOLD-NEXT:    return %[[A]], %[[B]]
func.func @checked_twice(%i: tensor<8xi32>) -> (tensor<8xi32>, tensor<8xi32>) {
  %0 = dl.check_index %i below 5 : tensor<8xi32>
  %1 = dl.check_index %0 below 6 : tensor<8xi32>
  %2 = dl.check_index %0 below 4 : tensor<8xi32>
  return %1, %2 : tensor<8xi32>, tensor<8xi32>
}
