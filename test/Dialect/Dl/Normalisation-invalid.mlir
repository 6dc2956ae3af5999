// RUN: dlc-opt %s -split-input-file -verify-diagnostics

dl.model @no_such_buffer {
  dl.buffer @running_mean : tensor<3xf32> = zeros
  dl.param @gain : tensor<3xf32> = ones
  dl.step @s(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>) -> () {
    // expected-error@+1 {{'dl.batch_norm' op needs the buffer @running_var, which the model does not have; declare it with dl.buffer}}
    %0 = dl.batch_norm %x, %g, %g stats(@running_mean, @running_var) : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
    dl.return
  }
}

// -----

dl.model @parameter_is_no_buffer {
  dl.buffer @running_mean : tensor<3xf32> = zeros
  dl.param @gain : tensor<3xf32> = ones
  dl.step @s(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>) -> () {
    // expected-error@+1 {{'dl.batch_norm' op needs the buffer @gain, which the model does not have; declare it with dl.buffer}}
    %0 = dl.batch_norm %x, %g, %g stats(@gain, @running_mean) : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
    dl.return
  }
}

// -----

dl.model @buffer_size {
  dl.buffer @running_mean : tensor<4xf32> = zeros
  dl.param @gain : tensor<3xf32> = ones
  dl.step @s(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>) -> () {
    // expected-error@+1 {{'dl.batch_norm' op expects the buffer @running_mean to be 'tensor<3xf32>', not 'tensor<4xf32>'}}
    %0 = dl.batch_norm %x, %g, %g stats(@running_mean, @running_mean) : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
    dl.return
  }
}

// -----

dl.model @buffer_type {
  dl.buffer @running_mean : tensor<3xf64> = zeros
  dl.param @gain : tensor<3xf32> = ones
  dl.step @s(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>) -> () {
    // expected-error@+1 {{'dl.batch_norm' op expects the buffer @running_mean to be 'tensor<3xf32>', not 'tensor<3xf64>'}}
    %0 = dl.batch_norm %x, %g, %g stats(@running_mean, @running_mean) : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
    dl.return
  }
}

// -----

func.func @vector(%x: tensor<3xf32>) {
  // expected-error@+1 {{'dl.batch_norm' expects operand x with a channel dimension 1, not 'tensor<3xf32>'}}
  %0 = dl.batch_norm %x, %x, %x stats(@m, @v) : tensor<3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @weight_size(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>, %h: tensor<4xf32>) {
  // expected-error@+1 {{'dl.batch_norm' expects operand weight to be 'tensor<3xf32>', one entry for each channel of 'tensor<8x3x4x4xf32>', not 'tensor<4xf32>'}}
  %0 = dl.batch_norm %x, %h, %g stats(@m, @v) : tensor<8x3x4x4xf32>, tensor<4xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @bias_size(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>, %h: tensor<4xf32>) {
  // expected-error@+1 {{'dl.batch_norm' expects operand bias to be 'tensor<3xf32>', one entry for each channel of 'tensor<8x3x4x4xf32>', not 'tensor<4xf32>'}}
  %0 = dl.batch_norm %x, %g, %h stats(@m, @v) : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<4xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @train_weight_type(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf64>) {
  // expected-error@+1 {{'dl.batch_norm_train' expects operand weight to be 'tensor<3xf32>', one entry for each channel of 'tensor<8x3x4x4xf32>', not 'tensor<3xf64>'}}
  %y, %m, %v, %r = dl.batch_norm_train %x, %g, %g : tensor<8x3x4x4xf32>, tensor<3xf64>, tensor<3xf64> -> tensor<8x3x4x4xf32>, tensor<3xf64>, tensor<3xf64>, tensor<3xf64>
  return
}

// -----

func.func @train_axis_out_of_range(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>) {
  // expected-error@+1 {{'dl.batch_norm_train' expects operand x with a channel dimension 4, not 'tensor<8x3x4x4xf32>'}}
  %y, %m, %v, %r = dl.batch_norm_train %x, %g, %g {axis = 4} : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
  return
}

// -----

func.func @train_axis_negative(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>) {
  // expected-error@+1 {{'dl.batch_norm_train' expects operand x with a channel dimension -5, not 'tensor<8x3x4x4xf32>'}}
  %y, %m, %v, %r = dl.batch_norm_train %x, %g, %g {axis = -5} : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
  return
}

// -----

func.func @eval_mean_size(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>, %h: tensor<4xf32>) {
  // expected-error@+1 {{'dl.batch_norm_eval' expects operand mean to be 'tensor<3xf32>', one entry for each channel of 'tensor<8x3x4x4xf32>', not 'tensor<4xf32>'}}
  %0 = dl.batch_norm_eval %x, %g, %g, %h, %g : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @eval_var_size(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>, %h: tensor<4xf32>) {
  // expected-error@+1 {{'dl.batch_norm_eval' expects operand var to be 'tensor<3xf32>', one entry for each channel of 'tensor<8x3x4x4xf32>', not 'tensor<4xf32>'}}
  %0 = dl.batch_norm_eval %x, %g, %g, %g, %h : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<4xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @eval_axis_negative(%x: tensor<8x3x4x4xf32>, %g: tensor<3xf32>) {
  // expected-error@+1 {{'dl.batch_norm_eval' expects operand x with a channel dimension -5, not 'tensor<8x3x4x4xf32>'}}
  %0 = dl.batch_norm_eval %x, %g, %g, %g, %g {axis = -5} : tensor<8x3x4x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

func.func @layer_norm_below_zero(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.layer_norm' op attribute 'eps' failed to satisfy constraint: number of 0 or more}}
  %0 = dl.layer_norm %x {eps = -1.0e-5} : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @rms_norm_below_zero(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.rms_norm' op attribute 'eps' failed to satisfy constraint: number of 0 or more}}
  %0 = dl.rms_norm %x {eps = -1.0e-5} : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @group_norm_below_zero(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.group_norm' op attribute 'eps' failed to satisfy constraint: number of 0 or more}}
  %0 = dl.group_norm %x {groups = 2, eps = -1.0e-5} : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @normalize_below_zero(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.normalize' op attribute 'eps' failed to satisfy constraint: number of 0 or more}}
  %0, %1, %2, %3 = dl.normalize %x {axes = [1], eps = -1.0e-5} : tensor<8x4xf32> -> tensor<8x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
  return
}

// -----

func.func @batch_norm_below_zero(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.batch_norm' op attribute 'eps' failed to satisfy constraint: number of 0 or more}}
  %0 = dl.batch_norm %x {eps = -1.0e-5} : tensor<8x4xf32> -> tensor<8x4xf32>
  return
}
