// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -canonicalize | FileCheck %s --check-prefix=FOLD

//===----------------------------------------------------------------------===//
// Every op, printed as it was read
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @unary
// CHECK-SAME:    %[[X:.*]]: tensor<8x4xf32>
func.func @unary(%x: tensor<8x4xf32>) -> tensor<8x4xf32> {
  // CHECK-NEXT: %[[NEG:.*]] = dl.neg %[[X]] : tensor<8x4xf32>
  // CHECK-NEXT: %[[EXP:.*]] = dl.exp %[[NEG]] : tensor<8x4xf32>
  // CHECK-NEXT: %[[LOG:.*]] = dl.log %[[EXP]] : tensor<8x4xf32>
  // CHECK-NEXT: %[[SQRT:.*]] = dl.sqrt %[[LOG]] : tensor<8x4xf32>
  // CHECK-NEXT: %[[RSQRT:.*]] = dl.rsqrt %[[SQRT]] : tensor<8x4xf32>
  // CHECK-NEXT: %[[RELU:.*]] = dl.relu %[[RSQRT]] : tensor<8x4xf32>
  // CHECK-NEXT: %[[COPY:.*]] = dl.copy %[[RELU]] : tensor<8x4xf32>
  // CHECK-NEXT: return %[[COPY]]
  %0 = dl.neg %x : tensor<8x4xf32>
  %1 = dl.exp %0 : tensor<8x4xf32>
  %2 = dl.log %1 : tensor<8x4xf32>
  %3 = dl.sqrt %2 : tensor<8x4xf32>
  %4 = dl.rsqrt %3 : tensor<8x4xf32>
  %5 = dl.relu %4 : tensor<8x4xf32>
  %6 = dl.copy %5 : tensor<8x4xf32>
  return %6 : tensor<8x4xf32>
}

// CHECK-LABEL: func @binary
// CHECK-SAME:    %[[A:.*]]: tensor<8xf64>, %[[B:.*]]: tensor<8xf64>
func.func @binary(%a: tensor<8xf64>, %b: tensor<8xf64>) -> tensor<8xf64> {
  // CHECK-NEXT: %[[ADD:.*]] = dl.add %[[A]], %[[B]] : tensor<8xf64>
  // CHECK-NEXT: %[[SUB:.*]] = dl.sub %[[ADD]], %[[B]] : tensor<8xf64>
  // CHECK-NEXT: %[[MUL:.*]] = dl.mul %[[SUB]], %[[B]] : tensor<8xf64>
  // CHECK-NEXT: %[[DIV:.*]] = dl.div %[[MUL]], %[[B]] : tensor<8xf64>
  // CHECK-NEXT: %[[MAX:.*]] = dl.max %[[DIV]], %[[B]] : tensor<8xf64>
  // CHECK-NEXT: return %[[MAX]]
  %0 = dl.add %a, %b : tensor<8xf64>
  %1 = dl.sub %0, %b : tensor<8xf64>
  %2 = dl.mul %1, %b : tensor<8xf64>
  %3 = dl.div %2, %b : tensor<8xf64>
  %4 = dl.max %3, %b : tensor<8xf64>
  return %4 : tensor<8xf64>
}

// CHECK-LABEL: func @with_a_constant
// CHECK-SAME:    %[[X:.*]]: tensor<8xf32>
func.func @with_a_constant(%x: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: %[[SCALED:.*]] = dl.scale %[[X]] by -2.500000e-01 : tensor<8xf32>
  // CHECK-NEXT: %[[MORE:.*]] = dl.offset %[[SCALED]] by 1.000000e-05 : tensor<8xf32>
  // CHECK-NEXT: %[[WHOLE:.*]] = dl.scale %[[MORE]] by 3.000000e+00 : tensor<8xf32>
  // CHECK-NEXT: %[[LESS:.*]] = dl.offset %[[WHOLE]] by -1.000000e+00 : tensor<8xf32>
  // CHECK-NEXT: return %[[LESS]]
  %0 = dl.scale %x by -0.25 : tensor<8xf32>
  %1 = dl.offset %0 by 1.0e-5 : tensor<8xf32>
  %2 = dl.scale %1 by 3 : tensor<8xf32>
  %3 = dl.offset %2 by -1 : tensor<8xf32>
  return %3 : tensor<8xf32>
}

