// Numbers that no rule and no clause can use, each at its op.
// RUN: dlc-opt %s -split-input-file -verify-diagnostics

dl.model @nadam {
  // expected-error@+1 {{'dl.optimizer' op expects momentum_decay of #dl.nadam to be 0 or more, not -1.000000e+00}}
  dl.optimizer @o = #dl.nadam<momentum_decay = -1.0>
}

// -----

dl.model @lookahead {
  // expected-error@+1 {{'dl.optimizer' op expects alpha of #dl.lookahead to be from 0 to 1, not 2.000000e+00}}
  dl.optimizer @o = #dl.lookahead<#dl.adam, alpha = 2.0>
}

// -----

dl.model @ranger {
  // expected-error@+1 {{'dl.optimizer' op expects alpha of #dl.ranger to be from 0 to 1, not -5.000000e-01}}
  dl.optimizer @o = #dl.ranger<alpha = -0.5>
}

// -----

dl.model @dampening {
  // expected-error@+1 {{'dl.optimizer' op expects dampening of #dl.sgd to be finite, not INF}}
  dl.optimizer @o = #dl.sgd<momentum = 0.9, dampening = inf>
}

// -----

dl.model @infinite {
  // expected-error@+1 {{'dl.optimizer' op expects lr_decay of #dl.adagrad to be 0 or more, not INF}}
  dl.optimizer @o = #dl.adagrad<lr_decay = inf>
}

// -----

dl.model @no_number {
  // expected-error@+1 {{'dl.optimizer' op expects beta1 of #dl.lion to be from 0 on and less than 1, not }}
  dl.optimizer @o = #dl.lion<beta1 = nan>
}

// -----

dl.model @coefficient {
  // expected-error@+1 {{'dl.optimizer' op expects a of #dl.muon to be finite, not -INF}}
  dl.optimizer @o = #dl.muon<a = -inf>
}

// -----

dl.model @clip_value {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects clip_value to be 0 or more, not -1.000000e+00}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) clip_value(-1.0) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @clip_norm {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects clip_norm to be 0 or more, not -1.000000e+00}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) clip_norm(-1.0) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @noise {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects noise to be 0 or more, not -1.000000e+00}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) noise(-1.0) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @gamma {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects gamma of noise to be 0 or more, not -5.000000e-01}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) noise(1.0, -0.5) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @clip_weights {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects clip_weights to be 0 or more, not -1.000000e+00}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) clip_weights(-1.0) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @average {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects average to be from 0 to 1, not 1.500000e+00}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) average(1.5) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @group_lr {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects lr of the group ["w"] to be 0 or more, not -1.000000e+00}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) groups [#dl.group<["w"], lr = -1.0>] : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @group_decay {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects weight_decay of the group ["w"] to be 0 or more, not -1.000000e+00}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) groups [#dl.group<["w"], weight_decay = -1.0>] : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @first_value {
  dl.param @w : tensor<4xf32> = zeros
  dl.hparam @d = 1.5
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects average to be from 0 to 1, not 1.500000e+00, which is the first value of @d}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) average(@d) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

// What a step reads is an f32, and the nearest to this is 1.
dl.model @rounds_to_one {
  dl.hparam @beta = 0.99999999999
  // expected-error@+1 {{'dl.optimizer' op expects beta1 of #dl.adam to be from 0 on and less than 1, not 1.000000e+00, which is the first value of @beta}}
  dl.optimizer @o = #dl.adam<beta1 = @beta>
}

// -----

dl.model @no_pattern {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{expects a pattern or more in #dl.group, not []}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) groups [#dl.group<[], lr = 2.0>] : tensor<f32>, tensor<f32>
    dl.return
  }
}
