// A step that trains, with state, checks and a loop; one that predicts.
dl.model @m {
  dl.hparam @lr = 0.1
  dl.param @table : tensor<8x4xf32> = normal<0.0, 0.1>
  dl.param @w : tensor<3x4xf32> = normal<0.0, 0.1>
  dl.optimizer @adam = #dl.adam<beta1 = 0.9, beta2 = 0.999, eps = 1.0e-8>
  dl.func @net(%i: tensor<5xi32>) -> tensor<5x3xf32> {
    %t = dl.read @table : tensor<8x4xf32>
    %w = dl.read @w : tensor<3x4xf32>
    %e = dl.embedding %t at %i : tensor<8x4xf32>, tensor<5xi32> -> tensor<5x4xf32>
    %y = dl.linear %e, %w : tensor<5x4xf32>, tensor<3x4xf32> -> tensor<5x3xf32>
    dl.return %y : tensor<5x3xf32>
  }
  dl.step @train(%i: tensor<5xi32>, %label: tensor<5xui8>) -> (loss: tensor<f32>) {
    %y = dl.call @net(%i) mode(train) : (tensor<5xi32>) -> tensor<5x3xf32>
    %loss = dl.cross_entropy %y, %label : tensor<5x3xf32>, tensor<5xui8> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @predict(%i: tensor<5xi32>) -> (y: tensor<5x3xf32>) {
    %y = dl.call @net(%i) mode(eval) : (tensor<5xi32>) -> tensor<5x3xf32>
    dl.return %y : tensor<5x3xf32>
  }
}
