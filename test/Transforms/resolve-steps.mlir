// RUN: dlc-opt %s -split-input-file -pass-pipeline="builtin.module(dl.model(dl-resolve-steps))" | FileCheck %s

// Calls are inlined, and the mode of the outer call reaches the inner batch norm.
// CHECK-LABEL: dl.model @modes
dl.model @modes {
  dl.param @w : tensor<3x4xf32> = zeros
  dl.param @g : tensor<3xf32> = ones
  dl.buffer @mean : tensor<3xf32> = zeros
  dl.buffer @var : tensor<3xf32> = ones
  // CHECK-NOT: dl.func
  dl.func @inner(%x: tensor<8x4xf32>) -> tensor<8x3xf32> {
    %w = dl.read @w : tensor<3x4xf32>
    %g = dl.read @g : tensor<3xf32>
    %0 = dl.linear %x, %w : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
    %1 = dl.batch_norm %0, %g, %g stats(@mean, @var) : tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3xf32>
    dl.return %1 : tensor<8x3xf32>
  }
  dl.func @net(%x: tensor<8x4xf32>) -> tensor<8x3xf32> {
    %0 = dl.call @inner(%x) : (tensor<8x4xf32>) -> tensor<8x3xf32>
    dl.return %0 : tensor<8x3xf32>
  }
  // The moving statistics are results; the variance is made unbiased by 8 / 7.
  // CHECK:      func.func @forward
  // CHECK-SAME:   %[[X:[^:]*]]: tensor<8x4xf32> {dl.name = "x", dl.type = tensor<8x4xf32>}
  // CHECK-SAME:   %[[W:[^:]*]]: tensor<3x4xf32> {dl.state = @w}
  // CHECK-SAME:   %[[G:[^:]*]]: tensor<3xf32> {dl.state = @g}
  // CHECK-SAME:   %[[OLD_MEAN:[^:]*]]: tensor<3xf32> {dl.state = @mean}
  // CHECK-SAME:   %[[OLD_VAR:[^:]*]]: tensor<3xf32> {dl.state = @var}
  // CHECK-SAME:   -> (tensor<8x3xf32> {dl.name = "y", dl.type = tensor<8x3xf32>}, tensor<3xf32> {dl.state = @mean}, tensor<3xf32> {dl.state = @var}) attributes {dl.step} {
  // CHECK-NEXT:   %[[Z:.*]] = dl.linear %[[X]], %[[W]]
  // CHECK-NEXT:   %[[Y:.*]], %[[MEAN:.*]], %[[VAR:.*]], %{{.*}} = dl.batch_norm_train %[[Z]], %[[G]], %[[G]]
  // CHECK-NEXT:   %[[KEEP_MEAN:.*]] = dl.scale %[[OLD_MEAN]] by 9.000000e-01
  // CHECK-NEXT:   %[[STOP_MEAN:.*]] = dl.stop_gradient %[[MEAN]]
  // CHECK-NEXT:   %[[ADD_MEAN:.*]] = dl.scale %[[STOP_MEAN]] by 1.000000e-01
  // CHECK-NEXT:   %[[NEW_MEAN:.*]] = dl.add %[[KEEP_MEAN]], %[[ADD_MEAN]]
  // CHECK-NEXT:   %[[KEEP_VAR:.*]] = dl.scale %[[OLD_VAR]] by 9.000000e-01
  // CHECK-NEXT:   %[[STOP_VAR:.*]] = dl.stop_gradient %[[VAR]]
  // CHECK-NEXT:   %[[ADD_VAR:.*]] = dl.scale %[[STOP_VAR]] by 1.142857{{.*}}e-01
  // CHECK-NEXT:   %[[NEW_VAR:.*]] = dl.add %[[KEEP_VAR]], %[[ADD_VAR]]
  // CHECK-NEXT:   return %[[Y]], %[[NEW_MEAN]], %[[NEW_VAR]]
  dl.step @forward(%x: tensor<8x4xf32>) -> (y: tensor<8x3xf32>) {
    %y = dl.call @net(%x) mode(train) : (tensor<8x4xf32>) -> tensor<8x3xf32>
    dl.return %y : tensor<8x3xf32>
  }
  // CHECK:      func.func @predict
  // CHECK-SAME:   -> (tensor<8x3xf32> {dl.name = "y", dl.type = tensor<8x3xf32>}) attributes {dl.step} {
  // CHECK-NEXT:   dl.linear
  // CHECK-NEXT:   %[[Y:.*]] = dl.batch_norm_eval
  // CHECK-NEXT:   return %[[Y]]
  dl.step @predict(%x: tensor<8x4xf32>) -> (y: tensor<8x3xf32>) {
    %y = dl.call @net(%x) mode(eval) : (tensor<8x4xf32>) -> tensor<8x3xf32>
    dl.return %y : tensor<8x3xf32>
  }
  // Every model counts its steps and has a seed.
  // CHECK:      dl.counter @step_count
  // CHECK-NEXT: dl.counter @seed
}

