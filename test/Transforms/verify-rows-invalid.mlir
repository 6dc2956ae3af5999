// RUN: dlc-opt %s -split-input-file -verify-diagnostics -dl-resolve -dl-grad -dl-simplify

dl.model @mean_over_batch {
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x2xf32>) batch(1 to 4) {
    // expected-error@+1 {{'dl.reduce_sum' op cannot be computed row by row: it mixes rows of the batch; step @s takes a batch of any size. List the sizes that are wanted instead: 'batch(1, 4)'}}
    %0 = dl.mean %x {axes = [0]} : tensor<4x2xf32> -> tensor<2xf32>
    %1 = dl.sub %x, %0 : tensor<4x2xf32>, tensor<2xf32> -> tensor<4x2xf32>
    dl.return %1 : tensor<4x2xf32>
  }
}

// -----

// Statistics of the batch that no buffer keeps.
dl.model @statistics {
  dl.param @g : tensor<2xf32> = ones
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x2xf32>) batch(2 to 4) {
    %g = dl.read @g : tensor<2xf32>
    // expected-error@+1 {{cannot be computed row by row: it mixes rows of the batch}}
    %0 = dl.batch_norm %x, %g, %g mode(train) : tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32> -> tensor<4x2xf32>
    dl.return %0 : tensor<4x2xf32>
  }
}

// -----

dl.model @softmax_over_batch {
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x2xf32>) batch(1 to 4) {
    // expected-error@+1 {{cannot be computed row by row: it mixes rows of the batch}}
    %0 = dl.softmax %x {axis = 0 : i64} : tensor<4x2xf32>
    dl.return %0 : tensor<4x2xf32>
  }
}

// -----

dl.model @reversed {
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x2xf32>) batch(1 to 4) {
    // expected-error@+1 {{'dl.reverse' op cannot be computed row by row: it mixes rows of the batch}}
    %0 = dl.reverse %x dims [0] : tensor<4x2xf32>
    dl.return %0 : tensor<4x2xf32>
  }
}

// -----

dl.model @similarity {
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x4xf32>) batch(1 to 4) {
    // expected-error@+1 {{'dl.matmul' op cannot be computed row by row: it mixes rows of the batch}}
    %0 = dl.matmul %x, %x {transpose_b} : tensor<4x2xf32>, tensor<4x2xf32> -> tensor<4x4xf32>
    dl.return %0 : tensor<4x4xf32>
  }
}

// -----

// The number of the row is not a part of the row.
dl.model @numbered {
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x2xf32>) batch(1 to 4) {
    %i = dl.iota {axis = 0 : i64} : tensor<4x2xf32>
    // expected-error@+1 {{'dl.add' op cannot be computed row by row: an operand that is not of the batch is another for each row}}
    %0 = dl.add %x, %i : tensor<4x2xf32>
    dl.return %0 : tensor<4x2xf32>
  }
}

// -----

dl.model @random {
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x2xf32>) batch(1 to 4) {
    // expected-error@+1 {{cannot be computed row by row: an operand that is not of the batch is another for each row}}
    %0 = dl.dropout %x mode(train) {p = 0.5} : tensor<4x2xf32>
    dl.return %0 : tensor<4x2xf32>
  }
}

// -----

dl.model @neighbours {
  dl.step @s(%x: tensor<4x2xf32>, %i: tensor<4xi32>) -> (y: tensor<4x2xf32>) batch(1 to 4) {
    // expected-error@+1 {{'dl.index_select' op cannot be computed row by row: it mixes rows of the batch}}
    %0 = dl.index_select %x at %i {axis = 0 : i64} : tensor<4x2xf32>, tensor<4xi32> -> tensor<4x2xf32>
    dl.return %0 : tensor<4x2xf32>
  }
}

// -----

dl.model @stacked {
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<8x2xf32>) batch(1 to 4) {
    // expected-error@+1 {{'dl.concat' op cannot be computed row by row: it mixes rows of the batch}}
    %0 = dl.concat %x, %x {axis = 0 : i64} : tensor<4x2xf32>, tensor<4x2xf32> -> tensor<8x2xf32>
    dl.return %0 : tensor<8x2xf32>
  }
}

