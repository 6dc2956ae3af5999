// A net with a norm, a step that trains it and two that do not.
dl.model @small {
  dl.hparam @lr = 0.1
  dl.param @w : tensor<32x3x3x3xf32> = kaiming_uniform
  dl.param @g : tensor<32xf32> = ones
  dl.param @b : tensor<32xf32> = zeros
  dl.param @unused : tensor<65536xf32> = ones
  dl.buffer @mean : tensor<32xf32> = zeros
  dl.buffer @var : tensor<32xf32> = ones
  dl.optimizer @adam = #dl.adam
  dl.func @net(%x: tensor<2x3x8x8xf32>) -> tensor<2x32x8x8xf32> {
    %w = dl.read @w : tensor<32x3x3x3xf32>
    %g = dl.read @g : tensor<32xf32>
    %b = dl.read @b : tensor<32xf32>
    %0 = dl.conv2d %x, %w {padding = [1, 1]} : tensor<2x3x8x8xf32>, tensor<32x3x3x3xf32> -> tensor<2x32x8x8xf32>
    %1 = dl.batch_norm %0, %g, %b stats(@mean, @var) : tensor<2x32x8x8xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<2x32x8x8xf32>
    dl.return %1 : tensor<2x32x8x8xf32>
  }
  dl.step @train(%x: tensor<2x3x8x8xf32>) -> (loss: tensor<f32>) {
    %y = dl.call @net(%x) mode(train) : (tensor<2x3x8x8xf32>) -> tensor<2x32x8x8xf32>
    %0 = dl.softplus %y : tensor<2x32x8x8xf32>
    %loss = dl.reduce_sum %0 : tensor<2x32x8x8xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["w", "g", "b"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @predict(%x: tensor<2x3x8x8xf32>) -> (y: tensor<2x32x8x8xf32>) {
    %y = dl.call @net(%x) mode(eval) : (tensor<2x3x8x8xf32>) -> tensor<2x32x8x8xf32>
    dl.return %y : tensor<2x32x8x8xf32>
  }
  dl.step @total(%x: tensor<2x3x8x8xf32>) -> (sum: tensor<f32>) {
    %y = dl.call @net(%x) mode(eval) : (tensor<2x3x8x8xf32>) -> tensor<2x32x8x8xf32>
    %lr = dl.read_hparam @lr : tensor<f32>
    %0 = dl.reduce_sum %y : tensor<2x32x8x8xf32> -> tensor<f32>
    %sum = dl.mul %0, %lr : tensor<f32>
    dl.return %sum : tensor<f32>
  }
}
