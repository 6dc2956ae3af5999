// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @above_one(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.dropout' op expects p from 0 to 1, not 1.100000e+00}}
  %0 = dl.dropout %x {p = 1.1} : tensor<8x4xf32>
  return
}

// -----

func.func @negative(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.alpha_dropout' op expects p from 0 to 1, not -1.000000e-01}}
  %0 = dl.alpha_dropout %x {p = -0.1} : tensor<8x4xf32>
  return
}

// -----

func.func @no_channels(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.dropout' op with 'channels' expects operand x of rank 2 or more (N x C x ...), not 'tensor<8xf32>'}}
  %0 = dl.dropout %x {channels} : tensor<8xf32>
  return
}

// -----

func.func @twice(%x: tensor<8x4xf32>, %p: tensor<f32>) {
  // expected-error@+1 {{'dl.dropout' op expects p once, either the attribute or a value}}
  %0 = dl.dropout %x p(%p) {p = 0.5} : tensor<8x4xf32>, tensor<f32>
  return
}

// -----

func.func @of_each(%x: tensor<8x4xf32>, %p: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.alpha_dropout' op operand #1 must be tensor of rank 0 of f32 or f64, but got 'tensor<8x4xf32>'}}
  %0 = dl.alpha_dropout %x p(%p) : tensor<8x4xf32>, tensor<8x4xf32>
  return
}

// -----

func.func @of_a_name(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.dropout' op attribute 'p' failed to satisfy constraint: number, or a value in p(...)}}
  %0 = dl.dropout %x {p = @drop} : tensor<8x4xf32>
  return
}
