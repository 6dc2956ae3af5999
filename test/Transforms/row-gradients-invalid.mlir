// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(dl.model(dl-resolve-steps))"

dl.model @adamw {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adamw
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.adamw has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @rmsprop {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.rmsprop
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.rmsprop has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @adadelta {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adadelta
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.adadelta has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @adamax {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adamax
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.adamax has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @nadam {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.nadam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.nadam has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @radam {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.radam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.radam has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @lion {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.lion
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.lion has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @lamb {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.lamb
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.lamb has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @muon {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.muon
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.muon has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @ranger {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.ranger
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.ranger has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @lookahead {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.lookahead<#dl.adam>
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.lookahead has no rule for sparse gradients; leave out 'sparse'}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @sgd_decay {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.sgd<weight_decay = 0.1>
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.sgd with weight decay has no rule for sparse gradients; leave out 'sparse' or the decay, for which a group of the dl.minimize may have 0.0}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @adagrad_decay {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adagrad<weight_decay = 0.1>
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.adagrad with weight decay has no rule for sparse gradients; leave out 'sparse' or the decay, for which a group of the dl.minimize may have 0.0}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @adam_decay {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam<weight_decay = 0.1>
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.adam with weight decay has no rule for sparse gradients; leave out 'sparse' or the decay, for which a group of the dl.minimize may have 0.0}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @decay_of_a_group {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.adam with weight decay has no rule for sparse gradients; leave out 'sparse' or the decay, for which a group of the dl.minimize may have 0.0}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) groups [#dl.group<["w"], weight_decay = 0.1>] : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @amsgrad {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam<amsgrad = true>
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but #dl.adam with amsgrad has no rule for sparse gradients; leave out one of the two}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @accumulate {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but 'accumulate' adds up gradients of all rows}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) accumulate(2) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @noise {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but 'noise' is added to all rows}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) noise(0.1) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @tied {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %z = dl.matmul %y, %w {transpose_b} : tensor<4x3xf32>, tensor<40x3xf32> -> tensor<4x40xf32>
    %loss = dl.reduce_sum %z {axes = [0, 1]} : tensor<4x40xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but the loss depends on it by 'dl.matmul' too, so that all rows have a gradient}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @not_all {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %z = dl.embedding %w at %i : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %m = dl.mul %y, %z : tensor<4x3xf32>
    %loss = dl.reduce_sum %m {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, and another that is not; all have to be}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @by_a_gradient {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    // expected-note@+1 {{the embedding}}
    %y = dl.embedding %w at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %s = dl.square %y : tensor<4x3xf32>
    %sum = dl.reduce_sum %s {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    %g = dl.gradient %sum wrt %y : tensor<f32> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %g {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but the loss depends on it by a dl.gradient alone}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @in_a_loop {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    %zero = dl.constant dense<0.0> : tensor<f32>
    %loss = dl.scan 4 carry(%s = %zero) over(%at = %i) with(%t = %w)
        : (tensor<f32>, tensor<4xi64>, tensor<40x3xf32>) -> tensor<f32> {
      // expected-note@+1 {{the embedding}}
      %y = dl.embedding %t at %at {sparse} : tensor<40x3xf32>, tensor<i64> -> tensor<3xf32>
      %sum = dl.reduce_sum %y {axes = [0]} : tensor<3xf32> -> tensor<f32>
      %next = dl.add %s, %sum : tensor<f32>
      dl.yield %next : tensor<f32>
    }
    // expected-error@+1 {{'dl.minimize' op descends on @w, which a 'sparse' dl.embedding reads, but the loss depends on it by 'dl.scan' too, so that all rows have a gradient}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @of_a_computed_table {
  dl.param @w : tensor<40x3xf32> = zeros
  dl.optimizer @rule = #dl.adam
  dl.step @train(%i: tensor<4xi64>, %lr: tensor<f32>) {
    %w = dl.read @w : tensor<40x3xf32>
    %t = dl.tanh %w : tensor<40x3xf32>
    // expected-error@+1 {{'dl.embedding' op is 'sparse', but its operand table is computed from a parameter that is trained; 'sparse' is for the parameter itself}}
    %y = dl.embedding %t at %i {sparse} : tensor<40x3xf32>, tensor<4xi64> -> tensor<4x3xf32>
    %loss = dl.reduce_sum %y {axes = [0, 1]} : tensor<4x3xf32> -> tensor<f32>
    dl.minimize %loss with @rule over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}
