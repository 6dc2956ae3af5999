// RUN: dlc-opt %s -split-input-file -verify-diagnostics

//===----------------------------------------------------------------------===//
// Members
//===----------------------------------------------------------------------===//

dl.model @op_outside {
  // expected-error@+1 {{'dl.constant' op does not belong directly into a model}}
  %0 = dl.constant dense<0.0> : tensor<f32>
}

// -----

// expected-error@+1 {{'dl.param' op expects parent op 'dl.model'}}
dl.param @w : tensor<4xf32> = zeros

// -----

dl.model @same_name_twice {
  // expected-note@+1 {{see existing symbol definition here}}
  dl.param @w : tensor<4xf32> = zeros
  // expected-error@+1 {{redefinition of symbol named 'w'}}
  dl.buffer @w : tensor<4xf32> = zeros
}

// -----

dl.model @misspelt_initialiser {
  // expected-error@+1 {{'zeross' is not an initialiser; did you mean 'zeros'?}}
  dl.param @w : tensor<4xf32> = zeross
}

// -----

dl.model @unknown_initialiser {
  // expected-error@+1 {{'gauss' is not an initialiser}}
  dl.param @w : tensor<4xf32> = gauss
}

// -----

// An optimizer is an attribute too, but none that fills memory.
dl.model @optimizer_as_initialiser {
  // expected-error@+1 {{'adam' is not an initialiser}}
  dl.param @w : tensor<4xf32> = adam
}

// -----

dl.model @initialiser_without_end {
  // expected-error@+1 {{expected ','}}
  dl.param @w : tensor<4xf32> = uniform<0.1>
}

// -----

dl.model @dynamic_parameter {
  // expected-error@+1 {{'dl.param' op attribute 'type' failed to satisfy constraint: type attribute of tensor of}}
  dl.param @w : tensor<?xf32> = zeros
}

// -----

dl.model @parameter_type {
  // expected-error@+1 {{'dl.buffer' op attribute 'type' failed to satisfy constraint: type attribute of tensor of}}
  dl.buffer @w : tensor<4xbf16> = zeros
}

// -----

dl.model @initialiser_as_optimizer {
  // expected-error@+1 {{#dl.zeros is not a rule of an optimizer; there is}}
  dl.optimizer @o = #dl.zeros
}

// -----

dl.model @unknown_optimizer {
  // expected-error@+1 {{there is no attribute '#dl.adamm'; did you mean 'adam'?}}
  dl.optimizer @o = #dl.adamm
}

// -----

dl.model @type_of_optimizer {
  // expected-error@+1 {{has no type, but 'f64' stands behind it: leave out that and the ':'}}
  dl.optimizer @o = #dl.adam : f64
}

// -----

dl.model @unknown_field_of_optimizer {
  // expected-error@+1 {{there is no parameter 'beta3'; did you mean 'beta1'?}}
  dl.optimizer @o = #dl.adam<beta3 = 0.9>
}

// -----

dl.model @hparam_is_no_number {
  // expected-error@+1 {{expected floating point literal}}
  dl.hparam @lr = high
}

//===----------------------------------------------------------------------===//
// Functions and steps
//===----------------------------------------------------------------------===//

// -----

dl.model @unknown_entry {
  dl.param @fc.weight : tensor<4xf32> = zeros
  dl.step @s() {
    // expected-error@+1 {{'dl.read' op names @fc.wieght, which is not a parameter or buffer of the model; did you mean 'fc.weight'?}}
    %w = dl.read @fc.wieght : tensor<4xf32>
    dl.return
  }
}

// -----

dl.model @no_entry_at_all {
  dl.step @s() {
    // expected-error@+1 {{'dl.read' op names @w, which is not a parameter or buffer of the model}}
    %w = dl.read @w : tensor<4xf32>
    dl.return
  }
}

// -----

dl.model @hparam_is_no_entry {
  dl.hparam @lr = 0.1
  dl.step @s() {
    // expected-error@+1 {{'dl.read' op names @lr, which is a hyper-parameter: 'dl.read_hparam' reads it, and no step sets it}}
    %w = dl.read @lr : tensor<f32>
    dl.return
  }
}

// -----

dl.model @entry_of_another_type {
  dl.param @w : tensor<4xf32> = zeros
  dl.step @s() {
    // expected-error@+1 {{'dl.read' op has type 'tensor<8xf32>' but @w is 'tensor<4xf32>'}}
    %w = dl.read @w : tensor<8xf32>
    dl.return
  }
}

// -----

dl.model @write_another_type {
  dl.buffer @b : tensor<4xf32> = zeros
  dl.step @s(%x: tensor<4xf64>) {
    // expected-error@+1 {{'dl.write' op has type 'tensor<4xf64>' but @b is 'tensor<4xf32>'}}
    dl.write %x, @b : tensor<4xf64>
    dl.return
  }
}

// -----

dl.model @write_unknown {
  dl.buffer @mean : tensor<4xf32> = zeros
  dl.step @s(%x: tensor<4xf32>) {
    // expected-error@+1 {{'dl.write' op names @maen, which is not a parameter or buffer of the model; did you mean 'mean'?}}
    dl.write %x, @maen : tensor<4xf32>
    dl.return
  }
}

// -----

// A counter is one i64.
dl.model @write_more_than_a_counter {
  dl.counter @c
  dl.step @s(%x: tensor<800xf32>) {
    // expected-error@+1 {{'dl.write' op has type 'tensor<800xf32>' but @c is 'tensor<i64>'}}
    dl.write %x, @c : tensor<800xf32>
    dl.return
  }
}

// -----

dl.model @unknown_hparam {
  dl.hparam @lr = 0.1
  dl.step @s() {
    // expected-error@+1 {{'dl.read_hparam' op names @rl, which is not a hyper-parameter of the model; did you mean 'lr'?}}
    %lr = dl.read_hparam @rl : tensor<f32>
    dl.return
  }
}

// -----

dl.model @hparam_of_another_type {
  dl.hparam @lr = 0.1
  dl.step @s() {
    // expected-error@+1 {{'dl.read_hparam' op has type 'tensor<f64>' but @lr is 'tensor<f32>'}}
    %lr = dl.read_hparam @lr : tensor<f64>
    dl.return
  }
}

// -----

dl.model @hparam_as_integer {
  dl.hparam @lr = 0.1
  dl.step @s() {
    // expected-error@+1 {{must be tensor of rank 0 of f32 or f64, but got 'tensor<i64>'}}
    %lr = dl.read_hparam @lr : tensor<i64>
    dl.return
  }
}

// -----

dl.model @parameter_beyond_any_memory {
  // expected-error@+1 {{at most 2^40 elements}}
  dl.param @w : tensor<1000000x1000000x1000000x100xf32> = zeros
}
