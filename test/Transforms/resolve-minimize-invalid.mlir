// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(dl.model(dl-resolve-steps))"

// -----

dl.model @frozen_without_match {
  dl.param @w : tensor<4xf32> = zeros
  dl.param @b : tensor<4xf32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has the pattern "c", which matches no parameter that it descends along}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) frozen ["c"] : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @all_frozen {
  dl.param @w : tensor<4xf32> = zeros
  dl.param @b : tensor<4xf32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op freezes all parameters that it descends along}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) frozen ["*"] : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @group_without_match {
  dl.param @w : tensor<4xf32> = zeros
  dl.param @b : tensor<4xf32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has the pattern "c*", which matches no parameter that it descends along}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) groups [#dl.group<["c*"], lr = 2.0>] : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @group_of_frozen {
  dl.param @w : tensor<4xf32> = zeros
  dl.param @b : tensor<4xf32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has the pattern "w", which matches no parameter that it descends along}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) frozen ["w"] groups [#dl.group<["w"], lr = 2.0>] : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @two_groups {
  dl.param @w : tensor<4xf32> = zeros
  dl.param @b : tensor<4xf32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has @w in two groups, ["w"] and ["*"]}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) groups [#dl.group<["w"], lr = 2.0>, #dl.group<["*"], weight_decay = 0.0>] : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @muon_of_a_vector {
  dl.param @w : tensor<4xf32> = zeros
  dl.param @b : tensor<4xf32> = zeros
  dl.optimizer @rule = #dl.muon
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op matches @w of type 'tensor<4xf32>', but #dl.muon is for matrices; give it another optimizer by a second dl.minimize}}
    dl.minimize %loss with @rule over ["*"] lr(%lr)  : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @outside_of_the_set {
  dl.param @g.w : tensor<f32> = zeros
  dl.param @d.w : tensor<f32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @train(%lr: tensor<f32>) updates ["d.*"] {
    %w = dl.read @g.w : tensor<f32>
    %loss = dl.mul %w, %w : tensor<f32>
    // expected-error@+1 {{'dl.minimize' op changes @g.w, which is not among the parameters that @train updates}}
    dl.minimize %loss with @rule over ["g.*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @write_outside_of_the_set {
  dl.param @g.w : tensor<f32> = zeros
  dl.param @d.w : tensor<f32> = zeros
  dl.step @train(%x: tensor<f32>) updates ["d.*"] {
    // expected-error@+1 {{'dl.write' op changes @g.w, which is not among the parameters that @train updates}}
    dl.write %x, @g.w : tensor<f32>
    dl.return
  }
}

// -----

dl.model @set_without_match {
  dl.param @w : tensor<f32> = zeros
  // expected-error@+1 {{'dl.step' op has the pattern "d.*", which matches no parameter of the model}}
  dl.step @train(%x: tensor<f32>) updates ["d.*"] {
    dl.return
  }
}

// -----

dl.model @no_averages {
  dl.param @w : tensor<f32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @s() -> (y: tensor<f32>) {
    // expected-error@+1 {{'dl.read' op reads the averages of @rule, but no dl.minimize of it has the clause 'average'}}
    %w = dl.read @w averaged(@rule) : tensor<f32>
    dl.return %w : tensor<f32>
  }
}

// -----

dl.model @over_nothing {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has no pattern, so there is nothing to descend along}}
    dl.minimize %loss with @rule over [] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @group_of_a_number {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @rule = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op has the pattern 1 : i64, which is not a string}}
    dl.minimize %loss with @rule over ["*"] lr(%lr) groups [#dl.group<[1], lr = 2.0>] : tensor<f32>, tensor<f32>
    dl.return
  }
}
