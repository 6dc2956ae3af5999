// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl.model(dl-resolve-steps))" -verify-diagnostics | FileCheck %s

// Ops that draw are numbered over all steps, each call of a function anew; what
// does not draw, in mode eval or where nothing is left out, has no number.
// CHECK-LABEL: dl.model @numbers
dl.model @numbers {
  dl.func @noisy(%x: tensor<4xf32>) -> tensor<4xf32> {
    %0 = dl.dropout %x : tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
  // CHECK:      func.func @train
  // CHECK-SAME:   %[[X:[^:]*]]: tensor<4xf32>
  // CHECK-SAME:   %[[SEED:[^:]*]]: tensor<i64> {dl.state = @seed}
  // CHECK-SAME:   %[[COUNT:[^:]*]]: tensor<i64> {dl.state = @step_count}
  // CHECK:        dl.random_bits %[[SEED]], %[[COUNT]] number 0 word 0 : tensor<4xi32>
  // CHECK:        dl.compare lt
  // CHECK:        dl.scale %[[X]] by 2.000000e+00
  // CHECK:        dl.select
  // CHECK:        dl.random_bits %[[SEED]], %[[COUNT]] number 1 word 0 : tensor<4xi32>
  // CHECK-NOT:    dl.random_bits
  // CHECK:        return
  dl.step @train(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.call @noisy(%x) mode(train) : (tensor<4xf32>) -> tensor<4xf32>
    %1 = dl.call @noisy(%0) mode(train) : (tensor<4xf32>) -> tensor<4xf32>
    %2 = dl.dropout %1 mode(train) {p = 0.0} : tensor<4xf32>
    dl.return %2 : tensor<4xf32>
  }
  // CHECK:      func.func @predict(%[[X:[^:]*]]: tensor<4xf32> {dl.name = "x", dl.type = tensor<4xf32>}) ->
  // CHECK-NEXT:   return %[[X]]
  dl.step @predict(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    %0 = dl.call @noisy(%x) mode(eval) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
  // CHECK:      func.func @sample
  // CHECK:        dl.random_bits %{{.*}}, %{{.*}} number 2 word 0
  dl.step @sample() -> (u: tensor<3xf32>) {
    %u = dl.uniform : tensor<3xf32>
    dl.return %u : tensor<3xf32>
  }
}

// -----

dl.model @no_mode {
  dl.step @s(%x: tensor<4xf32>) -> (y: tensor<4xf32>) {
    // expected-error@+1 {{'dl.dropout' op has no mode here; call its function with mode(train) or mode(eval), or state the mode on it}}
    %0 = dl.dropout %x : tensor<4xf32>
    dl.return %0 : tensor<4xf32>
  }
}
