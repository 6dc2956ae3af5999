// Kim, EMNLP 2014: an embedding, convolutions of three widths, the maximum over time.
dl.model @textcnn {
  dl.hparam @lr = 0.1
  dl.param @embedding.weight : tensor<50x16xf32> = zeros
  dl.param @conv3.weight : tensor<8x16x3xf32> = zeros
  dl.param @conv3.bias : tensor<8xf32> = zeros
  dl.param @conv4.weight : tensor<8x16x4xf32> = zeros
  dl.param @conv4.bias : tensor<8xf32> = zeros
  dl.param @fc.weight : tensor<3x16xf32> = zeros
  dl.param @fc.bias : tensor<3xf32> = zeros
  dl.optimizer @sgd = #dl.sgd
  dl.step @train(%text: tensor<5x12xi64>, %label: tensor<5xi64>) -> (loss: tensor<f32>) {
    %e = dl.read @embedding.weight : tensor<50x16xf32>
    %w3 = dl.read @conv3.weight : tensor<8x16x3xf32>
    %b3 = dl.read @conv3.bias : tensor<8xf32>
    %w4 = dl.read @conv4.weight : tensor<8x16x4xf32>
    %b4 = dl.read @conv4.bias : tensor<8xf32>
    %w = dl.read @fc.weight : tensor<3x16xf32>
    %b = dl.read @fc.bias : tensor<3xf32>
    %0 = dl.embedding %e at %text : tensor<50x16xf32>, tensor<5x12xi64> -> tensor<5x12x16xf32>
    %1 = dl.transpose %0 perm [0, 2, 1] : tensor<5x12x16xf32> -> tensor<5x16x12xf32>
    %2 = dl.conv1d %1, %w3 bias %b3 : tensor<5x16x12xf32>, tensor<8x16x3xf32>, tensor<8xf32> -> tensor<5x8x10xf32>
    %3 = dl.relu %2 : tensor<5x8x10xf32>
    %4 = dl.reduce_max %3 {axes = [2]} : tensor<5x8x10xf32> -> tensor<5x8xf32>
    %5 = dl.conv1d %1, %w4 bias %b4 : tensor<5x16x12xf32>, tensor<8x16x4xf32>, tensor<8xf32> -> tensor<5x8x9xf32>
    %6 = dl.relu %5 : tensor<5x8x9xf32>
    %7 = dl.reduce_max %6 {axes = [2]} : tensor<5x8x9xf32> -> tensor<5x8xf32>
    %8 = dl.concat %4, %7 {axis = 1} : tensor<5x8xf32>, tensor<5x8xf32> -> tensor<5x16xf32>
    %9 = dl.linear %8, %w bias %b : tensor<5x16xf32>, tensor<3x16xf32>, tensor<3xf32> -> tensor<5x3xf32>
    %loss = dl.cross_entropy %9, %label : tensor<5x3xf32>, tensor<5xi64> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @sgd over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
}
