// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl.model(dl-resolve-steps))" | FileCheck %s

// The variance of the noise is 0.3 / t^0.55 at update t.
// CHECK-LABEL: dl.model @noise
dl.model @noise {
  dl.param @w : tensor<4xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  // CHECK:      func.func @train
  // CHECK:        %[[G:.*]] = dl.gradient
  // CHECK:        %[[T:.*]] = dl.add %{{.*}}, %{{.*}} : tensor<i64>
  // CHECK-NEXT:   %[[ETA:.*]] = dl.constant dense<3.000000e-01> : tensor<f64>
  // CHECK-NEXT:   %[[GAMMA:.*]] = dl.constant dense<5.500000e-01> : tensor<f64>
  // CHECK-NEXT:   %[[TIME:.*]] = dl.cast %[[T]] : tensor<i64> to tensor<f64>
  // CHECK-NEXT:   %[[LOG:.*]] = dl.log %[[TIME]]
  // CHECK-NEXT:   %[[MINUS:.*]] = dl.neg %[[LOG]]
  // CHECK-NEXT:   %[[POWER:.*]] = dl.mul %[[GAMMA]], %[[MINUS]]
  // CHECK-NEXT:   %[[EXP:.*]] = dl.exp %[[POWER]]
  // CHECK-NEXT:   %[[VARIANCE:.*]] = dl.mul %[[ETA]], %[[EXP]]
  // CHECK-NEXT:   %[[DEVIATION:.*]] = dl.sqrt %[[VARIANCE]]
  // CHECK:        dl.random_bits
  // CHECK:        %[[Z:.*]] = dl.mul
  // CHECK:        %[[SPREAD:.*]] = dl.broadcast
  // CHECK-NEXT:   %[[NOISE:.*]] = dl.mul %[[Z]], %[[SPREAD]]
  // CHECK-NEXT:   dl.add %[[G]], %[[NOISE]]
  dl.step @train(%lr: tensor<f32>) {
    %w = dl.read @w : tensor<4xf32>
    %loss = dl.reduce_sum %w {axes = [0]} : tensor<4xf32> -> tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) noise(0.3) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

// Two sets of one optimizer: each parameter counts its own updates. A slot need not have
// the parameter's shape, nor start at zero.
// CHECK-LABEL: dl.model @sets
dl.model @sets {
  dl.param @a : tensor<4xf32> = zeros
  dl.param @b : tensor<4xf32> = zeros
  dl.optimizer @nadam = #dl.nadam
  dl.step @train(%lr: tensor<f32>) {
    %w = dl.read @a : tensor<4xf32>
    %loss = dl.reduce_sum %w {axes = [0]} : tensor<4xf32> -> tensor<f32>
    dl.minimize %loss with @nadam over ["a"] lr(%lr) average(0.5) : tensor<f32>, tensor<f32>
    dl.return
  }
  dl.step @other(%lr: tensor<f32>) {
    %w = dl.read @b : tensor<4xf32>
    %loss = dl.reduce_sum %w {axes = [0]} : tensor<4xf32> -> tensor<f32>
    dl.minimize %loss with @nadam over ["b"] lr(%lr) accumulate(2) clip_norm(1.0) : tensor<f32>, tensor<f32>
    dl.return
  }
  // Until the first update the average is the parameter.
  // CHECK:      func.func @read(%[[A:[^:]*]]: tensor<4xf32> {dl.state = @a}
  // CHECK-SAME:   %[[STEP:[^:]*]]: tensor<i64> {dl.state = @nadam.averages.a}
  // CHECK-SAME:   %[[AVERAGE:[^:]*]]: tensor<4xf32> {dl.state = @nadam.average.a}
  // CHECK-SAME:   %[[B:[^:]*]]: tensor<4xf32> {dl.state = @b}
  // CHECK:        %[[NONE:.*]] = dl.compare eq %[[STEP]]
  // CHECK-NEXT:   %[[MASK:.*]] = dl.broadcast %[[NONE]]
  // CHECK-NEXT:   %[[READ:.*]] = dl.select %[[MASK]], %[[A]], %[[AVERAGE]]
  // CHECK-NEXT:   return %[[READ]], %[[B]]
  dl.step @read() -> (a: tensor<4xf32>, b: tensor<4xf32>) {
    %a = dl.read @a averaged(@nadam) : tensor<4xf32>
    %b = dl.read @b averaged(@nadam) : tensor<4xf32>
    dl.return %a, %b : tensor<4xf32>, tensor<4xf32>
  }
  // CHECK:     dl.counter @nadam.step.a
  // CHECK:     dl.slot @nadam.mu_product.a : tensor<f64> = constant<1.000000e+00>{{$}}
  // CHECK:     dl.counter @nadam.averages.a
  // CHECK:     dl.slot @nadam.average.a : tensor<4xf32> = zeros of @a
  // CHECK:     dl.counter @nadam.step.b
  // CHECK:     dl.counter @nadam.calls.b
  // CHECK:     dl.slot @nadam.accumulated.b : tensor<4xf32> = zeros of @b
}