// CHECK-LABEL: func @predicates
// CHECK-SAME:    %[[A:.*]]: tensor<8xf32>, %[[B:.*]]: tensor<8xf32>
func.func @predicates(%a: tensor<8xf32>, %b: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK-NEXT: %[[EQ:.*]] = dl.compare eq %[[A]], %[[B]] : tensor<8xf32> -> tensor<8xi1>
  // CHECK-NEXT: %[[NE:.*]] = dl.compare ne %[[A]], %[[B]] : tensor<8xf32> -> tensor<8xi1>
  // CHECK-NEXT: %[[LT:.*]] = dl.compare lt %[[A]], %[[B]] : tensor<8xf32> -> tensor<8xi1>
  // CHECK-NEXT: %[[LE:.*]] = dl.compare le %[[A]], %[[B]] : tensor<8xf32> -> tensor<8xi1>
  // CHECK-NEXT: %[[GT:.*]] = dl.compare gt %[[A]], %[[B]] : tensor<8xf32> -> tensor<8xi1>
  // CHECK-NEXT: %[[GE:.*]] = dl.compare ge %[[A]], %[[B]] : tensor<8xf32> -> tensor<8xi1>
  // CHECK-NEXT: %[[SELECT:.*]] = dl.select %[[GE]], %[[A]], %[[B]] : tensor<8xi1>, tensor<8xf32>
  // CHECK-NEXT: return %[[SELECT]]
  %0 = dl.compare eq %a, %b : tensor<8xf32> -> tensor<8xi1>
  %1 = dl.compare ne %a, %b : tensor<8xf32> -> tensor<8xi1>
  %2 = dl.compare lt %a, %b : tensor<8xf32> -> tensor<8xi1>
  %3 = dl.compare le %a, %b : tensor<8xf32> -> tensor<8xi1>
  %4 = dl.compare gt %a, %b : tensor<8xf32> -> tensor<8xi1>
  %5 = dl.compare ge %a, %b : tensor<8xf32> -> tensor<8xi1>
  %6 = dl.select %5, %a, %b : tensor<8xi1>, tensor<8xf32>
  return %6 : tensor<8xf32>
}

// CHECK-LABEL: func @every_element_type
// CHECK-SAME:    %[[X:.*]]: tensor<8xui8>
func.func @every_element_type(%x: tensor<8xui8>) -> tensor<8xi1> {
  // CHECK-NEXT: %[[F32:.*]] = dl.cast %[[X]] : tensor<8xui8> to tensor<8xf32>
  // CHECK-NEXT: %[[F64:.*]] = dl.cast %[[F32]] : tensor<8xf32> to tensor<8xf64>
  // CHECK-NEXT: %[[I64:.*]] = dl.cast %[[F64]] : tensor<8xf64> to tensor<8xi64>
  // CHECK-NEXT: %[[I32:.*]] = dl.cast %[[I64]] : tensor<8xi64> to tensor<8xi32>
  // CHECK-NEXT: %[[I8:.*]] = dl.cast %[[I32]] : tensor<8xi32> to tensor<8xi8>
  // CHECK-NEXT: %[[I1:.*]] = dl.cast %[[I8]] : tensor<8xi8> to tensor<8xi1>
  // CHECK-NEXT: return %[[I1]]
  %0 = dl.cast %x : tensor<8xui8> to tensor<8xf32>
  %1 = dl.cast %0 : tensor<8xf32> to tensor<8xf64>
  %2 = dl.cast %1 : tensor<8xf64> to tensor<8xi64>
  %3 = dl.cast %2 : tensor<8xi64> to tensor<8xi32>
  %4 = dl.cast %3 : tensor<8xi32> to tensor<8xi8>
  %5 = dl.cast %4 : tensor<8xi8> to tensor<8xi1>
  return %5 : tensor<8xi1>
}

//===----------------------------------------------------------------------===//
// Folds
//===----------------------------------------------------------------------===//

