// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @check_limit(%i: tensor<8xi32>) {
  // expected-error@+1 {{'dl.check_index' op expects a limit of at least 1, not 0: no entry of operand index 'tensor<8xi32>' could be below}}
  %0 = dl.check_index %i below 0 : tensor<8xi32>
  return
}

// -----

func.func @faults_without_limit(%i: tensor<8xi32>) {
  // expected-error@+1 {{'dl.first_fault' expects a limit for each of 1 operands, not 2}}
  %0 = dl.first_fault %i below [1, 2] : tensor<8xi32> -> tensor<i64>
  return
}

// -----

func.func @select_axis(%x: tensor<8x4xf32>, %i: tensor<3xi32>) {
  // expected-error@+1 {{'dl.index_select' has axis 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.index_select %x at %i {axis = 2} : tensor<8x4xf32>, tensor<3xi32> -> tensor<8x3xf32>
  return
}

// -----

func.func @select_from_nothing(%x: tensor<0x4xf32>, %i: tensor<3xi32>) {
  // expected-error@+1 {{'dl.index_select' has operand index 'tensor<3xi32>' but no place for it along dimension 0 of operand x 'tensor<0x4xf32>'}}
  %0 = dl.index_select %x at %i {axis = 0} : tensor<0x4xf32>, tensor<3xi32> -> tensor<3x4xf32>
  return
}

// -----

func.func @add_axis(%s: tensor<3x4xf32>, %i: tensor<3xi32>) {
  // expected-error@+1 {{'dl.index_add' has axis -3 but the result is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.index_add %s at %i {axis = -3} : tensor<3x4xf32>, tensor<3xi32> -> tensor<8x4xf32>
  return
}

// -----

func.func @add_to_nothing(%s: tensor<3x4xf32>, %i: tensor<3xi32>) {
  // expected-error@+1 {{'dl.index_add' has operand index 'tensor<3xi32>' but no place for it along dimension 0 of the result 'tensor<0x4xf32>'}}
  %0 = dl.index_add %s at %i {axis = 0} : tensor<3x4xf32>, tensor<3xi32> -> tensor<0x4xf32>
  return
}

// -----

func.func @add_source(%s: tensor<3x4xf32>, %i: tensor<2xi32>) {
  // expected-error@+1 {{'dl.index_add' op with operand index 'tensor<2xi32>' into the result 'tensor<8x4xf32>' along dimension 0 expects operand source to be 'tensor<2x4xf32>', not 'tensor<3x4xf32>'}}
  %0 = dl.index_add %s at %i {axis = 0} : tensor<3x4xf32>, tensor<2xi32> -> tensor<8x4xf32>
  return
}

// -----

