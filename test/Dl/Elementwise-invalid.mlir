// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @two_shapes(%a: tensor<8xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{'dl.add' op all non-scalar operands/results must have the same shape and base type}}
  %0 = "dl.add"(%a, %b) : (tensor<8xf32>, tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @two_types(%a: tensor<8xf32>, %b: tensor<8xf64>) {
  // expected-error@+1 {{'dl.mul' op requires the same type for all operands and results}}
  %0 = "dl.mul"(%a, %b) : (tensor<8xf32>, tensor<8xf64>) -> tensor<8xf32>
  return
}

// -----

func.func @integer(%x: tensor<8xi32>) {
  // expected-error@+1 {{'dl.exp' op operand #0 must be statically shaped tensor of 32-bit float or 64-bit float values, neither empty nor too large, but got 'tensor<8xi32>'}}
  %0 = dl.exp %x : tensor<8xi32>
  return
}

// -----

func.func @dynamic(%x: tensor<?xf32>) {
  // expected-error@+1 {{'dl.relu' op operand #0 must be statically shaped tensor of 32-bit float or 64-bit float values, neither empty nor too large, but got 'tensor<?xf32>'}}
  %0 = dl.relu %x : tensor<?xf32>
  return
}

// -----

func.func @no_number(%x: tensor<8xf32>) {
  // expected-error@+1 {{expected floating point literal}}
  %0 = dl.scale %x by half : tensor<8xf32>
  return
}

// -----

func.func @scale_of_integers(%x: tensor<8xi32>) {
  // expected-error@+1 {{'dl.scale' op operand #0 must be statically shaped tensor of 32-bit float or 64-bit float values, neither empty nor too large, but got 'tensor<8xi32>'}}
  %0 = dl.scale %x by 2.0 : tensor<8xi32>
  return
}

// -----

func.func @unknown_predicate(%a: tensor<8xf32>, %b: tensor<8xf32>) {
  // expected-error@+1 {{'less' is no comparison (eq, ne, lt, le, gt or ge)}}
  %0 = dl.compare less %a, %b : tensor<8xf32> -> tensor<8xi1>
  return
}

// -----

func.func @comparison_is_no_number(%a: tensor<8xf32>, %b: tensor<8xf32>) {
  // expected-error@+1 {{'dl.compare' op result #0 must be statically shaped tensor of 1-bit signless integer values, neither empty nor too large, but got 'tensor<8xf32>'}}
  %0 = dl.compare lt %a, %b : tensor<8xf32> -> tensor<8xf32>
  return
}

// -----

func.func @comparison_of_two_types(%a: tensor<8xf32>, %b: tensor<8xi32>) {
  // expected-error@+1 {{'dl.compare' op requires all operands to have the same type}}
  %0 = "dl.compare"(%a, %b) {predicate = #dl<predicate eq>} : (tensor<8xf32>, tensor<8xi32>) -> tensor<8xi1>
  return
}

// -----

func.func @condition_of_another_shape(%m: tensor<4xi1>, %a: tensor<8xf32>) {
  // expected-error@+1 {{'dl.select' op all non-scalar operands/results must have the same shape and base type}}
  %0 = dl.select %m, %a, %a : tensor<4xi1>, tensor<8xf32>
  return
}

// -----

func.func @condition_is_no_truth(%m: tensor<8xi32>, %a: tensor<8xf32>) {
  // expected-error@+1 {{'dl.select' op operand #0 must be statically shaped tensor of 1-bit signless integer values, neither empty nor too large, but got 'tensor<8xi32>'}}
  %0 = dl.select %m, %a, %a : tensor<8xi32>, tensor<8xf32>
  return
}

// -----

func.func @cast_to_another_shape(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.cast' op all non-scalar operands/results must have the same shape and base type}}
  %0 = dl.cast %x : tensor<8xf32> to tensor<4xf64>
  return
}

// -----

func.func @cast_to_no_known_type(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.cast' op result #0 must be statically shaped tensor of}}
  %0 = dl.cast %x : tensor<8xf32> to tensor<8xi17>
  return
}
