// RUN: split-file %s %t
// RUN: dlc-opt %t/structure.mlir -dl-resolve 2>&1 | FileCheck %s
// RUN: dlc-run %t/clocks.mlir --interpret --step train | FileCheck %s --check-prefix=CLOCKS
// RUN: dlc-run %t/clocks.mlir --step train | FileCheck %s --check-prefix=CLOCKS
// RUN: dlc-run %t/average.mlir --interpret --step train | FileCheck %s --check-prefix=AVERAGE
// RUN: dlc-run %t/average.mlir -O0 --step train | FileCheck %s --check-prefix=AVERAGE
// RUN: not dlc-opt %t/none.mlir -dl-resolve 2>&1 | FileCheck %s --check-prefix=NONE
//--- structure.mlir
// A forgotten bias: no update, no slot, no norm of it; and a warning with its name and place.
// CHECK:       structure.mlir:23:5: warning: the loss does not depend on @b; left as it is, without weight decay: an operand may be missing, or 'frozen' says that it is meant
// CHECK:       structure.mlir:12:3: note: @b is declared here
// CHECK:       dl.model @m
// CHECK-NOT:   dl.slot @adam.{{.*}}.b
// CHECK:       func.func @train
// CHECK-SAME:    -> (tensor<f32> {{{.*}}}, tensor<4xf32> {{{.*}}dl.state = @w
// CHECK-NOT:     dl.state = @b
// CHECK:         dl.gradient %{{.*}} wrt %{{[^,]*}} : tensor<f32> -> tensor<4xf32>
dl.model @m {
  dl.param @w : tensor<4xf32> = ones
  dl.param @b : tensor<4xf32> = ones
  dl.param @far : tensor<4xf32> = ones
  dl.optimizer @adam = #dl.adam<weight_decay = 0.1>
  dl.step @train(%x: tensor<4xf32>) -> (loss: tensor<f32>) {
    %w = dl.read @w : tensor<4xf32>
    %b = dl.read @b : tensor<4xf32>
    %far = dl.read @far : tensor<4xf32>
    %y = dl.mul %w, %x : tensor<4xf32>
    %loss = dl.reduce_sum %y : tensor<4xf32> -> tensor<f32>
    %lr = dl.constant dense<0.1> : tensor<f32>
    // `frozen` says that it is meant.
    dl.minimize %loss with @adam over ["*"] lr(%lr) frozen ["far"] clip_norm(1.0) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
//--- clocks.mlir
// Two descents by one optimizer, each of which reaches one of two parameters: each is counted
// for itself, as torch.optim.Adam does, so that both move as by an optimizer of their own.
// CLOCKS: same = 1
dl.model @m {
  dl.param @a : tensor<f64> = constant<2.0>
  dl.param @b : tensor<f64> = constant<3.0>
  dl.param @c : tensor<f64> = constant<3.0>
  dl.optimizer @both = #dl.adam<weight_decay = 0.1>
  dl.optimizer @one = #dl.adam<weight_decay = 0.1>
  dl.step @train() -> (same: tensor<i1>) {
    %lr = dl.constant dense<0.1> : tensor<f64>
    %a = dl.read @a : tensor<f64>
    %b = dl.read @b : tensor<f64>
    %c = dl.read @c : tensor<f64>
    %p = dl.square %a : tensor<f64>
    dl.minimize %p with @both over ["a", "b"] lr(%lr) : tensor<f64>, tensor<f64>
    %q = dl.square %b : tensor<f64>
    dl.minimize %q with @both over ["a", "b"] lr(%lr) : tensor<f64>, tensor<f64>
    %r = dl.square %c : tensor<f64>
    dl.minimize %r with @one over ["c"] lr(%lr) : tensor<f64>, tensor<f64>
    %b1 = dl.read @b : tensor<f64>
    %c1 = dl.read @c : tensor<f64>
    %same = dl.compare eq %b1, %c1 : tensor<f64> -> tensor<i1>
    dl.return %same : tensor<i1>
  }
}
//--- average.mlir
// The average of one that stays is it, and so is what is clipped.
// AVERAGE-DAG: average = 0.5
// AVERAGE-DAG: now = 0.5
dl.model @m {
  dl.param @a : tensor<f64> = constant<2.0>
  dl.param @b : tensor<f64> = constant<3.0>
  dl.optimizer @sgd = #dl.sgd<weight_decay = 0.1>
  dl.step @train() -> (average: tensor<f64>, now: tensor<f64>) {
    %lr = dl.constant dense<0.1> : tensor<f64>
    %a = dl.read @a : tensor<f64>
    %p = dl.square %a : tensor<f64>
    dl.minimize %p with @sgd over ["*"] lr(%lr) clip_weights(0.5) average(0.9) : tensor<f64>, tensor<f64>
    %q = dl.read @b averaged(@sgd) : tensor<f64>
    %b = dl.read @b : tensor<f64>
    dl.return %q, %b : tensor<f64>, tensor<f64>
  }
}
//--- none.mlir
// NONE: none.mlir:10:5: error: 'dl.minimize' op has a loss that depends on none of the parameters that its patterns match
dl.model @m {
  dl.param @a : tensor<f64> = constant<2.0>
  dl.optimizer @sgd = #dl.sgd
  dl.step @train() -> (loss: tensor<f64>) {
    %lr = dl.constant dense<0.1> : tensor<f64>
    %a = dl.read @a : tensor<f64>
    %s = dl.stop_gradient %a : tensor<f64>
    %p = dl.square %s : tensor<f64>
    dl.minimize %p with @sgd over ["*"] lr(%lr) : tensor<f64>, tensor<f64>
    dl.return %p : tensor<f64>
  }
}
