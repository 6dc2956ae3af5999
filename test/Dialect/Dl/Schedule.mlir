// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @schedules(
// CHECK-SAME:    %[[LR:.*]]: tensor<f32>, %[[T:.*]]: tensor<i64>)
func.func @schedules(%lr: tensor<f32>, %t: tensor<i64>) -> tensor<f32> {
  // CHECK-NEXT: %[[A:.*]] = dl.constant_lr %[[LR]] at %[[T]] : tensor<f32>, tensor<i64>
  %a = dl.constant_lr %lr at %t : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[B:.*]] = dl.linear_lr %[[A]] at %[[T]] {end_factor = 0.000000e+00 : f64, start_factor = 1.000000e+00 : f64, total_iters = 100 : i64} : tensor<f32>, tensor<i64>
  %b = dl.linear_lr %a at %t {start_factor = 1.0, end_factor = 0.0, total_iters = 100} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[C:.*]] = dl.step_lr %[[B]] at %[[T]] {every = 10 : i64, step_size = 3 : i64} : tensor<f32>, tensor<i64>
  %c = dl.step_lr %b at %t {step_size = 3, every = 10} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[D:.*]] = dl.multi_step_lr %[[C]] at %[[T]] {gamma = 5.000000e-01 : f64, milestones = [3, 3, 9]} : tensor<f32>, tensor<i64>
  %d = dl.multi_step_lr %c at %t {milestones = [3, 3, 9], gamma = 0.5} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[E:.*]] = dl.exponential_lr %[[D]] at %[[T]] {gamma = 5.000000e-01 : f64, warmup_factor = 0.000000e+00 : f64, warmup_iters = 7 : i64} : tensor<f32>, tensor<i64>
  %e = dl.exponential_lr %d at %t {gamma = 0.5, warmup_iters = 7, warmup_factor = 0.0} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[F:.*]] = dl.polynomial_lr %[[E]] at %[[T]] {power = 2.000000e+00 : f64} : tensor<f32>, tensor<i64>
  %f = dl.polynomial_lr %e at %t {power = 2.0} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[G:.*]] = dl.inverse_sqrt_lr %[[F]] at %[[T]] {timescale = 100 : i64} : tensor<f32>, tensor<i64>
  %g = dl.inverse_sqrt_lr %f at %t {timescale = 100} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[H:.*]] = dl.cosine_annealing_lr %[[G]] at %[[T]] {T_max = 9 : i64, eta_min = 1.000000e-03 : f64} : tensor<f32>, tensor<i64>
  %h = dl.cosine_annealing_lr %g at %t {T_max = 9, eta_min = 1.0e-3} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[I:.*]] = dl.cosine_annealing_warm_restarts %[[H]] at %[[T]] {T_0 = 2 : i64, T_mult = 3 : i64} : tensor<f32>, tensor<i64>
  %i = dl.cosine_annealing_warm_restarts %h at %t {T_0 = 2, T_mult = 3} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: %[[J:.*]] = dl.one_cycle_lr %[[I]] at %[[T]] {anneal_strategy = "linear", three_phase, total_steps = 50 : i64} : tensor<f32>, tensor<i64>
  %j = dl.one_cycle_lr %i at %t {total_steps = 50, anneal_strategy = "linear", three_phase} : tensor<f32>, tensor<i64>
  // CHECK-NEXT: return %[[J]]
  return %j : tensor<f32>
}

// The result has the element type of lr and the shape of t.
// CHECK-LABEL: func @many(
// CHECK:         dl.step_lr %{{.*}} at %{{.*}} {step_size = 3 : i64} : tensor<f64>, tensor<4x5xf32>
// CHECK-NEXT:    return %{{.*}} : tensor<4x5xf64>
func.func @many(%lr: tensor<f64>, %t: tensor<4x5xf32>) -> tensor<4x5xf64> {
  %y = dl.step_lr %lr at %t {step_size = 3} : tensor<f64>, tensor<4x5xf32>
  return %y : tensor<4x5xf64>
}
