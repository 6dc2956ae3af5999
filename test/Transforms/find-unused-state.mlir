// RUN: dlc-opt %s -dl-find-unused-state --split-input-file -verify-diagnostics -o /dev/null

dl.model @m {
  dl.param @w : tensor<4xf32> = ones
  dl.buffer @mean : tensor<4xf32> = zeros
  dl.buffer @var : tensor<4xf32> = ones
  // expected-warning@below {{parameter @forgotten is used by no step: an operand may be missing, or it can go}}
  dl.param @forgotten : tensor<4xf32> = ones
  // What is read and ignored, or read and written back, is not used.
  // expected-warning@below {{parameter @ignored is used by no step}}
  dl.param @ignored : tensor<4xf32> = ones
  // expected-warning@below {{buffer @kept is used by no step}}
  dl.buffer @kept : tensor<4xf32> = zeros
  // What a step sets can be read from outside, and what goes into another entry is used.
  dl.buffer @last : tensor<4xf32> = zeros
  dl.buffer @source : tensor<4xf32> = zeros
  // Read by a function that a step calls.
  dl.param @called : tensor<4xf32> = ones
  // Read by a function that no step calls.
  // expected-warning@below {{parameter @uncalled is used by no step}}
  dl.param @uncalled : tensor<4xf32> = ones
  // A descent warns about it itself.
  dl.param @unreached : tensor<4xf32> = ones
  dl.optimizer @sgd = #dl.sgd<>
  dl.func @used(%x: tensor<4xf32>) -> tensor<4xf32> {
    %w = dl.read @called : tensor<4xf32>
    %y = dl.mul %x, %w : tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
  dl.func @unused(%x: tensor<4xf32>) -> tensor<4xf32> {
    %w = dl.read @uncalled : tensor<4xf32>
    %y = dl.mul %x, %w : tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
  dl.step @predict(%x: tensor<8x4xf32>, %v: tensor<4xf32>) -> (y: tensor<8x4xf32>) {
    %w = dl.read @w : tensor<4xf32>
    %dead = dl.read @ignored : tensor<4xf32>
    %deader = dl.exp %dead : tensor<4xf32>
    %same = dl.read @kept : tensor<4xf32>
    dl.write %same, @kept : tensor<4xf32>
    %source = dl.read @source : tensor<4xf32>
    dl.write %source, @last : tensor<4xf32>
    %0 = dl.call @used(%v) : (tensor<4xf32>) -> tensor<4xf32>
    // Statistics are named by the norm.
    %y = dl.batch_norm %x, %w, %0 stats(@mean, @var) mode(eval) : tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<8x4xf32>
    dl.return %y : tensor<8x4xf32>
  }
  dl.step @train(%x: tensor<4xf32>) -> (loss: tensor<f32>) {
    %w = dl.read @w : tensor<4xf32>
    %0 = dl.mul %w, %x : tensor<4xf32>
    %loss = dl.reduce_sum %0 : tensor<4xf32> -> tensor<f32>
    %lr = dl.constant dense<0.1> : tensor<f32>
    dl.minimize %loss with @sgd over ["w", "unreached"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}

// -----

// Hyper-parameters: read, ignored, named by a clause or by an optimizer.
dl.model @hyper {
  dl.param @w : tensor<4xf32> = ones
  dl.hparam @lr = 0.1
  dl.hparam @decay = 0.1
  dl.hparam @momentum = 0.9
  dl.hparam @clip = 1.0
  dl.hparam @scale = 1.0
  // expected-warning@below {{hyper-parameter @forgotten is used by no step: an operand may be missing, or it can go}}
  dl.hparam @forgotten = 1.0
  // expected-warning@below {{hyper-parameter @ignored is used by no step}}
  dl.hparam @ignored = 1.0
  // expected-warning@below {{hyper-parameter @uncalled is used by no step}}
  dl.hparam @uncalled = 1.0
  // expected-warning@below {{hyper-parameter @alpha is used by no step}}
  dl.hparam @alpha = 0.9
  dl.optimizer @sgd = #dl.sgd<momentum = @momentum>
  // No step trains with it.
  dl.optimizer @other = #dl.rmsprop<alpha = @alpha>
  dl.func @used(%x: tensor<4xf32>) -> tensor<4xf32> {
    %s = dl.read_hparam @scale : tensor<f32>
    %y = dl.mul %x, %s : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
  dl.func @unused(%x: tensor<4xf32>) -> tensor<4xf32> {
    %s = dl.read_hparam @uncalled : tensor<f32>
    %y = dl.mul %x, %s : tensor<4xf32>, tensor<f32> -> tensor<4xf32>
    dl.return %y : tensor<4xf32>
  }
  dl.step @train(%x: tensor<4xf32>) -> (loss: tensor<f32>) {
    %w = dl.read @w : tensor<4xf32>
    %dead = dl.read_hparam @ignored : tensor<f32>
    %deader = dl.exp %dead : tensor<f32>
    %0 = dl.mul %w, %x : tensor<4xf32>
    %1 = dl.call @used(%0) : (tensor<4xf32>) -> tensor<4xf32>
    %loss = dl.reduce_sum %1 : tensor<4xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) groups [#dl.group<["w"], weight_decay = @decay>] clip_norm(@clip) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}

// -----

// A model without steps computes nothing yet.
dl.model @functions {
  dl.param @w : tensor<4xf32> = ones
}
