// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @nothing_to_clip(%max: tensor<f32>) {
  // expected-error@+1 {{'dl.clip_by_global_norm' op expects a gradient or more}}
  %norm = "dl.clip_by_global_norm"(%max) : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @mixed_types(%a: tensor<3xf32>, %b: tensor<3xf64>, %max: tensor<f32>) {
  // expected-error@+1 {{'dl.clip_by_global_norm' op expects gradients of one element type, but gradient 0 is 'tensor<3xf32>' and gradient 1 is 'tensor<3xf64>'}}
  %norm, %c:2 = dl.clip_by_global_norm %a, %b to %max : tensor<3xf32>, tensor<3xf64> to tensor<f32> -> tensor<f32>
  return
}

// -----

func.func @norm_of_another_type(%a: tensor<3xf32>, %max: tensor<f32>) {
  // expected-error@+1 {{'dl.clip_by_global_norm' op expects a norm of type 'tensor<f32>', not 'tensor<f64>'}}
  %norm, %c = dl.clip_by_global_norm %a to %max : tensor<3xf32> to tensor<f32> -> tensor<f64>
  return
}

// -----

dl.model @beta_of_one {
  // expected-error@+1 {{'dl.optimizer' op expects beta1 of #dl.adam to be from 0 on and less than 1, not 1.000000e+00}}
  dl.optimizer @o = #dl.adam<beta1 = 1.0>
}

// -----

dl.model @negative_decay {
  // expected-error@+1 {{'dl.optimizer' op expects weight_decay of #dl.sgd to be 0 or more, not -1.000000e-01}}
  dl.optimizer @o = #dl.sgd<weight_decay = -0.1>
}

// -----

dl.model @nesterov_alone {
  // expected-error@+1 {{'dl.optimizer' op expects nesterov of #dl.sgd to come with a momentum and without dampening}}
  dl.optimizer @o = #dl.sgd<nesterov = true>
}

// -----

dl.model @too_many_iterations {
  // expected-error@+1 {{'dl.optimizer' op expects ns_steps of #dl.muon from 0 to 99, not 100}}
  dl.optimizer @o = #dl.muon<ns_steps = 100>
}

// -----

dl.model @no_steps_ahead {
  // expected-error@+1 {{'dl.optimizer' op expects k of #dl.lookahead of 1 or more, not 0}}
  dl.optimizer @o = #dl.lookahead<#dl.sgd, k = 0>
}

// -----

dl.model @twice_ahead {
  // expected-error@+1 {{'dl.optimizer' op expects a rule inside of #dl.lookahead that does not look ahead itself}}
  dl.optimizer @o = #dl.lookahead<#dl.ranger>
}

// -----

dl.model @inner_range {
  // expected-error@+1 {{'dl.optimizer' op expects beta2 of #dl.adam to be from 0 on and less than 1, not 2.000000e+00}}
  dl.optimizer @o = #dl.lookahead<#dl.adam<beta2 = 2.0>>
}

// -----

dl.model @unknown_hyper {
  // expected-error@+1 {{'dl.optimizer' op names @bata, which is not a hyper-parameter of the model}}
  dl.optimizer @o = #dl.adam<beta1 = @bata>
}

// -----

dl.model @ahead_of_nothing {
  // expected-error@+1 {{expects an update rule inside of #dl.lookahead, not #dl.zeros}}
  dl.optimizer @o = #dl.lookahead<#dl.zeros>
}

// -----

dl.model @flag {
  // expected-error@+2 {{expected true or false}}
  // expected-error@+1 {{failed to parse}}
  dl.optimizer @o = #dl.adam<amsgrad = 1>
}

// -----

dl.model @unknown_bound {
  dl.optimizer @sgd = #dl.sgd
  dl.param @w : tensor<4xf32> = zeros
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // expected-error@+1 {{'dl.minimize' op names @bound, which is not a hyper-parameter of the model}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) clip_norm(@bound) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @averages_of_no_optimizer {
  dl.param @w : tensor<4xf32> = zeros
  dl.step @s() -> (y: tensor<4xf32>) {
    // expected-error@+1 {{'dl.read' op reads the averages of the optimizer @adam, which the model does not have}}
    %w = dl.read @w averaged(@adam) : tensor<4xf32>
    dl.return %w : tensor<4xf32>
  }
}
