// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @concat_of_nothing() {
  // expected-error@+1 {{'dl.concat' expects at least one operand}}
  %0 = "dl.concat"() {axis = 0} : () -> tensor<8xf32>
  return
}

// -----

func.func @concat_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.concat' has axis 2 but operand 0 is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.concat %x, %x {axis = 2} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<8x8xf32>
  return
}

// -----

func.func @concat_of_two_heights(%x: tensor<8x4xf32>, %y: tensor<7x4xf32>) {
  // expected-error@+1 {{'dl.concat' expects operand 1 to be as operand 0, 'tensor<8x4xf32>', but for axis 1, not 'tensor<7x4xf32>'}}
  %0 = dl.concat %x, %y {axis = 1} : tensor<8x4xf32>, tensor<7x4xf32> -> tensor<8x8xf32>
  return
}

// -----

func.func @concat_of_two_types(%x: tensor<8x4xf32>, %y: tensor<8x4xf64>) {
  // expected-error@+1 {{'dl.concat' expects operand 1 to be as operand 0, 'tensor<8x4xf32>', but for axis 1, not 'tensor<8x4xf64>'}}
  %0 = dl.concat %x, %y {axis = 1} : tensor<8x4xf32>, tensor<8x4xf64> -> tensor<8x8xf32>
  return
}

// -----

func.func @concat_of_two_ranks(%x: tensor<8x4xf32>, %y: tensor<8xf32>) {
  // expected-error@+1 {{'dl.concat' expects operand 1 to be as operand 0, 'tensor<8x4xf32>', but for axis 0, not 'tensor<8xf32>'}}
  %0 = dl.concat %x, %y {axis = 0} : tensor<8x4xf32>, tensor<8xf32> -> tensor<9x4xf32>
  return
}

// -----

func.func @split_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.split' has axis -3 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.split %x sizes [4] {axis = -3} : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @split_leaves_some(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.split' expects 'sizes' that add up to 4, dimension 1 of operand x 'tensor<8x4xf32>', not [1, 2]}}
  %0, %1 = dl.split %x sizes [1, 2] {axis = 1} : tensor<8x4xf32> -> tensor<8x1xf32>, tensor<8x2xf32>
  return
}

// -----

func.func @split_negative(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.split' expects 'sizes' that add up to 4, dimension 1 of operand x 'tensor<8x4xf32>', not [5, -1]}}
  %0, %1 = dl.split %x sizes [5, -1] {axis = 1} : tensor<8x4xf32> -> tensor<8x5xf32>, tensor<8x1xf32>
  return
}

// -----

func.func @stack_out_of_range(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.stack' has axis 3 but operand 0 is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.stack %x, %x {axis = 3} : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<8x4x2xf32>
  return
}

// -----

func.func @stack_of_two_shapes(%x: tensor<8x4xf32>, %y: tensor<4x8xf32>) {
  // expected-error@+1 {{'dl.stack' expects operand 1 to be as operand 0, 'tensor<8x4xf32>', not 'tensor<4x8xf32>'}}
  %0 = dl.stack %x, %y {axis = 0} : tensor<8x4xf32>, tensor<4x8xf32> -> tensor<2x8x4xf32>
  return
}

// -----

func.func @interleaved_of_two_lengths(%x: tensor<8x4xf32>, %y: tensor<8x5xf32>) {
  // expected-error@+1 {{'dl.concat' expects operand 1 to be as operand 0, 'tensor<8x4xf32>', not 'tensor<8x5xf32>'}}
  %0 = dl.concat %x, %y {axis = 1, interleaved} : tensor<8x4xf32>, tensor<8x5xf32> -> tensor<8x9xf32>
  return
}
