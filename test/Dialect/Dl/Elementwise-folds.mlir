// RUN: dlc-opt %s -canonicalize | FileCheck %s

// Each fold of the table in lib/Dialect/Dl/README.md that is not in Elementwise.mlir, and next to
// it what looks like it but would change a result.

//===----------------------------------------------------------------------===//
// Sums, products, quotients
//===----------------------------------------------------------------------===//

// -0 + 0 is 0, and -0 - -0 is 0.
// CHECK-LABEL: func @other_zero
// CHECK:         dl.add
// CHECK:         dl.sub
// CHECK:         dl.offset
func.func @other_zero(%x: tensor<8xf32>) -> tensor<8xf32> {
  %zero = dl.constant dense<0.0> : tensor<8xf32>
  %minus = dl.constant dense<-0.0> : tensor<8xf32>
  %0 = dl.add %x, %zero : tensor<8xf32>
  %1 = dl.sub %0, %minus : tensor<8xf32>
  %2 = dl.offset %1 by 0.0 : tensor<8xf32>
  return %2 : tensor<8xf32>
}

// CHECK-LABEL: func @negated_terms
// CHECK-SAME:    %[[A:.*]]: tensor<8xf32>, %[[B:.*]]: tensor<8xf32>
// CHECK-NEXT:    %[[S:.*]] = dl.sub %[[A]], %[[B]]
// CHECK-NEXT:    %[[T:.*]] = dl.sub %[[A]], %[[B]]
// CHECK-NEXT:    %[[U:.*]] = dl.add %[[A]], %[[B]]
// CHECK-NEXT:    return %[[S]], %[[T]], %[[U]]
func.func @negated_terms(%a: tensor<8xf32>, %b: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  %n = dl.neg %b : tensor<8xf32>
  %0 = dl.add %a, %n : tensor<8xf32>
  %1 = dl.add %n, %a : tensor<8xf32>
  %2 = dl.sub %a, %n : tensor<8xf32>
  return %0, %1, %2 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// Where x - y is 0, -(x - y) is -0 and y - x is 0.
// CHECK-LABEL: func @negated_difference
// CHECK-NEXT:    dl.sub
// CHECK-NEXT:    dl.neg
func.func @negated_difference(%a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<8xf32> {
  %0 = dl.sub %a, %b : tensor<8xf32>
  %1 = dl.neg %0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// CHECK-LABEL: func @negated_factors
// CHECK-SAME:    %[[A:.*]]: tensor<8xf32>, %[[B:.*]]: tensor<8xf32>
// CHECK-NEXT:    %[[P:.*]] = dl.mul %[[A]], %[[B]]
// CHECK-NEXT:    %[[Q:.*]] = dl.div %[[A]], %[[B]]
// CHECK-NEXT:    return %[[P]], %[[Q]]
func.func @negated_factors(%a: tensor<8xf32>, %b: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %m = dl.neg %a : tensor<8xf32>
  %n = dl.neg %b : tensor<8xf32>
  %0 = dl.mul %m, %n : tensor<8xf32>
  %1 = dl.div %m, %n : tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}

// The least integer is its own negative: -128 / 1 is not 128 / -1.
// CHECK-LABEL: func @negated_integers
// CHECK:         dl.neg
// CHECK:         dl.neg
// CHECK:         dl.div
func.func @negated_integers(%a: tensor<8xi8>, %b: tensor<8xi8>) -> tensor<8xi8> {
  %m = dl.neg %a : tensor<8xi8>
  %n = dl.neg %b : tensor<8xi8>
  %0 = dl.div %m, %n : tensor<8xi8>
  return %0 : tensor<8xi8>
}

// CHECK-LABEL: func @powers_of_two
// CHECK-SAME:    %[[X:.*]]: tensor<8xf32>
// CHECK-NEXT:    %[[Y:.*]] = dl.scale %[[X]] by 1.250000e-01
// CHECK-NEXT:    %[[Z:.*]] = dl.scale %[[X]] by -4.000000e+00
// CHECK-NEXT:    return %[[Y]], %[[Z]]
func.func @powers_of_two(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %eight = dl.constant dense<8.0> : tensor<8xf32>
  %quarter = dl.constant dense<-0.25> : tensor<8xf32>
  %0 = dl.div %x, %eight : tensor<8xf32>
  %1 = dl.div %x, %quarter : tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}

// The reciprocals of 3, 0 and 2^-127 are rounded, infinite, and those of a denormal; the last
// has a denormal reciprocal.
// CHECK-LABEL: func @other_divisors
// CHECK-NOT:     dl.scale
// CHECK-COUNT-4: dl.div
// CHECK-NOT:     dl.scale
func.func @other_divisors(%x: tensor<8xf32>) -> tensor<8xf32> {
  %three = dl.constant dense<3.0> : tensor<8xf32>
  %zero = dl.constant dense<0.0> : tensor<8xf32>
  %tiny = dl.constant dense<0x00400000> : tensor<8xf32>
  %huge = dl.constant dense<0x7F000000> : tensor<8xf32>
  %0 = dl.div %x, %three : tensor<8xf32>
  %1 = dl.div %0, %zero : tensor<8xf32>
  %2 = dl.div %1, %tiny : tensor<8xf32>
  %3 = dl.div %2, %huge : tensor<8xf32>
  return %3 : tensor<8xf32>
}

//===----------------------------------------------------------------------===//
// Functions that ignore a sign, functions of their own results
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @signless
// CHECK-SAME:    %[[X:.*]]: tensor<8xf32>
// CHECK-NEXT:    %[[A:.*]] = dl.abs %[[X]]
// CHECK-NEXT:    %[[S:.*]] = dl.square %[[X]]
// CHECK-NEXT:    return %[[A]], %[[S]]
func.func @signless(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %n = dl.neg %x : tensor<8xf32>
  %0 = dl.abs %n : tensor<8xf32>
  %1 = dl.abs %0 : tensor<8xf32>
  %2 = dl.square %0 : tensor<8xf32>
  return %1, %2 : tensor<8xf32>, tensor<8xf32>
}

// -1 is 255, and so is |-1|.
// CHECK-LABEL: func @unsigned
// CHECK-NEXT:    dl.neg
// CHECK-NEXT:    dl.abs
func.func @unsigned(%x: tensor<8xui8>) -> tensor<8xui8> {
  %0 = dl.neg %x : tensor<8xui8>
  %1 = dl.abs %0 : tensor<8xui8>
  return %1 : tensor<8xui8>
}

// CHECK-LABEL: func @idempotent
// CHECK-NEXT:    dl.relu
// CHECK-NEXT:    dl.round
// CHECK-NEXT:    dl.floor
// CHECK-NEXT:    dl.ceil
// CHECK-NEXT:    dl.sign
// CHECK-NEXT:    return
func.func @idempotent(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = dl.relu %x : tensor<8xf32>
  %1 = dl.relu %0 : tensor<8xf32>
  %2 = dl.round %1 : tensor<8xf32>
  %3 = dl.round %2 : tensor<8xf32>
  %4 = dl.floor %3 : tensor<8xf32>
  %5 = dl.floor %4 : tensor<8xf32>
  %6 = dl.ceil %5 : tensor<8xf32>
  %7 = dl.ceil %6 : tensor<8xf32>
  %8 = dl.sign %7 : tensor<8xf32>
  %9 = dl.sign %8 : tensor<8xf32>
  return %9 : tensor<8xf32>
}

// CHECK-LABEL: func @not_idempotent
// CHECK-COUNT-2: dl.exp
// CHECK-COUNT-2: dl.square
func.func @not_idempotent(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = dl.exp %x : tensor<8xf32>
  %1 = dl.exp %0 : tensor<8xf32>
  %2 = dl.square %1 : tensor<8xf32>
  %3 = dl.square %2 : tensor<8xf32>
  return %3 : tensor<8xf32>
}

//===----------------------------------------------------------------------===//
// Equal operands
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @equal
// CHECK-SAME:    %[[X:.*]]: tensor<8xf32>, %[[M:.*]]: tensor<8xi1>
// CHECK-NEXT:    return %[[X]], %[[M]]
func.func @equal(%x: tensor<8xf32>, %m: tensor<8xi1>) -> (tensor<8xf32>, tensor<8xi1>) {
  %0 = dl.max %x, %x : tensor<8xf32>
  %1 = dl.min %0, %0 : tensor<8xf32>
  %2 = dl.and %m, %m : tensor<8xi1>
  %3 = dl.or %2, %2 : tensor<8xi1>
  %4 = dl.select %3, %1, %1 : tensor<8xi1>, tensor<8xf32>
  return %4, %3 : tensor<8xf32>, tensor<8xi1>
}

// x - x and x / x are not numbers where x is infinite, and x = x does not hold of all.
// CHECK-LABEL: func @equal_but_special
// CHECK:         dl.sub
// CHECK:         dl.div
// CHECK:         dl.compare eq
func.func @equal_but_special(%x: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xi1>) {
  %0 = dl.sub %x, %x : tensor<8xf32>
  %1 = dl.div %x, %x : tensor<8xf32>
  %2 = dl.compare eq %x, %x : tensor<8xf32> -> tensor<8xi1>
  return %0, %1, %2 : tensor<8xf32>, tensor<8xf32>, tensor<8xi1>
}

// CHECK-LABEL: func @select_not
// CHECK-SAME:    %[[M:.*]]: tensor<8xi1>, %[[X:.*]]: tensor<8xf32>, %[[Y:.*]]: tensor<8xf32>
// CHECK-NEXT:    %[[S:.*]] = dl.select %[[M]], %[[Y]], %[[X]]
// CHECK-NEXT:    return %[[S]]
func.func @select_not(%m: tensor<8xi1>, %x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<8xf32> {
  %0 = dl.not %m : tensor<8xi1>
  %1 = dl.select %0, %x, %y : tensor<8xi1>, tensor<8xf32>
  return %1 : tensor<8xf32>
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @exact_casts
// CHECK-SAME:    %[[X:.*]]: tensor<8xf32>, %[[I:.*]]: tensor<8xui8>, %[[M:.*]]: tensor<8xi1>
// CHECK-NEXT:    %[[F:.*]] = dl.cast %[[I]] : tensor<8xui8> to tensor<8xf32>
// CHECK-NEXT:    %[[G:.*]] = dl.cast %[[M]] : tensor<8xi1> to tensor<8xf32>
// CHECK-NEXT:    return %[[X]], %[[F]], %[[G]]
func.func @exact_casts(%x: tensor<8xf32>, %i: tensor<8xui8>, %m: tensor<8xi1>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
  %0 = dl.cast %x : tensor<8xf32> to tensor<8xf64>
  %1 = dl.cast %0 : tensor<8xf64> to tensor<8xf32>
  %2 = dl.cast %i : tensor<8xui8> to tensor<8xi32>
  %3 = dl.cast %2 : tensor<8xi32> to tensor<8xf32>
  %4 = dl.cast %m : tensor<8xi1> to tensor<8xi8>
  %5 = dl.cast %4 : tensor<8xi8> to tensor<8xf32>
  return %1, %3, %5 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
}

// f32 has 24 digits, fewer than f64 and i32; ui8 has no negative numbers, and an integer that does
// not fit wraps where a float that does not fit becomes the nearest.
// CHECK-LABEL: func @lossy_casts
// CHECK-COUNT-8: dl.cast
func.func @lossy_casts(%x: tensor<8xf64>, %i: tensor<8xi32>, %n: tensor<8xi8>) -> (tensor<8xf64>, tensor<8xi32>, tensor<8xf32>, tensor<8xi8>) {
  %0 = dl.cast %x : tensor<8xf64> to tensor<8xf32>
  %1 = dl.cast %0 : tensor<8xf32> to tensor<8xf64>
  %2 = dl.cast %i : tensor<8xi32> to tensor<8xf32>
  %3 = dl.cast %2 : tensor<8xf32> to tensor<8xi32>
  %4 = dl.cast %n : tensor<8xi8> to tensor<8xui8>
  %5 = dl.cast %4 : tensor<8xui8> to tensor<8xf32>
  %6 = dl.cast %i : tensor<8xi32> to tensor<8xf64>
  %7 = dl.cast %6 : tensor<8xf64> to tensor<8xi8>
  return %1, %3, %5, %7 : tensor<8xf64>, tensor<8xi32>, tensor<8xf32>, tensor<8xi8>
}
