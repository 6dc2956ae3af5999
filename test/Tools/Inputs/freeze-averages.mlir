// A step that predicts with the averages that an optimizer keeps.
dl.model @averages {
  dl.hparam @lr = 0.1
  dl.param @w : tensor<4x2xf32> = normal<0.0, 1.0>
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%x: tensor<3x4xf32>) -> (loss: tensor<f32>) {
    %w = dl.read @w : tensor<4x2xf32>
    %0 = dl.matmul %x, %w : tensor<3x4xf32>, tensor<4x2xf32> -> tensor<3x2xf32>
    %1 = dl.square %0 : tensor<3x2xf32>
    %loss = dl.reduce_sum %1 : tensor<3x2xf32> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["w"] lr(%lr) average(0.9) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @smooth(%x: tensor<3x4xf32>) -> (y: tensor<3x2xf32>) {
    %w = dl.read @w averaged(@sgd) : tensor<4x2xf32>
    %y = dl.matmul %x, %w : tensor<3x4xf32>, tensor<4x2xf32> -> tensor<3x2xf32>
    dl.return %y : tensor<3x2xf32>
  }
}
