// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @of_integers(%x: tensor<8xi32>) {
  // expected-error@+1 {{'dl.silu' op operand #0 must be tensor of f32 or f64, of static shape and at most 2^40 elements, but got 'tensor<8xi32>'}}
  %0 = dl.silu %x : tensor<8xi32>
  return
}

// -----

func.func @hardtanh_bounds(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.hardtanh' op expects 'min' not above 'max', but they are 2.000000e+00 and 1.000000e+00}}
  %0 = dl.hardtanh %x {min = 2.0} : tensor<8xf32>
  return
}

// -----

func.func @softplus_beta(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.softplus' op expects 'beta' above 0, not 0.000000e+00}}
  %0 = dl.softplus %x {beta = 0.0} : tensor<8xf32>
  return
}

// -----

func.func @gelu_form(%x: tensor<8xf32>) {
  // expected-error@+1 {{'sinh' is no form of gelu (none or tanh)}}
  %0 = dl.gelu %x approximate(sinh) : tensor<8xf32>
  return
}

// -----

func.func @prelu_weights(%x: tensor<2x6x5xf32>, %w: tensor<5xf32>) {
  // expected-error@+1 {{'dl.prelu' op expects operand weight to be 'tensor<1xf32>' or 'tensor<6xf32>' for operand x 'tensor<2x6x5xf32>', not 'tensor<5xf32>'}}
  %0 = dl.prelu %x, %w : tensor<2x6x5xf32>, tensor<5xf32>
  return
}

// -----

func.func @prelu_weight_type(%x: tensor<2x6xf32>, %w: tensor<6xf64>) {
  // expected-error@+1 {{'dl.prelu' op expects operand weight to be 'tensor<1xf32>' or 'tensor<6xf32>' for operand x 'tensor<2x6xf32>', not 'tensor<6xf64>'}}
  %0 = dl.prelu %x, %w : tensor<2x6xf32>, tensor<6xf64>
  return
}

// -----

func.func @maxout_rank(%x: tensor<6xf32>) {
  // expected-error@+1 {{'dl.maxout' expects operand x of rank 2 or more (N x C x ...), not 'tensor<6xf32>'}}
  %0 = dl.maxout %x {pieces = 2} : tensor<6xf32> -> tensor<3xf32>
  return
}

// -----

func.func @maxout_pieces(%x: tensor<2x6xf32>) {
  // expected-error@+1 {{'dl.maxout' expects 'pieces' to divide the 6 channels of operand x 'tensor<2x6xf32>', not 4}}
  %0 = dl.maxout %x {pieces = 4} : tensor<2x6xf32> -> tensor<2x2xf32>
  return
}

// -----

func.func @softmax_axis(%x: tensor<2x6xf32>) {
  // expected-error@+1 {{'dl.softmax' op has axis 2 but operand x is 'tensor<2x6xf32>' of rank 2}}
  %0 = dl.softmax %x {axis = 2} : tensor<2x6xf32>
  return
}

// -----

func.func @log_softmax_axis(%x: tensor<2x6xf32>) {
  // expected-error@+1 {{'dl.log_softmax' op has axis -3 but operand x is 'tensor<2x6xf32>' of rank 2}}
  %0 = dl.log_softmax %x {axis = -3} : tensor<2x6xf32>
  return
}

// -----

func.func @gumbel_softmax_axis(%x: tensor<6xf32>) {
  // expected-error@+1 {{'dl.gumbel_softmax' op has axis 1 but operand logits is 'tensor<6xf32>' of rank 1}}
  %0 = dl.gumbel_softmax %x, %x {axis = 1} : tensor<6xf32>
  return
}

// -----

func.func @gumbel_softmax_tau(%x: tensor<6xf32>) {
  // expected-error@+1 {{'dl.gumbel_softmax' op expects 'tau' above 0, not -1.000000e+00}}
  %0 = dl.gumbel_softmax %x, %x {axis = 0, tau = -1.0} : tensor<6xf32>
  return
}
