// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(dl.model(dl-resolve-steps))"

dl.model @recursion {
  dl.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error@+1 {{'dl.call' op is recursive: @f calls itself}}
    %0 = dl.call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
}

// -----

dl.model @mutual_recursion {
  dl.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = dl.call @g(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
  dl.func @g(%x: tensor<4xf32>) -> tensor<4xf32> {
    // expected-error@+1 {{'dl.call' op is recursive: @f calls itself}}
    %0 = dl.call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
}

// -----

dl.model @no_mode {
  dl.buffer @mean : tensor<3xf32> = zeros
  dl.buffer @var : tensor<3xf32> = ones
  dl.func @net(%x: tensor<8x3xf32>, %g: tensor<3xf32>) -> tensor<8x3xf32> {
    // expected-error@+1 {{'dl.batch_norm' op has no mode here; call its function with mode(train) or mode(eval), or state the mode on it}}
    %0 = dl.batch_norm %x, %g, %g stats(@mean, @var) : tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3xf32>
    dl.return %0 : tensor<8x3xf32>
  }
  dl.step @s(%x: tensor<8x3xf32>, %g: tensor<3xf32>) -> (y: tensor<8x3xf32>) {
    %y = dl.call @net(%x, %g) : (tensor<8x3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
    dl.return %y : tensor<8x3xf32>
  }
}

// -----

// Of one element there is no variance.
dl.model @one_element {
  dl.buffer @mean : tensor<3xf32> = zeros
  dl.buffer @var : tensor<3xf32> = ones
  dl.step @s(%x: tensor<1x3xf32>, %g: tensor<3xf32>) -> (y: tensor<1x3xf32>) {
    // expected-error@+1 {{'dl.batch_norm' op in mode train needs more than one element a channel, but operand x is 'tensor<1x3xf32>'}}
    %0 = dl.batch_norm %x, %g, %g stats(@mean, @var) mode(train) : tensor<1x3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<1x3xf32>
    dl.return %0 : tensor<1x3xf32>
  }
}

// -----

dl.model @pattern_without_match {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has the pattern "conv*", which matches no parameter of the model}}
    dl.minimize %loss with @sgd over ["*", "conv*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @pattern_is_none {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has the pattern "[", which is not one: }}
    dl.minimize %loss with @sgd over ["["] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @integer_parameter {
  dl.param @n : tensor<4xi32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op matches @n, whose type 'tensor<4xi32>' has no gradient}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

// Without parameters there is nothing to descend along.
dl.model @no_pattern {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op}}
    dl.minimize %loss with @sgd over [] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

// The name of a counter is taken.
dl.model @taken_name {
  // expected-error@+1 {{step_count}}
  dl.param @step_count : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

// A second descent on one loss: the loss knows nothing of the new values.
dl.model @loss_of_old_values {
  dl.param @w : tensor<f32> = ones
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%lr: tensor<f32>) {
    %w = dl.read @w : tensor<f32>
    %loss = dl.mul %w, %w : tensor<f32>
    dl.minimize %loss with @sgd over ["w"] lr(%lr) : tensor<f32>, tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which has been written since the loss was computed; compute the loss again from a new dl.read}}
    dl.minimize %loss with @sgd over ["w"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @loss_of_nothing {
  dl.param @w : tensor<f32> = ones
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has a loss that depends on none of the parameters that its patterns match}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}
