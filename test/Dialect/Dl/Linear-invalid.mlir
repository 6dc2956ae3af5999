// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @matmul_of_vector(%a: tensor<8x4xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{'dl.matmul' expects operands a and b of rank 2 or more, not 'tensor<8x4xf32>' and 'tensor<4xf32>'}}
  %0 = dl.matmul %a, %b : tensor<8x4xf32>, tensor<4xf32> -> tensor<8xf32>
  return
}

// -----

func.func @matmul_mismatch(%a: tensor<8x4xf32>, %b: tensor<3x4xf32>) {
  // expected-error@+1 {{'dl.matmul' contracts 4 elements of operand a ('tensor<8x4xf32>') with 3 of operand b ('tensor<3x4xf32>')}}
  %0 = dl.matmul %a, %b : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @matmul_mismatch_transposed(%a: tensor<8x4xf32>, %b: tensor<4x3xf32>) {
  // expected-error@+1 {{'dl.matmul' contracts 8 elements of operand a ('tensor<8x4xf32>') with 4 of operand b ('tensor<4x3xf32>')}}
  %0 = dl.matmul %a, %b {transpose_a} : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @matmul_result(%a: tensor<8x4xf32>, %b: tensor<4x3xf32>) {
  // expected-error@+1 {{'dl.matmul' op gives 'tensor<8x3xf32>', not 'tensor<3x8xf32>'}}
  %0 = dl.matmul %a, %b : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<3x8xf32>
  return
}

// -----

func.func @matmul_of_two_types(%a: tensor<8x4xf32>, %b: tensor<4x3xf64>) {
  // expected-error@+1 {{'dl.matmul' op failed to verify that all of {a, b, y} have same element type}}
  %0 = dl.matmul %a, %b : tensor<8x4xf32>, tensor<4x3xf64> -> tensor<8x3xf32>
  return
}

// -----

func.func @matmul_of_two_batches(%a: tensor<2x8x4xf32>, %b: tensor<3x4x8xf32>) {
  // expected-error@+1 {{'dl.matmul' expects operands a and b with equal dimensions before the last two, not 'tensor<2x8x4xf32>' and 'tensor<3x4x8xf32>'}}
  %0 = dl.matmul %a, %b : tensor<2x8x4xf32>, tensor<3x4x8xf32> -> tensor<2x8x8xf32>
  return
}

// -----

func.func @linear_of_scalar(%x: tensor<f32>, %w: tensor<3x4xf32>) {
  // expected-error@+1 {{'dl.linear' expects operand x of rank 1 or more and operand weight of rank 2, not 'tensor<f32>' and 'tensor<3x4xf32>'}}
  %0 = dl.linear %x, %w : tensor<f32>, tensor<3x4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @linear_weight_of_rank_3(%x: tensor<8x4xf32>, %w: tensor<1x3x4xf32>) {
  // expected-error@+1 {{'dl.linear' expects operand x of rank 1 or more and operand weight of rank 2, not 'tensor<8x4xf32>' and 'tensor<1x3x4xf32>'}}
  %0 = dl.linear %x, %w : tensor<8x4xf32>, tensor<1x3x4xf32> -> tensor<8x3xf32>
  return
}

// -----

func.func @linear_mismatch(%x: tensor<8x4xf32>, %w: tensor<4x3xf32>) {
  // expected-error@+1 {{'dl.linear' has operand x 'tensor<8x4xf32>' with 4 features but operand weight 'tensor<4x3xf32>' for 3}}
  %0 = dl.linear %x, %w : tensor<8x4xf32>, tensor<4x3xf32> -> tensor<8x3xf32>
  return
}

// -----

func.func @linear_bias(%x: tensor<8x4xf32>, %w: tensor<3x4xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{'dl.linear' expects operand bias to be 'tensor<3xf32>', not 'tensor<4xf32>'}}
  %0 = dl.linear %x, %w bias %b : tensor<8x4xf32>, tensor<3x4xf32>, tensor<4xf32> -> tensor<8x3xf32>
  return
}

// -----

func.func @linear_bias_type(%x: tensor<8x4xf32>, %w: tensor<3x4xf32>, %b: tensor<3xf64>) {
  // expected-error@+1 {{'dl.linear' expects operand bias to be 'tensor<3xf32>', not 'tensor<3xf64>'}}
  %0 = dl.linear %x, %w bias %b : tensor<8x4xf32>, tensor<3x4xf32>, tensor<3xf64> -> tensor<8x3xf32>
  return
}
