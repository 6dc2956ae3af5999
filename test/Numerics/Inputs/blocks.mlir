dl.model @blocks {
  dl.hparam @lr = 0.1
  dl.optimizer @opt = #dl.sgd<momentum = 0.9, weight_decay = 1.0e-2>
  dl.func @norm<c>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    dl.param @weight : tensor<?xf32> sizes(c) = ones
    dl.param @bias : tensor<?xf32> sizes(c) = zeros
    dl.buffer @mean : tensor<?xf32> sizes(c) = zeros
    dl.buffer @var : tensor<?xf32> sizes(c) = ones
    %w = dl.read @weight : tensor<?xf32>
    %b = dl.read @bias : tensor<?xf32>
    %y = dl.batch_norm %x, %w, %b stats(@mean, @var) : tensor<?x?x?x?xf32>, tensor<?xf32>, tensor<?xf32> -> tensor<?x?x?x?xf32>
    dl.return %y : tensor<?x?x?x?xf32>
  }
  dl.func @conv<in, out>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    dl.param @weight : tensor<?x?x3x3xf32> sizes(out, in) = kaiming_uniform
    %w = dl.read @weight : tensor<?x?x3x3xf32>
    %0 = dl.conv2d %x, %w {padding = [1, 1]} : tensor<?x?x?x?xf32>, tensor<?x?x3x3xf32> -> tensor<?x?x?x?xf32>
    %1 = dl.call @norm<out>(%0) as @bn : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
    dl.return %1 : tensor<?x?x?x?xf32>
  }
  dl.func @block<c>(%x: tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32> {
    %0 = dl.call @conv<c, c>(%x) as @conv1 : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
    %1 = dl.relu %0 : tensor<?x?x?x?xf32>
    %2 = dl.dropout %1 {p = 0.25} : tensor<?x?x?x?xf32>
    %3 = dl.call @conv<c, c>(%2) as @conv2 : (tensor<?x?x?x?xf32>) -> tensor<?x?x?x?xf32>
    %4 = dl.add %x, %3 : tensor<?x?x?x?xf32>
    dl.return %4 : tensor<?x?x?x?xf32>
  }
  dl.func @net(%x: tensor<?x3x6x6xf32>) -> tensor<?x5xf32> {
    dl.param @fc : tensor<5x8xf32> = kaiming_uniform
    %0 = dl.call @conv<3, 8>(%x) as @stem : (tensor<?x3x6x6xf32>) -> tensor<?x8x6x6xf32>
    %1 = dl.call @block<8>(%0) as @layer.0 : (tensor<?x8x6x6xf32>) -> tensor<?x8x6x6xf32>
    %2 = dl.call @block<8>(%1) as @layer.1 : (tensor<?x8x6x6xf32>) -> tensor<?x8x6x6xf32>
    // Twice with the same parameters.
    %3 = dl.call @block<8>(%2) as @layer.1 : (tensor<?x8x6x6xf32>) -> tensor<?x8x6x6xf32>
    %4 = dl.mean %3 {axes = [2, 3]} : tensor<?x8x6x6xf32> -> tensor<?x8xf32>
    %w = dl.read @fc : tensor<5x8xf32>
    %5 = dl.linear %4, %w : tensor<?x8xf32>, tensor<5x8xf32> -> tensor<?x5xf32>
    dl.return %5 : tensor<?x5xf32>
  }
  dl.step @train(%x: tensor<4x3x6x6xf32>, %t: tensor<4xi64>) -> (loss: tensor<f32>) {
    %y = dl.call @net(%x) mode(train) : (tensor<4x3x6x6xf32>) -> tensor<4x5xf32>
    %loss = dl.cross_entropy %y, %t : tensor<4x5xf32>, tensor<4xi64> -> tensor<f32>
    %lr = dl.read_hparam @lr : tensor<f32>
    dl.minimize %loss with @opt over ["layer.*", "stem.*", "fc"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss : tensor<f32>
  }
  dl.step @predict(%x: tensor<1x3x6x6xf32>) -> (y: tensor<1x5xf32>) {
    %y = dl.call @net(%x) mode(eval) : (tensor<1x3x6x6xf32>) -> tensor<1x5xf32>
    dl.return %y : tensor<1x5xf32>
  }
}
