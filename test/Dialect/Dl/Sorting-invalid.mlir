// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @sort_axis(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.sort' has axis 2 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0:2 = dl.sort %x {axis = 2} : tensor<8x4xf32> -> tensor<8x4xf32>, tensor<8x4xi32>
  return
}

// -----

func.func @argsort_axis(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.argsort' has axis -3 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.argsort %x {axis = -3} : tensor<8x4xf32> -> tensor<8x4xi32>
  return
}

// -----

func.func @top_k_axis(%x: tensor<f32>) {
  // expected-error@+1 {{'dl.top_k' has axis 0 but operand x is 'tensor<f32>' of rank 0}}
  %0:2 = dl.top_k %x {k = 1, axis = 0} : tensor<f32> -> tensor<f32>, tensor<i32>
  return
}

// -----

func.func @top_k_too_many(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.top_k' has k 5 but operand x 'tensor<8x4xf32>' has 4 elements along dimension 1}}
  %0:2 = dl.top_k %x {k = 5, axis = 1} : tensor<8x4xf32> -> tensor<8x5xf32>, tensor<8x5xi32>
  return
}

// -----

func.func @cumsum_axis(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.cumsum' has axis 3 but operand x is 'tensor<8x4xf32>' of rank 2}}
  %0 = dl.cumsum %x {axis = 3} : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @cumsum_of_truth_values(%x: tensor<8x4xi1>) {
  // expected-error@+1 {{'dl.cumsum' has operand x of 'tensor<8x4xi1>', and i1 holds no sums: dl.cast it first}}
  %0 = dl.cumsum %x {axis = 1} : tensor<8x4xi1> -> tensor<8x4xi1>
  return
}

// -----

func.func @cumsum_counts(%m: tensor<8x200xi1>) {
  %0 = dl.cast %m : tensor<8x200xi1> to tensor<8x200xi8>
  // expected-error@+1 {{'dl.cumsum' op counts to 200, which is more than 'i8' holds}}
  %1 = dl.cumsum %0 {axis = 1} : tensor<8x200xi8> -> tensor<8x200xi8>
  return
}
