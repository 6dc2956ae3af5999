// A small convolutional network for Fashion-MNIST (10 classes of clothing,
// 28 x 28 grey images), trained with Adam. Names, initial distributions and
// definitions are those of PyTorch's layers, so that weights interchange.
//
//   dlc-run examples/fashion.mlir train --data fashion-mnist --epochs 5
//   dlc examples/fashion.mlir -o fashion.so
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

dl.model @fashion {
  dl.hparam @lr = 1.0e-3
  dl.hparam @decay = 6.4e-4

  // A weight is uniform on +-1 / sqrt(fan_in), which is kaiming_uniform with
  // a = sqrt(5); its bias has the same bound, written out here.
  dl.param  @conv1.weight     : tensor<32x1x3x3xf32> = kaiming_uniform<a = 2.23606797749979>
  dl.param  @bn1.weight       : tensor<32xf32> = ones
  dl.param  @bn1.bias         : tensor<32xf32> = zeros
  dl.buffer @bn1.running_mean : tensor<32xf32> = zeros
  dl.buffer @bn1.running_var  : tensor<32xf32> = ones

  dl.param  @conv2.weight     : tensor<64x32x3x3xf32> = kaiming_uniform<a = 2.23606797749979>
  dl.param  @bn2.weight       : tensor<64xf32> = ones
  dl.param  @bn2.bias         : tensor<64xf32> = zeros
  dl.buffer @bn2.running_mean : tensor<64xf32> = zeros
  dl.buffer @bn2.running_var  : tensor<64xf32> = ones

  dl.param  @fc1.weight       : tensor<128x3136xf32> = kaiming_uniform<a = 2.23606797749979>
  dl.param  @fc1.bias         : tensor<128xf32> = uniform<-0.017857142857142856, 0.017857142857142856>
  dl.param  @fc2.weight       : tensor<10x128xf32> = kaiming_uniform<a = 2.23606797749979>
  dl.param  @fc2.bias         : tensor<10xf32> = uniform<-0.08838834764831845, 0.08838834764831845>

  dl.optimizer @adam = #dl.adam<beta1 = 0.9, beta2 = 0.999, eps = 1.0e-8>

  dl.func @net(%x: tensor<64x1x28x28xf32>) -> tensor<64x10xf32> {
    // 28 x 28 -> 14 x 14
    %w1 = dl.read @conv1.weight : tensor<32x1x3x3xf32>
    %g1 = dl.read @bn1.weight : tensor<32xf32>
    %h1 = dl.read @bn1.bias : tensor<32xf32>
    %0 = dl.conv2d %x, %w1 {padding = [1, 1]} : tensor<64x1x28x28xf32>, tensor<32x1x3x3xf32> -> tensor<64x32x28x28xf32>
    %1 = dl.batch_norm %0, %g1, %h1 stats(@bn1.running_mean, @bn1.running_var) : tensor<64x32x28x28xf32>, tensor<32xf32>, tensor<32xf32> -> tensor<64x32x28x28xf32>
    %2 = dl.relu %1 : tensor<64x32x28x28xf32>
    %3 = dl.max_pool2d %2 {kernel = [2, 2], stride = [2, 2]} : tensor<64x32x28x28xf32> -> tensor<64x32x14x14xf32>

    // 14 x 14 -> 7 x 7
    %w2 = dl.read @conv2.weight : tensor<64x32x3x3xf32>
    %g2 = dl.read @bn2.weight : tensor<64xf32>
    %h2 = dl.read @bn2.bias : tensor<64xf32>
    %4 = dl.conv2d %3, %w2 {padding = [1, 1]} : tensor<64x32x14x14xf32>, tensor<64x32x3x3xf32> -> tensor<64x64x14x14xf32>
    %5 = dl.batch_norm %4, %g2, %h2 stats(@bn2.running_mean, @bn2.running_var) : tensor<64x64x14x14xf32>, tensor<64xf32>, tensor<64xf32> -> tensor<64x64x14x14xf32>
    %6 = dl.relu %5 : tensor<64x64x14x14xf32>
    %7 = dl.max_pool2d %6 {kernel = [2, 2], stride = [2, 2]} : tensor<64x64x14x14xf32> -> tensor<64x64x7x7xf32>

    // 3136 -> 128 -> 10
    %w3 = dl.read @fc1.weight : tensor<128x3136xf32>
    %b3 = dl.read @fc1.bias : tensor<128xf32>
    %w4 = dl.read @fc2.weight : tensor<10x128xf32>
    %b4 = dl.read @fc2.bias : tensor<10xf32>
    %8 = dl.flatten %7 : tensor<64x64x7x7xf32> to tensor<64x3136xf32>
    %9 = dl.linear %8, %w3 bias %b3 : tensor<64x3136xf32>, tensor<128x3136xf32>, tensor<128xf32> -> tensor<64x128xf32>
    %10 = dl.relu %9 : tensor<64x128xf32>
    %11 = dl.linear %10, %w4 bias %b4 : tensor<64x128xf32>, tensor<10x128xf32>, tensor<10xf32> -> tensor<64x10xf32>
    dl.return %11 : tensor<64x10xf32>
  }

  dl.step @train(%image: tensor<64x28x28xui8>, %label: tensor<64xui8>) -> (loss: tensor<f32>, correct: tensor<i32>) {
    %x0 = dl.cast %image : tensor<64x28x28xui8> to tensor<64x28x28xf32>
    %x1 = dl.scale %x0 by 0.00392156862745098 : tensor<64x28x28xf32>
    %x = dl.reshape %x1 : tensor<64x28x28xf32> to tensor<64x1x28x28xf32>
    %logits = dl.call @net(%x) mode(train) : (tensor<64x1x28x28xf32>) -> tensor<64x10xf32>
    %loss = dl.cross_entropy %logits, %label : tensor<64x10xf32>, tensor<64xui8> -> tensor<f32>
    %p = dl.argmax %logits {axis = 1} : tensor<64x10xf32> -> tensor<64xi32>
    %l = dl.cast %label : tensor<64xui8> to tensor<64xi32>
    %correct = dl.count_equal %p, %l : tensor<64xi32> -> tensor<i32>
    // The learning rate falls by `decay` with each step: to a twentieth over five epochs.
    %n = dl.step_count : tensor<i64>
    %t = dl.cast %n : tensor<i64> to tensor<f32>
    %decay = dl.read_hparam @decay : tensor<f32>
    %exponent = dl.mul %t, %decay : tensor<f32>
    %inverse = dl.neg %exponent : tensor<f32>
    %factor = dl.exp %inverse : tensor<f32>
    %lr0 = dl.read_hparam @lr : tensor<f32>
    %lr = dl.mul %lr0, %factor : tensor<f32>
    dl.minimize %loss with @adam over ["*"] lr(%lr) : tensor<f32>, tensor<f32>
    dl.return %loss, %correct : tensor<f32>, tensor<i32>
  }

  dl.step @evaluate(%image: tensor<64x28x28xui8>, %label: tensor<64xui8>) -> (loss: tensor<f32>, correct: tensor<i32>, prediction: tensor<64xi32>) {
    %x0 = dl.cast %image : tensor<64x28x28xui8> to tensor<64x28x28xf32>
    %x1 = dl.scale %x0 by 0.00392156862745098 : tensor<64x28x28xf32>
    %x = dl.reshape %x1 : tensor<64x28x28xf32> to tensor<64x1x28x28xf32>
    %logits = dl.call @net(%x) mode(eval) : (tensor<64x1x28x28xf32>) -> tensor<64x10xf32>
    %loss = dl.cross_entropy %logits, %label : tensor<64x10xf32>, tensor<64xui8> -> tensor<f32>
    %p = dl.argmax %logits {axis = 1} : tensor<64x10xf32> -> tensor<64xi32>
    %l = dl.cast %label : tensor<64xui8> to tensor<64xi32>
    %correct = dl.count_equal %p, %l : tensor<64xi32> -> tensor<i32>
    dl.return %loss, %correct, %p : tensor<f32>, tensor<i32>, tensor<64xi32>
  }

  dl.step @predict(%image: tensor<64x28x28xui8>) -> (logits: tensor<64x10xf32>) {
    %x0 = dl.cast %image : tensor<64x28x28xui8> to tensor<64x28x28xf32>
    %x1 = dl.scale %x0 by 0.00392156862745098 : tensor<64x28x28xf32>
    %x = dl.reshape %x1 : tensor<64x28x28xf32> to tensor<64x1x28x28xf32>
    %logits = dl.call @net(%x) mode(eval) : (tensor<64x1x28x28xf32>) -> tensor<64x10xf32>
    dl.return %logits : tensor<64x10xf32>
  }
}
