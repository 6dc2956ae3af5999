// Two layers over 9 steps; the last output decides.
dl.model @gru {
  dl.hparam @lr = 0.1
  dl.param @rnn.weight_ih_l0 : tensor<30x6xf32> = zeros
  dl.param @rnn.weight_hh_l0 : tensor<30x10xf32> = zeros
  dl.param @rnn.bias_ih_l0 : tensor<30xf32> = zeros
  dl.param @rnn.bias_hh_l0 : tensor<30xf32> = zeros
  dl.param @rnn.weight_ih_l1 : tensor<30x10xf32> = zeros
  dl.param @rnn.weight_hh_l1 : tensor<30x10xf32> = zeros
  dl.param @rnn.bias_ih_l1 : tensor<30xf32> = zeros
  dl.param @rnn.bias_hh_l1 : tensor<30xf32> = zeros
  dl.param @fc.weight : tensor<3x10xf32> = zeros
  dl.param @fc.bias : tensor<3xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%x: tensor<9x4x6xf32>, %label: tensor<4xi64>) -> (loss: tensor<f32>) {
    %w0 = dl.read @rnn.weight_ih_l0 : tensor<30x6xf32>
    %u0 = dl.read @rnn.weight_hh_l0 : tensor<30x10xf32>
    %a0 = dl.read @rnn.bias_ih_l0 : tensor<30xf32>
    %b0 = dl.read @rnn.bias_hh_l0 : tensor<30xf32>
    %w1 = dl.read @rnn.weight_ih_l1 : tensor<30x10xf32>
    %u1 = dl.read @rnn.weight_hh_l1 : tensor<30x10xf32>
    %a1 = dl.read @rnn.bias_ih_l1 : tensor<30xf32>
    %b1 = dl.read @rnn.bias_hh_l1 : tensor<30xf32>
    %w = dl.read @fc.weight : tensor<3x10xf32>
    %b = dl.read @fc.bias : tensor<3xf32>
    %y, %h = dl.gru %x weights(%w0, %u0, %a0, %b0, %w1, %u1, %a1, %b1) {layers = 2}
        : (tensor<9x4x6xf32>, tensor<30x6xf32>, tensor<30x10xf32>, tensor<30xf32>, tensor<30xf32>, tensor<30x10xf32>, tensor<30x10xf32>, tensor<30xf32>, tensor<30xf32>)
          -> (tensor<9x4x10xf32>, tensor<2x4x10xf32>)
    %0 = dl.slice %y at [8, 0, 0] size [1, 4, 10] : tensor<9x4x10xf32> -> tensor<1x4x10xf32>
    %1 = dl.reshape %0 : tensor<1x4x10xf32> to tensor<4x10xf32>
    %2 = dl.linear %1, %w bias %b : tensor<4x10xf32>, tensor<3x10xf32>, tensor<3xf32> -> tensor<4x3xf32>
    %loss = dl.cross_entropy %2, %label : tensor<4x3xf32>, tensor<4xi64> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