// FOLD-LABEL: func @add_zero
// FOLD-SAME:    %[[X:.*]]: tensor<8xf32>
// FOLD-NEXT:    return %[[X]]
func.func @add_zero(%x: tensor<8xf32>) -> tensor<8xf32> {
  %zero = dl.constant dense<-0.0> : tensor<8xf32>
  %0 = dl.add %zero, %x : tensor<8xf32>
  %1 = dl.add %0, %zero : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// FOLD-LABEL: func @add_zero_of_integers
// FOLD-SAME:    %[[X:.*]]: tensor<8xi32>
// FOLD-NEXT:    return %[[X]]
func.func @add_zero_of_integers(%x: tensor<8xi32>) -> tensor<8xi32> {
  %zero = dl.constant dense<0> : tensor<8xi32>
  %0 = dl.add %x, %zero : tensor<8xi32>
  return %0 : tensor<8xi32>
}

// FOLD-LABEL: func @mul_one
// FOLD-SAME:    %[[X:.*]]: tensor<8xf32>
// FOLD-NEXT:    return %[[X]]
func.func @mul_one(%x: tensor<8xf32>) -> tensor<8xf32> {
  %one = dl.constant dense<1.0> : tensor<8xf32>
  %0 = dl.mul %one, %x : tensor<8xf32>
  %1 = dl.mul %0, %one : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// FOLD-LABEL: func @subtract_zero_divide_by_one
// FOLD-SAME:    %[[X:.*]]: tensor<8xf32>
// FOLD-NEXT:    return %[[X]]
func.func @subtract_zero_divide_by_one(%x: tensor<8xf32>) -> tensor<8xf32> {
  %zero = dl.constant dense<0.0> : tensor<8xf32>
  %one = dl.constant dense<1.0> : tensor<8xf32>
  %0 = dl.sub %x, %zero : tensor<8xf32>
  %1 = dl.div %0, %one : tensor<8xf32>
  %2 = dl.offset %1 by -0.0 : tensor<8xf32>
  return %2 : tensor<8xf32>
}

// FOLD-LABEL: func @twice
// FOLD-SAME:    %[[X:.*]]: tensor<8xf32>, %[[M:.*]]: tensor<8xi1>
// FOLD-NEXT:    return %[[X]], %[[M]]
func.func @twice(%x: tensor<8xf32>, %m: tensor<8xi1>) -> (tensor<8xf32>, tensor<8xi1>) {
  %0 = dl.neg %x : tensor<8xf32>
  %1 = dl.neg %0 : tensor<8xf32>
  %2 = dl.not %m : tensor<8xi1>
  %3 = dl.not %2 : tensor<8xi1>
  return %1, %3 : tensor<8xf32>, tensor<8xi1>
}

// FOLD-LABEL: func @of_a_constant
// FOLD-NEXT:    %[[C:.*]] = dl.constant dense<-2.500000e+00> : tensor<8xf32>
// FOLD-NEXT:    return %[[C]]
func.func @of_a_constant() -> tensor<8xf32> {
  %c = dl.constant dense<4.0> : tensor<8xf32>
  %0 = dl.scale %c by 0.5 : tensor<8xf32>
  %1 = dl.offset %0 by 0.5 : tensor<8xf32>
  %2 = dl.neg %1 : tensor<8xf32>
  return %2 : tensor<8xf32>
}

// What the result repeats is not the result.
// FOLD-LABEL: func @neutral_but_larger
// FOLD:         dl.add
// FOLD:         dl.mul
func.func @neutral_but_larger(%x: tensor<4xf32>) -> (tensor<8x4xf32>, tensor<8x4xf32>) {
  %zero = dl.constant dense<0.0> : tensor<8x4xf32>
  %one = dl.constant dense<1.0> : tensor<8x1xf32>
  %0 = dl.add %x, %zero : tensor<4xf32>, tensor<8x4xf32> -> tensor<8x4xf32>
  %1 = dl.mul %x, %one : tensor<4xf32>, tensor<8x1xf32> -> tensor<8x4xf32>
  return %0, %1 : tensor<8x4xf32>, tensor<8x4xf32>
}

// FOLD-LABEL: func @neither_zero_nor_one
// FOLD:         %[[SUM:.*]] = dl.add
// FOLD:         %[[PRODUCT:.*]] = dl.mul %[[SUM]]
// FOLD:         return %[[PRODUCT]]
func.func @neither_zero_nor_one(%x: tensor<2xf32>) -> tensor<2xf32> {
  %some = dl.constant dense<[0.0, 1.0]> : tensor<2xf32>
  %0 = dl.add %x, %some : tensor<2xf32>
  %1 = dl.mul %0, %some : tensor<2xf32>
  return %1 : tensor<2xf32>
}

// FOLD-LABEL: func @scale_by_one
// FOLD-SAME:    %[[X:.*]]: tensor<8xf32>
// FOLD-NEXT:    %[[Y:.*]] = dl.scale %[[X]] by -1.0
// FOLD-NEXT:    return %[[Y]]
func.func @scale_by_one(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = dl.scale %x by 1.0 : tensor<8xf32>
  %1 = dl.scale %0 by -1.0 : tensor<8xf32>
  return %1 : tensor<8xf32>
}

// FOLD-LABEL: func @cast_to_the_same_type
// FOLD-SAME:    %[[X:.*]]: tensor<8xui8>
// FOLD-NEXT:    return %[[X]]
func.func @cast_to_the_same_type(%x: tensor<8xui8>) -> tensor<8xui8> {
  %0 = dl.cast %x : tensor<8xui8> to tensor<8xui8>
  return %0 : tensor<8xui8>
}

// What was rounded stays rounded.
// FOLD-LABEL: func @cast_there_and_back
// FOLD:         %[[I:.*]] = dl.cast %{{.*}} : tensor<8xf32> to tensor<8xi32>
// FOLD:         %[[F:.*]] = dl.cast %[[I]] : tensor<8xi32> to tensor<8xf32>
// FOLD:         return %[[F]]
func.func @cast_there_and_back(%x: tensor<8xf32>) -> tensor<8xf32> {
  %0 = dl.cast %x : tensor<8xf32> to tensor<8xi32>
  %1 = dl.cast %0 : tensor<8xi32> to tensor<8xf32>
  return %1 : tensor<8xf32>
}

// FOLD-LABEL: func @unused
// FOLD-NEXT:    return
func.func @unused(%x: tensor<8xf32>) {
  %0 = dl.exp %x : tensor<8xf32>
  %1 = dl.compare lt %x, %0 : tensor<8xf32> -> tensor<8xi1>
  return
}
