// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @step_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.step_lr' op expects 'every' of at least 1, not 0}}
  %0 = dl.step_lr %lr at %t {step_size = 3, every = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @step_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.step_lr' op expects 'warmup_iters' of at least 0, not -1}}
  %0 = dl.step_lr %lr at %t {step_size = 3, warmup_iters = -1} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @step_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.step_lr' op expects 'warmup_factor' from 0.000000e+00 to 1.000000e+00, not 1.500000e+00}}
  %0 = dl.step_lr %lr at %t {step_size = 3, warmup_factor = 1.5} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @step_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.step_lr' op expects 'step_size' of at least 1, not 0}}
  %0 = dl.step_lr %lr at %t {step_size = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @step_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.step_lr' op expects 'gamma' of at least 0, not -5.000000e-01}}
  %0 = dl.step_lr %lr at %t {step_size = 3, gamma = -0.5} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @constant_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.constant_lr' op expects 'factor' from 0.000000e+00 to 1.000000e+00, not 2.000000e+00}}
  %0 = dl.constant_lr %lr at %t {factor = 2.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @constant_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.constant_lr' op expects 'total_iters' of at least 1, not 0}}
  %0 = dl.constant_lr %lr at %t {total_iters = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @linear_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.linear_lr' op expects 'start_factor' from 0.000000e+00 to 1.000000e+00, not -1.000000e+00}}
  %0 = dl.linear_lr %lr at %t {start_factor = -1.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @linear_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.linear_lr' op expects 'end_factor' from 0.000000e+00 to 1.000000e+00, not 2.000000e+00}}
  %0 = dl.linear_lr %lr at %t {end_factor = 2.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @linear_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.linear_lr' op expects 'total_iters' of at least 1, not 0}}
  %0 = dl.linear_lr %lr at %t {total_iters = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @multi_step_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.multi_step_lr' op expects 'milestones' of at least 0 in ascending order, not [3, 2]}}
  %0 = dl.multi_step_lr %lr at %t {milestones = [3, 2]} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @multi_step_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.multi_step_lr' op expects 'milestones' of at least 0 in ascending order, not [-1, 2]}}
  %0 = dl.multi_step_lr %lr at %t {milestones = [-1, 2]} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @multi_step_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.multi_step_lr' op expects 'gamma' of at least 0, not -1.000000e+00}}
  %0 = dl.multi_step_lr %lr at %t {milestones = [3], gamma = -1.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @exponential_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.exponential_lr' op expects 'gamma' of at least 0, not INF}}
  %0 = dl.exponential_lr %lr at %t {gamma = 0x7FF0000000000000 : f64} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @polynomial_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.polynomial_lr' op expects 'total_iters' of at least 1, not 0}}
  %0 = dl.polynomial_lr %lr at %t {total_iters = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @polynomial_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.polynomial_lr' op expects 'power' of at least 0, not -1.000000e+00}}
  %0 = dl.polynomial_lr %lr at %t {power = -1.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @inverse_sqrt_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.inverse_sqrt_lr' op expects 'timescale' of at least 1, not 0}}
  %0 = dl.inverse_sqrt_lr %lr at %t {timescale = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @cosine_annealing_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.cosine_annealing_lr' op expects 'T_max' of at least 1, not 0}}
  %0 = dl.cosine_annealing_lr %lr at %t {T_max = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @cosine_annealing_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.cosine_annealing_lr' op expects 'eta_min' of at least 0, not -1.000000e+00}}
  %0 = dl.cosine_annealing_lr %lr at %t {T_max = 3, eta_min = -1.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @cosine_annealing_warm_restarts(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.cosine_annealing_warm_restarts' op expects 'T_0' of at least 1, not 0}}
  %0 = dl.cosine_annealing_warm_restarts %lr at %t {T_0 = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @cosine_annealing_warm_restarts(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.cosine_annealing_warm_restarts' op expects 'T_mult' of at least 1, not 0}}
  %0 = dl.cosine_annealing_warm_restarts %lr at %t {T_0 = 3, T_mult = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @cosine_annealing_warm_restarts(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.cosine_annealing_warm_restarts' op expects 'eta_min' of at least 0, not -1.000000e+00}}
  %0 = dl.cosine_annealing_warm_restarts %lr at %t {T_0 = 3, eta_min = -1.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @one_cycle_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.one_cycle_lr' op expects 'total_steps' of at least 1, not 0}}
  %0 = dl.one_cycle_lr %lr at %t {total_steps = 0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @one_cycle_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.one_cycle_lr' op expects 'pct_start' from 0.000000e+00 to 1.000000e+00, not 2.000000e+00}}
  %0 = dl.one_cycle_lr %lr at %t {total_steps = 9, pct_start = 2.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @one_cycle_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.one_cycle_lr' op expects 'pct_start' from 0.000000e+00 to 5.000000e-01, not 6.000000e-01}}
  %0 = dl.one_cycle_lr %lr at %t {total_steps = 9, pct_start = 0.6, three_phase} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @one_cycle_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.one_cycle_lr' op expects 'div_factor' above 0, not 0.000000e+00}}
  %0 = dl.one_cycle_lr %lr at %t {total_steps = 9, div_factor = 0.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @one_cycle_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.one_cycle_lr' op expects 'final_div_factor' above 0, not -1.000000e+00}}
  %0 = dl.one_cycle_lr %lr at %t {total_steps = 9, final_div_factor = -1.0} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @one_cycle_lr(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.one_cycle_lr' op expects 'anneal_strategy' "cos" or "linear", not "cosine"}}
  %0 = dl.one_cycle_lr %lr at %t {total_steps = 9, anneal_strategy = "cosine"} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @lr_is_a_scalar(%lr: tensor<3xf32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.step_lr' op operand #0 must be tensor of rank 0 of f32 or f64, but got 'tensor<3xf32>'}}
  %0 = dl.step_lr %lr at %t {step_size = 3} : tensor<3xf32>, tensor<i64>
  return
}
