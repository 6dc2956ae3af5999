// The smallest model that trains: y = x w^T, mean squared error, SGD.
dl.model @linear {
  dl.hparam @lr = 0.1
  dl.param @weight : tensor<3x4xf32> = uniform<-0.5, 0.5>
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%x: tensor<8x4xf32>, %y: tensor<8x3xf32>) -> (loss: tensor<f32>) {
    %w = dl.read @weight : tensor<3x4xf32>
    %p = dl.linear %x, %w : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
    %d = dl.sub %p, %y : tensor<8x3xf32>
    %s = dl.mul %d, %d : tensor<8x3xf32>
    %t = dl.reduce_sum %s {axes = [0, 1]} : tensor<8x3xf32> -> tensor<f32>
    %loss = dl.scale %t by 0.041666666666666664 : tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @predict(%x: tensor<8x4xf32>) -> (p: tensor<8x3xf32>) {
    %w = dl.read @weight : tensor<3x4xf32>
    %p = dl.linear %x, %w : tensor<8x4xf32>, tensor<3x4xf32> -> tensor<8x3xf32>
    dl.return %p : tensor<8x3xf32>
  }
}