// -----

// A mode that is stated on the op wins over that of the call.
// CHECK-LABEL: dl.model @own_mode
dl.model @own_mode {
  dl.buffer @mean : tensor<3xf32> = zeros
  dl.buffer @var : tensor<3xf32> = ones
  dl.func @net(%x: tensor<8x3xf32>, %g: tensor<3xf32>) -> tensor<8x3xf32> {
    %0 = dl.batch_norm %x, %g, %g stats(@mean, @var) mode(eval) : tensor<8x3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3xf32>
    dl.return %0 : tensor<8x3xf32>
  }
  // CHECK:     func.func @s
  // CHECK-NOT: dl.batch_norm_train
  // CHECK:     dl.batch_norm_eval
  // CHECK-NOT: dl.batch_norm_train
  dl.step @s(%x: tensor<8x3xf32>, %g: tensor<3xf32>) -> (y: tensor<8x3xf32>) {
    %y = dl.call @net(%x, %g) mode(train) : (tensor<8x3xf32>, tensor<3xf32>) -> tensor<8x3xf32>
    dl.return %y : tensor<8x3xf32>
  }
}

// -----

// A read sees the last write before it.
// CHECK-LABEL: dl.model @order
dl.model @order {
  dl.param @w : tensor<3xf32> = zeros
  // CHECK:      func.func @swap(%[[X:[^:]*]]: {{.*}}, %[[W:[^:]*]]: tensor<3xf32> {dl.state = @w})
  // CHECK-NEXT:   %[[V:.*]] = dl.variable %[[X]]
  // CHECK-NEXT:   return %[[W]], %[[V]], %[[V]]
  dl.step @swap(%x: tensor<3xf32>) -> (before: tensor<3xf32>, after: tensor<3xf32>) {
    %0 = dl.read @w : tensor<3xf32>
    dl.write %x, @w : tensor<3xf32>
    %1 = dl.read @w : tensor<3xf32>
    dl.return %0, %1 : tensor<3xf32>, tensor<3xf32>
  }
  // What is only written is an argument too: its old value is replaced.
  // CHECK:      func.func @set(%[[X:[^:]*]]: {{.*}}, %{{[^:]*}}: tensor<3xf32> {dl.state = @w}) -> (tensor<3xf32> {dl.state = @w})
  // CHECK-NEXT:   return %[[X]]
  dl.step @set(%x: tensor<3xf32>) {
    dl.write %x, @w : tensor<3xf32>
    dl.return
  }
}

// -----

