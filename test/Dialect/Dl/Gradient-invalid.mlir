// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @of_no_scalar(%y: tensor<8xf32>, %x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.gradient' op expects operand y of rank 0, not 'tensor<8xf32>': the gradient of a tensor needs a cotangent}}
  %0 = dl.gradient %y wrt %x : tensor<8xf32> -> tensor<8xf32>
  return
}

// -----

func.func @along_another_type(%y: tensor<8xf32>, %x: tensor<8xf32>, %c: tensor<4xf32>) {
  // expected-error@+1 {{'dl.gradient' op expects a cotangent of the type of y, 'tensor<8xf32>', not 'tensor<4xf32>'}}
  %0 = "dl.gradient"(%y, %x, %c) <{operandSegmentSizes = array<i32: 1, 1, 1>}> : (tensor<8xf32>, tensor<8xf32>, tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @of_an_integer(%y: tensor<i32>, %x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.gradient' op operand #0 must be tensor of f32 or f64, of static shape and at most 2^40 elements, but got 'tensor<i32>'}}
  %0 = dl.gradient %y wrt %x : tensor<i32> -> tensor<8xf32>
  return
}

// -----

func.func @wrt_integers(%y: tensor<f32>, %x: tensor<8xi32>) {
  // expected-error@+1 {{'gradients' must be variadic of tensor of f32 or f64, of static shape and at most 2^40 elements, but got 'tensor<8xi32>'}}
  %0 = dl.gradient %y wrt %x : tensor<f32> -> tensor<8xi32>
  return
}

// -----

func.func @of_another_type(%y: tensor<f32>, %x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.gradient' op failed to verify that gradients have the types of their targets}}
  %0 = "dl.gradient"(%y, %x) <{operandSegmentSizes = array<i32: 1, 1, 0>}> : (tensor<f32>, tensor<8xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @one_too_many(%y: tensor<f32>, %x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.gradient' op failed to verify that gradients have the types of their targets}}
  %0, %1 = "dl.gradient"(%y, %x) <{operandSegmentSizes = array<i32: 1, 1, 0>}> : (tensor<f32>, tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>)
  return
}

// -----

func.func @stop_of_integers(%x: tensor<8xi32>) {
  // expected-error@+1 {{'dl.stop_gradient' op operand #0 must be tensor of f32 or f64, of static shape and at most 2^40 elements, but got 'tensor<8xi32>'}}
  %0 = dl.stop_gradient %x : tensor<8xi32>
  return
}

// -----

dl.model @without_optimizer {
  dl.param @w : tensor<4xf32> = zeros
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) -> () {
    // expected-error@+1 {{'dl.minimize' op needs the optimizer @adam, which the model does not have}}
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @parameter_is_no_optimizer {
  dl.param @w : tensor<4xf32> = zeros
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) -> () {
    // expected-error@+1 {{'dl.minimize' op needs the optimizer @w, which the model does not have}}
    dl.minimize %loss with @w over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @loss_of_a_batch {
  dl.optimizer @sgd = #dl.sgd
  dl.param @w : tensor<4xf32> = zeros
  dl.step @train(%loss: tensor<8xf32>, %lr: tensor<f32>) -> () {
    // expected-error@+1 {{'dl.minimize' op operand #0 must be tensor of rank 0 of f32 or f64, but got 'tensor<8xf32>'}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<8xf32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @misspelt_optimizer {
  dl.optimizer @adam = #dl.adam
  dl.param @w : tensor<4xf32> = zeros
  dl.step @train(%loss: tensor<f32>, %lr: tensor<f32>) -> () {
    // expected-error@+1 {{'dl.minimize' op needs the optimizer @adm, which the model does not have; did you mean 'adam'?}}
    dl.minimize %loss with @adm over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

func.func @depends_on_more(%y: tensor<f32>, %x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.depends' op expects as many entries and results as targets, 1, not 2 and 1}}
  %d = dl.depends %y on %x of ["a", "b"] : tensor<f32> on tensor<8xf32> -> tensor<i1>
  return
}

// -----

func.func @depends_where(%y: tensor<f32>, %x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.depends' op expects results of type tensor<i1>, not 'tensor<8xi1>'}}
  %d = dl.depends %y on %x of ["a"] : tensor<f32> on tensor<8xf32> -> tensor<8xi1>
  return
}
