// RUN: dlc-opt %s | dlc-opt | FileCheck %s
// RUN: dlc-opt %s -mlir-print-op-generic | dlc-opt | FileCheck %s

// CHECK-LABEL: func @clip
// CHECK-SAME:    %[[A:.*]]: tensor<3x4xf32>, %[[B:.*]]: tensor<3xf32>, %[[MAX:.*]]: tensor<f32>
func.func @clip(%a: tensor<3x4xf32>, %b: tensor<3xf32>, %max: tensor<f32>) {
  // CHECK-NEXT: %{{.*}}, %{{.*}}:2 = dl.clip_by_global_norm %[[A]], %[[B]] to %[[MAX]] : tensor<3x4xf32>, tensor<3xf32> to tensor<f32> -> tensor<f32>
  %norm, %c:2 = dl.clip_by_global_norm %a, %b to %max : tensor<3x4xf32>, tensor<3xf32> to tensor<f32> -> tensor<f32>
  return
}

// CHECK-LABEL: dl.model @rules
dl.model @rules {
  dl.hparam @momentum = 0.9
  dl.param @w : tensor<4xf32> = zeros
  // CHECK: dl.optimizer @sgd = #dl.sgd<momentum = @momentum, nesterov = true>
  // CHECK-NEXT: dl.optimizer @adagrad = #dl.adagrad<initial_accumulator = 1.000000e-01>
  // CHECK-NEXT: dl.optimizer @rmsprop = #dl.rmsprop<centered = true>
  // CHECK-NEXT: dl.optimizer @adadelta = #dl.adadelta<rho = 8.000000e-01>
  // CHECK-NEXT: dl.optimizer @adam = #dl.adam<amsgrad = true, decoupled_weight_decay = true>
  // CHECK-NEXT: dl.optimizer @adamw = #dl.adamw
  // CHECK-NEXT: dl.optimizer @adamax = #dl.adamax
  // CHECK-NEXT: dl.optimizer @nadam = #dl.nadam<momentum_decay = 1.000000e-02>
  // CHECK-NEXT: dl.optimizer @radam = #dl.radam
  // CHECK-NEXT: dl.optimizer @lion = #dl.lion<weight_decay = 1.000000e-01>
  // CHECK-NEXT: dl.optimizer @lamb = #dl.lamb
  // CHECK-NEXT: dl.optimizer @muon = #dl.muon<nesterov = false, ns_steps = 3, adjust_lr = match_rms_adamw>
  // CHECK-NEXT: dl.optimizer @lookahead = #dl.lookahead<#dl.adam<beta1 = 5.000000e-01>, k = 6>
  // CHECK-NEXT: dl.optimizer @ranger = #dl.ranger<k = 3>
  dl.optimizer @sgd = #dl.sgd<momentum = @momentum, nesterov = true>
  dl.optimizer @adagrad = #dl.adagrad<initial_accumulator = 0.1>
  dl.optimizer @rmsprop = #dl.rmsprop<centered = true>
  dl.optimizer @adadelta = #dl.adadelta<rho = 0.8>
  dl.optimizer @adam = #dl.adam<amsgrad = true, decoupled_weight_decay = true>
  dl.optimizer @adamw = #dl.adamw<weight_decay = 0.01>
  dl.optimizer @adamax = #dl.adamax
  dl.optimizer @nadam = #dl.nadam<momentum_decay = 0.01>
  dl.optimizer @radam = #dl.radam
  dl.optimizer @lion = #dl.lion<weight_decay = 0.1>
  dl.optimizer @lamb = #dl.lamb
  dl.optimizer @muon = #dl.muon<nesterov = false, ns_steps = 3, adjust_lr = match_rms_adamw>
  dl.optimizer @lookahead = #dl.lookahead<#dl.adam<beta1 = 0.5>, k = 6>
  dl.optimizer @ranger = #dl.ranger<k = 3>

  dl.func @net(%x: tensor<4xf32>) -> tensor<4xf32> {
    // CHECK: dl.read @w averaged(@adam) : tensor<4xf32>
    %w = dl.read @w averaged(@adam) : tensor<4xf32>
    dl.return %w : tensor<4xf32>
  }
  // CHECK: dl.step @train({{.*}}) -> (y: tensor<4xf32>) updates ["w"] {
  dl.step @train(%x: tensor<4xf32>, %loss: tensor<f32>, %lr: tensor<f32>) -> (y: tensor<4xf32>) updates ["w"] {
    // CHECK-NEXT: dl.minimize %{{.*}} with @adam over ["*"] lr(%{{.*}}) frozen ["b"] groups [#dl.group<["w"], lr = 2.000000e+00, weight_decay = @momentum>] accumulate(4) clip_value(5.000000e-01) clip_norm(@momentum) noise(1.000000e-01, 5.500000e-01) clip_weights(1.000000e-02) average(5.000000e-01) : tensor<f32>, tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) frozen ["b"] groups [#dl.group<["w"], lr = 2.0, weight_decay = @momentum>] accumulate(4) clip_value(0.5) clip_norm(@momentum) noise(0.1, 0.55) clip_weights(0.01) average(0.5) : tensor<f32>, tensor<f32>
    // CHECK-NEXT: dl.minimize %{{.*}} with @sgd over ["*"] lr(%{{.*}}) noise(1.000000e+00) : tensor<f32>, tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) noise(1.0) : tensor<f32>, tensor<f32>
    // CHECK-NEXT: dl.call @net(%{{.*}}) mode(eval) averaged(@adam) : (tensor<4xf32>) -> tensor<4xf32>
    %y = dl.call @net(%x) mode(eval) averaged(@adam) : (tensor<4xf32>) -> tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
}
