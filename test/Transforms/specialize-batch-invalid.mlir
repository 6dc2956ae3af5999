// RUN: dlc-opt %s -split-input-file -verify-diagnostics -pass-pipeline="builtin.module(dl.model(dl-specialize-batch))"

dl.model @part {
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<4x4xf32>) batch(4, 8) {
    // expected-error@+1 {{'dl.slice' op cannot follow the batch of step @s: it takes a part of the batch}}
    %0 = dl.slice %x at [0, 0] size [4, 4] : tensor<8x4xf32> -> tensor<4x4xf32>
    dl.return %0 : tensor<4x4xf32>
  }
}

// -----

dl.model @table {
  dl.step @s(%x: tensor<2x4xf32>) -> (y: tensor<2x4xf32>) batch(4, 8) {
    %t = dl.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
    // expected-error@+1 {{'dl.add' op cannot follow the batch of step @s: for a batch of B it would be of tensor<Bx4xf32>, tensor<2x4xf32>, where the program has B = 2}}
    %0 = dl.add %x, %t : tensor<2x4xf32>
    dl.return %0 : tensor<2x4xf32>
  }
}

// -----

dl.model @state {
  dl.param @w : tensor<8x4xf32> = ones
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(4, 8) {
    %w = dl.read @w : tensor<8x4xf32>
    // expected-error@+1 {{'dl.mul' op cannot follow the batch of step @s: for a batch of B it would be of tensor<8x4xf32>, tensor<Bx4xf32>, where the program has B = 8}}
    %0 = dl.mul %w, %x : tensor<8x4xf32>
    dl.return %0 : tensor<8x4xf32>
  }
}

// -----

dl.model @written {
  dl.buffer @last : tensor<8x4xf32> = zeros
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(4, 8) {
    // expected-error@+1 {{'dl.write' op cannot follow the batch of step @s: what it writes has the batch, and the state has not}}
    dl.write %x, @last : tensor<8x4xf32>
    dl.return %x : tensor<8x4xf32>
  }
}

// -----

dl.model @contracted {
  dl.param @w : tensor<8x3xf32> = ones
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<4x3xf32>) batch(4, 8) {
    %w = dl.read @w : tensor<8x3xf32>
    // expected-error@+1 {{'dl.matmul' op cannot follow the batch of step @s: for a batch of B it would be of tensor<Bx4xf32>, tensor<8x3xf32>}}
    %0 = dl.matmul %x, %w {transpose_a} : tensor<8x4xf32>, tensor<8x3xf32> -> tensor<4x3xf32>
    dl.return %0 : tensor<4x3xf32>
  }
}

// -----

dl.model @ambiguous {
  dl.step @s(%x: tensor<1x4xf32>) -> (y: tensor<1x1x4xf32>) batch(1, 8) {
    // expected-error@+1 {{'dl.reshape' op cannot follow the batch of step @s: more than one extent of its result could be the batch, which is 1 in the program: write the step for a batch of 2 or more}}
    %0 = dl.reshape %x : tensor<1x4xf32> to tensor<1x1x4xf32>
    dl.return %0 : tensor<1x1x4xf32>
  }
}

// -----

dl.model @reordered {
  dl.step @s(%x: tensor<4x4x2xf32>) -> (y: tensor<4x4x2xf32>) batch(4, 8) {
    %0 = dl.reshape %x : tensor<4x4x2xf32> to tensor<16x2xf32>
    %1, %i = dl.sort %0 {axis = 0 : i64} : tensor<16x2xf32> -> tensor<16x2xf32>, tensor<16x2xi32>
    // expected-error@+1 {{'dl.reshape' op cannot follow the batch of step @s: more than one extent of its result could be the batch: write the step for a batch that is another number}}
    %2 = dl.reshape %1 : tensor<16x2xf32> to tensor<4x4x2xf32>
    dl.return %2 : tensor<4x4x2xf32>
  }
}

// -----

dl.model @merged {
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<2x16xf32>) batch(4, 8) {
    // expected-error@+1 {{'dl.reshape' op cannot follow the batch of step @s: no extent of its result holds the whole batch}}
    %0 = dl.reshape %x : tensor<8x4xf32> to tensor<2x16xf32>
    dl.return %0 : tensor<2x16xf32>
  }
}

