// RUN: dlc-opt %s -split-input-file -verify-diagnostics

dl.model @short_hexadecimal {
  // expected-error@+1 {{expected a decimal number, or all 16 digits of the bits of an f64, not 2 hexadecimal digits}}
  dl.hparam @h = 0x10
}

// -----

dl.model @too_large {
  // expected-error@+2 {{failed to parse Dl_FillAttr parameter}}
  // expected-error@+1 {{expected a number that an f64 can hold, up to 1.8e+308}}
  dl.param @w : tensor<f64> = constant<1.0e400>
}

// -----

dl.model @too_large_and_whole {
  // expected-error@+2 {{failed to parse Dl_FillAttr parameter}}
  // expected-error@+1 {{expected a number that an f64 can hold, up to 1.8e+308}}
  dl.param @w : tensor<f64> = constant<-1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000>
}

// -----

dl.model @no_number {
  // expected-error@+1 {{expected floating point literal}}
  dl.hparam @h = infinite
}

// -----

// What `--set` refuses.
dl.model @hparam_beyond_f32 {
  // expected-error@+1 {{'dl.hparam' op expects a finite number that an f32 can hold, up to 3.4e+38, not 1.000000e+300}}
  dl.hparam @lr = 1.0e300
}

// -----

dl.model @hparam_infinite {
  // expected-error@+1 {{'dl.hparam' op expects a finite number that an f32 can hold, up to 3.4e+38, not -INF}}
  dl.hparam @lr = -inf
}

// -----

dl.model @hparam_nan {
  // expected-error@+1 {{'dl.hparam' op expects a finite number that an f32 can hold}}
  dl.hparam @lr = nan
}

// -----

dl.model @hparam_beyond_f64 {
  // expected-error@+1 {{'dl.hparam' op expects a finite number that an f64 can hold, up to 1.8e+308, not INF}}
  dl.hparam @lr : tensor<f64> = inf
}

// -----

dl.model @hparam_of_integers {
  // expected-error@+1 {{'dl.hparam' op attribute 'type' failed to satisfy constraint: tensor<f32> or tensor<f64> (numbers with a shape are a dl.buffer)}}
  dl.hparam @n : tensor<i64> = 1
}

// -----

dl.model @hparam_of_rank_one {
  // expected-error@+1 {{'dl.hparam' op attribute 'type' failed to satisfy constraint: tensor<f32> or tensor<f64> (numbers}}
  dl.hparam @n : tensor<1xf32> = 1
}

// -----

dl.model @hparam_with_its_type_behind_it {
  // expected-error@+1 {{expected the type of a hyper-parameter before '=': dl.hparam @lr : tensor<f64> = 0.1}}
  dl.hparam @lr = 0.1 : f64
}

// -----

// What is nearly 1 is 1 in f32.
dl.model @hparam_in_range_of_f64 {
  dl.hparam @wide : tensor<f64> = 0.999999999 range(below_one)
  // expected-error@+1 {{'dl.hparam' op expects its value to be from 0 on and less than 1, not 1.000000e+00}}
  dl.hparam @beta = 0.999999999 range(below_one)
}

// -----

dl.model @hparam_out_of_its_range {
  // expected-error@+1 {{'dl.hparam' op expects its value to be from 0 on and less than 1, not 1.000000e+00}}
  dl.hparam @beta = 1.0 range(below_one)
}

// -----

dl.model @hparam_range {
  // expected-error@+1 {{'below' is no range (finite, not_negative, up_to_one or below_one)}}
  dl.hparam @beta = 0.5 range(below)
}

// -----

dl.model @infinite_distribution {
  // expected-error@+1 {{'dl.param' op cannot be filled by #dl.uniform<-inf, inf>: expected finite numbers}}
  dl.param @w : tensor<4xf32> = uniform<-inf, inf>
}

// -----

dl.model @infinite_gain {
  // expected-error@+1 {{'dl.param' op cannot be filled by #dl.xavier_normal<gain = inf>: expected finite numbers}}
  dl.param @w : tensor<4x3xf32> = xavier_normal<gain = inf>
}
