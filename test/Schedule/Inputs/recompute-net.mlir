dl.model @net {
  dl.hparam @lr = 1.0e-2
  dl.param @conv1.weight : tensor<16x3x3x3xf32> = kaiming_uniform
  dl.param @bn1.weight : tensor<16xf32> = ones
  dl.param @bn1.bias : tensor<16xf32> = zeros
  dl.buffer @bn1.running_mean : tensor<16xf32> = zeros
  dl.buffer @bn1.running_var : tensor<16xf32> = ones
  dl.param @conv2.weight : tensor<16x16x3x3xf32> = kaiming_uniform
  dl.param @bn2.weight : tensor<16xf32> = ones
  dl.param @bn2.bias : tensor<16xf32> = zeros
  dl.buffer @bn2.running_mean : tensor<16xf32> = zeros
  dl.buffer @bn2.running_var : tensor<16xf32> = ones
  dl.param @fc.weight : tensor<10x1024xf32> = kaiming_uniform
  dl.param @fc.bias : tensor<10xf32> = zeros
  dl.optimizer @adam = #dl.adam<beta1 = 0.9, beta2 = 0.999, eps = 1.0e-8>

  dl.func @net(%x: tensor<8x3x16x16xf32>) -> tensor<8x10xf32> {
    %w1 = dl.read @conv1.weight : tensor<16x3x3x3xf32>
    %g1 = dl.read @bn1.weight : tensor<16xf32>
    %b1 = dl.read @bn1.bias : tensor<16xf32>
    %0 = dl.conv2d %x, %w1 {padding = [1, 1]} : tensor<8x3x16x16xf32>, tensor<16x3x3x3xf32> -> tensor<8x16x16x16xf32>
    %1 = dl.batch_norm %0, %g1, %b1 stats(@bn1.running_mean, @bn1.running_var) : tensor<8x16x16x16xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x16x16xf32>
    %2 = dl.relu %1 : tensor<8x16x16x16xf32>
    %3 = dl.dropout %2 {p = 0.25} : tensor<8x16x16x16xf32>
    %w2 = dl.read @conv2.weight : tensor<16x16x3x3xf32>
    %g2 = dl.read @bn2.weight : tensor<16xf32>
    %b2 = dl.read @bn2.bias : tensor<16xf32>
    %4 = dl.conv2d %3, %w2 {padding = [1, 1]} : tensor<8x16x16x16xf32>, tensor<16x16x3x3xf32> -> tensor<8x16x16x16xf32>
    %5 = dl.batch_norm %4, %g2, %b2 stats(@bn2.running_mean, @bn2.running_var) : tensor<8x16x16x16xf32>, tensor<16xf32>, tensor<16xf32> -> tensor<8x16x16x16xf32>
    %6 = dl.add %5, %2 : tensor<8x16x16x16xf32>
    %7 = dl.relu %6 : tensor<8x16x16x16xf32>
    %8 = dl.max_pool2d %7 {kernel = [2, 2]} : tensor<8x16x16x16xf32> -> tensor<8x16x8x8xf32>
    %9 = dl.reshape %8 : tensor<8x16x8x8xf32> to tensor<8x1024xf32>
    %w = dl.read @fc.weight : tensor<10x1024xf32>
    %b = dl.read @fc.bias : tensor<10xf32>
    %10 = dl.linear %9, %w bias %b : tensor<8x1024xf32>, tensor<10x1024xf32>, tensor<10xf32> -> tensor<8x10xf32>
    dl.return %10 : tensor<8x10xf32>
  }
  dl.step @train(%x: tensor<8x3x16x16xf32>, %label: tensor<8xi32>) -> (loss: tensor<f32>) {
    %logits = dl.call @net(%x) mode(train) : (tensor<8x3x16x16xf32>) -> tensor<8x10xf32>
    %loss = dl.cross_entropy %logits, %label : tensor<8x10xf32>, tensor<8xi32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
