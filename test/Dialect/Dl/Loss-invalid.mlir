// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @input_rank(%z: tensor<8xf32>, %l: tensor<8xui8>) {
  // expected-error@+1 {{'dl.cross_entropy' expects operand input of rank 2 or more (N x C x ...), not 'tensor<8xf32>'}}
  %0 = dl.cross_entropy %z, %l : tensor<8xf32>, tensor<8xui8> -> tensor<f32>
  return
}

// -----

func.func @label_size(%z: tensor<8x10xf32>, %l: tensor<10xui8>) {
  // expected-error@+1 {{'dl.cross_entropy' expects operand label to be 'tensor<8xui8>', the shape of operand input 'tensor<8x10xf32>' without its classes, not 'tensor<10xui8>'}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<10xui8> -> tensor<f32>
  return
}

// -----

func.func @label_rank(%z: tensor<8x10xf32>, %l: tensor<8x1xui8>) {
  // expected-error@+1 {{'dl.cross_entropy' expects operand label to be 'tensor<8xui8>', the shape of operand input 'tensor<8x10xf32>' without its classes, not 'tensor<8x1xui8>'}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<8x1xui8> -> tensor<f32>
  return
}

// -----

func.func @loss_type(%z: tensor<8x10xf32>, %l: tensor<8xui8>) {
  // expected-error@+1 {{'dl.cross_entropy' op gives 'tensor<f32>', not 'tensor<f64>'}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<8xui8> -> tensor<f64>
  return
}

// -----

func.func @label_of_floats(%z: tensor<8x10xf32>, %l: tensor<8xf32>) {
  // expected-error@+1 {{'dl.cross_entropy' op operand #1 must be tensor of}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<8xf32> -> tensor<f32>
  return
}

// -----

func.func @places(%z: tensor<8x10x3xf32>, %l: tensor<8x10xi32>) {
  // expected-error@+1 {{'dl.nll' expects operand label to be 'tensor<8x3xi32>', the shape of operand input 'tensor<8x10x3xf32>' without its classes, not 'tensor<8x10xi32>'}}
  %0 = dl.nll %z, %l : tensor<8x10x3xf32>, tensor<8x10xi32> -> tensor<f32>
  return
}

// -----

func.func @no_classes(%z: tensor<8x0xf32>, %l: tensor<8xi32>) {
  // expected-error@+1 {{'dl.nll' op expects at least one class, but operand input is 'tensor<8x0xf32>'}}
  %0 = dl.nll %z, %l : tensor<8x0xf32>, tensor<8xi32> -> tensor<f32>
  return
}

// -----

func.func @weights(%z: tensor<8x10xf32>, %l: tensor<8xi32>, %w: tensor<8xf32>) {
  // expected-error@+1 {{'dl.cross_entropy' op expects operand weight to be 'tensor<10xf32>', a number a class, not 'tensor<8xf32>'}}
  %0 = dl.cross_entropy %z, %l weight %w : tensor<8x10xf32>, tensor<8xi32>, tensor<8xf32> -> tensor<f32>
  return
}

// -----

func.func @smoothing(%z: tensor<8x10xf32>, %l: tensor<8xi32>) {
  // expected-error@+1 {{'dl.cross_entropy' op expects 'label_smoothing' from 0 to 1, not 1.500000e+00}}
  %0 = dl.cross_entropy %z, %l {label_smoothing = 1.5} : tensor<8x10xf32>, tensor<8xi32> -> tensor<f32>
  return
}

// -----

func.func @batchmean(%z: tensor<8x10xf32>, %l: tensor<8xi32>) {
  // expected-error@+1 {{'dl.nll' op has no reduction(batchmean), only mean, sum, none}}
  %0 = dl.nll %z, %l reduction(batchmean) : tensor<8x10xf32>, tensor<8xi32> -> tensor<f32>
  return
}

// -----

func.func @unknown_reduction(%x: tensor<8xf32>) {
  // expected-error@+1 {{'average' is no reduction (mean, sum, none or batchmean)}}
  %0 = dl.mse %x, %x reduction(average) : tensor<8xf32> -> tensor<f32>
  return
}

// -----

func.func @batch_of_a_scalar(%x: tensor<f32>) {
  // expected-error@+1 {{'dl.kl_div' expects operand input of rank 1 or more for reduction(batchmean), not 'tensor<f32>'}}
  %0 = dl.kl_div %x, %x reduction(batchmean) : tensor<f32> -> tensor<f32>
  return
}

// -----

func.func @target_type(%x: tensor<8x4xf32>, %t: tensor<8xf32>) {
  // expected-error@+1 {{'dl.mse' op failed to verify that all of {input, target} have same type}}
  %0 = "dl.mse"(%x, %t) : (tensor<8x4xf32>, tensor<8xf32>) -> tensor<f32>
  return
}

// -----

func.func @terms(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.l1' op gives 'tensor<8xf32>', not 'tensor<f32>'}}
  %0 = dl.l1 %x, %x reduction(none) : tensor<8xf32> -> tensor<f32>
  return
}

// -----

func.func @beta(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.smooth_l1' op expects 'beta' of at least 0, not -1.000000e+00}}
  %0 = dl.smooth_l1 %x, %x {beta = -1.0} : tensor<8xf32> -> tensor<f32>
  return
}

// -----

func.func @delta(%x: tensor<8xf32>) {
  // expected-error@+1 {{'dl.huber' op expects 'delta' above 0, not 0.000000e+00}}
  %0 = dl.huber %x, %x {delta = 0.0} : tensor<8xf32> -> tensor<f32>
  return
}

// -----

func.func @pos_weight_shape(%x: tensor<8x4xf32>, %p: tensor<8xf32>) {
  // expected-error@+1 {{'dl.bce_with_logits' has operands input of type 'tensor<8x4xf32>' and pos_weight of type 'tensor<8xf32>', whose shapes do not broadcast}}
  %0 = dl.bce_with_logits %x, %x pos_weight %p : tensor<8x4xf32>, tensor<8xf32> -> tensor<f32>
  return
}

// -----

func.func @pos_weight_larger(%x: tensor<4xf32>, %p: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.bce_with_logits' op expects operand pos_weight to broadcast to operand input 'tensor<4xf32>', not 'tensor<8x4xf32>'}}
  %0 = dl.bce_with_logits %x, %x pos_weight %p : tensor<4xf32>, tensor<8x4xf32> -> tensor<f32>
  return
}

// -----

func.func @pos_weight_type(%x: tensor<4xf32>, %p: tensor<4xf64>) {
  // expected-error@+1 {{'dl.bce_with_logits' expects operands input and pos_weight of one element type, not 'tensor<4xf32>' and 'tensor<4xf64>'}}
  %0 = dl.bce_with_logits %x, %x pos_weight %p : tensor<4xf32>, tensor<4xf64> -> tensor<f32>
  return
}

// -----

func.func @batch_of_terms(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.mse' has no reduction(batchmean), which is for dl.kl_div, only mean, sum, none}}
  %0 = dl.mse %x, %x reduction(batchmean) : tensor<8x4xf32> -> tensor<f32>
  return
}

// -----

func.func @batch_of_logits(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.bce_with_logits' has no reduction(batchmean), which is for dl.kl_div, only mean, sum, none}}
  %0 = dl.bce_with_logits %x, %x reduction(batchmean) : tensor<8x4xf32> -> tensor<f32>
  return
}
