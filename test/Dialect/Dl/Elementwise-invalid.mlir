// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @two_shapes(%a: tensor<8xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{'dl.add' has operands a of type 'tensor<8xf32>' and b of type 'tensor<4xf32>', whose shapes do not broadcast}}
  %0 = dl.add %a, %b : tensor<8xf32>, tensor<4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @two_types(%a: tensor<8xf32>, %b: tensor<8xf64>) {
  // expected-error@+1 {{'dl.mul' expects operands a and b of one element type, not 'tensor<8xf32>' and 'tensor<8xf64>'}}
  %0 = "dl.mul"(%a, %b) : (tensor<8xf32>, tensor<8xf64>) -> tensor<8xf32>
  return
}

// -----

func.func @integer(%x: tensor<8xi32>) {
  // expected-error@+1 {{'dl.exp' op operand #0 must be tensor of f32 or f64, of static shape and at most 2^40 elements, but got 'tensor<8xi32>'}}
  %0 = dl.exp %x : tensor<8xi32>
  return
}

// -----

func.func @dynamic(%x: tensor<?xf32>) {
  // expected-error@+1 {{'dl.relu' op operand #0 must be tensor of f32 or f64, of static shape and at most 2^40 elements, but got 'tensor<?xf32>'}}
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
  // expected-error@+1 {{'dl.scale' op operand #0 must be tensor of f32 or f64, of static shape and at most 2^40 elements, but got 'tensor<8xi32>'}}
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
  // expected-error@+1 {{'dl.compare' op result #0 must be tensor of i1, of static shape and at most 2^40 elements, but got 'tensor<8xf32>'}}
  %0 = dl.compare lt %a, %b : tensor<8xf32> -> tensor<8xf32>
  return
}

// -----

func.func @comparison_of_two_types(%a: tensor<8xf32>, %b: tensor<8xi32>) {
  // expected-error@+1 {{'dl.compare' expects operands a and b of one element type, not 'tensor<8xf32>' and 'tensor<8xi32>'}}
  %0 = "dl.compare"(%a, %b) {predicate = #dl<predicate eq>} : (tensor<8xf32>, tensor<8xi32>) -> tensor<8xi1>
  return
}

// -----

func.func @condition_of_another_shape(%m: tensor<4xi1>, %a: tensor<8xf32>) {
  // expected-error@+1 {{'dl.select' has operands condition of type 'tensor<4xi1>' and a of type 'tensor<8xf32>', whose shapes do not broadcast}}
  %0 = dl.select %m, %a, %a : tensor<4xi1>, tensor<8xf32>
  return
}

// -----

func.func @condition_is_no_truth(%m: tensor<8xi32>, %a: tensor<8xf32>) {
  // expected-error@+1 {{'dl.select' op operand #0 must be tensor of i1, of static shape and at most 2^40 elements, but got 'tensor<8xi32>'}}
  %0 = dl.select %m, %a, %a : tensor<8xi32>, tensor<8xf32>
  return
}

// -----

func.func @cast_to_another_shape(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.cast' op keeps the shape, but operand x is 'tensor<8xf32>' and the result 'tensor<4xf64>'}}
  %0 = dl.cast %x : tensor<8xf32> to tensor<4xf64>
  return
}

// -----

func.func @cast_to_no_known_type(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.cast' op result #0 must be tensor of}}
  %0 = dl.cast %x : tensor<8xf32> to tensor<8xi17>
  return
}

// -----

func.func @result_of_another_shape(%a: tensor<8x1xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{'dl.sub' op gives 'tensor<8x4xf32>', not 'tensor<8x1xf32>'}}
  %0 = dl.sub %a, %b : tensor<8x1xf32>, tensor<4xf32> -> tensor<8x1xf32>
  return
}

// -----

func.func @third_operand(%m: tensor<8x1xi1>, %a: tensor<4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{'dl.select' has operands a of type 'tensor<4xf32>' and b of type 'tensor<3xf32>', whose shapes do not broadcast}}
  %0 = dl.select %m, %a, %b : tensor<8x1xi1>, tensor<4xf32>, tensor<3xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @choice_of_two_types(%m: tensor<8xi1>, %a: tensor<8xf32>, %b: tensor<8xi32>) {
  // expected-error@+1 {{'dl.select' expects operands a and b of one element type, not 'tensor<8xf32>' and 'tensor<8xi32>'}}
  %0 = dl.select %m, %a, %b : tensor<8xi1>, tensor<8xf32>, tensor<8xi32> -> tensor<8xf32>
  return
}

// -----

func.func @logic_of_numbers(%a: tensor<8xi32>) {
  // expected-error@+1 {{'dl.and' op operand #0 must be tensor of i1, of static shape and at most 2^40 elements, but got 'tensor<8xi32>'}}
  %0 = dl.and %a, %a : tensor<8xi32>
  return
}

// -----

func.func @negative_truth(%a: tensor<8xi1>) {
  // expected-error@+1 {{'dl.neg' op operand #0 must be tensor of}}
  %0 = dl.neg %a : tensor<8xi1>
  return
}

// -----

func.func @clamp_without_bounds(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.clamp' op expects 'min', 'max' or both}}
  %0 = dl.clamp %x : tensor<8xf32>
  return
}

// -----

func.func @clamp_of_integers(%x: tensor<8xui8>) {
  // expected-error@+1 {{'dl.clamp' op of operand x 'tensor<8xui8>' expects 'min' to be a number of its element type, not -1.000000e+00}}
  %0 = dl.clamp %x {min = -1.0} : tensor<8xui8>
  return
}

// -----

func.func @clamp_by_no_number(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.clamp' op expects 'max' to be a number}}
  %0 = dl.clamp %x {max = 0x7FF8000000000000 : f64} : tensor<8xf32>
  return
}
