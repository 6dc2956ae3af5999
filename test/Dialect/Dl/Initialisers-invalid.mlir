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

// -----

dl.model @ends_swapped {
  // expected-error@+1 {{'dl.param' op cannot be filled by 'uniform': expected a lower end not above the upper one, not 1.000000e+00 and 0.000000e+00}}
  dl.param @w : tensor<4xf32> = uniform<1.0, 0.0>
}

// -----

dl.model @negative_deviation {
  // expected-error@+1 {{'dl.param' op cannot be filled by 'normal': expected a deviation of 0 or more, not -1.000000e+00}}
  dl.param @w : tensor<4xf32> = normal<0.0, -1.0>
}

// -----

dl.model @no_f32 {
  // expected-error@+1 {{'dl.param' op cannot be filled by #dl.constant<1.000000e+300>: 1.000000e+300 is not a number of 'tensor<4xf32>'}}
  dl.param @w : tensor<4xf32> = constant<1.0e300>
}

// -----

dl.model @f64_has_it {
  dl.param @w : tensor<4xf64> = constant<1.0e300>
}

// -----

dl.model @bound_no_f32 {
  // expected-error@+1 {{'dl.param' op cannot be filled by #dl.uniform<0.000000e+00, 1.000000e+39>: 1.000000e+39 is not a number of 'tensor<4xf32>'}}
  dl.param @w : tensor<4xf32> = uniform<0.0, 1.0e39>
}

// -----

dl.model @whole_kaiming {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by 'kaiming_uniform': expected a tensor of floats, not 'tensor<4x4xi32>'}}
  dl.buffer @w : tensor<4x4xi32> = kaiming_uniform
}

// -----

dl.model @whole_orthogonal {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by 'orthogonal': expected a tensor of floats, not 'tensor<4x4xi64>'}}
  dl.buffer @w : tensor<4x4xi64> = orthogonal
}

// -----

dl.model @whole_truncated {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by 'truncated_normal': expected a tensor of floats, not 'tensor<4xi32>'}}
  dl.buffer @w : tensor<4xi32> = truncated_normal
}

// -----

dl.model @whole_infinity {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by #dl.constant<inf>: expected finite numbers}}
  dl.buffer @w : tensor<4xi32> = constant<inf>
}

// -----

dl.model @gain_no_f32 {
  // expected-error@+1 {{'dl.param' op cannot be filled by #dl.xavier_normal<gain = 1.000000e+39>: 5.000000e+38 is not a number of 'tensor<4x4xf32>'}}
  dl.param @w : tensor<4x4xf32> = xavier_normal<gain = 1.000000e+39>
}

// -----

dl.model @no_i32 {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by #dl.constant<3.000000e+09>: 3.000000e+09 is not a number of 'tensor<4xi32>'}}
  dl.buffer @w : tensor<4xi32> = constant<3.000000e+09>
}

// -----

dl.model @no_whole {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by #dl.constant<5.000000e-01>: 5.000000e-01 is not a number of 'tensor<4xi32>'}}
  dl.buffer @w : tensor<4xi32> = constant<5.000000e-01>
}

// -----

dl.model @below_zero {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by #dl.constant<-1.000000e+00>: -1.000000e+00 is not a number of 'tensor<4xui8>'}}
  dl.buffer @w : tensor<4xui8> = constant<-1.000000e+00>
}

// -----

dl.model @no_bit {
  // expected-error@+1 {{'dl.buffer' op cannot be filled by #dl.constant<2.000000e+00>: 2.000000e+00 is not a number of 'tensor<4xi1>'}}
  dl.buffer @w : tensor<4xi1> = constant<2.000000e+00>
}

// -----

dl.model @greatest {
  dl.buffer @byte : tensor<4xui8> = constant<255.0>
  dl.buffer @bit : tensor<4xi1> = constant<1.0>
  dl.buffer @least : tensor<4xi64> = constant<-9223372036854775808.0>
}
