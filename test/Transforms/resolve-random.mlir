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

// In the body of a loop the step has the number of the iteration in its upper half:
// that of the outer loop counts those of the inner one.
// CHECK-LABEL: dl.model @loops
// CHECK:      func.func @s
// CHECK-SAME:   %[[SEED:[^:]*]]: tensor<i64> {dl.state = @seed}
// CHECK-SAME:   %[[COUNT:[^:]*]]: tensor<i64> {dl.state = @step_count}
// CHECK-DAG:    %[[TRIP:.*]] = dl.iota {axis = 0 : i64} : tensor<3xi64>
// CHECK-DAG:    %[[LONG:.*]] = dl.constant dense<21474836480> : tensor<3xi64>
// CHECK-DAG:    %[[OFFSET:.*]] = dl.mul %[[TRIP]], %[[LONG]]
// CHECK-DAG:    %[[SPREAD:.*]] = dl.broadcast %[[COUNT]]
// CHECK:        %[[EACH:.*]] = dl.add %[[OFFSET]], %[[SPREAD]]
// CHECK:        dl.scan 3 over(%[[OUTER:.*]] = %[[EACH]]{{.*}}) with(%[[KEY:.*]] = %[[SEED]])
// CHECK:          dl.iota {axis = 0 : i64} : tensor<5xi64>
// CHECK:          dl.constant dense<4294967296> : tensor<5xi64>
// CHECK:          dl.broadcast %[[OUTER]]
// CHECK:          dl.scan 5 over(%[[INNER:.*]] = %{{.*}}) with(%[[INNER_KEY:.*]] = %[[KEY]])
// CHECK:            dl.random_bits %[[INNER_KEY]], %[[INNER]] number 0 word 0 : tensor<2xi32>
// CHECK:            dl.random_bits %[[INNER_KEY]], %[[INNER]] number 1 word 0 : tensor<4xi32>
dl.model @loops {
  dl.step @s() -> (u: tensor<3x5x2xf32>, v: tensor<3x5x4xf32>) {
    %u, %v = dl.scan 3 : () -> (tensor<3x5x2xf32>, tensor<3x5x4xf32>) {
      %0, %1 = dl.scan 5 : () -> (tensor<5x2xf32>, tensor<5x4xf32>) {
        %2 = dl.uniform : tensor<2xf32>
        %3 = dl.uniform : tensor<4xf32>
        dl.yield %2, %3 : tensor<2xf32>, tensor<4xf32>
      }
      dl.yield %0, %1 : tensor<5x2xf32>, tensor<5x4xf32>
    }
    dl.return %u, %v : tensor<3x5x2xf32>, tensor<3x5x4xf32>
  }
}

// -----

dl.model @endless {
  dl.step @s() -> (u: tensor<70000xf32>) {
    %u = dl.scan 70000 : () -> tensor<70000xf32> {
      %0 = dl.scan 40000 : () -> tensor<40000xf32> {
        // expected-error@+1 {{'dl.uniform' op may not be reached from the bodies of loops with more than 2^31 iterations in all}}
        %2 = dl.uniform : tensor<f32>
        dl.yield %2 : tensor<f32>
      }
      %1 = dl.reduce_sum %0 {axes = [0]} : tensor<40000xf32> -> tensor<f32>
      dl.yield %1 : tensor<f32>
    }
    dl.return %u : tensor<70000xf32>
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
