// The classifier of examples/fashion.mlir, for its parameters, which also says what its last hidden layer sees.
// Images are numbers from 0 to 1.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

dl.model @judge {
  dl.param  @conv1.weight : tensor<32x1x3x3xf32> = zeros
  dl.param  @bn1.weight : tensor<32xf32> = ones
  dl.param  @bn1.bias : tensor<32xf32> = zeros
  dl.buffer @bn1.running_mean : tensor<32xf32> = zeros
  dl.buffer @bn1.running_var : tensor<32xf32> = ones
  dl.param  @conv2.weight : tensor<64x32x3x3xf32> = zeros
  dl.param  @bn2.weight : tensor<64xf32> = ones
  dl.param  @bn2.bias : tensor<64xf32> = zeros
  dl.buffer @bn2.running_mean : tensor<64xf32> = zeros
  dl.buffer @bn2.running_var : tensor<64xf32> = ones
  dl.param  @fc1.weight : tensor<128x3136xf32> = zeros
  dl.param  @fc1.bias : tensor<128xf32> = zeros
  dl.param  @fc2.weight : tensor<10x128xf32> = zeros
  dl.param  @fc2.bias : tensor<10xf32> = zeros

  dl.step @look(%image: tensor<100x1x28x28xf32>) -> (label: tensor<100xi32>, features: tensor<100x128xf32>) {
    %w1 = dl.read @conv1.weight : tensor<32x1x3x3xf32>
    %g1 = dl.read @bn1.weight : tensor<32xf32>
    %h1 = dl.read @bn1.bias : tensor<32xf32>
    %0 = dl.conv2d %image, %w1 {padding = [1, 1]} : tensor<100x1x28x28xf32>, tensor<32x1x3x3xf32> -> tensor<100x32x28x28xf32>
    %1 = dl.batch_norm %0, %g1, %h1 stats(@bn1.running_mean, @bn1.running_var) mode(eval) : tensor<100x32x28x28xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<100x32x28x28xf32>
    %2 = dl.relu %1 : tensor<100x32x28x28xf32>
    %3 = dl.max_pool2d %2 {kernel = [2, 2], stride = [2, 2]} : tensor<100x32x28x28xf32> -> tensor<100x32x14x14xf32>
    %w2 = dl.read @conv2.weight : tensor<64x32x3x3xf32>
    %g2 = dl.read @bn2.weight : tensor<64xf32>
    %h2 = dl.read @bn2.bias : tensor<64xf32>
    %4 = dl.conv2d %3, %w2 {padding = [1, 1]} : tensor<100x32x14x14xf32>, tensor<64x32x3x3xf32> -> tensor<100x64x14x14xf32>
    %5 = dl.batch_norm %4, %g2, %h2 stats(@bn2.running_mean, @bn2.running_var) mode(eval) : tensor<100x64x14x14xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<100x64x14x14xf32>
    %6 = dl.relu %5 : tensor<100x64x14x14xf32>
    %7 = dl.max_pool2d %6 {kernel = [2, 2], stride = [2, 2]} : tensor<100x64x14x14xf32> -> tensor<100x64x7x7xf32>
    %w3 = dl.read @fc1.weight : tensor<128x3136xf32>
    %b3 = dl.read @fc1.bias : tensor<128xf32>
    %w4 = dl.read @fc2.weight : tensor<10x128xf32>
    %b4 = dl.read @fc2.bias : tensor<10xf32>
    %8 = dl.flatten %7 : tensor<100x64x7x7xf32> to tensor<100x3136xf32>
    %9 = dl.linear %8, %w3 bias %b3 : tensor<100x3136xf32>, tensor<128x3136xf32>, tensor<128xf32> -> tensor<100x128xf32>
    %features = dl.relu %9 : tensor<100x128xf32>
    %10 = dl.linear %features, %w4 bias %b4 : tensor<100x128xf32>, tensor<10x128xf32>, tensor<10xf32> -> tensor<100x10xf32>
    %label = dl.argmax %10 {axis = 1} : tensor<100x10xf32> -> tensor<100xi32>
    dl.return %label, %features : tensor<100xi32>, tensor<100x128xf32>
  }
}
