// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: dl.step @train
// CHECK-SAME:    %[[LOSS:.*]]: tensor<f32>, %[[LR:.*]]: tensor<f32>
dl.model @clauses {
  dl.hparam @rate = 0.1
  dl.hparam @bound = 2
  dl.param @w : tensor<4xf32> = zeros
  dl.param @bias : tensor<4xf32> = zeros
  dl.optimizer @o = #dl.sgd
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) {
    // The clauses are read in any order and printed in one.
    // CHECK-NEXT: dl.minimize %[[LOSS]] with @o over ["*"] lr(%[[LR]]) : tensor<f32>, tensor<f32>
    // CHECK-NEXT: dl.minimize %[[LOSS]] with @o over ["*"] lr(%[[LR]]) : tensor<f32>, tensor<f32>
    // CHECK-NEXT: dl.minimize %[[LOSS]] with @o over ["*"] lr(%[[LR]]) frozen ["w"] groups [#dl.group<["bias"], lr = 2.000000e+00>] accumulate(4) clip_value(1.000000e+00) clip_norm(@bound) noise(3.000000e-01, 5.000000e-01) clip_weights(1.000000e+00) average(9.990000e-01) {dialect.note} : tensor<f32>, tensor<f32>
    dl.minimize %loss lr(%lr) over ["*"] with @o : tensor<f32>, tensor<f32>
    dl.minimize %loss over ["*"] with @o lr(%lr) : tensor<f32>, tensor<f32>
    dl.minimize %loss average(0.999) clip_weights(1) noise(0.3, 5e-1) clip_norm(@bound) clip_value(1.0)
        accumulate(4) groups [#dl.group<["bias"], lr = 2>] frozen ["w"] lr(%lr) over ["*"] with @o
        {dialect.note} : tensor<f32>, tensor<f32>

    // The learning rate is a value, a number or a hyper-parameter.
    // CHECK-NEXT: dl.minimize %[[LOSS]] with @o over ["*"] lr(1.000000e-03) : tensor<f32>
    // CHECK-NEXT: dl.minimize %[[LOSS]] with @o over ["*"] lr(1.000000e-03) : tensor<f32>
    // CHECK-NEXT: dl.minimize %[[LOSS]] with @o over ["*"] lr(1.000000e+00) : tensor<f32>
    // CHECK-NEXT: dl.minimize %[[LOSS]] with @o over ["*"] lr(@rate) : tensor<f32>
    dl.minimize %loss with @o over ["*"] lr(1.0e-3) : tensor<f32>
    dl.minimize %loss with @o over ["*"] lr(1e-3) : tensor<f32>
    dl.minimize %loss with @o over ["*"] lr(1) : tensor<f32>
    dl.minimize %loss with @o over ["*"] lr(@rate) : tensor<f32>
    dl.return
  }
}
