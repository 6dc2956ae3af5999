// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @rows_rank(%p: tensor<0xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<6x8xf32>) {
  // expected-error@+1 {{'dl.spmm' expects operand indptr of rank 1 with one entry more than the matrix has rows, not 'tensor<0xi32>'}}
  %0 = dl.spmm %p, %i, %v, %x : tensor<0xi32>, tensor<9xi32>, tensor<9xf32>, tensor<6x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @indices_rank(%p: tensor<5xi32>, %i: tensor<3x3xi32>, %v: tensor<9xf32>, %x: tensor<6x8xf32>) {
  // expected-error@+1 {{'dl.spmm' expects operand indices of rank 1, one entry for each of the matrix, not 'tensor<3x3xi32>'}}
  %0 = dl.spmm %p, %i, %v, %x : tensor<5xi32>, tensor<3x3xi32>, tensor<9xf32>, tensor<6x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @values(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<8xf32>, %x: tensor<6x8xf32>) {
  // expected-error@+1 {{'dl.spmm' op with operands indices 'tensor<9xi32>' and dense 'tensor<6x8xf32>' expects operand values to be 'tensor<9xf32>', not 'tensor<8xf32>'}}
  %0 = dl.spmm %p, %i, %v, %x : tensor<5xi32>, tensor<9xi32>, tensor<8xf32>, tensor<6x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @element(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<6x8xf32>) {
  // expected-error@+1 {{'dl.spmm' op keeps the element type, but operand dense is 'tensor<6x8xf32>' and the result 'tensor<4x8xf64>'}}
  %0 = dl.spmm %p, %i, %v, %x : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<6x8xf32> -> tensor<4x8xf64>
  return
}

// -----

func.func @dense_rank(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<6xf32>) {
  // expected-error@+1 {{'dl.spmm' op expects operand dense of rank 2, not 'tensor<6xf32>'}}
  %0 = dl.spmm %p, %i, %v, %x : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<6xf32> -> tensor<4xf32>
  return
}

// -----

func.func @result_rows(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<6x8xf32>) {
  // expected-error@+1 {{'dl.spmm' expects the result of rank 2 with 4 rows, as the sparse matrix has, not 'tensor<5x8xf32>'}}
  %0 = dl.spmm %p, %i, %v, %x : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<6x8xf32> -> tensor<5x8xf32>
  return
}

// -----

func.func @transposed_rows(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<6x8xf32>) {
  // expected-error@+1 {{'dl.spmm' expects operand dense of rank 2 with 4 rows, as the sparse matrix has, not 'tensor<6x8xf32>'}}
  %0 = dl.spmm %p, %i, %v, %x {transpose} : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<6x8xf32> -> tensor<7x8xf32>
  return
}

// -----

func.func @transposed_rank(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<4x8xf32>) {
  // expected-error@+1 {{'dl.spmm' op gives a result of rank 2, not 'tensor<7xf32>'}}
  %0 = dl.spmm %p, %i, %v, %x {transpose} : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<4x8xf32> -> tensor<7xf32>
  return
}

// -----

func.func @columns(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<6x8xf32>) {
  // expected-error@+1 {{'dl.spmm' op keeps the 8 columns of operand dense 'tensor<6x8xf32>', but the result is 'tensor<4x7xf32>'}}
  %0 = dl.spmm %p, %i, %v, %x : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<6x8xf32> -> tensor<4x7xf32>
  return
}

// -----

func.func @nothing(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<0x8xf32>) {
  // expected-error@+1 {{'dl.spmm' has operand indices 'tensor<9xi32>' but no place for them in operand dense 'tensor<0x8xf32>'}}
  %0 = dl.spmm %p, %i, %v, %x : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<0x8xf32> -> tensor<4x8xf32>
  return
}

// -----

func.func @transposed_nothing(%p: tensor<5xi32>, %i: tensor<9xi32>, %v: tensor<9xf32>, %x: tensor<4x8xf32>) {
  // expected-error@+1 {{'dl.spmm' has operand indices 'tensor<9xi32>' but no place for them in the result 'tensor<0x8xf32>'}}
  %0 = dl.spmm %p, %i, %v, %x {transpose} : tensor<5xi32>, tensor<9xi32>, tensor<9xf32>, tensor<4x8xf32> -> tensor<0x8xf32>
  return
}

// -----

func.func @sampled_rows(%p: tensor<5xi32>, %i: tensor<9xi32>, %a: tensor<5x8xf32>, %b: tensor<6x8xf32>) {
  // expected-error@+1 {{'dl.sddmm' expects operand a of rank 2 with 4 rows, as the sparse matrix has, not 'tensor<5x8xf32>'}}
  %0 = dl.sddmm %p, %i, %a, %b : tensor<5xi32>, tensor<9xi32>, tensor<5x8xf32>, tensor<6x8xf32> -> tensor<9xf32>
  return
}

// -----

func.func @sampled_columns(%p: tensor<5xi32>, %i: tensor<9xi32>, %a: tensor<4x8xf32>, %b: tensor<6x7xf32>) {
  // expected-error@+1 {{'dl.sddmm' expects operand b of rank 2 with the columns and element type of operand a 'tensor<4x8xf32>', not 'tensor<6x7xf32>'}}
  %0 = dl.sddmm %p, %i, %a, %b : tensor<5xi32>, tensor<9xi32>, tensor<4x8xf32>, tensor<6x7xf32> -> tensor<9xf32>
  return
}

// -----

func.func @gcn_rows(%x: tensor<5x8xf32>, %w: tensor<3x8xf32>, %p: tensor<5xi32>, %i: tensor<9xi32>) {
  // expected-error@+1 {{'dl.gcn_conv' expects operand x of rank 2 with 4 rows, as the sparse matrix has, not 'tensor<5x8xf32>'}}
  %0 = dl.gcn_conv %x, %w over %p, %i : tensor<5x8xf32>, tensor<3x8xf32>, tensor<5xi32>, tensor<9xi32> -> tensor<5x3xf32>
  return
}

// -----

func.func @gcn_weight(%x: tensor<4x8xf32>, %w: tensor<3x7xf32>, %p: tensor<5xi32>, %i: tensor<9xi32>) {
  // expected-error@+1 {{'dl.gcn_conv' expects operand weight of rank 2 (out x 8) with the element type of operand x 'tensor<4x8xf32>', not 'tensor<3x7xf32>'}}
  %0 = dl.gcn_conv %x, %w over %p, %i : tensor<4x8xf32>, tensor<3x7xf32>, tensor<5xi32>, tensor<9xi32> -> tensor<4x3xf32>
  return
}

// -----

func.func @gcn_bias(%x: tensor<4x8xf32>, %w: tensor<3x8xf32>, %b: tensor<4xf32>, %p: tensor<5xi32>, %i: tensor<9xi32>) {
  // expected-error@+1 {{'dl.gcn_conv' expects operand bias to be 'tensor<3xf32>', not 'tensor<4xf32>'}}
  %0 = dl.gcn_conv %x, %w, %b over %p, %i : tensor<4x8xf32>, tensor<3x8xf32>, tensor<5xi32>, tensor<9xi32>, tensor<4xf32> -> tensor<4x3xf32>
  return
}