// minimize: gradient, one update a parameter that a pattern names, slots, counters.
// CHECK-LABEL: dl.model @descent
dl.model @descent {
  dl.hparam @lr = 0.1
  dl.param @a.weight : tensor<4xf32> = zeros
  dl.param @b.weight : tensor<4xf32> = zeros
  dl.param @a.bias : tensor<4xf32> = zeros
  // CHECK-NOT: dl.optimizer
  dl.optimizer @sgd = #dl.sgd<momentum = 0.9>
  // CHECK:      func.func @train
  // CHECK-SAME:   %[[X:[^:]*]]: tensor<4xf32> {dl.name = "x", dl.type = tensor<4xf32>}
  // CHECK-SAME:   %[[A:[^:]*]]: tensor<4xf32> {dl.state = @a.weight}
  // CHECK-SAME:   %[[B:[^:]*]]: tensor<4xf32> {dl.state = @b.weight}
  // CHECK-SAME:   %[[LR:[^:]*]]: tensor<f32> {dl.state = @lr}
  // CHECK-SAME:   %[[STEP:[^:]*]]: tensor<i64> {dl.state = @sgd.step}
  // CHECK-SAME:   %[[VA:[^:]*]]: tensor<4xf32> {dl.state = @sgd.momentum_buffer.a.weight}
  // CHECK-SAME:   %[[VB:[^:]*]]: tensor<4xf32> {dl.state = @sgd.momentum_buffer.b.weight}
  // CHECK-SAME:   %[[COUNT:[^:]*]]: tensor<i64> {dl.state = @step_count}
  // CHECK-SAME:   attributes {dl.step, dl.trains} {
  // CHECK:        %[[LOSS:.*]] = dl.reduce_sum
  // CHECK-NEXT:   %[[G:.*]]:2 = dl.gradient %[[LOSS]] wrt %[[A]], %[[B]]
  // CHECK:        %[[NEXT_STEP:.*]] = dl.add %[[STEP]], %{{.*}} : tensor<i64>
  // CHECK-NEXT:   %[[MA:.*]] = dl.scale %[[VA]] by 9.000000e-01
  // CHECK-NEXT:   %[[NEW_VA:.*]] = dl.add %[[MA]], %[[G]]#0
  // CHECK:        %[[NEW_A:.*]] = dl.sub %[[A]]
  // CHECK-NEXT:   %[[MB:.*]] = dl.scale %[[VB]] by 9.000000e-01
  // CHECK-NEXT:   %[[NEW_VB:.*]] = dl.add %[[MB]], %[[G]]#1
  // CHECK:        %[[NEW_B:.*]] = dl.sub %[[B]]
  // CHECK:        %[[NEXT:.*]] = dl.add %[[COUNT]]
  // CHECK-NEXT:   return %[[LOSS]], %[[NEXT_STEP]], %[[NEW_A]], %[[NEW_VA]], %[[NEW_B]], %[[NEW_VB]], %[[NEXT]]
  dl.step @train(%x: tensor<4xf32>) -> (loss: tensor<f32>) {
    %a = dl.read @a.weight : tensor<4xf32>
    %b = dl.read @b.weight : tensor<4xf32>
    %0 = dl.mul %a, %b : tensor<4xf32>
    %1 = dl.mul %0, %x : tensor<4xf32>
    %loss = dl.reduce_sum %1 {axes = [0]} : tensor<4xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["a.weight", "*.weight"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  // CHECK:      dl.counter @sgd.step
  // CHECK-NEXT: dl.slot @sgd.momentum_buffer.a.weight : tensor<4xf32> = zeros of @a.weight
  // CHECK-NEXT: dl.slot @sgd.momentum_buffer.b.weight : tensor<4xf32> = zeros of @b.weight
  // CHECK-NEXT: dl.counter @step_count
  // CHECK-NEXT: dl.counter @seed
}

// -----

// A step that writes to a parameter what it made of a gradient trains, wherever the gradient is taken; one that copies
// or keeps a gradient in a buffer does not.
// CHECK-LABEL: dl.model @by_hand
dl.model @by_hand {
  dl.param @w : tensor<4xf32> = zeros
  dl.param @old : tensor<4xf32> = zeros
  dl.buffer @g : tensor<4xf32> = zeros
  // CHECK:      func.func @descend
  // CHECK-SAME:   attributes {dl.step, dl.trains}
  // CHECK:        %[[ONE:.*]] = dl.constant dense<1> : tensor<i64>
  // CHECK-NEXT:   %[[COUNT:.*]] = dl.add %{{.*}}, %[[ONE]] : tensor<i64>
  // CHECK-NEXT:   return %{{.*}}, %[[COUNT]] :
  dl.step @descend(%x: tensor<4xf32>) {
    %w = dl.read @w : tensor<4xf32>
    %p = dl.mul %w, %x : tensor<4xf32>
    %loss = dl.reduce_sum %p : tensor<4xf32> -> tensor<f32>
    %g = dl.gradient %loss wrt %w : tensor<f32> -> tensor<4xf32>
    %less = dl.scale %g by -0.125 : tensor<4xf32>
    %next = dl.add %w, %less : tensor<4xf32>
    dl.write %next, @w : tensor<4xf32>
    dl.return
  }
  // CHECK:      func.func @in_a_loop
  // CHECK-SAME:   attributes {dl.step, dl.trains}
  dl.step @in_a_loop(%x: tensor<4xf32>) {
    %w = dl.read @w : tensor<4xf32>
    %next = dl.scan 2 carry(%v = %w) with(%c = %x) : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> {
      %p = dl.mul %v, %c : tensor<4xf32>
      %loss = dl.reduce_sum %p : tensor<4xf32> -> tensor<f32>
      %g = dl.gradient %loss wrt %v : tensor<f32> -> tensor<4xf32>
      dl.yield %g : tensor<4xf32>
    }
    dl.write %next, @w : tensor<4xf32>
    dl.return
  }
  // CHECK:      func.func @copy
  // CHECK-SAME:   attributes {dl.step} {
  dl.step @copy() {
    %w = dl.read @w : tensor<4xf32>
    dl.write %w, @old : tensor<4xf32>
    dl.return
  }
  // CHECK:      func.func @keep
  // CHECK-SAME:   attributes {dl.step} {
  dl.step @keep(%x: tensor<4xf32>) {
    %w = dl.read @w : tensor<4xf32>
    %p = dl.mul %w, %x : tensor<4xf32>
    %loss = dl.reduce_sum %p : tensor<4xf32> -> tensor<f32>
    %g = dl.gradient %loss wrt %w : tensor<f32> -> tensor<4xf32>
    dl.write %g, @g : tensor<4xf32>
    dl.return
  }
}
