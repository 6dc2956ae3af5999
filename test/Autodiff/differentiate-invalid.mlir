// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(func.func(dl-differentiate))"

func.func @other_dialect(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{'math.sin' op has no derivative, but the gradient of a value that depends on it is wanted}}
  %0 = math.sin %x : tensor<4xf32>
  %y = dl.reduce_sum %0 {axes = [0]} : tensor<4xf32> -> tensor<f32>
  // expected-note@+1 {{the gradient wanted here}}
  %g = dl.gradient %y wrt %x : tensor<f32> -> tensor<4xf32>
  return %g : tensor<4xf32>
}

// -----

// Beside the path it may stand.
func.func @beside_the_path(%x: tensor<4xf32>, %w: tensor<4xf32>) -> tensor<4xf32> {
  %0 = math.sin %w : tensor<4xf32>
  %1 = dl.mul %0, %x : tensor<4xf32>
  %y = dl.reduce_sum %1 {axes = [0]} : tensor<4xf32> -> tensor<f32>
  %g = dl.gradient %y wrt %x : tensor<f32> -> tensor<4xf32>
  return %g : tensor<4xf32>
}
