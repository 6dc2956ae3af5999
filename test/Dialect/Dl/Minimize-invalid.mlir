// RUN: dlc-opt %s -split-input-file -verify-diagnostics

dl.model @unknown_clause {
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{there is no clause 'clip_nrm'; did you mean 'clip_norm'?}}
    dl.minimize %loss with @o over ["*"] lr(%lr) clip_nrm(1.0) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @far_clause {
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{there is no clause 'momentum'; there is with, over, lr, frozen, groups, accumulate, clip_value, clip_norm, noise, clip_weights, average}}
    dl.minimize %loss with @o over ["*"] lr(%lr) momentum(0.9) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @twice {
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{has 'lr' twice}}
    dl.minimize %loss with @o lr(0.1) over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @no_optimizer {
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{expects the clause 'with': with @adam}}
    dl.minimize %loss over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @no_parameters {
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{expects the clause 'over': over ["*"]}}
    dl.minimize %loss with @o lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @no_rate {
  dl.step @train(%loss: tensor<f32>) {
    // expected-error@+1 {{expects the clause 'lr': lr(1.0e-3)}}
    dl.minimize %loss with @o over ["*"] : tensor<f32>
    dl.return
  }
}

// -----

dl.model @unknown_rate {
  dl.hparam @lr = 0.1
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @o = #dl.sgd
  dl.step @train(%loss: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op names @rl, which is not a hyper-parameter of the model; did you mean 'lr'?}}
    dl.minimize %loss with @o over ["*"] lr(@rl) : tensor<f32>
    dl.return
  }
}

// -----

dl.model @two_rates {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @o = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects one learning rate, either a value or 'rate'}}
    dl.minimize %loss with @o over ["*"] lr(%lr) {rate = 0.1} : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @infinite_rate {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @o = #dl.sgd
  dl.step @train(%loss: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op expects lr to be finite, not INF}}
    dl.minimize %loss with @o over ["*"] lr(inf) : tensor<f32>
    dl.return
  }
}

// -----

dl.model @no_patterns {
  dl.step @train(%loss: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op attribute 'patterns' failed to satisfy constraint: string array attribute}}
    dl.minimize %loss with @o over [1] lr(0.1) : tensor<f32>
    dl.return
  }
}
