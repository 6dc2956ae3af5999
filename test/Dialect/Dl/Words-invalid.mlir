// A word that an op does not define is an error: nothing would read it, and what it
// was to replace would hold without a message.
// RUN: dlc-opt %s -split-input-file -verify-diagnostics

func.func @not_causal(%q: tensor<1x1x4x8xf32>) {
  // expected-error@+1 {{'dl.scaled_dot_product_attention' op has no attribute 'causal'; did you mean 'is_causal'?}}
  %0 = dl.scaled_dot_product_attention %q, %q, %q {causal} : tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32> -> tensor<1x1x4x8xf32>
  return
}

// -----

func.func @activation(%x: tensor<8x4xf32>, %w: tensor<4x4xf32>) {
  // expected-error@+1 {{'dl.linear' op has no attribute 'activation'; there is none}}
  %0 = dl.linear %x, %w {activation = "relu"} : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @slope(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.leaky_relu' op has no attribute 'negative_slope'; did you mean 'slope'?}}
  %0 = dl.leaky_relu %x {negative_slope = 0.2} : tensor<8x4xf32>
  return
}

// -----

func.func @rate(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.dropout' op has no attribute 'rate'; did you mean 'p'?}}
  %0 = dl.dropout %x mode(train) {rate = 0.1} : tensor<8x4xf32>
  return
}

// -----

// Each unknown word of an op, and no more than what is unknown.
func.func @loss(%z: tensor<8x4xf32>, %l: tensor<8xi64>) {
  // expected-error@+2 {{'dl.cross_entropy' op has no attribute 'smoothing'; did you mean 'label_smoothing'?}}
  // expected-error@+1 {{'dl.cross_entropy' op has no attribute 'ignore'; did you mean 'ignore_index'?}}
  %0 = dl.cross_entropy %z, %l {smoothing = 0.1, ignore = 0, label_smoothing = 0.1} : tensor<8x4xf32>, tensor<8xi64> -> tensor<f32>
  return
}

// -----

// The missing word is not what is complained of.
func.func @missing(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.softmax' op has no attribute 'dim'; did you mean 'axis'?}}
  %0 = dl.softmax %x {dim = 1} : tensor<8x4xf32>
  return
}

// -----

func.func @properties(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{there is no attribute 'negative_slope'; did you mean 'slope'?}}
  %0 = "dl.leaky_relu"(%x) <{negative_slope = 0.2 : f64}> : (tensor<8x4xf32>) -> tensor<8x4xf32>
  return
}

// -----

func.func @generic(%x: tensor<8x4xf32>) {
  // expected-error@+1 {{'dl.tanh' op has no attribute 'approximate'; there is none}}
  %0 = "dl.tanh"(%x) {approximate} : (tensor<8x4xf32>) -> tensor<8x4xf32>
  return
}

// -----

// expected-error@+1 {{'dl.model' op has no attribute 'precision'; there is fastmath, sym_name}}
dl.model @model attributes {precision = "bf16"} {
}

// -----

dl.model @members {
  // expected-error@+1 {{'dl.param' op has no attribute 'trainable'}}
  dl.param @w : tensor<3xf32> = zeros {trainable = false}
}

// -----

dl.model @step {
  // expected-error@+1 {{'dl.step' op has no attribute 'recompte'; did you mean 'recompute'?}}
  dl.step @f(%x: tensor<3xf32>) -> (y: tensor<3xf32>) attributes {recompte = "auto"} {
    dl.return %x : tensor<3xf32>
  }
}

// -----

dl.model @call {
  dl.func @net(%x: tensor<3xf32>) -> tensor<3xf32> {
    dl.return %x : tensor<3xf32>
  }
  dl.step @f(%x: tensor<3xf32>) -> (y: tensor<3xf32>) {
    // expected-error@+1 {{'dl.call' op has no attribute 'train'; there is averaged, callee, instance, mode, sizes}}
    %y = dl.call @net(%x) {train} : (tensor<3xf32>) -> tensor<3xf32>
    dl.return %y : tensor<3xf32>
  }
}

// -----