// -----

dl.model @loop_over_rows {
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(4, 8) {
    // expected-error@+1 {{'dl.scan' op cannot follow the batch of step @s: it runs once for each row}}
    %0 = dl.scan 8 carry() over(%a = %x) with() : (tensor<8x4xf32>) -> tensor<8x4xf32> {
      dl.yield %a : tensor<4xf32>
    }
    dl.return %0 : tensor<8x4xf32>
  }
}

// -----

dl.model @nonlinear {
  dl.step @s(%x: tensor<4x3x8xf32>) -> (y: tensor<3x4x4xf32>) batch(4, 8) {
    %0 = dl.transpose %x perm [1, 0, 2] : tensor<4x3x8xf32> -> tensor<3x4x8xf32>
    %1 = dl.reshape %0 : tensor<3x4x8xf32> to tensor<1x3x4x8xf32>
    // expected-error@+1 {{'dl.max_pool2d' op cannot follow the batch of step @s: an extent of its result is not a linear function of the batch}}
    %2 = dl.max_pool2d %1 {kernel = [2, 2]} : tensor<1x3x4x8xf32> -> tensor<1x3x2x4xf32>
    %3 = dl.reshape %2 : tensor<1x3x2x4xf32> to tensor<3x2x4xf32>
    %4 = dl.concat %3, %3 {axis = 1 : i64} : tensor<3x2x4xf32>, tensor<3x2x4xf32> -> tensor<3x4x4xf32>
    dl.return %4 : tensor<3x4x4xf32>
  }
}

// -----

// A size that an op does not have: the op says why, and the step of what size.
dl.model @too_small {
  // expected-error@+1 {{'dl.step' op has no form with a batch of 2}}
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<3x4xf32>) batch(2, 8) {
    // expected-error@+1 {{'dl.top_k' has k 3 but operand x 'tensor<2x4xf32>' has 2 elements along dimension 0}}
    %v, %i = dl.top_k %x {k = 3 : i64, axis = 0 : i64} : tensor<8x4xf32> -> tensor<3x4xf32>, tensor<3x4xi32>
    dl.return %v : tensor<3x4xf32>
  }
}

// -----

dl.model @changes {
  dl.param @w : tensor<4x1xf32> = ones
  dl.optimizer @sgd = #dl.sgd<>
  dl.step @train(%x: tensor<8x4xf32>) -> (y: tensor<8x1xf32>) batch(1 to 8) {
    %w = dl.read @w : tensor<4x1xf32>
    %0 = dl.matmul %x, %w : tensor<8x4xf32>, tensor<4x1xf32> -> tensor<8x1xf32>
    %loss = dl.mean %0 : tensor<8x1xf32> -> tensor<f32>
    %lr = dl.constant dense<0.1> : tensor<f32>
    // expected-error@+1 {{'dl.minimize' op changes the state, but step @train takes a batch of any size, and a call may be made of several; list the sizes: 'batch(1, 8)'}}
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %0 : tensor<8x1xf32>
  }
}

// -----

dl.model @statistics {
  dl.param @g : tensor<4xf32> = ones
  dl.buffer @mean : tensor<4xf32> = zeros
  dl.buffer @var : tensor<4xf32> = ones
  dl.func @net(%x: tensor<8x4xf32>) -> tensor<8x4xf32> {
    %g = dl.read @g : tensor<4xf32>
    // expected-error@+1 {{'dl.batch_norm' op changes the state, but step @s takes a batch of any size}}
    %0 = dl.batch_norm %x, %g, %g stats(@mean, @var) : tensor<8x4xf32>, tensor<4xf32>, tensor<4xf32> -> tensor<8x4xf32>
    dl.return %0 : tensor<8x4xf32>
  }
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(1 to 8) {
    %0 = dl.call @net(%x) mode(train) : (tensor<8x4xf32>) -> tensor<8x4xf32>
    dl.return %0 : tensor<8x4xf32>
  }
}
