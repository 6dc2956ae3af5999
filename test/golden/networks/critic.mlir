// The critic of Gulrajani et al., NIPS 2017, with layer norm and leaky ReLU, and its loss: the
// penalty is of the gradient's norm between real and generated images, and what is
// minimized is differentiated a second time.
dl.model @critic {
  dl.hparam @lr = 0.1
  dl.param @conv1.weight : tensor<6x3x3x3xf32> = zeros
  dl.param @conv1.bias : tensor<6xf32> = zeros
  dl.param @norm1.weight : tensor<6x4x4xf32> = zeros
  dl.param @norm1.bias : tensor<6x4x4xf32> = zeros
  dl.param @conv2.weight : tensor<8x6x3x3xf32> = zeros
  dl.param @conv2.bias : tensor<8xf32> = zeros
  dl.param @norm2.weight : tensor<8x2x2xf32> = zeros
  dl.param @norm2.bias : tensor<8x2x2xf32> = zeros
  dl.param @fc.weight : tensor<1x32xf32> = zeros
  dl.param @fc.bias : tensor<1xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.func @net(%x: tensor<5x3x8x8xf32>) -> tensor<5x1xf32> {
    %w1 = dl.read @conv1.weight : tensor<6x3x3x3xf32>
    %b1 = dl.read @conv1.bias : tensor<6xf32>
    %g1 = dl.read @norm1.weight : tensor<6x4x4xf32>
    %s1 = dl.read @norm1.bias : tensor<6x4x4xf32>
    %w2 = dl.read @conv2.weight : tensor<8x6x3x3xf32>
    %b2 = dl.read @conv2.bias : tensor<8xf32>
    %g2 = dl.read @norm2.weight : tensor<8x2x2xf32>
    %s2 = dl.read @norm2.bias : tensor<8x2x2xf32>
    %w = dl.read @fc.weight : tensor<1x32xf32>
    %b = dl.read @fc.bias : tensor<1xf32>
    %0 = dl.conv2d %x, %w1 bias %b1 {stride = [2, 2], padding = [1, 1]} : tensor<5x3x8x8xf32>, tensor<6x3x3x3xf32>, tensor<6xf32> -> tensor<5x6x4x4xf32>
    %1 = dl.layer_norm %0, %g1, %s1 {axis = 1} : tensor<5x6x4x4xf32>, tensor<6x4x4xf32>, tensor<6x4x4xf32> -> tensor<5x6x4x4xf32>
    %2 = dl.leaky_relu %1 {slope = 0.2} : tensor<5x6x4x4xf32>
    %3 = dl.conv2d %2, %w2 bias %b2 {stride = [2, 2], padding = [1, 1]} : tensor<5x6x4x4xf32>, tensor<8x6x3x3xf32>, tensor<8xf32> -> tensor<5x8x2x2xf32>
    %4 = dl.layer_norm %3, %g2, %s2 {axis = 1} : tensor<5x8x2x2xf32>, tensor<8x2x2xf32>, tensor<8x2x2xf32> -> tensor<5x8x2x2xf32>
    %5 = dl.leaky_relu %4 {slope = 0.2} : tensor<5x8x2x2xf32>
    %6 = dl.flatten %5 : tensor<5x8x2x2xf32> to tensor<5x32xf32>
    %7 = dl.linear %6, %w bias %b : tensor<5x32xf32>, tensor<1x32xf32>, tensor<1xf32> -> tensor<5x1xf32>
    dl.return %7 : tensor<5x1xf32>
  }
  dl.step @train(%real: tensor<5x3x8x8xf32>, %fake: tensor<5x3x8x8xf32>, %mix: tensor<5x1x1x1xf32>) -> (loss: tensor<f32>) {
    %dr = dl.call @net(%real) : (tensor<5x3x8x8xf32>) -> tensor<5x1xf32>
    %df = dl.call @net(%fake) : (tensor<5x3x8x8xf32>) -> tensor<5x1xf32>
    %d = dl.sub %df, %dr : tensor<5x1xf32>
    %distance = dl.mean %d : tensor<5x1xf32> -> tensor<f32>

    %gap = dl.sub %real, %fake : tensor<5x3x8x8xf32>
    %part = dl.mul %gap, %mix : tensor<5x3x8x8xf32>, tensor<5x1x1x1xf32> -> tensor<5x3x8x8xf32>
    %between = dl.add %fake, %part : tensor<5x3x8x8xf32>
    %db = dl.call @net(%between) : (tensor<5x3x8x8xf32>) -> tensor<5x1xf32>
    %one = dl.constant dense<1.0> : tensor<5x1xf32>
    %dx = dl.gradient %db wrt %between cotangent(%one) : tensor<5x1xf32> -> tensor<5x3x8x8xf32>
    %norm = dl.norm %dx {axes = [1, 2, 3]} : tensor<5x3x8x8xf32> -> tensor<5xf32>
    %excess = dl.offset %norm by -1.0 : tensor<5xf32>
    %square = dl.square %excess : tensor<5xf32>
    %mean = dl.mean %square : tensor<5xf32> -> tensor<f32>
    %penalty = dl.scale %mean by 10.0 : tensor<f32>
    %loss = dl.add %distance, %penalty : tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
