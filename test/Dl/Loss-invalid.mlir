// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @logits_rank(%z: tensor<8x10x4xf32>, %l: tensor<8xui8>) {
  // expected-error@+2 {{'dl.cross_entropy' expects operand logits of rank 2 (N x C), not 'tensor<8x10x4xf32>'}}
  // expected-error@+1 {{'dl.cross_entropy' op failed to infer returned types}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10x4xf32>, tensor<8xui8> -> tensor<f32>
  return
}

// -----

func.func @label_size(%z: tensor<8x10xf32>, %l: tensor<10xui8>) {
  // expected-error@+2 {{'dl.cross_entropy' expects operand label with 8 entries, one for each row of operand logits 'tensor<8x10xf32>', not 'tensor<10xui8>'}}
  // expected-error@+1 {{'dl.cross_entropy' op failed to infer returned types}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<10xui8> -> tensor<f32>
  return
}

// -----

func.func @label_rank(%z: tensor<8x10xf32>, %l: tensor<8x1xui8>) {
  // expected-error@+2 {{'dl.cross_entropy' expects operand label with 8 entries, one for each row of operand logits 'tensor<8x10xf32>', not 'tensor<8x1xui8>'}}
  // expected-error@+1 {{'dl.cross_entropy' op failed to infer returned types}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<8x1xui8> -> tensor<f32>
  return
}

// -----

func.func @loss_type(%z: tensor<8x10xf32>, %l: tensor<8xui8>) {
  // expected-error@+2 {{'dl.cross_entropy' op inferred type(s) 'tensor<f32>' are incompatible with return type(s) of operation 'tensor<f64>'}}
  // expected-error@+1 {{'dl.cross_entropy' op failed to infer returned types}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<8xui8> -> tensor<f64>
  return
}

// -----

func.func @label_of_floats(%z: tensor<8x10xf32>, %l: tensor<8xf32>) {
  // expected-error@+1 {{'dl.cross_entropy' op operand #1 must be statically shaped tensor of}}
  %0 = dl.cross_entropy %z, %l : tensor<8x10xf32>, tensor<8xf32> -> tensor<f32>
  return
}