dl.model @parameters {
  // expected-error@+1 {{there is no parameter 'epsilon'; did you mean 'eps'?}}
  dl.optimizer @o = #dl.adam<beta1 = 0.9, epsilon = 1.0e-8>
}

// -----

dl.model @initialiser {
  // expected-error@+1 {{there is no parameter 'std'; did you mean 'deviation'?}}
  dl.param @w : tensor<3xf32> = truncated_normal<std = 0.02>
}

// -----

//===----------------------------------------------------------------------===//
// Words that mean nothing beside others
//===----------------------------------------------------------------------===//

func.func @warmup(%lr: tensor<f32>, %t: tensor<i64>) {
  // expected-error@+1 {{'dl.step_lr' op has 'warmup_factor' 1.000000e-01, which means nothing without 'warmup_iters'}}
  %0 = dl.step_lr %lr at %t {step_size = 3, warmup_factor = 0.1} : tensor<f32>, tensor<i64>
  return
}

// -----

func.func @ignored(%z: tensor<8x4xf32>, %l: tensor<8xui8>) {
  // expected-error@+1 {{'dl.cross_entropy' op has 'ignore_index' -1, which no label of type 'ui8' is}}
  %0 = dl.cross_entropy %z, %l {ignore_index = -1} : tensor<8x4xf32>, tensor<8xui8> -> tensor<f32>
  return
}

// -----

func.func @ignored_too_large(%z: tensor<8x4xf32>, %l: tensor<8xi8>) {
  // expected-error@+1 {{'dl.nll' op has 'ignore_index' 255, which no label of type 'i8' is}}
  %0 = dl.nll %z, %l {ignore_index = 255} : tensor<8x4xf32>, tensor<8xi8> -> tensor<f32>
  return
}

// -----

func.func @divisor(%x: tensor<8x3x9x9xf32>) {
  // expected-error@+1 {{'dl.avg_pool2d' divides by 'divisor_override' whatever is counted: leave 'count_include_pad' out}}
  %0 = dl.avg_pool2d %x {count_include_pad = false, divisor_override = 2, kernel = [2, 2]} : tensor<8x3x9x9xf32> -> tensor<8x3x4x4xf32>
  return
}

// -----

dl.model @no_statistics {
  dl.step @f(%x: tensor<8x3xf32>) -> (y: tensor<8x3xf32>) {
    // expected-error@+1 {{'dl.batch_norm' op has 'momentum' 2.000000e-01, which means nothing without stats(@mean, @var)}}
    %y = dl.batch_norm %x mode(train) {momentum = 0.2} : tensor<8x3xf32> -> tensor<8x3xf32>
    dl.return %y : tensor<8x3xf32>
  }
}

// -----

dl.model @dampening {
  // expected-error@+1 {{'dl.optimizer' op expects dampening of #dl.sgd to come with a momentum, without which it means nothing}}
  dl.optimizer @o = #dl.sgd<dampening = 0.1>
}

// -----

dl.model @slope_of_relu {
  // expected-error@+1 {{'dl.param' op cannot be filled by 'kaiming_normal': a means nothing with nonlinearity = relu, only with leaky_relu}}
  dl.param @w : tensor<3x4xf32> = kaiming_normal<a = 0.2, nonlinearity = relu>
}

// -----

dl.model @decay_of_no_noise {
  dl.hparam @lr = 0.1
  dl.param @w : tensor<f32> = zeros
  dl.optimizer @o = #dl.sgd
  dl.step @f() -> () {
    %w = dl.read @w : tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    // expected-error@+1 {{'dl.minimize' op has 'noise_decay', which means nothing without noise(...)}}
    dl.minimize %w with @o over ["*"] lr(%lr) {noise_decay = 0.5} : tensor<f32>, tensor<f32>
    dl.return
  }
}

// -----

dl.model @buffer_of {
  dl.param @w : tensor<3xf32> = zeros
  // expected-error@+1 {{'dl.buffer' op is said to be of @w, as only a dl.slot is}}
  dl.buffer @b : tensor<3xf32> = zeros of @w
}
