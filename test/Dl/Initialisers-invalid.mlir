// RUN: dlc-opt %s -split-input-file -verify-diagnostics

dl.model @no_fans {
  // expected-error@+1 {{'dl.param' op cannot be filled by 'xavier_uniform': fan in and fan out are those of a tensor of rank 2 or more, not 'tensor<4xf32>'}}
  dl.param @w : tensor<4xf32> = xavier_uniform
}

// -----

dl.model @no_fans_kaiming {
  // expected-error@+1 {{'dl.param' op cannot be filled by 'kaiming_normal': fan in and fan out are those of a tensor of rank 2 or more, not 'tensor<f32>'}}
  dl.param @w : tensor<f32> = kaiming_normal
}

// -----

dl.model @no_matrix {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by 'identity': expected a matrix, not 'tensor<4x4x4xf32>'}}
  dl.buffer @w : tensor<4x4x4xf32> = identity
}

// -----

dl.model @no_rows {
  // expected-error@+1 {{'dl.param' op cannot be filled by 'orthogonal': expected a tensor of rank 2 or more, not 'tensor<4xf32>'}}
  dl.param @w : tensor<4xf32> = orthogonal
}

// -----

dl.model @no_width {
  // expected-error@+1 {{'dl.param' op cannot be filled by 'truncated_normal': expected a deviation above 0 and a < b, not deviation = 1.000000e+00, a = 2.000000e+00, b = 2.000000e+00}}
  dl.param @w : tensor<4xf32> = truncated_normal<a = 2.0>
}

// -----

dl.model @misspelt {
  // expected-error@+1 {{'orthognal' is not an initialiser; did you mean 'orthogonal'?}}
  dl.param @w : tensor<4x4xf32> = orthognal
}
