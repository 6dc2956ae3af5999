// What draw.py knows the numbers of. The ops of @draw are numbered after those
// of @evaluated: it has one.
dl.model @drawn {
  dl.step @bits(%seed: tensor<i64>, %step: tensor<i64>)
      -> (w0: tensor<5x7xi32>, w1: tensor<3x1x41xi32>, w2: tensor<2x1xi32>, w3: tensor<i32>,
          turned: tensor<7x5xi32>, shared: tensor<4x6xi32>, far: tensor<2x3xi32>) {
    %w0 = dl.random_bits %seed, %step number 0 word 0 : tensor<5x7xi32>
    %w1 = dl.random_bits %seed, %step number 1 word 1 : tensor<3x1x41xi32>
    %w2 = dl.random_bits %seed, %step number 16777214 word 2 : tensor<2x1xi32>
    %w3 = dl.random_bits %seed, %step number 16777214 word 3 : tensor<i32>
    %turned = dl.transpose %w0 perm [1, 0] : tensor<5x7xi32> -> tensor<7x5xi32>
    %shared = dl.random_bits %seed, %step number 3 word 2 strides [1, 0] : tensor<4x6xi32>
    %far = dl.random_bits %seed, %step number 3 word 2 strides [34359738368, 4294967297] : tensor<2x3xi32>
    dl.return %w0, %w1, %w2, %w3, %turned, %shared, %far : tensor<5x7xi32>, tensor<3x1x41xi32>, tensor<2x1xi32>, tensor<i32>, tensor<7x5xi32>, tensor<4x6xi32>, tensor<2x3xi32>
  }

  // The vectors of Random123 are at element 1: its number is the first word of the
  // counter and the upper byte of the second.
  dl.step @zeros(%seed: tensor<i64>, %step: tensor<i64>)
      -> (w0: tensor<2xi32>, w1: tensor<2xi32>, w2: tensor<2xi32>, w3: tensor<2xi32>) {
    %w0 = dl.random_bits %seed, %step number 0 word 0 strides [0] : tensor<2xi32>
    %w1 = dl.random_bits %seed, %step number 0 word 1 strides [0] : tensor<2xi32>
    %w2 = dl.random_bits %seed, %step number 0 word 2 strides [0] : tensor<2xi32>
    %w3 = dl.random_bits %seed, %step number 0 word 3 strides [0] : tensor<2xi32>
    dl.return %w0, %w1, %w2, %w3 : tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>
  }
  dl.step @ones(%seed: tensor<i64>, %step: tensor<i64>)
      -> (w0: tensor<2xi32>, w1: tensor<2xi32>, w2: tensor<2xi32>, w3: tensor<2xi32>) {
    %w0 = dl.random_bits %seed, %step number 16777215 word 0 strides [1099511627775] : tensor<2xi32>
    %w1 = dl.random_bits %seed, %step number 16777215 word 1 strides [1099511627775] : tensor<2xi32>
    %w2 = dl.random_bits %seed, %step number 16777215 word 2 strides [1099511627775] : tensor<2xi32>
    %w3 = dl.random_bits %seed, %step number 16777215 word 3 strides [1099511627775] : tensor<2xi32>
    dl.return %w0, %w1, %w2, %w3 : tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>
  }
  dl.step @pi(%seed: tensor<i64>, %step: tensor<i64>)
      -> (w0: tensor<2xi32>, w1: tensor<2xi32>, w2: tensor<2xi32>, w3: tensor<2xi32>) {
    %w0 = dl.random_bits %seed, %step number 10684627 word 0 strides [571838786184] : tensor<2xi32>
    %w1 = dl.random_bits %seed, %step number 10684627 word 1 strides [571838786184] : tensor<2xi32>
    %w2 = dl.random_bits %seed, %step number 10684627 word 2 strides [571838786184] : tensor<2xi32>
    %w3 = dl.random_bits %seed, %step number 10684627 word 3 strides [571838786184] : tensor<2xi32>
    dl.return %w0, %w1, %w2, %w3 : tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>
  }

  dl.func @noise(%x: tensor<4x33xf32>) -> tensor<4x33xf32> {
    %y = dl.dropout %x {p = 0.25} : tensor<4x33xf32>
    dl.return %y : tensor<4x33xf32>
  }
  dl.step @evaluated(%x: tensor<4x33xf32>) -> (y: tensor<4x33xf32>, u: tensor<3xf32>) {
    %y = dl.call @noise(%x) mode(eval) : (tensor<4x33xf32>) -> tensor<4x33xf32>
    %u = dl.uniform : tensor<3xf32>
    dl.return %y, %u : tensor<4x33xf32>, tensor<3xf32>
  }

  dl.step @draw(%logits: tensor<50x4xf32>, %p: tensor<20x3xf64>)
      -> (u: tensor<3x37xf32>, v: tensor<33xf64>, n: tensor<3x37xf32>, m: tensor<33xf64>,
          g: tensor<40xf32>, h: tensor<5xf64>, b: tensor<100xi1>, d: tensor<20x3xf32>,
          c: tensor<50xi32>, one: tensor<3xf64>) {
    %u = dl.uniform {low = -1.0, high = 3.0} : tensor<3x37xf32>
    %v = dl.uniform : tensor<33xf64>
    %n = dl.normal {mean = 2.0, deviation = 0.5} : tensor<3x37xf32>
    %m = dl.normal : tensor<33xf64>
    %g = dl.gumbel : tensor<40xf32>
    %h = dl.gumbel : tensor<5xf64>
    %b = dl.bernoulli {p = 0.3} : tensor<100xi1>
    %d = dl.bernoulli of %p : tensor<20x3xf64> -> tensor<20x3xf32>
    %c = dl.categorical %logits : tensor<50x4xf32> -> tensor<50xi32>
    %one = dl.bernoulli {p = 1.0} : tensor<3xf64>
    dl.return %u, %v, %n, %m, %g, %h, %b, %d, %c, %one : tensor<3x37xf32>, tensor<33xf64>, tensor<3x37xf32>, tensor<33xf64>, tensor<40xf32>, tensor<5xf64>, tensor<100xi1>, tensor<20x3xf32>, tensor<50xi32>, tensor<3xf64>
  }

  // Numbers 11 to 14.
  dl.step @drop(%x: tensor<4x33xf32>, %image: tensor<2x5x3x4xf64>)
      -> (a: tensor<4x33xf32>, b: tensor<4x33xf32>, da: tensor<4x33xf32>, c: tensor<2x5x3x4xf64>,
          s: tensor<4x33xf32>, all: tensor<4x33xf32>, none: tensor<4x33xf32>) {
    %a = dl.call @noise(%x) mode(train) : (tensor<4x33xf32>) -> tensor<4x33xf32>
    %b = dl.call @noise(%x) mode(train) : (tensor<4x33xf32>) -> tensor<4x33xf32>
    %square = dl.mul %a, %a : tensor<4x33xf32>
    %sum = dl.reduce_sum %square {axes = [0, 1]} : tensor<4x33xf32> -> tensor<f32>
    %da = dl.gradient %sum wrt %x : tensor<f32> -> tensor<4x33xf32>
    %c = dl.dropout %image mode(train) {channels} : tensor<2x5x3x4xf64>
    %s = dl.alpha_dropout %x mode(train) {p = 0.2} : tensor<4x33xf32>
    %all = dl.dropout %x mode(train) {p = 0.0} : tensor<4x33xf32>
    %none = dl.dropout %x mode(train) {p = 1.0} : tensor<4x33xf32>
    dl.return %a, %b, %da, %c, %s, %all, %none : tensor<4x33xf32>, tensor<4x33xf32>, tensor<4x33xf32>, tensor<2x5x3x4xf64>, tensor<4x33xf32>, tensor<4x33xf32>, tensor<4x33xf32>
  }

  // Number 15.
  dl.step @shuffle() -> (p: tensor<37xi32>) {
    %p = dl.permutation : tensor<37xi32>
    dl.return %p : tensor<37xi32>
  }

  // Numbers 16 to 19: in the bodies of loops, and of loops in these.
  dl.step @loops(%x: tensor<4x33xf32>)
      -> (u: tensor<3x5xf32>, n: tensor<3x2x7xf64>, d: tensor<3x4x33xf32>, dx: tensor<4x33xf32>,
          r: tensor<6x2xf32>) {
    %u, %n, %d = dl.scan 3 with(%y = %x)
        : (tensor<4x33xf32>) -> (tensor<3x5xf32>, tensor<3x2x7xf64>, tensor<3x4x33xf32>) {
      %0 = dl.uniform : tensor<5xf32>
      %1 = dl.scan 2 : () -> tensor<2x7xf64> {
        %2 = dl.normal : tensor<7xf64>
        dl.yield %2 : tensor<7xf64>
      }
      %3 = dl.call @noise(%y) mode(train) : (tensor<4x33xf32>) -> tensor<4x33xf32>
      dl.yield %0, %1, %3 : tensor<5xf32>, tensor<2x7xf64>, tensor<4x33xf32>
    }
    %squares = dl.mul %d, %d : tensor<3x4x33xf32>
    %sum = dl.reduce_sum %squares {axes = [0, 1, 2]} : tensor<3x4x33xf32> -> tensor<f32>
    %dx = dl.gradient %sum wrt %x : tensor<f32> -> tensor<4x33xf32>
    %r = dl.scan 6 reverse : () -> tensor<6x2xf32> {
      %0 = dl.uniform : tensor<2xf32>
      dl.yield %0 : tensor<2xf32>
    }
    dl.return %u, %n, %d, %dx, %r : tensor<3x5xf32>, tensor<3x2x7xf64>, tensor<3x4x33xf32>, tensor<4x33xf32>, tensor<6x2xf32>
  }
}
