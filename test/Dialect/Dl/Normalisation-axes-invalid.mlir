// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @normalize_axis(%x: tensor<4x3xf32>) {
  // expected-error@+1 {{'dl.normalize' has axis 2 but operand x is 'tensor<4x3xf32>' of rank 2}}
  %0:4 = dl.normalize %x {axes = [2]} : tensor<4x3xf32> -> tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>
  return
}

// -----

func.func @normalize_twice(%x: tensor<4x3xf32>) {
  // expected-error@+1 {{'dl.normalize' expects each of its axes once, not [0, 1, 1]}}
  %0:4 = dl.normalize %x {axes = [1, 0, -1]} : tensor<4x3xf32> -> tensor<4x3xf32>, tensor<f32>, tensor<f32>, tensor<f32>
  return
}

// -----

func.func @normalize_nothing(%x: tensor<4x0xf32>) {
  // expected-error@+1 {{'dl.normalize' expects operand x with elements along its axes, not 'tensor<4x0xf32>'}}
  %0:4 = dl.normalize %x {axes = [1]} : tensor<4x0xf32> -> tensor<4x0xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  return
}

// -----

func.func @layer_axis(%x: tensor<4x3xf32>) {
  // expected-error@+1 {{'dl.layer_norm' has axis -3 but operand x is 'tensor<4x3xf32>' of rank 2}}
  %0 = dl.layer_norm %x {axis = -3} : tensor<4x3xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @layer_nothing(%x: tensor<4x0xf32>) {
  // expected-error@+1 {{'dl.layer_norm' expects operand x with elements along the dimensions from 1 on, not 'tensor<4x0xf32>'}}
  %0 = dl.layer_norm %x : tensor<4x0xf32> -> tensor<4x0xf32>
  return
}

// -----

func.func @layer_weight(%x: tensor<4x3xf32>, %w: tensor<4xf32>) {
  // expected-error@+1 {{'dl.layer_norm' expects operand weight to be 'tensor<3xf32>', the normalised dimensions of operand x 'tensor<4x3xf32>', not 'tensor<4xf32>'}}
  %0 = dl.layer_norm %x, %w : tensor<4x3xf32>, tensor<4xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @layer_bias(%x: tensor<4x3xf32>, %w: tensor<3xf32>, %b: tensor<3xf64>) {
  // expected-error@+1 {{'dl.layer_norm' expects operand bias to be 'tensor<3xf32>', the normalised dimensions of operand x 'tensor<4x3xf32>', not 'tensor<3xf64>'}}
  %0 = dl.layer_norm %x, %w, %b : tensor<4x3xf32>, tensor<3xf32>, tensor<3xf64> -> tensor<4x3xf32>
  return
}

// -----

func.func @layer_operands(%x: tensor<3xf32>) {
  // expected-error@+1 {{'dl.layer_norm' expects at most 3 operands, not 4}}
  %0 = dl.layer_norm %x, %x, %x, %x : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @rms_operands(%x: tensor<3xf32>) {
  // expected-error@+1 {{'dl.rms_norm' expects at most 2 operands, not 3}}
  %0 = dl.rms_norm %x, %x, %x : tensor<3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @group_rank(%x: tensor<4xf32>) {
  // expected-error@+1 {{'dl.group_norm' expects operand x of rank 2 or more (N x C x ...), not 'tensor<4xf32>'}}
  %0 = dl.group_norm %x {groups = 2} : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @groups(%x: tensor<4x6xf32>) {
  // expected-error@+1 {{'dl.group_norm' cannot cut the 6 channels of operand x 'tensor<4x6xf32>' into 4 equal groups}}
  %0 = dl.group_norm %x {groups = 4} : tensor<4x6xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @no_groups(%x: tensor<4x6xf32>) {
  // expected-error@+1 {{'dl.group_norm' cannot cut the 6 channels of operand x 'tensor<4x6xf32>' into 0 equal groups}}
  %0 = dl.group_norm %x {groups = 0} : tensor<4x6xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @group_weight(%x: tensor<4x6xf32>, %w: tensor<4xf32>) {
  // expected-error@+1 {{'dl.group_norm' expects operand weight to be 'tensor<6xf32>', one entry for each channel of operand x 'tensor<4x6xf32>', not 'tensor<4xf32>'}}
  %0 = dl.group_norm %x, %w {groups = 2} : tensor<4x6xf32>, tensor<4xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @instance_elements(%x: tensor<4x6x1xf32>) {
  // expected-error@+1 {{'dl.instance_norm' expects operand x with more than one element a channel (N x C x ...), not 'tensor<4x6x1xf32>'}}
  %0 = dl.instance_norm %x : tensor<4x6x1xf32> -> tensor<4x6x1xf32>
  return
}

// -----

func.func @response_rank(%x: tensor<4x6xf32>) {
  // expected-error@+1 {{'dl.local_response_norm' op expects operand x of rank 3 or more (N x C x ...), not 'tensor<4x6xf32>'}}
  %0 = dl.local_response_norm %x {size = 3} : tensor<4x6xf32>
  return
}

// -----

func.func @response_size(%x: tensor<4x6x2xf32>) {
  // expected-error@+1 {{'dl.local_response_norm' op expects 'size' to be 1 or more, not 0}}
  %0 = dl.local_response_norm %x {size = 0} : tensor<4x6x2xf32>
  return
}

// -----

func.func @weight_norm_axis(%v: tensor<4x6xf32>, %g: tensor<4x1xf32>) {
  // expected-error@+1 {{'dl.weight_norm' has axis 2 but operand v is 'tensor<4x6xf32>' of rank 2}}
  %0 = dl.weight_norm %v, %g {axis = 2} : tensor<4x6xf32>, tensor<4x1xf32> -> tensor<4x6xf32>
  return
}

// -----

func.func @weight_norm_length(%v: tensor<4x6xf32>, %g: tensor<4xf32>) {
  // expected-error@+1 {{'dl.weight_norm' expects operand g to be 'tensor<4x1xf32>', a length for each index of axis 0 of operand v 'tensor<4x6xf32>', not 'tensor<4xf32>'}}
  %0 = dl.weight_norm %v, %g : tensor<4x6xf32>, tensor<4xf32> -> tensor<4x6xf32>
  return
}