// -----

dl.model @running {
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x2xf32>) batch(1 to 4) {
    // expected-error@+1 {{'dl.cumsum' op cannot be computed row by row: it mixes rows of the batch}}
    %0 = dl.cumsum %x {axis = 0 : i64} : tensor<4x2xf32> -> tensor<4x2xf32>
    dl.return %0 : tensor<4x2xf32>
  }
}

// -----

// The least of all rows, carried from step to step of a loop.
dl.model @carried {
  dl.step @s(%x: tensor<4x3x2xf32>) -> (y: tensor<4x2xf32>) batch(1 to 4) {
    %t = dl.transpose %x perm [1, 0, 2] : tensor<4x3x2xf32> -> tensor<3x4x2xf32>
    %h = dl.constant dense<0.0> : tensor<4x2xf32>
    %0 = dl.scan 3 carry(%a = %h) over(%b = %t) with() : (tensor<4x2xf32>, tensor<3x4x2xf32>) -> tensor<4x2xf32> {
      // expected-error@+1 {{'dl.reduce_min' op cannot be computed row by row: it mixes rows of the batch}}
      %1 = dl.reduce_min %b {axes = [0]} : tensor<4x2xf32> -> tensor<2xf32>
      %2 = dl.add %a, %1 : tensor<4x2xf32>, tensor<2xf32> -> tensor<4x2xf32>
      dl.yield %2 : tensor<4x2xf32>
    }
    dl.return %0 : tensor<4x2xf32>
  }
}

// -----

dl.model @turned {
  // expected-error@+1 {{step @s takes a batch of any size, but its output 'y' has the batch in another dimension than its first; list the sizes that are wanted instead: 'batch(1, 4)'}}
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<2x4xf32>) batch(1 to 4) {
    %0 = dl.transpose %x perm [1, 0] : tensor<4x2xf32> -> tensor<2x4xf32>
    dl.return %0 : tensor<2x4xf32>
  }
}

// -----

dl.model @constant {
  dl.param @w : tensor<3xf32> = ones
  // expected-error@+1 {{step @s takes a batch of any size, but its output 'w' is not of the batch}}
  dl.step @s(%x: tensor<4x2xf32>) -> (y: tensor<4x2xf32>, w: tensor<3xf32>) batch(1 to 4) {
    %0 = dl.relu %x : tensor<4x2xf32>
    %w = dl.read @w : tensor<3xf32>
    dl.return %0, %w : tensor<4x2xf32>, tensor<3xf32>
  }
}

// -----

// The divisor of the mean is all that is left of it.
dl.model @gradient_of_a_mean {
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(1 to 32) {
    %0 = dl.square %x : tensor<8x4xf32>
    // expected-error@+1 {{cannot be computed row by row: it gives 7.812500e-03 : f32, and 1.562500e-02 : f32 in a batch of 16 rows; step @s takes a batch of any size. List the sizes that are wanted instead: 'batch(1, 32)'}}
    %1 = dl.mean %0 : tensor<8x4xf32> -> tensor<f32>
    %2 = dl.gradient %1 wrt %x : tensor<f32> -> tensor<8x4xf32>
    dl.return %2 : tensor<8x4xf32>
  }
}

// -----

dl.model @sum_of_a_broadcast {
  dl.param @p : tensor<f32> = ones
  dl.step @s(%x: tensor<8x4xf32>) -> (y: tensor<8x4xf32>) batch(1 to 32) {
    %p = dl.read @p : tensor<f32>
    %0 = dl.broadcast %p dims [] : tensor<f32> to tensor<8x4xf32>
    %1 = dl.add %x, %0 : tensor<8x4xf32>
    // expected-error@+1 {{cannot be computed row by row}}
    %2 = dl.reduce_sum %0 : tensor<8x4xf32> -> tensor<f32>
    %3 = dl.mul %1, %2 : tensor<8x4xf32>, tensor<f32> -> tensor<8x4xf32>
    dl.return %3 : tensor<8x4xf32>
  }
}