func.func @add_into(%s: tensor<3x4xf32>, %i: tensor<3xi32>, %x: tensor<7x4xf32>) {
  // expected-error@+1 {{'dl.index_add' op expects operand into of the type of the result 'tensor<8x4xf32>', not 'tensor<7x4xf32>'}}
  %0 = dl.index_add %s at %i into %x {axis = 0} : tensor<3x4xf32>, tensor<3xi32>, tensor<7x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @gather_axis(%x: tensor<8x4xf32>, %i: tensor<8x4xi32>) {
  // expected-error@+1 {{'dl.gather' has axis 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.gather %x at %i {axis = 2} : tensor<8x4xf32>, tensor<8x4xi32> -> tensor<8x4xf32>
  return
}

// -----

func.func @gather_rank(%x: tensor<8x4xf32>, %i: tensor<8xi32>) {
  // expected-error@+1 {{'dl.gather' expects operand index of rank 2, the rank of operand x 'tensor<8x4xf32>', not 'tensor<8xi32>'}}
  %0 = dl.gather %x at %i {axis = 0} : tensor<8x4xf32>, tensor<8xi32> -> tensor<8xf32>
  return
}

// -----

func.func @gather_larger(%x: tensor<8x4xf32>, %i: tensor<9x4xi32>) {
  // expected-error@+1 {{'dl.gather' along dimension 1 expects operand index 'tensor<9x4xi32>' to be nowhere else larger than operand x 'tensor<8x4xf32>', but dimension 0 is}}
  %0 = dl.gather %x at %i {axis = 1} : tensor<8x4xf32>, tensor<9x4xi32> -> tensor<9x4xf32>
  return
}

// -----

func.func @gather_from_nothing(%x: tensor<8x0xf32>, %i: tensor<8x4xi32>) {
  // expected-error@+1 {{'dl.gather' has operand index 'tensor<8x4xi32>' but no place for it along dimension 1 of operand x 'tensor<8x0xf32>'}}
  %0 = dl.gather %x at %i {axis = 1} : tensor<8x0xf32>, tensor<8x4xi32> -> tensor<8x4xf32>
  return
}

// -----

func.func @scatter_axis(%s: tensor<8x4xf32>, %i: tensor<8x4xi32>) {
  // expected-error@+1 {{'dl.scatter_add' has axis 2 but the result is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.scatter_add %s at %i {axis = 2} : tensor<8x4xf32>, tensor<8x4xi32> -> tensor<8x4xf32>
  return
}

// -----

func.func @scatter_source(%s: tensor<8x3xf32>, %i: tensor<8x4xi32>) {
  // expected-error@+1 {{'dl.scatter_add' op expects operand index 'tensor<8x4xi32>' to be nowhere larger than operand source 'tensor<8x3xf32>'}}
  %0 = dl.scatter_add %s at %i {axis = 1} : tensor<8x3xf32>, tensor<8x4xi32> -> tensor<8x9xf32>
  return
}

// -----

func.func @scatter_type(%s: tensor<8x4xf32>, %i: tensor<8x4xi32>) {
  // expected-error@+1 {{'dl.scatter_add' op keeps the element type, but operand source is 'tensor<8x4xf32>' and the result 'tensor<8x9xf64>'}}
  %0 = dl.scatter_add %s at %i {axis = 1} : tensor<8x4xf32>, tensor<8x4xi32> -> tensor<8x9xf64>
  return
}

// -----

func.func @scatter_into(%s: tensor<8x4xf32>, %i: tensor<8x4xi32>, %x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.scatter_add' op expects operand into of the type of the result 'tensor<8x9xf32>', not 'tensor<8x4xf32>'}}
  %0 = dl.scatter_add %s at %i into %x {axis = 1} : tensor<8x4xf32>, tensor<8x4xi32>, tensor<8x4xf32> -> tensor<8x9xf32>
  return
}

// -----

func.func @embedding_rank(%t: tensor<8xf32>, %i: tensor<3xi32>) {
  // expected-error@+1 {{'dl.embedding' expects operand table of rank 2 (V x D), not 'tensor<8xf32>'}}
  %0 = dl.embedding %t at %i : tensor<8xf32>, tensor<3xi32> -> tensor<3xf32>
  return
}

// -----

func.func @embedding_of_nothing(%t: tensor<0x4xf32>, %i: tensor<3xi32>) {
  // expected-error@+1 {{'dl.embedding' has operand index 'tensor<3xi32>' but no place for it along dimension 0 of operand table 'tensor<0x4xf32>'}}
  %0 = dl.embedding %t at %i : tensor<0x4xf32>, tensor<3xi32> -> tensor<3x4xf32>
  return
}

// -----

func.func @embedding_padding(%t: tensor<8x4xf32>, %i: tensor<3xi32>) {
  // expected-error@+1 {{'dl.embedding' has padding_index 8, which is not a row of operand table 'tensor<8x4xf32>'}}
  %0 = dl.embedding %t at %i {padding_index = 8} : tensor<8x4xf32>, tensor<3xi32> -> tensor<3x4xf32>
  return
}

// -----

func.func @unique_below_nothing(%i: tensor<3xi64>) {
  // expected-error@+1 {{'dl.unique' expects a limit of at least 1, not 0}}
  %0, %1, %2 = dl.unique %i below 0 : tensor<3xi64> -> tensor<0xi64>, tensor<3xi64>, tensor<i64>
  return
}

// -----

func.func @unique_of_bytes(%i: tensor<3xi8>) {
  // expected-error@+1 {{'dl.unique' op operand #0 must be tensor of i64, of static shape and at most 2^40 elements, but got 'tensor<3xi8>'}}
  %0, %1, %2 = dl.unique %i below 4 : tensor<3xi8> -> tensor<3xi8>, tensor<3xi8>, tensor<i8>
  return
}

// -----

func.func @index_copy_source(%s: tensor<3x5xf32>, %i: tensor<3xi32>, %x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.index_copy' with operand index 'tensor<3xi32>' into 'tensor<8x4xf32>' expects operand source to be 'tensor<3x4xf32>', not 'tensor<3x5xf32>'}}
  %0 = dl.index_copy %s at %i into %x : tensor<3x5xf32>, tensor<3xi32>, tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @index_copy_into_a_scalar(%s: tensor<f32>, %i: tensor<i32>, %x: tensor<f32>) {
  // expected-error@+1 {{'dl.index_copy' has axis 0 but operand into is 'tensor<f32>' of rank 0}}
  %0 = dl.index_copy %s at %i into %x : tensor<f32>, tensor<i32>, tensor<f32> -> tensor<f32>
  return
}

// -----

func.func @index_copy_into_nothing(%s: tensor<3x4xf32>, %i: tensor<3xi32>, %x: tensor<0x4xf32>) {
  // expected-error@+1 {{'dl.index_copy' has operand index 'tensor<3xi32>' but no place for it along dimension 0 of operand into 'tensor<0x4xf32>'}}
  %0 = dl.index_copy %s at %i into %x : tensor<3x4xf32>, tensor<3xi32>, tensor<0x4xf32> -> tensor<0x4xf32>
  return
}
